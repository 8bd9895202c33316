"""What is shown is what happens: over random worlds, a plan says exactly which rows the act then changes (issue 4)."""

import json
from collections.abc import Callable
from typing import NamedTuple

import pytest
from django.db import transaction
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acts.errors import Changed, NotAllowed, Refused
from audit.models import Event
from csam_portal.invariants import broken
from enterprises.models import Application, Capacity, RegisterPerson
from identity.actions.login import log_in
from identity.actor import Actor
from identity.enums import Means
from identity.models import Activation, Person
from identity.people import person_of
from outbox.models import Mail
from tests import adding, cast, delegating
from tests.logging_in import with_first_password
from ui.models import Run
from users.accounts import new_account
from users.adding.actions import give_role, remove_administrator
from users.adding.plan import Asked, Giving, WayIn, digest_of, plan_giving, plan_removal, way_in
from users.adding.presenters import consequences, removal_consequences
from users.enums import AccountType
from users.finding import find
from users.models import Account, Grant

pytestmark = pytest.mark.django_db

# Tied to the brasserie and known to the portal: who may get a role without more ado.
PEOPLE = (cast.MARIE, cast.BART, cast.NOOR, cast.THOMAS)
CODES = ("dmfa", "dimona", "publiato")
RANDOM = settings(
    max_examples=60,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Row(NamedTuple):
    """An account as far as an act may change it."""

    person: str
    type: str
    as_htb: bool
    blocked: bool
    ended: bool
    grants: frozenset[str]


class One(NamedTuple):
    """Somebody's account in a random capacity."""

    type: str
    blocked: bool
    grants: frozenset[str]


# By person: an account that is no TB's; and who is TB, None for the HTB.
worlds = st.tuples(
    st.dictionaries(
        st.sampled_from(PEOPLE),
        st.builds(One, st.sampled_from(["CO", "USER"]), st.booleans(), st.frozensets(st.sampled_from(CODES))),
    ),
    st.sampled_from([None, cast.BART, cast.NOOR, cast.THOMAS]),
    st.frozensets(st.sampled_from(CODES)),
)
World = tuple[dict[str, One], str | None, frozenset[str]]


def build(world: World) -> Capacity:
    """Put a random world into the brasserie's Werkgever RSZ."""
    accounts, tb, tb_grants = world
    place, now, by = adding.capacity(), timezone.now(), Person.objects.get(insz=cast.MARIE)
    Grant.objects.filter(account__capacity=place).delete()
    Account.objects.filter(capacity=place).delete()
    administrator = tb or cast.MARIE
    everybody = {**accounts, administrator: One("LB", blocked=False, grants=tb_grants)}
    for insz, one in everybody.items():
        person = Person.objects.get(insz=insz)
        account = new_account(
            place, person, AccountType(one.type), by=by, now=now, email=f"{insz}@example.be",
            as_htb=one.type == "LB" and tb is None, blocked=one.blocked,
        )  # fmt: skip
        account.save()
        for application in Application.objects.filter(kind=place.kind, code__in=one.grants):
            account.grants.create(
                capacity=place, application=application, given_at=now, given_by=by, act=account.public_id
            )
    return place


def rows(place: Capacity) -> dict[int, Row]:
    """Every account of the capacity, also ended ones."""
    return {
        account.pk: Row(
            account.insz,
            account.type,
            account.as_htb,
            account.blocked_at is not None,
            account.ended_at is not None,
            frozenset(account.grants.filter(ended_at=None).values_list("application__code", flat=True)),
        )
        for account in Account.objects.filter(capacity=place)
    }


def foreseen(before: dict[int, Row], giving: Giving, insz: str) -> tuple[dict[int, Row], Row | None]:
    """What the plan says: the rows that were there, as they will be, and the new one."""
    after = dict(before)
    given = frozenset(application.code for application in giving.applications)
    if giving.former is not None:
        row = after[giving.former.pk]
        after[giving.former.pk] = (
            row._replace(type="USER", as_htb=False)
            if giving.former_stays
            else row._replace(ended=True, grants=frozenset())
        )
        assert giving.ended_applications == (0 if giving.former_stays else len(row.grants))
    if giving.own is None:
        return after, Row(insz, giving.kind, giving.as_htb, blocked=False, ended=False, grants=given)
    row = after[giving.own.pk]
    assert row.grants == {application.code for application in giving.kept_applications}
    after[giving.own.pk] = row._replace(
        type=giving.kind, as_htb=giving.as_htb, blocked=False, grants=row.grants | given
    )
    return after, None


def hold_to(place: Capacity, before: dict[int, Row], expected: dict[int, Row], new: Row | None) -> None:
    after = rows(place)
    assert {pk: after[pk] for pk in before} == expected
    assert [after[pk] for pk in after.keys() - before.keys()] == ([] if new is None else [new])
    assert list(broken()) == []


def in_a_world(world: World, check: Callable[[Capacity], None]) -> None:
    """Build, check, and undo all of it."""
    with transaction.atomic(), translation.override("en"):
        check(build(world))
        transaction.set_rollback(True)


@RANDOM
@given(
    world=worlds,
    insz=st.sampled_from(PEOPLE),
    kind=st.sampled_from(AccountType),
    stays=st.booleans(),
    codes=st.sets(st.sampled_from(CODES)),
)
def test_H3_H4_U3_what_giving_a_role_shows_is_what_happens(
    world: World, insz: str, kind: AccountType, stays: bool, codes: set[str]
) -> None:
    def check(place: Capacity) -> None:
        asked = Asked(kind, insz, adding.EMAIL, applications=tuple(sorted(codes)), former_stays=stays)
        found = find(place.enterprise, insz)
        giving = plan_giving(place, insz, kind, applications=asked.applications, former_stays=stays)
        way = way_in(found, administers=kind != AccountType.USER, by=marie())
        before, events, mails = rows(place), Event.objects.count(), Mail.objects.count()
        try:
            with transaction.atomic():
                give_role(
                    actor=marie(),
                    capacity=place,
                    asked=asked,
                    found=found,
                    knows_no_tie=False,
                    confirmed=digest_of(asked, found, giving, way, marie()),
                    run=Run.objects.create(journey="x", owner="x"),
                )
        except (Refused, NotAllowed):
            hold_to(place, before, before, None)
            assert (Event.objects.count(), Mail.objects.count()) == (events, mails)
            return
        hold_to(place, before, *foreseen(before, giving, insz))
        said = " ".join(consequences(asked, found, giving, way, marie()))
        ended = [row for pk, row in rows(place).items() if row.ended and not before[pk].ended]
        for row in ended:
            assert Person.objects.get(insz=row.person).full_name in said
        concerned = {row.person for pk, row in rows(place).items() if before.get(pk) != row}
        # Whoever acts needs no mail about the own account that makes place.
        makes_place = giving.former is not None and giving.former.insz == cast.MARIE
        assert Mail.objects.count() - mails == len(concerned) - makes_place
        recorded = {Person.objects.get(public_id=event.subject).insz for event in Event.objects.order_by("pk")[events:]}
        assert recorded == concerned

    in_a_world(world, check)


@RANDOM
@given(world=worlds, insz=st.sampled_from(PEOPLE))
def test_H3_H4_what_ending_a_role_shows_is_what_happens(world: World, insz: str) -> None:
    def check(place: Capacity) -> None:
        account = Account.objects.filter(capacity=place, person__insz=insz).exclude(type="USER").first()
        if account is None:
            return
        account.capacity = place
        before, removal = rows(place), plan_removal(account)
        try:
            remove_administrator(actor=marie(), account=account, confirmed=removal.digest)
        except NotAllowed:
            assert account.as_htb
            hold_to(place, before, before, None)
            return
        expected = {**before, account.pk: before[account.pk]._replace(ended=True, grants=frozenset())}
        new = None
        if removal.handover is not None:
            expected, new = foreseen(before, removal.handover, cast.MARIE)
        hold_to(place, before, expected, new)
        said = removal_consequences(removal, is_own=False)
        assert len(said) == 1 + bool(removal.ended_applications) + bool(removal.handover) + _unblocks(removal.handover)
        details = [json.loads(event.details) for event in Event.objects.filter(act="account.end").order_by("-pk")[:1]]
        assert details[0]["type"] == before[account.pk].type

    in_a_world(world, check)


def _unblocks(handover: Giving | None) -> bool:
    return handover is not None and handover.own is not None and handover.own.blocked_at is not None


def marie() -> Actor:
    return Actor(Person.objects.get(insz=cast.MARIE), 500)


@RANDOM
@given(world=worlds, other=worlds, insz=st.sampled_from(PEOPLE), kind=st.sampled_from(AccountType))
def test_S8_a_plan_of_another_world_is_never_carried_out(
    world: World, other: World, insz: str, kind: AccountType
) -> None:
    """The digest of one world's plan opens nothing in another, unless both say the very same."""

    def check(_place: Capacity) -> None:
        place = adding.capacity()
        asked, found = Asked(kind, insz, adding.EMAIL), find(place.enterprise, insz)
        way = way_in(found, administers=kind != AccountType.USER, by=marie())
        confirmed = digest_of(asked, found, plan_giving(place, insz, kind), way, marie())
        place = build(other)
        found = find(place.enterprise, insz)
        changed = digest_of(asked, found, plan_giving(place, insz, kind), way, marie()) != confirmed
        before = rows(place)
        try:
            give_role(
                actor=marie(), capacity=place, asked=asked, found=found,
                knows_no_tie=False, confirmed=confirmed, run=Run.objects.create(journey="x", owner="x"),
            )  # fmt: skip
        except (Changed, Refused):
            assert rows(place) == before
        else:
            assert not changed

    in_a_world(world, check)


@pytest.mark.parametrize(
    ("kind", "has_first_password", "way"),
    [
        (AccountType.USER, False, WayIn.FIRST_PASSWORD),
        (AccountType.CO_LB, False, WayIn.ACTIVATION),
        (AccountType.CO_LB, True, WayIn.DEVICE),
    ],
)
def test_L7_no_means_are_given_to_who_came_with_a_card_after_the_answers_were_read(
    kind: AccountType, has_first_password: bool, way: WayIn
) -> None:
    """The person is read again under the lock: answers of register and portal may be ten seconds old."""
    place = adding.capacity()
    RegisterPerson.objects.filter(insz=cast.LUC).update(has_eid=False)
    luc = person_of(insz=cast.LUC, last_name="Janssens", first_names="Luc", language="nl")
    if has_first_password:
        delegating.account(cast.BRASSERIE, cast.LUC)
        with_first_password(luc, place.enterprise.public_id, user_name="ljanssens", by=marie().public_id)
    asked = Asked(kind, cast.LUC, adding.EMAIL, user_name="nieuwe.naam", password_hash="!")
    found = find(place.enterprise, cast.LUC)
    assert way_in(found, administers=kind != AccountType.USER, by=marie()) == way
    log_in(person=luc, means=Means.ITSME)
    with pytest.raises(Changed):
        give_role(
            actor=marie(), capacity=place, asked=asked, found=found,
            knows_no_tie=False, confirmed=digest_of(asked, found, plan_giving(place, cast.LUC, kind), way, marie()),
            run=Run.objects.create(journey="x", owner="x"),
        )  # fmt: skip
    assert Person.objects.get(insz=cast.LUC).user_name == ("ljanssens" if has_first_password else None)
    assert not Activation.objects.exists()
