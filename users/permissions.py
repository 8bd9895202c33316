"""Who may do what to an account: the rows of the one table of rights that speak of accounts (BEHAVIOUR U5, H10)."""

from enterprises.models import Capacity
from identity.actor import Actor
from identity.enums import Role
from identity.rights import On, Permission, check_right, may
from users.enums import AccountType
from users.models import Account


def on_what(kind: str, *, as_htb: bool) -> On:
    """Return upon what kind of account something is done. kind: of AccountType."""
    if as_htb:
        return On.AS_HTB
    return On.USER if kind == AccountType.USER else On.ADMINISTRATOR


def check_upon(actor: Actor, permission: Permission, account: Account, capacity: Capacity) -> Role:
    """Return the role in which the actor may do this to an account; raises what `check_right` raises.

    An act calls it after it has read the actor's holdings afresh.
    """
    return check_right(
        actor,
        permission,
        enterprise=capacity.enterprise_id,
        capacity=capacity.pk,
        on=on_what(account.type, as_htb=account.as_htb),
        is_own=account.person_id == actor.person.pk,
    )


def may_upon(actor: Actor, permission: Permission, account: Account, capacity: Capacity) -> bool:
    """Tell whether `check_upon` would pass; for what a page offers."""
    return may(
        actor,
        permission,
        enterprise=capacity.enterprise_id,
        capacity=capacity.pk,
        on=on_what(account.type, as_htb=account.as_htb),
        is_own=account.person_id == actor.person.pk,
    )
