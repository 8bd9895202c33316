"""Who may do what (docs/permissions.md): every right, every role, every state, with the sentence that one reads."""

from collections.abc import Iterator

import pytest
from django.db.models import Q
from django.utils import timezone

from acts.errors import LevelTooLow, Missing, NotAllowed
from identity.actor import Actor
from identity.enums import Means, Role
from identity.rights import RIGHTS, On, Permission, check_right, may
from scripts import permission_table
from tests import cast, delegating
from users.enums import AccountType
from users.models import Account

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]
ROLES = (Role.HTB, Role.CO_HTB, Role.TB, Role.CO_TB, Role.USER)
# The table of the specification, written a second time by hand: + may, o may upon others, . may not; in the order of ROLES.
EXPECTED: dict[str, dict[On | None, str]] = {
    "cochief.appoint cochief.end": {None: "+...."},
    "cochief.resign": {None: ".+..."},
    "enterprise.see enterprise.history enterprise.contact": {None: "++..."},
    "capacity.activate capacity.retire": {None: "++..."},
    "tb.replace tb.remove cotb.add cotb.remove review.decide": {None: "++..."},
    "role.resign": {None: "..++."},
    "capacity.see capacity.edit": {None: "++++."},
    "account.see account.add account.export account.import": {None: "++++."},
    "account.edit": {On.USER: "++++.", On.ADMINISTRATOR: "++...", On.AS_HTB: "+...."},
    "account.block account.delete means.renew": {On.USER: "oooo.", On.ADMINISTRATOR: "oo...", On.AS_HTB: "....."},
    "grant.give grant.end": {On.USER: "oooo.", On.ADMINISTRATOR: "+o...", On.AS_HTB: "+...."},
    "sender.manage": {None: "++++."},
}
STATES = ("active", "own", "blocked", "retired")
CODES = {"role", "administrator", "as_htb"}


def cases() -> Iterator[tuple[Permission, On | None, Role, str, str]]:
    """Every right upon every kind, for every role, in every state, with the mark of EXPECTED."""
    for names, by_kind in EXPECTED.items():
        for name in names.split():
            for on, marks in by_kind.items():
                for role, mark in zip(ROLES, marks, strict=True):
                    for state in STATES:
                        yield Permission(name), on, role, state, mark


def test_the_page_of_rights_is_drawn_from_the_table() -> None:
    """`python -m scripts.permission_table` writes it."""
    assert permission_table.TARGET.read_text(encoding="utf-8") == permission_table.drawn()


def test_every_right_is_expected_here() -> None:
    here = {(permission, on) for permission, on, _role, _state, _mark in cases()}
    table = {(permission, right.on) for right in RIGHTS for permission in right.permissions}
    # Nobody may do these to an account held as HTB: the table has no line for it.
    never = (Permission.ACCOUNT_BLOCK, Permission.ACCOUNT_DELETE, Permission.MEANS_RENEW)
    assert here - table == {(permission, On.AS_HTB) for permission in never}
    assert table <= here


def somebody(role: Role, means: Means = Means.EID) -> Actor:
    """Return who holds a role at the brasserie, in Werkgever RSZ where it is one of a capacity."""
    if role is Role.CO_TB:
        account = Account.objects.select_related("person").get(
            capacity=delegating.capacity(cast.BRASSERIE), type=AccountType.CO_LB, ended_at=None
        )
        return Actor(person=account.person, level=500, means=means)
    by_role = {Role.HTB: cast.MARIE, Role.CO_HTB: cast.BART, Role.TB: cast.THOMAS, Role.USER: cast.NOOR}
    return delegating.actor(by_role[role], means)


@pytest.mark.parametrize(("permission", "on", "role", "state", "mark"), list(cases()))
def test_every_role_in_every_state(permission: Permission, on: On | None, role: Role, state: str, mark: str) -> None:
    place, actor = delegating.capacity(cast.BRASSERIE), somebody(role)
    mine = Q(person=actor.person, capacity=place, ended_at=None)
    if state == "blocked":
        Account.objects.filter(mine).update(blocked_at=timezone.now(), blocked_by=actor.person)
    if state == "retired":
        place.retired_at, place.retired_by = timezone.now(), actor.person
        place.save()
    by_account = role in {Role.TB, Role.CO_TB, Role.USER}
    asked = {"enterprise": place.enterprise_id, "capacity": place.pk, "on": on, "is_own": state == "own"}
    passes = mark == "+" or (mark == "o" and state != "own")
    if state == "retired" and by_account:
        with pytest.raises(Missing):
            check_right(actor, permission, **asked)  # type: ignore[arg-type]
        return
    if passes and not (state == "blocked" and by_account):
        assert check_right(actor, permission, **asked) == role  # type: ignore[arg-type]
        assert may(actor, permission, **asked)  # type: ignore[arg-type]
        return
    with pytest.raises(NotAllowed) as refusal:
        check_right(actor, permission, **asked)  # type: ignore[arg-type]
    assert str(refusal.value.sentence)
    assert not may(actor, permission, **asked)  # type: ignore[arg-type]
    if mark == ".":
        assert refusal.value.code in CODES
        assert role not in refusal.value.roles
    else:
        assert refusal.value.code == ("account_blocked" if state == "blocked" else "own_account")


@pytest.mark.parametrize("permission", list(Permission))
def test_E2_a_stranger_finds_nothing(permission: Permission) -> None:
    place = delegating.capacity(cast.BRASSERIE)
    for on in (None, *On):
        with pytest.raises(Missing):
            check_right(
                delegating.actor(cast.EMMA), permission, enterprise=place.enterprise_id, capacity=place.pk, on=on
            )


@pytest.mark.parametrize("role", ROLES)
def test_a_role_counts_where_it_is_held(role: Role) -> None:
    """In another capacity of the enterprise nothing; in another enterprise not even a tie."""
    actor, other = somebody(role), delegating.capacity(cast.BRASSERIE, "justice-enterprise")
    reaches = may(actor, Permission.ACCOUNT_SEE, enterprise=other.enterprise_id, capacity=other.pk)
    assert reaches == (role in {Role.HTB, Role.CO_HTB})
    foreign = delegating.capacity(cast.TRANSPORT)
    with pytest.raises(Missing):
        check_right(actor, Permission.ACCOUNT_SEE, enterprise=foreign.enterprise_id, capacity=foreign.pk)


def test_L4_managing_asks_its_level() -> None:
    place = delegating.capacity(cast.BRASSERIE)
    with pytest.raises(LevelTooLow):
        check_right(
            somebody(Role.TB, Means.PASSWORD), Permission.ACCOUNT_SEE, enterprise=place.enterprise_id, capacity=place.pk
        )
