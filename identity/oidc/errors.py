"""Why a login at the identity provider came to nothing."""

from identity.login import Why


class LoginFailed(Exception):
    """The login is refused. `why` is what the person reads, `code` what the log says; never anything of a token."""

    def __init__(self, code: str, why: Why = Why.NOT_TRUSTED) -> None:
        super().__init__(code)
        self.code = code
        self.why = why


class NoAnswer(LoginFailed):
    """The provider was silent, broken or unreachable: nothing is decided, trying again may help."""

    def __init__(self, code: str) -> None:
        super().__init__(code, Why.NO_ANSWER)
