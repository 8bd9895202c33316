"""Who may do what: the one table of rights. docs/permissions.md is made from it; every act and every page asks it.

A right says which roles may do something. Roles count where they are held: HTB and co-HTB over the enterprise, the others
in their capacity; a blocked account gives none. Legal representatives act through the register (htb.permissions), everybody
upon their own data and means (identity.permissions).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from acts.errors import LevelTooLow, Missing, NotAllowed
from identity.actor import Actor, Holding
from identity.enums import Role


class Permission(StrEnum):
    """What may be done; the names stand in the record and in docs/permissions.md."""

    CO_CHIEF_APPOINT = "cochief.appoint"
    CO_CHIEF_END = "cochief.end"
    CO_CHIEF_RESIGN = "cochief.resign"
    ENTERPRISE_SEE = "enterprise.see"
    ENTERPRISE_HISTORY = "enterprise.history"
    ENTERPRISE_CONTACT = "enterprise.contact"
    CAPACITY_ACTIVATE = "capacity.activate"
    CAPACITY_RETIRE = "capacity.retire"
    TB_REPLACE = "tb.replace"
    TB_REMOVE = "tb.remove"
    CO_TB_ADD = "cotb.add"
    CO_TB_REMOVE = "cotb.remove"
    REVIEW_DECIDE = "review.decide"
    CAPACITY_SEE = "capacity.see"
    CAPACITY_EDIT = "capacity.edit"
    ACCOUNT_SEE = "account.see"
    ACCOUNT_ADD = "account.add"
    ACCOUNT_EDIT = "account.edit"
    ACCOUNT_EXPORT = "account.export"
    ACCOUNT_IMPORT = "account.import"
    ACCOUNT_BLOCK = "account.block"  # and unblock
    ACCOUNT_DELETE = "account.delete"
    MEANS_RENEW = "means.renew"
    GRANT_GIVE = "grant.give"
    GRANT_END = "grant.end"
    ROLE_RESIGN = "role.resign"
    SENDER_MANAGE = "sender.manage"


class On(StrEnum):
    """Upon what kind of account, where that makes a difference."""

    USER = "USER"
    ADMINISTRATOR = "TB, co-TB"
    AS_HTB = "TB as HTB"


class Allowed(StrEnum):
    """How far a role goes: upon everybody, or upon everybody but one's own account."""

    YES = "yes"
    OTHERS = "others"


Roles = Mapping[Role, Allowed]
# In the order in which they are asked: the first that suffices is the role in which somebody acts.
ORDER = (Role.HTB, Role.CO_HTB, Role.TB, Role.CO_TB, Role.USER)
_HTB: Roles = {Role.HTB: Allowed.YES}
_CHIEFS: Roles = {**_HTB, Role.CO_HTB: Allowed.YES}
_MANAGERS: Roles = {**_CHIEFS, Role.TB: Allowed.YES, Role.CO_TB: Allowed.YES}
_UPON_ADMINISTRATORS: Roles = {Role.HTB: Allowed.OTHERS, Role.CO_HTB: Allowed.OTHERS}
_UPON_USERS: Roles = dict.fromkeys(_MANAGERS, Allowed.OTHERS)


@dataclass(frozen=True)
class Right:
    """A line of the table: these permissions, upon this kind of account (None: it makes no difference), by these roles."""

    permissions: tuple[Permission, ...]
    on: On | None
    roles: Roles


_P = Permission
RIGHTS: tuple[Right, ...] = (
    Right((_P.CO_CHIEF_APPOINT, _P.CO_CHIEF_END), None, _HTB),
    Right((_P.CO_CHIEF_RESIGN,), None, {Role.CO_HTB: Allowed.YES}),
    Right((_P.ENTERPRISE_SEE, _P.ENTERPRISE_HISTORY, _P.ENTERPRISE_CONTACT), None, _CHIEFS),
    Right((_P.CAPACITY_ACTIVATE, _P.CAPACITY_RETIRE), None, _CHIEFS),
    Right((_P.TB_REPLACE, _P.TB_REMOVE, _P.CO_TB_ADD, _P.CO_TB_REMOVE, _P.REVIEW_DECIDE), None, _CHIEFS),
    Right((_P.ROLE_RESIGN,), None, {Role.TB: Allowed.YES, Role.CO_TB: Allowed.YES}),
    Right((_P.CAPACITY_SEE, _P.CAPACITY_EDIT), None, _MANAGERS),
    Right((_P.ACCOUNT_SEE, _P.ACCOUNT_ADD, _P.ACCOUNT_EXPORT, _P.ACCOUNT_IMPORT), None, _MANAGERS),
    Right((_P.ACCOUNT_EDIT,), On.USER, _MANAGERS),
    Right((_P.ACCOUNT_EDIT,), On.ADMINISTRATOR, _CHIEFS),
    Right((_P.ACCOUNT_EDIT,), On.AS_HTB, _HTB),
    Right((_P.ACCOUNT_BLOCK, _P.ACCOUNT_DELETE, _P.GRANT_GIVE, _P.GRANT_END), On.USER, _UPON_USERS),
    Right((_P.ACCOUNT_BLOCK, _P.ACCOUNT_DELETE), On.ADMINISTRATOR, _UPON_ADMINISTRATORS),
    Right((_P.MEANS_RENEW,), On.USER, _UPON_USERS),
    Right((_P.MEANS_RENEW,), On.ADMINISTRATOR, _UPON_ADMINISTRATORS),
    Right((_P.GRANT_GIVE, _P.GRANT_END), On.ADMINISTRATOR, {Role.HTB: Allowed.YES, Role.CO_HTB: Allowed.OTHERS}),
    Right((_P.GRANT_GIVE, _P.GRANT_END), On.AS_HTB, _HTB),
    Right((_P.SENDER_MANAGE,), None, _MANAGERS),
)
_ROLES: dict[tuple[Permission, On | None], Roles] = {
    (permission, right.on): right.roles for right in RIGHTS for permission in right.permissions
}


def check_right(
    actor: Actor,
    permission: Permission,
    *,
    enterprise: int,
    capacity: int | None = None,
    on: On | None = None,
    is_own: bool = False,
    afresh: bool = False,
) -> Role:
    """Return the role in which the actor may do this.

    enterprise, capacity: ids; a right inside a capacity names it. on: the kind of account it is done to. is_own: whether that
    is the actor's own. afresh: ask the database again, as every act must.
    Raises Missing for somebody without a tie to the enterprise, NotAllowed with the sentence and who could, LevelTooLow.
    """
    holdings = actor.holdings_in(enterprise, afresh=afresh)
    if not holdings:
        raise Missing
    roles = _ROLES.get((permission, on), {})
    here = [holding for holding in holdings if holding.role in roles and _counts(holding, capacity)]
    held = {holding.role for holding in here if not holding.blocked}
    able = {role for role in held if not (is_own and roles[role] is Allowed.OTHERS)}
    if able:
        actor.needs_level(settings.LEVELS["manage"])
        return next(role for role in ORDER if role in able)
    raise _refusal(permission, on, roles, is_own=bool(held), is_blocked=bool(here))


def may(
    actor: Actor, permission: Permission, *, enterprise: int, capacity: int | None = None, **upon: On | bool | None
) -> bool:
    """Tell whether `check_right` would pass; for what a page offers."""
    try:
        check_right(actor, permission, enterprise=enterprise, capacity=capacity, **upon)  # type: ignore[arg-type]  # on, is_own
    except (Missing, NotAllowed, LevelTooLow):
        return False
    return True


def refusal_of(permission: Permission, on: On | None = None) -> NotAllowed:
    """Return what somebody reads whose role is too small for this."""
    return _refusal(permission, on, _ROLES.get((permission, on), {}), is_own=False, is_blocked=False)


def _counts(holding: Holding, capacity: int | None) -> bool:
    return holding.capacity is None or holding.capacity == capacity


def _refusal(permission: Permission, on: On | None, roles: Roles, *, is_own: bool, is_blocked: bool) -> NotAllowed:
    able = tuple(role for role in ORDER if role in roles)
    if is_own:
        others = tuple(role for role in able if roles[role] is Allowed.YES) or able
        return NotAllowed(
            _("This is your own account: somebody else has to do this for you."), roles=others, code="own_account"
        )
    if is_blocked:
        return NotAllowed(
            _("Your account here is blocked. Ask the Chief Access Manager of the enterprise about it."),
            roles=(Role.HTB, Role.CO_HTB),
            code="account_blocked",
        )
    if on is On.AS_HTB and not able:
        return NotAllowed(
            _("The Chief Access Manager holds this account until an Access Manager is appointed: it stays as it is."),
            code="as_htb",
        )
    if on is On.AS_HTB:
        return NotAllowed(
            _(
                "This account belongs to the role of Chief Access Manager: the Chief Access Manager alone decides about it."
            ),
            roles=able,
            code="as_htb",
        )
    if on is On.ADMINISTRATOR:
        return NotAllowed(
            _("Only a Chief or Co-Chief Access Manager decides about Access Managers."),
            roles=able,
            code="administrator",
        )
    return NotAllowed(_("Your role here does not include this."), roles=able, code="role")
