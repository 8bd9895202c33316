"""Bulk acts upon more rows than one transaction holds, done by the worker chunk by chunk (BEHAVIOUR U4)."""

import html
import json
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from access_admins.models import ChiefRole
from audit.models import Event
from csam_portal.demo.world import CROWD
from enterprises.models import Capacity
from identity.models import Person
from outbox.models import Mail
from outbox.worker import Worker
from tests import cast
from tests.bulk import DMFA, account_of, address, capacity_of, confirm, pick, start
from tests.conftest import LogIn
from users.bulk import actions, queue
from users.enums import BulkAct
from users.letters import account_changed
from users.models import Account, BulkRun, Grant

pytestmark = pytest.mark.django_db
CHUNK = 100


@pytest.fixture(autouse=True)
def _small_chunks(settings: Any) -> None:
    settings.BULK_AT_ONCE = CHUNK


@pytest.fixture
def groot() -> Capacity:
    return capacity_of(cast.GROOT)


def begin(client: Client, capacity: Capacity, act: str = BulkAct.BLOCK, codes: tuple[str, ...] = ()) -> str:
    """Choose all 250 users of Groot Personeel and confirm; return the address of the page that follows."""
    response = client.post(address(capacity, "users-bulk") + "?type=USER", {"act": act, "all": "filter"})
    if codes:
        response = pick(client, response, codes)
    return str(confirm(client, response["Location"])["Location"])


def blocked(capacity: Capacity) -> int:
    return Account.objects.filter(capacity=capacity, is_blocked=True).count()


def text(client: Client, page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", client.get(page).content.decode())).split())


def test_U4_a_large_act_is_done_chunk_by_chunk_and_its_page_says_how_far(log_in: LogIn, groot: Capacity) -> None:
    client = log_in(cast.SOPHIE)
    page = begin(client, groot)
    assert blocked(groot) == 0
    response = client.get(page)
    assert response["Refresh"] and "<script" not in response.content.decode()
    assert '<progress id="progress" value="0" max="250">' in response.content.decode()
    assert queue.take_one()
    assert blocked(groot) == 100
    assert "100 van 250" in text(client, page)
    while queue.take_one():
        pass
    assert blocked(groot) == 250
    assert "Gekozen 250 Uitgevoerd 250" in text(client, page)
    assert "Refresh" not in client.get(page).headers
    links = Event.objects.filter(act="account.block").values_list("link", flat=True)
    assert sorted(list(links).count(link) for link in set(links)) == [50, 100, 100], "one transaction per chunk"
    call_command("verify_record", verbosity=0)


def test_U4_the_page_can_be_left_and_found_again(log_in: LogIn, groot: Capacity) -> None:
    client = log_in(cast.SOPHIE)
    page = begin(client, groot)
    client.post("/nl/logout")
    again = log_in(cast.SOPHIE)
    runs = address(groot, "users-bulk")
    assert runs in again.get(address(groot, "users")).content.decode()
    assert page in again.get(runs).content.decode()
    assert "0 van 250 Bezig" in text(again, runs)
    queue.take_one()
    assert "100 van 250 Bezig" in text(again, runs)
    again.post(f"{page}cancel")
    assert "100 van 250 Geannuleerd" in text(again, runs)
    assert again.get(page).status_code == 200


def test_U4_it_can_be_cancelled_between_chunks_and_the_account_is_truthful(log_in: LogIn, groot: Capacity) -> None:
    Mail.objects.all().delete()
    client = log_in(cast.SOPHIE)
    page = begin(client, groot)
    queue.take_one()
    assert client.post(f"{page}cancel", follow=True).status_code == 200
    while queue.take_one():
        pass
    assert blocked(groot) == 100
    shown = text(client, page)
    assert "U hebt dit voor het einde gestopt. Wat al gebeurd was, blijft zo." in shown
    assert "Gekozen 250 Uitgevoerd 100 Niet begonnen 150" in shown
    assert Mail.objects.count() == 100, "who was blocked is told, and nobody else"
    client.post(f"{page}cancel")
    assert text(client, page) == shown


def test_U4_rows_that_cannot_be_done_are_counted_over_all_chunks(log_in: LogIn, groot: Capacity) -> None:
    """Some at the beginning, in the middle and at the end were blocked before."""
    now, by = timezone.now(), Person.objects.get(insz=cast.SOPHIE)
    users = list(Account.objects.filter(capacity=groot, type="USER").order_by("last_key", "first_key", "pk"))
    for place in (0, 120, 249):
        Account.objects.filter(pk=users[place].pk).update(blocked_at=now, blocked_by=by)
    client = log_in(cast.SOPHIE)
    page = begin(client, groot)
    while queue.take_one():
        pass
    shown = text(client, page)
    assert "Gekozen 250 Uitgevoerd 247 Niet uitgevoerd, met de reden 3" in shown
    assert shown.count("Deze gebruiker is al geblokkeerd.") == 3
    assert all(users[place].person.last_name in shown for place in (0, 120, 249))


def test_U4_the_right_is_read_afresh_for_every_chunk(log_in: LogIn, groot: Capacity) -> None:
    """A co-chief confirms, and is ended after the first chunk: the rest stays as it is, and the page says why."""
    bart, sophie = Person.objects.get(insz=cast.BART), Person.objects.get(insz=cast.SOPHIE)
    now = timezone.now()
    role = ChiefRole.objects.create(
        enterprise=groot.enterprise, person=bart, kind="CO", email="b@example.be", procedure="delegated",
        started_at=now, started_by=sophie,
    )  # fmt: skip
    begin(log_in(cast.BART), groot)
    queue.take_one()
    ChiefRole.objects.filter(pk=role.pk).update(ended_at=now, ended_by=sophie)
    while queue.take_one():
        pass
    assert blocked(groot) == 100
    run = BulkRun.objects.get()
    assert (run.done, run.end, run.reason) == (100, "stopped", "You no longer have the right to do this here.")
    assert run.settled_at is not None
    assert {event.role for event in Event.objects.filter(act="account.block")} == {"co-HTB"}


def test_U4_a_role_that_became_too_small_stops_it_and_says_which_rule(log_in: LogIn, groot: Capacity) -> None:
    person = Person.objects.get(insz=CROWD[3].insz)
    Account.objects.filter(capacity=groot, person=person).update(type="CO")
    client = log_in(CROWD[3].insz)
    page = begin(client, groot)
    queue.take_one()
    Account.objects.filter(capacity=groot, person=person).update(type="USER")
    queue.take_one()
    Account.objects.filter(capacity=groot, person=person).update(type="CO")
    shown = text(client, page)
    assert "Dit is voor het einde gestopt Uw rol hier omvat dit niet." in shown
    assert "Gekozen 249 Uitgevoerd 100 Niet begonnen 149" in shown


def test_U4_several_runs_take_turns(log_in: LogIn, groot: Capacity) -> None:
    """Who confirms a small act does not wait for the end of somebody's large one."""
    begin(log_in(cast.SOPHIE), groot)
    queue.take_one()
    client = log_in(cast.THOMAS)
    noor = account_of(cast.NOOR)
    Mail.objects.all().delete()
    confirm(client, start(client, BulkAct.BLOCK, noor)["Location"])
    queue.take_one()
    queue.take_one()
    assert Mail.objects.get().to == noor.email
    assert blocked(groot) < 250


def test_U4_somebody_who_may_not_log_in_any_more_stops_it(log_in: LogIn, groot: Capacity) -> None:
    begin(log_in(cast.SOPHIE), groot)
    Person.objects.filter(insz=cast.SOPHIE).update(is_active=False)
    while queue.take_one():
        pass
    assert blocked(groot) == 0
    assert BulkRun.objects.get().end == "stopped"


def test_U4_the_level_of_the_login_is_carried_on(log_in: LogIn, groot: Capacity) -> None:
    from identity.enums import Means

    begin(log_in(cast.SOPHIE, Means.TOTP), groot, BulkAct.ADD_APPLICATIONS, (DMFA,))
    while queue.take_one():
        pass
    events = Event.objects.filter(act="grant.give", enterprise=str(groot.enterprise.public_id))
    assert events.count() == 250
    assert set(events.values_list("level", "role")) == {(400, "HTB")}
    assert json.loads(events[0].details) == {"applications": [DMFA]}
    assert Grant.objects.filter(capacity=groot, act=BulkRun.objects.get().public_id).count() == 250


def test_U4_a_chunk_done_by_another_worker_counts_once(log_in: LogIn, groot: Capacity) -> None:
    """Two workers read the same state; the second finds the chunk done."""
    from identity.actor import Actor

    begin(log_in(cast.SOPHIE), groot)
    one, other = (BulkRun.objects.select_related("capacity__enterprise", "person").get() for _ in range(2))
    for run in (one, other):
        actions.carry_on(actor=Actor(run.person, level=run.level), run=run)
    assert BulkRun.objects.get().done == 100
    assert blocked(groot) == Event.objects.filter(act="account.block").count() == 100


def test_U4_a_chunk_that_fails_is_tried_again_and_then_given_up(
    log_in: LogIn, groot: Capacity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it happens; the other runs go on; after five tries the page says so."""
    client = log_in(cast.SOPHIE)
    page = begin(client, groot)

    def fail(*_arguments: Any, **_more: Any) -> None:
        raise IntegrityError("broken")

    monkeypatch.setattr(actions, "block_all", fail)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for tried in range(queue.MOST_ATTEMPTS):
            assert queue.take_one()
            assert not queue.take_one() or tried == queue.MOST_ATTEMPTS - 1, "later, not at once"
            clock.shift(timedelta(minutes=2))
    assert blocked(groot) == 0
    assert BulkRun.objects.get().end == "stopped"
    assert "Een fout aan onze kant heeft dit gestopt." in text(client, page)
    assert "Gekozen 250 Uitgevoerd 0 Niet begonnen 250" in text(client, page)


def test_U4_one_mail_that_cannot_be_written_keeps_nobody_else_untold(
    log_in: LogIn, groot: Capacity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After five tries that one person is passed over, and everybody before and after is told."""
    begin(log_in(cast.SOPHIE), groot)
    Mail.objects.all().delete()
    broken = Account.objects.filter(capacity=groot, type="USER").order_by("last_key", "first_key", "pk")[120].person

    def fail(person: Person, **more: Any) -> Any:
        if person == broken:
            raise ValueError("broken")
        return account_changed(person, **more)

    monkeypatch.setattr(queue, "account_changed", fail)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _tried in range(queue.MOST_ATTEMPTS):
            while queue.take_one():
                pass
            clock.shift(timedelta(minutes=2))
    assert Mail.objects.count() == 249
    assert not Mail.objects.filter(key__endswith=str(broken.public_id)).exists()
    run = BulkRun.objects.get()
    assert run.told == 250 and run.settled_at is not None


def test_U4_too_many_at_once_are_refused(log_in: LogIn, groot: Capacity, monkeypatch: pytest.MonkeyPatch) -> None:
    from users.bulk import runs

    monkeypatch.setattr(runs, "MOST", 200)
    response = log_in(cast.SOPHIE).post(address(groot, "users-bulk"), {"act": "block", "all": "filter"}, follow=True)
    assert "Dit zijn te veel gebruikers voor één keer." in response.content.decode()
    assert not BulkRun.objects.exists()


def test_E5_the_worker_sends_mails_between_chunks(
    log_in: LogIn, groot: Capacity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else's mail does not wait for a long act."""
    from outbox import sending

    begin(log_in(cast.SOPHIE), groot)
    done: list[str] = []
    real_take, real_send = queue.take_one, sending.send
    waiting = Mail.objects.waiting().count()
    assert waiting > 3

    def take() -> bool:
        done.append("chunk")
        return real_take()

    def send(mail: Mail) -> bool:
        done.append("mail")
        return real_send(mail)

    monkeypatch.setattr("outbox.queues._queues", {"bulk acts": take})
    monkeypatch.setattr(sending, "send", send)
    worker = Worker()
    worker.drain()
    assert done[:6] == ["mail", "chunk"] * 3
    assert blocked(groot) == 250
    assert not Mail.objects.waiting().exists()


def test_U4_a_run_of_many_hundreds_refused_is_read_page_by_page(log_in: LogIn, groot: Capacity) -> None:
    client = log_in(cast.SOPHIE)
    page = begin(client, groot, BulkAct.UNBLOCK)
    while queue.take_one():
        pass
    seen = sum(
        text(client, f"{page}?page={number}").count("Deze gebruiker is niet geblokkeerd.") for number in (1, 2, 3)
    )
    assert seen == 250
    for nonsense in ("0", "-1", "x", "9" * 30):
        assert client.get(f"{page}?page={nonsense}").status_code == 200
    assert resolve(page).url_name == "bulk-result"
