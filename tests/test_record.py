"""E1: the record cannot be changed or removed without it showing."""

import io
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Concat

from audit import readings, triggers
from audit.checks import record_is_append_only
from audit.models import Event, Link, Reading
from audit.record import Entry, write_entries
from audit.selected import Selection
from audit.verify import Counts, Fault, check_chains, heads_since
from identity.models import Person

CHAIN = "enterprise:one"


def write(*acts: str, chain: str = CHAIN) -> None:
    with transaction.atomic():
        write_entries(chain, [Entry(act=act, actor="someone", level=500, details={"name": "Zoë"}) for act in acts])


def sql(statement: str, *parameters: str | int | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def verify(*arguments: str) -> str:
    """Run the command; return what it complained of, empty where the record is whole."""
    complaints = io.StringIO()
    try:
        call_command("verify_record", *arguments, stdout=io.StringIO(), stderr=complaints)
    except CommandError as error:
        assert error.returncode == 1
        assert complaints.getvalue()
    return complaints.getvalue()


@pytest.fixture
def record(db: None) -> None:
    """Two chains; the first of three links, the second of which has two events."""
    write("first")
    write("second", "third")
    write("fourth")
    write("elsewhere", chain="person:two")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor = 'another'",
        "UPDATE audit_event SET actor = actor",
        "DELETE FROM audit_event",
        "UPDATE audit_link SET digest = ''",
        "DELETE FROM audit_link",
        "DELETE FROM audit_reading",
        "UPDATE audit_reading SET count = 0",
        "UPDATE audit_reading SET linked = true, page = 'another'",
    ],
)
def test_E1_the_database_refuses_to_change_or_remove(record: None, statement: str) -> None:
    readings.note(actor="someone", page="users", count=25)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        sql(statement)


def test_E1_nor_replaces_or_empties(record: None) -> None:
    event = Event.objects.earliest("pk")
    columns = ", ".join(str(field.column) for field in Event._meta.concrete_fields)
    copy = f"SELECT {columns} FROM audit_event WHERE id = {event.pk}"
    if connection.vendor == "sqlite":
        statements = [f"INSERT OR REPLACE INTO audit_event ({columns}) {copy}"]
    else:
        statements = ["TRUNCATE audit_event", "TRUNCATE audit_link", "TRUNCATE audit_reading"]
    statements.append(
        f"INSERT INTO audit_event ({columns}) {copy} AND true ON CONFLICT (id) DO UPDATE SET act = 'another'"
    )
    for statement in statements:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            sql(statement)


def test_E1_a_reading_is_linked_once_and_never_back(db: None) -> None:
    readings.note(actor="someone", page="users", count=25)
    Reading.objects.update(linked=True)
    for linked in (False, True):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Reading.objects.update(linked=linked)


def test_E1_missing_triggers_are_noticed_and_laid_again_by_migrate(db: None) -> None:
    assert record_is_append_only(databases=["default"]) == []
    triggers.remove(connection)
    assert len(record_is_append_only(databases=["default"])) == (6 if connection.vendor == "sqlite" else 4)
    call_command("migrate", verbosity=0)
    assert triggers.missing(connection) == []


def test_E1_a_trigger_that_is_switched_off_is_noticed(db: None) -> None:
    if connection.vendor == "postgresql":
        sql("ALTER TABLE audit_event DISABLE TRIGGER audit_event_append_only")
        assert triggers.missing(connection) == ["audit_event_append_only"]
    else:
        sql("PRAGMA recursive_triggers = OFF")
        try:
            assert triggers.missing(connection) == ["PRAGMA recursive_triggers"]
        finally:
            sql("PRAGMA recursive_triggers = ON")


def test_E1_a_whole_record_verifies(record: None) -> None:
    assert verify() == ""


def people() -> "QuerySet[Any, Any]":
    """The demo world's persons as an act upon many would name them; texts with every kind of letter."""
    return Person.objects.exclude(insz=None).annotate(
        place=F("pk"),
        within=Value("capacity"),
        subject=F("insz"),
        about=Concat(Value("person:"), F("last_name")),
        details=Concat(Value('{"name":"'), F("first_names"), Value('"}'), output_field=TextField()),
    )


def selection(act: str) -> Selection:
    return Selection(act=act, actor="someone", level=300, role="TB", enterprise="one", rows=people())


def test_E1_events_that_the_database_makes_verify_as_others_do(record: None) -> None:
    """One link: an event of its own, then two of each person."""
    with transaction.atomic():
        write_entries(CHAIN, [Entry(act="many", actor="someone", level=300)], [selection("first"), selection("second")])
    write("afterwards")
    assert verify() == ""
    count = people().count()
    made = list(
        Event.objects.filter(chain=CHAIN, link=Link.objects.get(count=1 + 2 * count).number).order_by("position")
    )
    assert [event.act for event in made] == ["many", *["first"] * count, *["second"] * count]
    assert [event.about for event in made[1 : count + 1]] == list(
        people().order_by("pk").values_list("about", flat=True)
    )
    assert json.loads(made[1].details) == {"name": people().order_by("pk")[0].first_names}


def test_E1_a_change_in_an_event_that_the_database_made_shows(record: None) -> None:
    with transaction.atomic():
        write_entries(CHAIN, [], [selection("first")])
    triggers.remove(connection)
    Event.objects.filter(act="first", position=7).update(subject="another")
    assert "event 7 was changed" in verify()


def forge_digest(event: Event) -> None:
    """Do what a careful intruder does: make the event's own digest fit again."""
    from audit.record import event_digest

    sql("UPDATE audit_event SET digest = %s WHERE id = %s", event_digest(event), event.pk)


def change_event() -> None:
    sql("UPDATE audit_event SET actor = 'another' WHERE act = 'third'")


def change_event_and_its_digest() -> None:
    change_event()
    forge_digest(Event.objects.get(act="third"))


def swap_events() -> None:
    for act, position in (("second", 7), ("third", 0), ("second", 1)):
        sql("UPDATE audit_event SET position = %s WHERE act = %s", position, act)
    for act in ("second", "third"):
        forge_digest(Event.objects.get(act=act))


def remove_event() -> None:
    sql("DELETE FROM audit_event WHERE act = 'third'")


def remove_event_and_count() -> None:
    remove_event()
    sql("UPDATE audit_link SET count = 1 WHERE chain = %s AND number = 2", CHAIN)


def remove_link() -> None:
    sql("DELETE FROM audit_link WHERE chain = %s AND number = 2", CHAIN)


def remove_link_and_events() -> None:
    remove_link()
    sql("DELETE FROM audit_event WHERE chain = %s AND link = 2", CHAIN)


def add_event() -> None:
    event = Event.objects.get(act="fourth")
    event.pk, event.link, event.position, event.act = None, 9, 0, "invented"
    event.save()


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (change_event, "link 2: event 1 was changed"),
        (change_event_and_its_digest, "link 2: does not follow"),
        (swap_events, "link 2: does not follow"),
        (remove_event, "link 2: has 1 events where 2 were recorded"),
        (remove_event_and_count, "link 2: does not follow"),
        (remove_link, "link 2: missing, yet there is its event 0"),
        (remove_link_and_events, "link 2: missing, next there is link 3"),
        (add_event, "link 9: missing, yet there is its event 0"),
    ],
)
def test_E1_tampering_is_found_where_it_happened(record: None, tamper: Callable[[], None], said: str) -> None:
    triggers.remove(connection)
    tamper()
    complaints = verify()
    assert f"{CHAIN} {said}" in complaints
    assert "person:two" not in complaints


def cut_tail() -> None:
    sql("DELETE FROM audit_event WHERE chain = %s AND link = 3", CHAIN)
    sql("DELETE FROM audit_link WHERE chain = %s AND number = 3", CHAIN)


def test_E1_a_tail_that_was_cut_off_shows_against_kept_heads(record: None, tmp_path: Path) -> None:
    kept = tmp_path / "heads"
    assert verify("--write-heads", str(kept)) == ""
    heads = {head["chain"]: head["number"] for head in map(json.loads, kept.read_text().splitlines())}
    assert (heads[CHAIN], heads["person:two"]) == (3, 1)
    write("fifth")
    assert verify("--heads", str(kept)) == "", "a chain may grow"
    triggers.remove(connection)
    sql("DELETE FROM audit_event WHERE chain = %s AND link = 4", CHAIN)
    sql("DELETE FROM audit_link WHERE chain = %s AND number = 4", CHAIN)
    cut_tail()
    assert verify() == "", "without the heads there is nothing to see"
    assert f"{CHAIN} link 3: was recorded and is gone" in verify("--heads", str(kept))
    write("instead of the fourth")
    assert f"{CHAIN} link 3: is another" in verify("--heads", str(kept))


def test_E1_the_links_need_the_key(record: None, settings) -> None:  # type: ignore[no-untyped-def]
    settings.RECORD_KEY = "another key"
    assert f"{CHAIN} link 1: does not follow" in verify()


def test_E1_heads_are_those_of_the_chains_that_grew(record: None) -> None:
    last = Link.objects.latest("pk").pk
    write("fifth")
    assert [(head.chain, head.number) for head in heads_since(last)] == [(CHAIN, 4)]


def test_E1_readings_are_linked_into_the_record(db: None) -> None:
    for count in (25, 0, 3):
        readings.note(actor="someone", enterprise="e", page="users", count=count)
    linked = Reading.objects.filter(linked=True).count()
    assert readings.link_readings() == 2, "a page without numbers leaves no reading"
    assert readings.link_readings() == 0
    assert Reading.objects.filter(linked=True).count() == linked + 2
    assert verify() == ""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_reading SET count = 1 WHERE count = 25",
        "DELETE FROM audit_reading WHERE count = 25",
        "UPDATE audit_reading SET linked = false WHERE count = 25",
    ],
)
def test_E1_tampering_with_linked_readings_is_found(db: None, statement: str) -> None:
    readings.note(actor="someone", page="users", count=25)
    readings.link_readings()
    triggers.remove(connection)
    sql(statement)
    assert "the readings that it names were changed" in verify()


def test_E1_a_reading_smuggled_in_as_linked_is_found(db: None) -> None:
    Reading.objects.create(actor="someone", page="users", count=1, linked=True)
    assert "marked as linked" in verify()


def test_E1_an_event_needs_a_transaction_and_clear_texts(db: None) -> None:
    with pytest.raises(ValueError, match="separator"):
        write("two\x1ftexts")
    with pytest.raises(ValueError, match="without events"):
        write()


@pytest.mark.django_db(transaction=True)
def test_E1_outside_a_transaction_nothing_is_recorded() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        write_entries(CHAIN, [Entry(act="alone", actor="someone", level=0)])


@pytest.mark.django_db(transaction=True)
def test_E1_two_writers_on_one_chain_take_turns() -> None:
    """Four threads that really commit: no link lost, none forked, and the one that is undone leaves no gap."""
    failures: list[BaseException] = []

    def writer(name: str) -> None:
        try:
            for turn in range(5):
                write(f"{name}.{turn}", f"{name}.{turn}.again")
                with pytest.raises(KeyError), transaction.atomic():
                    write_entries(CHAIN, [Entry(act="undone", actor="someone", level=0)])
                    raise KeyError
        except BaseException as failure:
            failures.append(failure)
            raise
        finally:
            connections.close_all()

    threads = [threading.Thread(target=writer, args=(str(number),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert list(Link.objects.filter(chain=CHAIN).order_by("number").values_list("number", flat=True)) == list(
        range(1, 21)
    )
    assert not [found for found in check_chains(Counts()) if isinstance(found, Fault)]
