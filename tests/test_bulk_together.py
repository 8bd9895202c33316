"""Bulk acts at the same moment, with real threads and real commits (BEHAVIOUR U4, S8): each row counts once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Count

from audit.models import Event
from csam_portal.invariants import broken
from tests import cast
from tests.bulk import DMFA, account_of, address, capacity_of, confirm, pick, start
from tests.conftest import LogIn
from tests.meeting import meet
from tests.test_appointing_together import at_once
from users.bulk import queue
from users.bulk.actions import plan_of
from users.enums import BulkAct
from users.models import Account, BulkRefusal, BulkRun, Grant

pytestmark = pytest.mark.django_db(transaction=True)


def chosen(log_in: LogIn, act: str, *codes: str) -> Callable[[], Any]:
    """All users of Groot Personeel, at the check page; return what confirms."""
    client, groot = log_in(cast.SOPHIE), capacity_of(cast.GROOT)
    response = client.post(address(groot, "users-bulk") + "?type=USER", {"act": act, "all": "filter"})
    if codes:
        response = pick(client, response, codes)
    return lambda: confirm(client, response["Location"])


def test_U4_two_grants_at_once_give_everybody_one(log_in: LogIn) -> None:
    groot = capacity_of(cast.GROOT)
    acts = [chosen(log_in, BulkAct.ADD_APPLICATIONS, DMFA) for _ in range(2)]
    assert [response.status_code for response in at_once(*acts)] == [302, 302]
    grants = Grant.objects.filter(capacity=groot, application__code=DMFA, ended_at=None)
    assert grants.count() == 250
    assert not grants.values("account").annotate(count=Count("pk")).filter(count__gt=1).exists()
    assert BulkRefusal.objects.filter(code="holds_already").count() == 250, "the second says that they hold it already"
    assert Event.objects.filter(act="grant.give", enterprise=str(groot.enterprise.public_id)).count() == 250
    call_command("verify_record", verbosity=0)


def test_U4_deleting_and_granting_at_once_leave_nobody_half(log_in: LogIn) -> None:
    """Whoever is first: a deleted account holds nothing, and every row is named in one summary or the other."""
    groot = capacity_of(cast.GROOT)
    acts = [chosen(log_in, BulkAct.DELETE), chosen(log_in, BulkAct.ADD_APPLICATIONS, DMFA)]
    assert [response.status_code for response in at_once(*acts)] == [302, 302]
    assert not Account.objects.filter(capacity=groot, type="USER", ended_at=None).exists()
    assert not Grant.objects.filter(capacity=groot, ended_at=None).exists()
    given = Event.objects.filter(act="grant.give", enterprise=str(groot.enterprise.public_id)).count()
    assert given + BulkRefusal.objects.filter(code="gone").count() == 250
    assert list(broken()) == []


def test_U4_a_double_click_confirms_once(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    check = start(client, BulkAct.BLOCK, account_of(cast.NOOR))["Location"]
    responses = at_once(lambda: confirm(client, check), lambda: confirm(client, check))
    assert {response["Location"] for response in responses} == {check.removesuffix("check")}
    assert Event.objects.filter(act="account.block").count() == 1


@pytest.mark.parametrize("cancels_first", [True, False])
def test_U4_cancelling_and_confirming_at_once_does_the_one_or_the_other(log_in: LogIn, cancels_first: bool) -> None:
    """Whoever cancels and was too late is shown what was done."""
    client = log_in(cast.THOMAS)
    check = start(client, BulkAct.BLOCK, account_of(cast.NOOR))["Location"]
    plan = plan_of(BulkRun.objects.get())
    clicks = [lambda: client.post(check, {"plan": plan}), lambda: client.post(check, {"cancel": "on"})]
    confirmed, cancelled = meet(*clicks[::-1])[::-1] if cancels_first else meet(*clicks)
    is_done = account_of(cast.NOOR).is_blocked
    assert confirmed.status_code == (302 if is_done else 404)
    leads_to = check.removesuffix("check") if is_done else address(capacity_of(), "users")
    assert cancelled["Location"] == leads_to


def test_U4_two_administrators_block_each_others_users_at_once(log_in: LogIn) -> None:
    """The chief blocks the access manager, who blocks a user: in any order, all that is confirmed is accounted for."""
    marie, thomas = log_in(cast.MARIE), log_in(cast.THOMAS)
    his = start(thomas, BulkAct.BLOCK, account_of(cast.NOOR))["Location"]
    hers = start(marie, BulkAct.BLOCK, account_of(cast.THOMAS))["Location"]
    statuses = [
        response.status_code for response in at_once(lambda: confirm(marie, hers), lambda: confirm(thomas, his))
    ]
    assert statuses[0] == 302 and statuses[1] in {302, 403}
    assert account_of(cast.THOMAS).is_blocked
    assert account_of(cast.NOOR).is_blocked == (statuses[1] == 302)
    assert Event.objects.filter(act="account.block").count() == 1 + account_of(cast.NOOR).is_blocked


def test_U4_three_workers_at_once_do_each_chunk_once(log_in: LogIn, settings: Any) -> None:
    settings.BULK_AT_ONCE = 20
    groot = capacity_of(cast.GROOT)
    chosen(log_in, BulkAct.BLOCK)()

    def work() -> int:
        done = 0
        while queue.take_one():
            done += 1
        return done

    at_once(work, work, work)
    run = BulkRun.objects.get()
    assert (run.done, run.told, run.end) == (250, 250, "whole")
    assert Account.objects.filter(capacity=groot, is_blocked=True).count() == 250
    assert Event.objects.filter(act="account.block").count() == 250
    assert not BulkRefusal.objects.exists()
    call_command("verify_record", verbosity=0)


def test_U4_cancelling_while_a_worker_works_stops_at_a_chunk(log_in: LogIn, settings: Any) -> None:
    settings.BULK_AT_ONCE = 10
    client, groot = log_in(cast.SOPHIE), capacity_of(cast.GROOT)
    result = chosen(log_in, BulkAct.BLOCK)()["Location"]

    def work() -> None:
        while queue.take_one():
            pass

    at_once(work, lambda: client.post(f"{result}cancel"))
    run = BulkRun.objects.get()
    assert run.end in {"cancelled", "whole"} and run.done % 10 == 0
    assert Account.objects.filter(capacity=groot, is_blocked=True).count() == run.done
    assert Event.objects.filter(act="account.block").count() == run.done
