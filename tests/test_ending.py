"""Ending the role of a TB or co-TB: by the HTB, or by themselves (H3, H4, H10, U5); what is shown is what happens."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from access_admins.models import Review
from audit.models import Event
from csam_portal.invariants import broken
from identity.enums import Means
from outbox.models import Mail
from tests import adding, cast
from tests.conftest import LogIn
from users.models import Account

pytestmark = pytest.mark.django_db


def account_of(insz: str) -> Account:
    return Account.objects.get(capacity=adding.capacity(), person__insz=insz, ended_at=None)


def co_tb() -> Account:
    return Account.objects.get(capacity=adding.capacity(), type=adding.CO_LB, ended_at=None)


def removal(account: Account) -> str:
    return adding.address("administrator-remove", account_id=account.public_id)


def plan_on(client: Client, address: str) -> str:
    return adding.plan_on(client, address)


def holder() -> Account:
    return Account.objects.get(capacity=adding.capacity(), type=adding.LB, ended_at=None)


def shown(response: Any) -> str:
    return str(response.content.decode())


def test_H3_removing_a_tb_returns_the_capacity_to_the_htb(log_in: LogIn) -> None:
    marie, thomas = log_in(cast.MARIE), account_of(cast.THOMAS)
    page = shown(marie.get(removal(thomas)))
    assert "Thomas Wouters is dan niet langer Toegangsbeheerder" in page
    assert "Marie Dubois wordt er opnieuw Toegangsbeheerder van" in page
    response = adding.confirm(marie, removal(thomas))
    assert response.status_code == 302
    assert "Thomas Wouters is niet langer" in shown(marie.get(response["Location"]))
    assert (holder().person.insz, holder().as_htb) == (cast.MARIE, True)
    assert Mail.objects.filter(to=thomas.email).latest("pk").language == "nl"
    assert list(broken()) == []


def test_H3_an_account_that_the_htb_has_here_changes_type(log_in: LogIn) -> None:
    marie = log_in(cast.MARIE)
    own = adding.give(marie, cast.MARIE)
    Account.objects.filter(pk=own.pk).update(blocked_at=timezone.now(), blocked_by=own.person)
    thomas = account_of(cast.THOMAS)
    assert "De account van Marie Dubois hier was geblokkeerd" in shown(marie.get(removal(thomas)))
    adding.confirm(marie, removal(thomas))
    assert (holder().pk, holder().as_htb, holder().blocked_at) == (own.pk, True, None)
    assert holder().email == adding.EMAIL
    assert list(broken()) == []


def test_H3_a_co_htb_removes_a_tb_and_the_htb_is_told(log_in: LogIn) -> None:
    bart = log_in(cast.BART, Means.TOTP)
    adding.confirm(bart, removal(account_of(cast.THOMAS)))
    assert holder().person.insz == cast.MARIE
    mail = Mail.objects.filter(language="fr").latest("pk")
    assert "Thomas Wouters" in mail.text
    assert "Bart Maes" in mail.text


def test_H4_removing_a_co_tb_leaves_the_tb(log_in: LogIn) -> None:
    gone = co_tb()
    adding.confirm(log_in(cast.MARIE), removal(gone))
    gone.refresh_from_db()
    assert gone.ended_at is not None
    assert holder().person.insz == cast.THOMAS
    assert Event.objects.filter(act="account.end").latest("pk").role == "HTB"


def test_H3_the_applications_that_end_are_counted_before(log_in: LogIn) -> None:
    marie = log_in(cast.MARIE)
    adding.give(marie, cast.NOOR, adding.CO_LB)
    noor = account_of(cast.NOOR)
    assert "2 toepassingen eindigen met die account" in shown(marie.get(removal(noor)))
    adding.confirm(marie, removal(noor))
    assert noor.grants.filter(ended_at=None).count() == 0


def test_H3_what_is_held_as_HTB_is_not_removed(log_in: LogIn) -> None:
    place = adding.without_tb()
    held = Account.objects.get(capacity=place, as_htb=True, ended_at=None)
    for insz in (cast.MARIE, cast.BART):
        response = log_in(insz).get(adding.address("administrator-remove", place, account_id=held.public_id))
        assert response.status_code == 403
    assert log_in(cast.MARIE).get(adding.address("role-resign", place)).status_code == 403


def test_H10_a_tb_resigns_and_the_capacity_returns_to_the_htb(log_in: LogIn) -> None:
    thomas, account = log_in(cast.THOMAS, Means.TOTP), account_of(cast.THOMAS)
    address = adding.address("role-resign")
    page = shown(thomas.get(address))
    assert "Ontslag nemen als Toegangsbeheerder (Lokale Beheerder)" in page
    assert "Marie Dubois, de Hoofdtoegangsbeheerder, krijgt daarover bericht" in page
    response = adding.confirm(thomas, address)
    assert response["Location"] == "/nl/home"
    assert "U hebt ontslag genomen." in shown(thomas.get("/nl/home"))
    account.refresh_from_db()
    assert account.ended_by == account.person
    assert (holder().person.insz, holder().as_htb) == (cast.MARIE, True)
    assert "Thomas Wouters a démissionné" in Mail.objects.latest("pk").text
    assert Event.objects.filter(act="account.end").latest("pk").role == "TB"
    assert list(broken()) == []


def test_H10_a_double_click_on_resigning_ends_once_and_says_so(log_in: LogIn) -> None:
    thomas, address = log_in(cast.THOMAS, Means.TOTP), adding.address("role-resign")
    plan = plan_on(thomas, address)
    first, second = thomas.post(address, {"plan": plan}), thomas.post(address, {"plan": plan})
    assert first["Location"] == second["Location"] == "/nl/home"
    assert Event.objects.filter(act="account.end").count() == 1
    assert thomas.get(address).status_code == 404


def test_H10_a_co_tb_resigns(log_in: LogIn) -> None:
    own = co_tb()
    client = log_in(own.person.insz or "")
    assert adding.confirm(client, adding.address("role-resign"))["Location"] == "/nl/home"
    own.refresh_from_db()
    assert own.ended_at is not None
    assert holder().person.insz == cast.THOMAS


def test_H10_resigning_has_a_place_of_its_own_for_those_who_can(log_in: LogIn) -> None:
    address = adding.address("role-resign")
    assert address in shown(log_in(cast.THOMAS, Means.TOTP).get(adding.address("capacity")))
    assert address not in shown(log_in(cast.MARIE).get(adding.address("capacity")))


def test_H10_a_user_has_nothing_to_resign_from(log_in: LogIn) -> None:
    assert log_in(cast.NOOR, Means.TOTP).get(adding.address("role-resign")).status_code == 403


def test_S8_a_double_click_on_removing_ends_once(log_in: LogIn) -> None:
    marie, address = log_in(cast.MARIE), removal(account_of(cast.THOMAS))
    plan = plan_on(marie, address)
    assert [marie.post(address, {"plan": plan}).status_code for _ in range(2)] == [302, 302]
    assert Event.objects.filter(act="account.end").count() == 1
    assert Account.objects.filter(capacity=adding.capacity(), person__insz=cast.MARIE).count() == 2


def test_S8_the_second_who_removes_is_told_who_was_first(log_in: LogIn) -> None:
    marie, bart = log_in(cast.MARIE), log_in(cast.BART, Means.TOTP)
    address = removal(co_tb())
    plan = plan_on(marie, address)
    adding.confirm(bart, address)
    response = marie.post(address, {"plan": plan})
    assert response.status_code == 409
    assert "Bart Maes" in shown(response)
    assert not re.search('name="plan"', shown(response))


def test_S8_a_removal_confirmed_on_an_old_page_is_refused(log_in: LogIn) -> None:
    """Between page and confirmation the co-TB became the TB: ending the role means something else now."""
    marie, account = log_in(cast.MARIE), co_tb()
    plan = plan_on(marie, removal(account))
    adding.give(marie, account.person.insz or "", adding.LB)
    response = marie.post(removal(account), {"plan": plan})
    assert response.status_code == 409
    account.refresh_from_db()
    assert account.ended_at is None


def test_S7_ending_a_role_closes_its_review(log_in: LogIn) -> None:
    account = co_tb()
    review = Review.objects.create(enterprise=account.capacity.enterprise, account=account, opened_at=timezone.now())
    adding.confirm(log_in(cast.MARIE), removal(account))
    review.refresh_from_db()
    assert (review.outcome, review.decided_at is None) == ("end", False)


def test_U6_the_next_request_of_somebody_removed_is_refused(log_in: LogIn) -> None:
    thomas = log_in(cast.THOMAS, Means.TOTP)
    assert thomas.get(adding.address("capacity")).status_code == 200
    adding.confirm(log_in(cast.MARIE), removal(account_of(cast.THOMAS)))
    assert thomas.get(adding.address("capacity")).status_code == 404


def test_H4_users_and_what_is_gone_are_not_removed_here(log_in: LogIn) -> None:
    marie = log_in(cast.MARIE)
    assert marie.get(removal(account_of(cast.NOOR))).status_code == 404
    gone = co_tb()
    adding.confirm(marie, removal(gone))
    assert marie.get(removal(gone)).status_code == 404
