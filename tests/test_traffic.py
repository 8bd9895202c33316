"""M11, M12: the pages that show a sender what arrived, and how far its last test came."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from senders.drawing import HEIGHT, drawing_of
from senders.enums import ChannelKind, Protocol, TransferKind
from senders.messages.faults import Fault, LoginFault
from senders.models import Delivery, Sender, Transfer
from senders.traffic import DAYS, Day, days_of, page_of
from tests import cast, traffic
from tests.conftest import LogIn
from tests.senders import Registered, capacity_of, register
from ui.addresses import id_in
from ui.keyset import SIZE

pytestmark = pytest.mark.django_db


@pytest.fixture
def sender() -> Registered:
    return register(ChannelKind.SFTP, ChannelKind.FTP)


def address(route: str, query: str = "") -> str:
    capacity = capacity_of()
    return reverse(route, args=[capacity.enterprise.public_id, capacity.public_id]) + query


def shown(log_in: LogIn, route: str, query: str = "") -> str:
    response = log_in(cast.THOMAS).get(address(route, query), headers={"Accept-Language": "en"})
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


def test_M11_the_page_counts_what_was_received_accepted_and_refused(log_in: LogIn, sender: Registered) -> None:
    traffic.make(sender.sender, days=10, each=3)
    page = shown(log_in, "sender-traffic")
    for word, number in (("Received", 30), ("Accepted", 20), ("Refused", 10)):
        assert f'{word}</dt> <dd class="govuk-summary-list__value">{number}</dd>' in page
    assert f"{Fault.OTHER_FILE.label} (S06, 3F)" in page
    assert page.count("<rect") == 20, "a filled and a hollow part for each day"


def test_M11_every_page_of_the_list_is_reached_both_ways(sender: Registered) -> None:
    traffic.make(sender.sender, days=10, each=7)
    now = timezone.now()
    everything = list(Delivery.objects.order_by("-taken_at", "-pk").values_list("pk", flat=True))
    page = page_of(sender.sender, now)
    found, pages = [row.pk for row in page.rows], [page]
    while page.after:
        page = page_of(sender.sender, now, after=id_in(page.after))
        pages.append(page)
        found += [row.pk for row in page.rows]
    assert found == everything and len(pages) == 3
    back = page_of(sender.sender, now, before=id_in(pages[2].before))
    assert [row.pk for row in back.rows] == [row.pk for row in pages[1].rows]
    assert page_of(sender.sender, now, before=id_in(back.before)).before == ""


def test_M11_submissions_of_the_same_moment_are_neither_lost_nor_twice(sender: Registered) -> None:
    traffic.make(sender.sender, days=1, each=60)
    Delivery.objects.update(taken_at=timezone.now())
    page, now, found = page_of(sender.sender, timezone.now()), timezone.now(), set()
    while True:
        found |= {row.pk for row in page.rows}
        if not page.after:
            break
        page = page_of(sender.sender, now, after=id_in(page.after))
    assert len(found) == 60


def test_E2_a_place_in_anothers_list_says_nothing(sender: Registered) -> None:
    traffic.make(sender.sender, days=2, each=SIZE)
    other = register(ChannelKind.FTP, enterprise=cast.GROOT, number="654322")
    strange = page_of(other.sender, timezone.now(), after=Delivery.objects.latest("pk").public_id)
    assert strange.rows == []


@pytest.mark.parametrize("query", ["?after=x", "?before=", "?after=00000000-0000-0000-0000-000000000000"])
def test_E7_a_place_that_is_none_gives_the_first_page(log_in: LogIn, sender: Registered, query: str) -> None:
    traffic.make(sender.sender, days=2, each=20)
    assert "Next page" in shown(log_in, "sender-traffic", query)


def test_M11_what_is_older_than_thirty_days_is_not_shown(sender: Registered) -> None:
    traffic.make(sender.sender, days=40, each=1)
    now = timezone.now()
    days = days_of(sender.sender, now)
    assert len(days) == DAYS and days[-1].day == timezone.localdate() and all(day.received == 1 for day in days)


def test_M11_the_traffic_page_asks_as_many_questions_at_many_submissions(log_in: LogIn, sender: Registered) -> None:
    client = log_in(cast.THOMAS)

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address("sender-traffic")).status_code == 200
        return len(asked)

    traffic.make(sender.sender, days=1, each=1)
    few = questions()
    Delivery.objects.update(day=None, fault=Fault.NAME_SHAPE, sequence=None)
    traffic.make(register(ChannelKind.SFTP, number="654323").sender, days=30, each=40)
    assert questions() == few


def test_M11_without_traffic_the_page_says_what_to_do(log_in: LogIn, sender: Registered) -> None:
    assert "Nothing came in the last 30 days" in shown(log_in, "sender-traffic")


def test_M11_a_bar_shows_whatever_came(sender: Registered) -> None:
    today = timezone.localdate()
    drawing = drawing_of([Day(today), Day(today, 1), Day(today, 0, 1), Day(today, 10_000, 10_000)])
    heights = [(bar.accepted_height, bar.refused_height) for bar in drawing.bars]
    assert heights[:3] == [(0, 0), (2, 0), (0, 2)]
    assert all(0 <= bar.refused_y <= HEIGHT for bar in drawing.bars)


# --- The ladder


def report(sender: Registered, kind: TransferKind, **facts: Any) -> Transfer:
    defaults = {"protocol": Protocol.SFTP, "name": sender.user(ChannelKind.SFTP)}
    return Transfer.objects.create(kind=kind, **(defaults | facts))


def test_M12_each_rung_shows_its_fault(log_in: LogIn, sender: Registered) -> None:
    page = shown(log_in, "sender-test", "?channel=sftp")
    assert page.count("still to come") == 6
    for key_sha256 in ("", "-"):
        report(sender, TransferKind.REFUSED, key_sha256=key_sha256)
        assert str(LoginFault.NO_KEY.label) in shown(log_in, "sender-test", "?channel=sftp")
    report(sender, TransferKind.REFUSED, key_sha256="00" * 32)
    assert "SHA256:AAAA" in shown(log_in, "sender-test", "?channel=sftp")
    report(sender, TransferKind.LOGIN)
    report(sender, TransferKind.STORED, file="/IN/declaration.xml")
    page = shown(log_in, "sender-test", "?channel=sftp")
    assert page.count("in order") == 3 and "declaration.xml" in page and page.count("went wrong") == 1


@pytest.mark.parametrize(
    ("fault", "rungs_in_order"),
    [(Fault.NO_SIGNATURE, 2), (Fault.OTHER_SENDER, 3), (Fault.SEQUENCE_USED, 3), (Fault.OTHER_FILE, 4)],
)
def test_M12_a_refused_test_stops_at_its_rung(
    log_in: LogIn, sender: Registered, fault: Fault, rungs_in_order: int
) -> None:
    report(sender, TransferKind.LOGIN, at=timezone.now() - timedelta(minutes=1))
    traffic.make(sender.sender, days=1, each=1)
    Delivery.objects.update(environment="T", fault=fault)
    page = shown(log_in, "sender-test")
    assert page.count("in order") == rungs_in_order and page.count("went wrong") == 1


def test_M12_a_real_submission_climbs_no_rung(log_in: LogIn, sender: Registered) -> None:
    report(sender, TransferKind.LOGIN, at=timezone.now() - timedelta(minutes=1))
    traffic.make(sender.sender, days=1, each=1)
    assert shown(log_in, "sender-test").count("in order") == 2


@pytest.mark.parametrize("channel", ["sftp", "ftp", "wbs", "whatever"])
def test_M12_every_channel_has_its_ladder_and_what_its_program_needs(log_in: LogIn, channel: str) -> None:
    sender = register(*ChannelKind)
    page = shown(log_in, "sender-test", f"?channel={channel}")
    needed = {"wbs": "/api/v1/token", "sftp": sender.user(ChannelKind.SFTP)}
    assert needed.get(channel, sender.user(ChannelKind.FTP)) in page


@pytest.mark.parametrize("route", ["sender-traffic", "sender-test"])
def test_M1_without_a_sender_there_is_no_traffic(log_in: LogIn, sender: Registered, route: str) -> None:
    Sender.objects.update(ended_at=timezone.now(), ended_by=sender.sender.created_by)
    assert log_in(cast.THOMAS).get(address(route)).status_code == 404
