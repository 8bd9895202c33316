"""Many at the same moment, with real threads and real commits: one wins, the others are told, nothing is left half done."""

import pytest
from django.test import Client
from django.utils import timezone

from csam_portal.invariants import broken
from enterprises.models import Capacity, RegisterPerson
from identity.enums import Means
from identity.models import Activation, Person
from identity.people import person_of
from outbox.models import Mail
from tests import adding, cast, co_chiefs
from tests.conftest import LogIn
from tests.test_appointing_together import at_once
from users.accounts import new_account
from users.enums import AccountType
from users.models import Account

pytestmark = pytest.mark.django_db(transaction=True)


def removal_of(insz: str) -> str:
    account = Account.objects.get(capacity=adding.capacity(), person__insz=insz, ended_at=None)
    return adding.address("administrator-remove", account_id=account.public_id)


def holders() -> list[str]:
    live = Account.objects.filter(capacity=adding.capacity(), type=adding.LB, ended_at=None)
    return [account.insz for account in live]


def hire(place: Capacity, number: int) -> list[str]:
    """Make co-TBs out of the crowd: as many administrators as click at once."""
    thomas = Account.objects.get(capacity=place, type=adding.LB, ended_at=None).person
    crowd = RegisterPerson.objects.filter(last_name__in=("Cools", "Evrard")).order_by("insz")[:number]
    people = [
        person_of(insz=one.insz, last_name=one.last_name, first_names=one.first_names, language=one.language)
        for one in crowd
    ]
    now = timezone.now()
    Account.objects.bulk_create(
        new_account(place, person, AccountType.CO_LB, by=thomas, now=now, email=f"{person.insz}@example.be")
        for person in people
    )
    return [person.insz or "" for person in people]


def test_U3_fifty_administrators_who_add_the_same_person_at_once_add_one(log_in: LogIn) -> None:
    administrators = hire(adding.capacity(), 50)
    assert len(administrators) == 50
    clicks = []
    for number, insz in enumerate(administrators):
        client = log_in(insz, Means.TOTP)
        means = {**adding.MEANS, "user_name": f"nieuw.{number}", "user_name_again": f"nieuw.{number}"}
        check = adding.reach_check(client, cast.LUC, **means, **adding.PERSON)
        plan = adding.plan_on(client, check)
        clicks.append(lambda client=client, check=check, plan=plan: adding.confirm(client, check, plan))
    responses = at_once(*clicks)
    assert sorted({response.status_code for response in responses}) == [302, 409]
    assert [response.status_code for response in responses].count(302) == 1
    accounts = Account.objects.filter(capacity=adding.capacity(), person__insz=cast.LUC)
    assert accounts.count() == 1
    assert Mail.objects.filter(to=adding.EMAIL).count() == 1
    winner = accounts.get().created_by.full_name
    losers = [response for response in responses if response.status_code == 409]
    assert all(winner in response.content.decode() for response in losers)
    assert list(broken()) == []


def test_H3_two_acts_of_two_administrators_at_once_leave_one_tb(log_in: LogIn) -> None:
    """HTB and co-HTB each replace the TB."""
    marie, bart = log_in(cast.MARIE), log_in(cast.BART)
    mine = adding.reach_check(marie, cast.LUC, adding.LB, **adding.PERSON)
    yours = adding.reach_check(bart, cast.NOOR, adding.LB)
    plans = adding.plan_on(marie, mine), adding.plan_on(bart, yours)
    responses = at_once(lambda: adding.confirm(marie, mine, plans[0]), lambda: adding.confirm(bart, yours, plans[1]))
    assert sorted(response.status_code for response in responses) == [302, 409]
    assert len(holders()) == 1
    assert list(broken()) == []


def test_H3_removing_and_appointing_at_once_leaves_one_tb(log_in: LogIn) -> None:
    marie, bart = log_in(cast.MARIE), log_in(cast.BART)
    address, check = removal_of(cast.THOMAS), adding.reach_check(bart, cast.NOOR, adding.LB)
    plans = adding.plan_on(marie, address), adding.plan_on(bart, check)
    responses = at_once(
        lambda: adding.confirm(marie, address, plans[0]),
        lambda: adding.confirm(bart, check, plans[1]),
    )
    assert sorted(response.status_code for response in responses) == [302, 409]
    assert holders() in ([cast.MARIE], [cast.NOOR])
    assert list(broken()) == []


def test_H10_resigning_and_being_removed_at_once_ends_once(log_in: LogIn) -> None:
    marie, thomas = log_in(cast.MARIE), log_in(cast.THOMAS, Means.TOTP)
    address, own = removal_of(cast.THOMAS), adding.address("role-resign")
    plans = adding.plan_on(marie, address), adding.plan_on(thomas, own)
    responses = at_once(
        lambda: adding.confirm(marie, address, plans[0]),
        lambda: adding.confirm(thomas, own, plans[1]),
    )
    assert 302 in {response.status_code for response in responses}
    assert {response.status_code for response in responses} <= {302, 404, 409}
    assert holders() == [cast.MARIE]
    assert list(broken()) == []


def test_S8_a_double_click_gives_one_account(log_in: LogIn) -> None:
    marie = log_in(cast.MARIE)
    check = adding.reach_check(marie, cast.LUC, adding.CO_LB, **adding.PERSON)
    plan = adding.plan_on(marie, check)
    responses = at_once(*[lambda: adding.confirm(marie, check, plan)] * 2)
    assert [response.status_code for response in responses] == [302, 302]
    assert Account.objects.filter(capacity=adding.capacity(), person__insz=cast.LUC).count() == 1


def test_L7_two_chiefs_who_send_a_new_activation_at_once_send_one(log_in: LogIn) -> None:
    """And one of them is shown its code."""
    marie, bart = log_in(cast.MARIE), log_in(cast.BART)
    account, _code = adding.give_by_link(marie)
    page, sent = (
        adding.address(route, account_id=account.public_id)
        for route in ("administrator-activation", "administrator-activation-sent")
    )
    plans = adding.plan_on(marie, page), adding.plan_on(bart, page)
    responses = at_once(lambda: adding.confirm(marie, page, plans[0]), lambda: adding.confirm(bart, page, plans[1]))
    assert [response["Location"] for response in responses] == [sent, sent]
    assert Activation.objects.filter(person__insz=cast.LUC).count() == 2
    assert sorted(client.get(sent).status_code for client in (marie, bart)) == [200, 302]
    assert list(broken()) == []


def test_two_enterprises_that_meet_the_same_new_person_at_once_make_one_person(log_in: LogIn) -> None:
    """Each gave a user name of its own: one counts, the other administrator sees that the person is known now."""
    marie, sophie = log_in(cast.MARIE), log_in(cast.SOPHIE)
    groot = adding.capacity(cast.GROOT)
    checks: list[tuple[Client, str, str]] = []
    for client, place, user_name in ((marie, adding.capacity(), "brasserie.an"), (sophie, groot, "groot.an")):
        names = {"last_name": "Peeters", "first_name": "An"}
        form = client.post(adding.begin(client, cast.AN, adding.USER, place), names)["Location"]
        means = {**adding.MEANS, "user_name": user_name, "user_name_again": user_name}
        check = adding.fill_in(client, form, **means, **adding.PERSON)["Location"]
        checks.append((client, check, adding.plan_on(client, check)))
    known = Person.objects.filter(insz=cast.AN).exists()
    responses = at_once(
        *[
            lambda client=client, check=check, plan=plan: adding.confirm(client, check, plan, knows_no_tie="on")
            for client, check, plan in checks
        ]
    )
    assert not known
    assert sorted(response.status_code for response in responses) == [302, 409]
    person = Person.objects.get(insz=cast.AN)
    assert person.user_name in {"brasserie.an", "groot.an"}
    assert Account.objects.filter(person=person).count() == 1


def test_H5_two_tabs_that_appoint_the_same_co_chief_at_once_appoint_one(log_in: LogIn) -> None:
    marie = log_in(cast.MARIE)
    one, other = co_chiefs.reach_check(marie, cast.LUC), co_chiefs.reach_check(marie, cast.LUC)
    plans = adding.plan_on(marie, one), adding.plan_on(marie, other)
    responses = at_once(lambda: adding.confirm(marie, one, plans[0]), lambda: adding.confirm(marie, other, plans[1]))
    assert sorted(response.status_code for response in responses) == [302, 409]
