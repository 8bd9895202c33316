"""BEHAVIOUR U9: the export comes in again, changed: dry run, all or nothing, undo for 24 hours."""

import html
import json
import re
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access_admins.models import ChiefRole
from acts.errors import Refused
from audit.models import Event
from csam_portal.demo.roles import BLOCKED, CO_TB
from csam_portal.invariants import broken
from enterprises.models import Application, Capacity
from formats import insz as insz_format
from formats.names import fold
from identity.models import Person
from outbox.models import Mail
from tests import cast
from tests.appointing import plan_on
from tests.bulk import account_of, address, capacity_of
from tests.conftest import LogIn
from tests.sheets import HEADS, begin, carry_out, changed, confirm, export, file_of, lines_of, undo, upload
from ui.models import Run
from users.models import Account, Grant
from users.sheet import actions, reading, runs
from users.sheet.columns import HEADS as HEADS_OF
from users.sheet.columns import STATES, TYPES, Column

pytestmark = pytest.mark.django_db


def text(page: str) -> str:
    """A page's words, as one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def said(client: Client, content: bytes, capacity: Capacity | None = None) -> str:
    """What an upload that is not right gets as an answer."""
    response = upload(client, content, capacity)
    assert response.status_code == 422
    return text(response.content.decode())


def held(account: Account) -> set[str]:
    return set(Grant.objects.filter(account=account, ended_at=None).values_list("application__code", flat=True))


def world() -> list[tuple[object, ...]]:
    """All that an import could change in the brasserie's capacity."""
    accounts = Account.objects.filter(capacity=capacity_of(), ended_at=None)
    return sorted(
        (one.person.last_name, one.type, one.email, one.local_email, one.blocked_at is not None, *sorted(held(one)))
        for one in accounts
    )


def events(act: str) -> list[Event]:
    """Events of an act, without those of the demo world."""
    return list(Event.objects.filter(act=act).exclude(actor=str(Person.objects.portal().public_id)))


# --- Nothing to change


def test_U9_an_unchanged_export_changes_nothing(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    response = upload(client, export(client))
    assert response.status_code == 200
    assert "Er valt niets te wijzigen" in text(response.content.decode())
    assert not Run.objects.filter(journey=runs.JOURNEY).exists()
    assert events("account.import") == []


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_U9_a_file_of_another_language_is_read(log_in: LogIn, language: str) -> None:
    """A colleague exported it."""
    client = log_in(cast.THOMAS)
    response = client.post(address(capacity_of(), "users-export").replace("/nl/", f"/{language}/"))
    assert upload(client, b"".join(response.streaming_content)).status_code == 200  # type: ignore[attr-defined]  # a streaming response


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30), min_size=4, max_size=4
    ),
    st.sampled_from(";,\t"),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_U9_whatever_people_are_called_their_export_changes_nothing(
    log_in: LogIn, names: list[str], delimiter: str
) -> None:
    for insz, name in zip((cast.THOMAS, cast.NOOR, BLOCKED.insz, CO_TB.insz), names, strict=True):
        Person.objects.filter(insz=insz).update(last_name=name, first_names=name[::-1])
    client = log_in(cast.MARIE)
    response = upload(client, file_of(lines_of(export(client)), delimiter))
    assert response.status_code == 200, text(response.content.decode())


def test_U9_who_is_not_in_the_file_stays_as_he_is(log_in: LogIn) -> None:
    client, before = log_in(cast.THOMAS), world()
    assert upload(client, file_of(lines_of(export(client))[:1])).status_code == 200
    assert world() == before


# --- What a file changes


def test_U9_a_file_changes_addresses_status_and_applications(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    lines = changed(
        lines_of(export(client)), cast.NOOR, email="noor@example.be", local_email="n@intern.example.be",
        applications="DMFA, publiato", status="geblokkeerd",
    )  # fmt: skip
    check = begin(client, file_of(lines))
    page = text(client.get(check).content.decode())
    assert "Noor Vermeulen ••.••.••-998.60" in page
    for sentence in (
        "E-mailadres: vermeulen@example.be wordt noor@example.be",
        "Lokaal e-mailadres: — wordt n@intern.example.be",
        "Wordt geblokkeerd",
        "Krijgt Publiato",
        "Verliest DIMONA V2",
    ):
        assert sentence in page
    assert held(account_of(cast.NOOR)) == {"dmfa", "dimona"}  # so far nothing happened
    assert "De gebruikers werden gewijzigd zoals het bestand zegt" in text(confirm(client, check).content.decode())
    noor = account_of(cast.NOOR)
    assert (noor.email, noor.local_email, noor.is_blocked) == ("noor@example.be", "n@intern.example.be", True)
    assert held(noor) == {"dmfa", "publiato"}


def test_U9_each_change_is_an_event_of_one_act_and_one_mail(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    lines = changed(lines_of(export(client)), cast.NOOR, email="noor@example.be", applications="publiato")
    carry_out(client, file_of(changed(lines, BLOCKED.insz, status="Actief")))
    noor = f"account:{account_of(cast.NOOR).public_id}"
    (whole,) = events("account.import")
    assert json.loads(whole.details) == {"lines": 4, "accounts": 2}
    assert [(event.about, json.loads(event.details)) for event in events("account.edit")] == [
        (noor, {"changed": ["email"]})
    ]
    assert [json.loads(event.details) for event in events("grant.give")] == [{"applications": ["publiato"]}]
    assert [sorted(json.loads(event.details)["applications"]) for event in events("grant.end")] == [["dimona", "dmfa"]]
    assert [event.about for event in events("account.unblock")] == [f"account:{account_of(BLOCKED.insz).public_id}"]
    links = {
        (event.chain, event.link) for name in ("account.import", "account.edit", "grant.give") for event in events(name)
    }
    assert len(links) == 1
    mail = Mail.objects.get(to="noor@example.be")
    assert "Publiato" in mail.text
    assert "DIMONA" in mail.text
    assert Mail.objects.filter(key__startswith=str(Run.objects.get(journey=runs.JOURNEY).public_id)).count() == 2


def test_U9_deleting_is_asked_by_its_own_word(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    check = begin(client, file_of(changed(lines_of(export(client)), cast.NOOR, status="verwijderen")))
    page = text(client.get(check).content.decode())
    assert "Eén gebruiker wordt verwijderd, met alle toepassingen." in page
    noor = account_of(cast.NOOR)
    confirm(client, check)
    noor.refresh_from_db()
    assert noor.ended_at is not None
    assert held(noor) == set()
    assert not list(broken())


def test_U9_confirming_twice_does_it_once(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    check = begin(client, file_of(changed(lines_of(export(client)), cast.NOOR, status="Geblokkeerd")))
    plan = plan_on(client, check)
    assert client.post(check, {"plan": plan}).status_code == 302
    assert client.post(check, {"plan": plan}).status_code == 200  # the page of what was done
    assert len(events("account.import")) == 1


def test_U9_cancel_forgets_the_file(log_in: LogIn) -> None:
    client, before = log_in(cast.THOMAS), world()
    check = begin(client, file_of(changed(lines_of(export(client)), cast.NOOR, status="Geblokkeerd")))
    assert client.post(check, {"cancel": "on"})["Location"] == address(capacity_of(), "users")
    assert client.get(check).status_code == 404
    assert world() == before


def test_U9_the_names_and_numbers_of_the_file_are_not_kept(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    begin(client, file_of(changed(lines_of(export(client)), cast.NOOR, status="Geblokkeerd")))
    kept = json.dumps(Run.objects.get(journey=runs.JOURNEY).answers)
    assert "Vermeulen" not in kept
    assert cast.NOOR not in kept
    assert insz_format.show(cast.NOOR) not in kept


# --- Files as they come


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_U9_whatever_the_spreadsheet_saved_is_read(log_in: LogIn, encoding: str, delimiter: str) -> None:
    Person.objects.filter(insz=cast.NOOR).update(last_name='Vermeulen-Lefèvre "Zoë"; dite Noé')
    client = log_in(cast.THOMAS)
    lines = changed(lines_of(export(client)), cast.NOOR, status="Geblokkeerd")
    content = file_of(lines, delimiter).decode("utf-8-sig").encode(encoding)
    carry_out(client, content)
    assert account_of(cast.NOOR).is_blocked


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_U9_any_line_end_is_read(log_in: LogIn, line_end: str) -> None:
    client = log_in(cast.THOMAS)
    lines = changed(lines_of(export(client)), cast.NOOR, status="Geblokkeerd")
    carry_out(client, file_of(lines).replace(b"\r\n", line_end.encode()) + line_end.encode() * 3)
    assert account_of(cast.NOOR).is_blocked


def test_U9_columns_may_stand_in_another_order_and_the_first_line_may_name_the_delimiter(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    lines = changed(lines_of(export(client)), cast.NOOR, status="Geblokkeerd")
    carry_out(client, b"sep=,\r\n" + file_of(lines, ",", HEADS[::-1]).removeprefix(b"\xef\xbb\xbf"))
    assert account_of(cast.NOOR).is_blocked


@pytest.mark.parametrize("name", ["=1+1", "+32", "-x", "@home", "\tx", "'=x"])
def test_U9_a_name_that_was_guarded_is_the_name(log_in: LogIn, name: str) -> None:
    Person.objects.filter(insz=cast.NOOR).update(last_name=name)
    client = log_in(cast.THOMAS)
    assert upload(client, export(client)).status_code == 200


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Dit bestand is leeg."),
        (b"sep=;\r\n", "Dit bestand is leeg."),
        (b"PK\x03\x04 and more", "Dit is een werkmap, geen CSV-bestand."),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "Dit is geen tekstbestand."),
        (b"Lorem ipsum\r\ndolor", "De eerste regel noemt de kolommen van de export niet."),
        (file_of([], heads=HEADS[:-1]), "Deze kolom ontbreekt: Beveiligde toepassingen."),
        (file_of([], heads=[*HEADS[2:4], *HEADS[6:], "INSZ"]), "Deze kolommen ontbreken: Naam, Voornaam, Status."),
        (file_of([], heads=[*HEADS, "Wachtwoord"]), "Deze kolom hoort niet bij de export: Wachtwoord."),
        (file_of([], heads=[*HEADS]).replace(b"\r\n", b";naam\r\n"), "Een kolom staat twee keer in het bestand."),
    ],
)  # fmt: skip
def test_U9_what_is_no_export_is_refused_with_a_sentence(log_in: LogIn, content: bytes, sentence: str) -> None:
    assert sentence in said(log_in(cast.THOMAS), content)


def test_U9_more_than_twenty_megabytes_are_refused(log_in: LogIn) -> None:
    assert "groter dan 20 MB" in said(log_in(cast.THOMAS), b"x" * (reading.MOST_BYTES + 1))


def test_U9_ten_megabytes_of_quoted_latin_1_are_read(log_in: LogIn) -> None:
    """Nearly as many lines as a file may have; what is wrong is told as far as somebody reads, and counted."""
    client = log_in(cast.THOMAS)
    line = '"Müller; ""Zoë""";Noël;;USER;nobody;Actief;' + "x" * 60 + ";;\r\n"
    whole = export(client).decode("utf-8-sig").encode("cp1252") + line.encode("cp1252") * 99_000
    assert len(whole) > 10 * 1024 * 1024 - 500_000
    page = said(client, whole)
    assert re.search(r"Minstens [1-3]\d\d\d zaken in het bestand kloppen niet", page)
    assert re.search(r"En nog \d{3,4}\.", page)


def test_U9_a_million_lines_are_refused(log_in: LogIn) -> None:
    content = file_of([]) + b";;;;;;;;\r\n" * 1_000_000
    assert len(content) < reading.MOST_BYTES
    assert "meer dan 100 000 regels" in said(log_in(cast.THOMAS), content)


def test_U9_more_changes_than_one_transaction_holds_are_refused(log_in: LogIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "MOST_CHANGES", 1)
    client = log_in(cast.THOMAS)
    lines = changed(lines_of(export(client)), cast.NOOR, status="Geblokkeerd")
    assert "wijzigt 2 gebruikers" in said(client, file_of(changed(lines, BLOCKED.insz, status="Actief")))


def test_U9_uploads_are_counted(log_in: LogIn, settings: LazySettings) -> None:
    settings.LIMITS = {**settings.LIMITS, "upload.actor": (2, 3600)}
    client = log_in(cast.THOMAS)
    content = export(client)
    assert [upload(client, content).status_code for _ in range(3)] == [200, 200, 429]


@given(st.binary(max_size=300), st.booleans())
def test_E7_no_bytes_are_more_than_a_refusal(content: bytes, has_heads: bool) -> None:
    """Whatever is uploaded, it is read or refused."""
    try:
        sheet = reading.read_sheet(file_of([]) * has_heads + content)
        assert all(row.cells.keys() == set(Column) for row in sheet.rows)
    except Refused as refusal:
        assert refusal.sentence


# --- Lines that are wrong: all or nothing


def refused(client: Client, lines: list[dict[str, str]], *sentences: str, capacity: Capacity | None = None) -> None:
    """An upload of these lines is refused with these sentences, and nothing changed."""
    before = world()
    page = said(client, file_of(lines), capacity)
    for sentence in ("Verbeter dit in het bestand", *sentences):
        assert sentence in page
    assert world() == before
    assert not Run.objects.filter(journey=runs.JOURNEY).exists()


def test_U9_errors_stand_with_line_and_column(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    lines = lines_of(export(client))
    numbers = [line["INSZ"] for line in lines]
    noor = numbers.index(insz_format.show(cast.NOOR)) + 2
    lines = changed(lines, cast.NOOR, email="no address")
    lines = changed(lines, cast.NOOR, status="Weg", applications="nothing")
    refused(
        client,
        lines,
        "3 zaken in het bestand kloppen niet",
        f"{noor} Status Schrijf een van deze: Actief, Geblokkeerd, Verwijderen.",
        f"{noor} E-mailadres Dit kan geen e-mailadres zijn.",
        f"{noor} Beveiligde toepassingen Er is hier geen toepassing met de code “nothing”.",
    )


def test_U9_one_wrong_line_stops_the_right_ones(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    lines = changed(lines_of(export(client)), cast.NOOR, status="Geblokkeerd")
    refused(client, changed(lines, BLOCKED.insz, applications="nothing"), "geen toepassing met de code “nothing”")


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"name": "Peeters"}, "hoort “Vermeulen”"),
        ({"user_name": "someone"}, "hoort “nvermeulen”"),
        ({"type": "LB"}, "hoort “USER”"),
        ({"status": ""}, "Actief, Geblokkeerd, Verwijderen"),
        ({"email": ""}, "Vul het e-mailadres in."),
        ({"email": "a@" + "b" * 300 + ".be"}, "Dit kan geen e-mailadres zijn."),
        ({"local_email": "x"}, "Dit kan geen e-mailadres zijn."),
        ({"applications": "x" * 20_000}, "Deze tekst is te lang."),
    ],
)
def test_U9_what_a_file_cannot_say_is_refused(log_in: LogIn, cells: dict[str, str], sentence: str) -> None:
    client = log_in(cast.THOMAS)
    refused(client, changed(lines_of(export(client)), cast.NOOR, **cells), sentence)


def test_U9_a_person_twice_is_refused(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    lines = lines_of(export(client))
    refused(client, [*lines, lines[0]], "6 INSZ Deze persoon staat al op regel 2.")


def test_U9_a_number_that_cannot_be_is_refused(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    lines = lines_of(export(client))
    refused(client, [{**lines[0], "INSZ": "7,0031E+10"}], "2 INSZ Dit is geen mogelijk rijksregisternummer.")


def test_U9_a_line_with_too_few_cells_is_refused(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    assert "2 — Deze regel heeft 1 cellen in plaats van 9." in said(
        client, export(client).replace(b"\r\n", b"\r\nx\r\n", 2)
    )


def test_U9_an_open_quotation_mark_is_refused(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    assert "Vanaf deze regel kan het bestand niet gelezen worden" in said(client, export(client) + b'"open;x')


def test_U9_people_of_another_capacity_are_nobody_here(log_in: LogIn) -> None:
    """The same answer for a stranger, for another enterprise's user, for another capacity's."""
    groot = Capacity.objects.select_related("enterprise").get(enterprise__number=cast.GROOT, kind__code="employer-rsz")
    theirs = lines_of(export(log_in(cast.SOPHIE), capacity=groot))[100:103]
    client = log_in(cast.THOMAS)
    ours = lines_of(export(client))
    refused(client, [*ours, *theirs], "6 INSZ Niemand met dit nummer is hier gebruiker.", "8 INSZ Niemand")
    assert not any(
        line["Naam"] in said(client, file_of(theirs)).split("Verbeter dit in het bestand")[1] for line in theirs
    )


def test_U9_somebody_who_ended_is_nobody_here(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    lines = lines_of(export(client))
    carry_out(client, file_of(changed(lines, cast.NOOR, status="Verwijderen")))
    assert "Niemand met dit nummer is hier gebruiker." in said(client, file_of(lines))


# --- Who may do what


@pytest.mark.parametrize("cells", [{"status": "Geblokkeerd"}, {"status": "Verwijderen"}])
def test_U9_nobody_blocks_or_deletes_himself_by_a_file(log_in: LogIn, cells: dict[str, str]) -> None:
    client = log_in(CO_TB.insz)
    refused(client, changed(lines_of(export(client)), CO_TB.insz, **cells))


@pytest.mark.parametrize("cells", [{"status": "Geblokkeerd"}, {"email": "x@example.be"}, {"applications": "dmfa"}])
def test_U9_an_access_administrator_changes_no_other_by_a_file(log_in: LogIn, cells: dict[str, str]) -> None:
    """H10; the same file does it for the chief."""
    client = log_in(cast.THOMAS)
    lines = changed(lines_of(export(client)), CO_TB.insz, **cells)
    refused(client, lines, "beslist over")
    carry_out(log_in(cast.MARIE), file_of(lines))


def test_U9_the_account_held_as_htb_is_neither_blocked_nor_deleted_by_a_file(log_in: LogIn) -> None:
    groot = Capacity.objects.select_related("enterprise").get(enterprise__number=cast.GROOT, kind__code="employer-rsz")
    client = log_in(cast.SOPHIE)
    lines = lines_of(export(client, "?type=LB", groot))
    for word in ("Geblokkeerd", "Verwijderen"):
        refused(client, changed(lines, cast.SOPHIE, status=word), capacity=groot)
    carry_out(client, file_of(changed(lines, cast.SOPHIE, applications="dmfa")), groot)
    assert held(account_of(cast.SOPHIE, groot)) == {"dmfa"}


def test_U9_the_access_administrator_is_not_deleted_by_a_file(log_in: LogIn) -> None:
    client = log_in(cast.MARIE)
    lines = changed(lines_of(export(client)), cast.THOMAS, status="Verwijderen")
    refused(client, lines, "beëindig deze rol op de pagina van de account")


def test_U9_a_retired_application_is_taken_back_and_not_given(log_in: LogIn) -> None:
    Application.objects.filter(code__in=["dmfa", "publiato"], kind__code="employer-rsz").update(
        retired_at=timezone.now(), retired_by=Person.objects.get(insz=cast.MARIE)
    )
    client = log_in(cast.THOMAS)
    lines = lines_of(export(client))
    refused(
        client,
        changed(lines, cast.NOOR, applications="dmfa, publiato"),
        "Geen van de gekozen toepassingen kan nog gegeven worden.",
    )
    carry_out(client, file_of(changed(lines, cast.NOOR, applications="")))
    assert held(account_of(cast.NOOR)) == set()


def test_U9_empty_numbers_are_no_numbers_rather_than_one_person_twice(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    lines = [{**line, "INSZ": ""} for line in lines_of(export(client))[:2]]
    page = said(client, file_of(lines))
    assert page.count("Dit is geen mogelijk rijksregisternummer.") == 2
    assert "staat al op" not in page


def test_U9_the_check_page_counts_each_kind_of_change_unblockings_first(log_in: LogIn) -> None:
    """An older export takes back what colleagues did since: that shows before the lines do."""
    client = log_in(cast.MARIE)
    lines = changed(lines_of(export(client)), BLOCKED.insz, status="Actief")
    lines = changed(lines, cast.NOOR, email="n@example.be", applications="publiato", status="Geblokkeerd")
    lines = changed(lines, CO_TB.insz, status="Verwijderen")
    page = text(client.get(begin(client, file_of(lines))).content.decode())
    counted = [
        "Eén gebruiker wordt gedeblokkeerd.", "Eén gebruiker wordt geblokkeerd.",
        "Eén gebruiker krijgt toepassingen.", "Eén gebruiker verliest toepassingen.",
        "Het e-mailadres van één gebruiker wijzigt.",
    ]  # fmt: skip
    assert " ".join(counted) in page
    assert page.index(counted[-1]) < page.index("Eén gebruiker wordt verwijderd, met alle toepassingen.")


def test_U9_a_run_is_its_owners_alone(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    check = begin(client, file_of(changed(lines_of(export(client)), cast.NOOR, status="Geblokkeerd")))
    assert log_in(cast.MARIE).get(check).status_code == 404
    assert log_in(cast.MARIE).post(f"{check}/undo").status_code == 404


# --- What happens between


def test_U9_the_role_is_lost_between_dry_run_and_confirm(log_in: LogIn) -> None:
    client, before = log_in(cast.THOMAS), world()
    check = begin(client, file_of(changed(lines_of(export(client)), cast.NOOR, status="Geblokkeerd")))
    plan = plan_on(client, check)
    thomas = account_of(cast.THOMAS)
    thomas.ended_at, thomas.ended_by = timezone.now(), thomas.person
    thomas.save()
    assert client.post(check, {"plan": plan}).status_code == 404
    assert [row for row in before if row[0] != "Wouters"] == world()


def test_U9_an_administrator_is_made_between_dry_run_and_confirm(log_in: LogIn) -> None:
    """The right to the row went: nothing is done, and the page says where."""
    client = log_in(cast.THOMAS)
    check = begin(client, file_of(changed(lines_of(export(client)), cast.NOOR, status="Geblokkeerd")))
    plan = plan_on(client, check)
    Account.objects.filter(pk=account_of(cast.NOOR).pk).update(type="CO")
    response = client.post(check, {"plan": plan})
    assert response.status_code == 409
    assert "Wat nu in de weg staat" in text(response.content.decode())
    assert not account_of(cast.NOOR).is_blocked


def test_U9_a_row_changes_between_dry_run_and_confirm(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    check = begin(client, file_of(changed(lines_of(export(client)), cast.NOOR, email="new@example.be")))
    plan = plan_on(client, check)
    Account.objects.filter(pk=account_of(cast.NOOR).pk).update(email="other@example.be")
    response = client.post(check, {"plan": plan})
    assert response.status_code == 409
    page = text(response.content.decode())
    assert "intussen gewijzigd" in page
    assert "other@example.be wordt new@example.be" in page
    assert account_of(cast.NOOR).email == "other@example.be"
    confirm(client, check)
    assert account_of(cast.NOOR).email == "new@example.be"


def test_U9_a_row_vanishes_between_dry_run_and_confirm(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    lines = changed(lines_of(export(client)), cast.NOOR, status="Geblokkeerd")
    check = begin(client, file_of(changed(lines, BLOCKED.insz, status="Actief")))
    plan = plan_on(client, check)
    noor = account_of(cast.NOOR)
    Account.objects.filter(pk=noor.pk).update(ended_at=timezone.now(), ended_by=noor.person)
    response = client.post(check, {"plan": plan})
    assert response.status_code == 409
    assert "Deze gebruiker is hier niet meer." in text(response.content.decode())
    assert account_of(BLOCKED.insz).is_blocked


def test_U9_an_application_retired_in_the_instant_of_an_import_stops_it(
    log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Staff retire it after the import looked at what may be given, and before it gives: all or nothing holds there too."""
    client, before = log_in(cast.THOMAS), world()
    lines = changed(lines_of(export(client)), cast.NOOR, applications="dmfa, publiato", email="new@example.be")
    check = begin(client, file_of(lines))
    plan = plan_on(client, check)
    carry_out_now = actions._carry_out

    def retired_just_before(*arguments: Any, **more: Any) -> None:
        Application.objects.filter(code="publiato").update(
            retired_at=timezone.now(), retired_by=Person.objects.get(insz=cast.MARIE)
        )
        carry_out_now(*arguments, **more)

    monkeypatch.setattr(actions, "_carry_out", retired_just_before)
    response = client.post(check, {"plan": plan})
    assert response.status_code == 409
    assert "intussen uit gebruik genomen" in text(response.content.decode())
    assert world() == before


# --- Undo


def everything(lines: list[dict[str, str]]) -> list[dict[str, str]]:
    """Lines with every kind of change."""
    lines = changed(lines, cast.NOOR, email="n@example.be", applications="publiato", status="Geblokkeerd")
    lines = changed(lines, BLOCKED.insz, status="Verwijderen")
    return changed(lines, cast.THOMAS, local_email="t@intern.example.be", applications="dmfa")


def test_U9_undo_puts_everything_back(log_in: LogIn) -> None:
    client, before = log_in(cast.MARIE), world()
    page = carry_out(client, file_of(everything(lines_of(export(client)))))
    assert world() != before
    gone = Account.objects.get(person__insz=BLOCKED.insz, capacity=capacity_of(), ended_at__isnull=False)
    assert "De import werd ongedaan gemaakt" in text(undo(client, page).content.decode())
    assert world() == before
    assert account_of(BLOCKED.insz) != gone  # history stays: the account that comes back is a new one
    assert len(events("account.undo_import")) == 1
    assert not list(broken())


def test_U9_undoing_twice_undoes_once(log_in: LogIn) -> None:
    client, before = log_in(cast.MARIE), world()
    page = carry_out(client, file_of(everything(lines_of(export(client)))))
    undo(client, page)
    assert undo(client, page).status_code == 200
    assert world() == before
    assert len(events("account.undo_import")) == 1


def given_again(noor: Account) -> None:
    """Take an application back from somebody and give it again."""
    now, by = timezone.now(), noor.person
    grant = Grant.objects.get(account=noor, ended_at=None)
    Grant.objects.filter(pk=grant.pk).update(ended_at=now, ended_by=by)
    grant.pk, grant.given_at, grant.given_by, grant.act = None, now, by, uuid.uuid4()
    grant.save()


@pytest.mark.parametrize(
    "touch",
    [
        lambda noor: Account.objects.filter(pk=noor.pk).update(email="later@example.be"),
        lambda noor: Account.objects.filter(pk=noor.pk).update(blocked_at=None, blocked_by=None),
        lambda noor: Account.objects.filter(pk=noor.pk).update(type="CO"),
        lambda noor: Account.objects.filter(pk=noor.pk).update(ended_at=timezone.now(), ended_by=noor.person),
        lambda noor: Grant.objects.filter(account=noor).update(ended_at=timezone.now(), ended_by=noor.person),
        lambda noor: Account.objects.filter(pk=noor.pk).update(blocked_at=timezone.now(), blocked_by=noor.person),
        given_again,
    ],
    ids=["address", "unblocked", "type", "ended", "application", "blocked again", "application again"],
)
def test_U9_undo_is_refused_when_something_else_touched_a_row(log_in: LogIn, touch: object) -> None:
    client = log_in(cast.MARIE)
    page = carry_out(client, file_of(everything(lines_of(export(client)))))
    assert callable(touch)
    touch(account_of(cast.NOOR))
    after = world()
    shown = text(client.get(page).content.decode())
    assert "De import ongedaan maken" not in shown
    assert "Waarom dit niet meer ongedaan gemaakt kan worden" in shown
    response = undo(client, page)
    assert response.status_code == 422
    assert "Er werd niets teruggezet" in text(response.content.decode())
    assert world() == after


def test_U9_undo_is_refused_when_somebody_deleted_was_added_again(log_in: LogIn) -> None:
    client = log_in(cast.MARIE)
    page = carry_out(client, file_of(everything(lines_of(export(client)))))
    gone = Account.objects.get(person__insz=BLOCKED.insz, capacity=capacity_of())
    Account.objects.create(
        capacity=gone.capacity, person=gone.person, type="USER", created_at=timezone.now(), created_by=gone.person
    )
    assert undo(client, page).status_code == 422


def test_U9_undo_is_refused_after_a_day(log_in: LogIn) -> None:
    client = log_in(cast.MARIE)
    page = carry_out(client, file_of(everything(lines_of(export(client)))))
    after = world()
    Run.objects.filter(journey=runs.JOURNEY).update(finished_at=timezone.now() - timedelta(hours=24, seconds=1))
    assert "Die tijd is voorbij." in text(client.get(page).content.decode())
    assert undo(client, page).status_code == 422
    assert world() == after


def test_U9_undo_asks_the_right_again(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    page = carry_out(client, file_of(changed(lines_of(export(client)), cast.NOOR, status="Geblokkeerd")))
    Account.objects.filter(pk=account_of(cast.THOMAS).pk).update(type="USER")
    assert undo(client, page).status_code == 403
    assert account_of(cast.NOOR).is_blocked


def test_H10_undo_restores_no_co_TB_for_somebody_who_may_not_appoint_one(log_in: LogIn) -> None:
    """A Chief Access Manager deleted one, and is only a co-TB by now."""
    client, marie = log_in(cast.MARIE), Person.objects.get(insz=cast.MARIE)
    page = carry_out(client, file_of(changed(lines_of(export(client)), CO_TB.insz, status="Verwijderen")))
    now = timezone.now()
    ChiefRole.objects.filter(person=marie, ended_at=None).update(ended_at=now, ended_by=marie)
    Account.objects.create(capacity=capacity_of(), person=marie, type="CO", created_at=now, created_by=marie)
    assert undo(client, page).status_code == 422
    assert not Account.objects.filter(person__insz=CO_TB.insz, capacity=capacity_of(), ended_at=None).exists()


def test_U9_imports_of_the_last_day_are_found_again(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    page = carry_out(client, file_of(changed(lines_of(export(client)), cast.NOOR, status="Geblokkeerd")))
    assert page in client.get(address(capacity_of(), "users-import")).content.decode()
    assert page not in log_in(cast.MARIE).get(address(capacity_of(), "users-import")).content.decode()


@pytest.mark.parametrize("meanings", [HEADS_OF, STATES, TYPES], ids=["heads", "states", "types"])
def test_U9_no_word_means_two_things_in_two_languages(meanings: Mapping[str, object]) -> None:
    shown: dict[str, set[str]] = {}
    for language, _name in django_settings.LANGUAGES:
        with translation.override(language):
            for meaning, word in meanings.items():
                shown.setdefault(fold(str(word)), set()).add(meaning)
    assert {word: found for word, found in shown.items() if len(found) > 1} == {}
