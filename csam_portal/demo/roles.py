"""The demo world's roles: who is chief administrator, access administrator and user of which enterprise."""


def load_roles() -> None:
    """Give the demo world its roles by the very acts that people use. Call after the register and the people are there.

    Idempotent: an enterprise that has its chief administrator is left as it is.
    """
