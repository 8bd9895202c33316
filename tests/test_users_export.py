"""BEHAVIOUR U2: the list of users as CSV that opens right in a Belgian Excel, recorded once."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from acts.errors import NotAllowed
from audit.models import Event, Reading
from enterprises.models import Capacity
from formats import insz as insz_format
from identity.actor import Actor
from identity.models import Person
from tests import cast
from tests.bulk import account_of, address, capacity_of
from tests.conftest import LogIn
from tests.sheets import HEADS, export, lines_of
from users.listing import Filter, accounts_matching
from users.sheet import export as sheet

pytestmark = pytest.mark.django_db


def names(content: bytes) -> list[str]:
    return [line["Naam"] for line in lines_of(content)]


def test_U2_the_file_is_utf8_with_mark_semicolons_and_numbers_with_dots(log_in: LogIn) -> None:
    content = export(log_in(cast.THOMAS))
    assert content.startswith(b"\xef\xbb\xbfNaam;Voornaam;Gebruikersnaam;Type;INSZ;Status;")
    assert content.count(b"\r\n") == content.count(b"\n") == 5
    noor = next(line for line in lines_of(content) if line["Naam"] == "Vermeulen")
    assert noor == dict(
        zip(
            HEADS,
            [
                "Vermeulen",
                "Noor",
                "nvermeulen",
                "USER",
                "95.07.07-998.60",
                "Actief",
                "vermeulen@example.be",
                "",
                "dmfa, dimona",
            ],
            strict=True,
        )
    )


def test_U2_the_file_is_a_download_that_nobody_keeps(log_in: LogIn) -> None:
    response = log_in(cast.THOMAS).post(address(capacity_of(), "users-export"))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="gebruikers-199900121-')
    assert "no-store" in response["Cache-Control"]


def test_U2_the_list_is_in_its_order_and_whole(log_in: LogIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """More people than are read at once."""
    monkeypatch.setattr(sheet, "BATCH", 100)
    capacity = Capacity.objects.select_related("enterprise").get(
        enterprise__number=cast.GROOT, kind__code="employer-rsz"
    )
    numbers = [line["INSZ"] for line in lines_of(export(log_in(cast.SOPHIE), capacity=capacity))]
    in_order = (
        accounts_matching(capacity, Filter()).order_by("last_key", "first_key", "pk").values_list("insz", flat=True)
    )
    assert numbers == [insz_format.show(insz) for insz in in_order]
    assert len(numbers) == 251


def test_U2_the_filter_of_the_list_decides_who_is_in_it(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    assert len(names(export(client))) == 4
    assert names(export(client, "?type=LB")) == ["Wouters"]
    assert names(export(client, "?application=dmfa&status=active")) == ["Vermeulen"]
    searched = client.post(address(capacity_of(), "users"), {"name": "verm"})
    assert names(export(client, "?" + searched["Location"].split("?")[1])) == ["Vermeulen"]
    assert names(export(client, "?type=nonsense")) == []


def test_U2_a_search_of_another_session_is_not_exported(log_in: LogIn) -> None:
    searched = log_in(cast.THOMAS).post(address(capacity_of(), "users"), {"name": "verm"})
    query = "?" + searched["Location"].split("?")[1]
    assert log_in(cast.THOMAS).post(address(capacity_of(), "users-export") + query).status_code == 422
    assert not Event.objects.filter(act="account.export").exists()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_U2_no_name_starts_a_formula(log_in: LogIn, start: str) -> None:
    name = f'{start}HYPERLINK("http://example.be";"x")'
    Person.objects.filter(insz=cast.NOOR).update(last_name=name)
    assert f"'{name}" in names(export(log_in(cast.THOMAS)))


def test_U2_an_export_is_one_event_and_one_reading(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    searched = client.post(address(capacity_of(), "users"), {"name": "verm", "status": "active"})
    export(client, "?" + searched["Location"].split("?")[1])
    event = Event.objects.get(act="account.export")
    thomas = str(Person.objects.get(insz=cast.THOMAS).public_id)
    assert (event.actor, event.role, event.capacity) == (thomas, "TB", str(capacity_of().public_id))
    assert json.loads(event.details) == {"criteria": ["name", "status"], "count": 1}
    assert "verm" not in event.details
    reading = Reading.objects.get(page="users-export")
    assert (reading.actor, reading.count, reading.capacity) == (thomas, 1, str(capacity_of().public_id))


def test_U2_who_ended_while_the_file_is_sent_is_left_out(log_in: LogIn) -> None:
    response = log_in(cast.THOMAS).post(address(capacity_of(), "users-export"))
    noor = account_of(cast.NOOR)
    noor.ended_at, noor.ended_by = noor.created_at, noor.person
    noor.save()
    assert "Vermeulen" not in names(b"".join(response.streaming_content))  # type: ignore[attr-defined]  # a streaming response


def test_U2_a_large_list_takes_as_many_statements_as_a_small_one(log_in: LogIn) -> None:
    def statements(client: Client, capacity: Capacity) -> int:
        with CaptureQueriesContext(connection) as queries:
            export(client, capacity=capacity)
        return len(queries)

    large = Capacity.objects.select_related("enterprise").get(enterprise__number=cast.GROOT, kind__code="employer-rsz")
    assert statements(log_in(cast.SOPHIE), large) == statements(log_in(cast.MARIE), capacity_of())


def test_U2_the_act_asks_the_right_again(log_in: LogIn) -> None:
    """The role went between the page and the act."""
    actor = Actor(Person.objects.get(insz=cast.THOMAS), level=500)
    capacity = capacity_of()
    assert actor.holdings_in(capacity.enterprise_id)
    thomas = account_of(cast.THOMAS)
    thomas.type, thomas.blocked_at, thomas.blocked_by = "USER", None, None
    thomas.save()
    with pytest.raises(NotAllowed):
        sheet.export_accounts(actor=actor, capacity=capacity, wanted=Filter())
    assert not Event.objects.filter(act="account.export").exists()
