"""S8: two at the same moment, with real threads and real commits; exactly one appointment, the loser is told by whom."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

import pytest
from django.db import connections
from django.test import Client

from access_admins.models import ChiefRole
from outbox.models import Mail
from tests import appointing, cast

pytestmark = pytest.mark.django_db(transaction=True)
LogIn = Callable[..., Client]
T = TypeVar("T")


def at_once(*acts: Callable[[], T]) -> list[T]:
    """Run the acts in as many threads, released together."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], T]) -> T:
        barrier.wait(timeout=20)
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def confirmation(client: Client, check: str) -> Callable[[], Any]:
    plan = appointing.plan_on(client, check)
    return lambda: appointing.confirm_shown(client, check, plan)


def test_S8_two_representatives_at_once_make_one_appointment(log_in: LogIn) -> None:
    marie, luc = log_in(cast.MARIE), log_in(cast.LUC)
    before = ChiefRole.objects.filter(enterprise__number=cast.BRASSERIE).count()
    responses = at_once(
        confirmation(marie, appointing.choose_other(marie, cast.BRASSERIE, cast.THOMAS)),
        confirmation(luc, appointing.choose_self(luc, cast.BRASSERIE)),
    )
    assert sorted(response.status_code for response in responses) == [302, 409]
    assert ChiefRole.objects.filter(enterprise__number=cast.BRASSERIE).count() == before + 1
    assert ChiefRole.objects.filter(enterprise__number=cast.BRASSERIE, kind="HTB", ended_at=None).count() == 1
    loser = next(response for response in responses if response.status_code == 409).content.decode()
    winner = ChiefRole.objects.get(enterprise__number=cast.BRASSERIE, kind="HTB", ended_at=None)
    assert winner.started_by.full_name in loser
    assert winner.person.full_name in loser


def test_S8_a_first_appointment_twice_at_once_registers_the_enterprise_once(log_in: LogIn) -> None:
    tabs = [log_in(cast.AN), log_in(cast.AN)]
    responses = at_once(
        confirmation(tabs[0], appointing.choose_self(tabs[0], cast.ATELIER)),
        confirmation(tabs[1], appointing.choose_other(tabs[1], cast.ATELIER, cast.KARIM)),
    )
    assert sorted(response.status_code for response in responses) == [302, 409]
    assert ChiefRole.objects.filter(enterprise__number=cast.ATELIER).count() == 1


def test_S8_a_double_click_makes_one_appointment_and_one_mail(log_in: LogIn) -> None:
    client = log_in(cast.AN)
    mails = Mail.objects.count()
    click = confirmation(client, appointing.choose_self(client, cast.ATELIER))
    responses = at_once(click, click)
    assert [response.status_code for response in responses] == [302, 302]
    assert responses[0]["Location"] == responses[1]["Location"]
    assert ChiefRole.objects.filter(enterprise__number=cast.ATELIER).count() == 1
    assert Mail.objects.count() == mails + 1
