"""The desk's pages in the admin: queue, case, callers (BEHAVIOUR X7, X11, E4, E9)."""

import json
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access_admins.models import ChiefRole
from acts.errors import RegisterDown
from audit.models import Event, Reading
from enterprises.gateway.embedded import EmbeddedRegister
from enterprises.models import Enterprise, FunctionRule, LegalFunction, RegisterPerson
from formats import enterprise_number, insz, ticket
from htb.document.content import content_of
from htb.models import RefusalTemplate, Request, RequestWord
from identity.models import Person
from outbox.chores import registered
from tests import cast
from tests.keeping import keep
from tests.logging_in import person_called
from tests.requesting import SCAN, a_picture, ask, demo_request, desk

pytestmark = pytest.mark.django_db

QUEUE = "/admin/htb/request/"
FIND = f"{QUEUE}find/"
CALLERS = f"{QUEUE}callers/"
PNG = a_picture("PNG")


@pytest.fixture
def one() -> Client:
    """A member of the desk."""
    return desk("eranova1")


@pytest.fixture
def two() -> Client:
    """Another."""
    return desk("eranova2")


@pytest.fixture
def case() -> Request:
    return demo_request()


def address(case: Request) -> str:
    return f"{QUEUE}{case.pk}/change/"


def text(response: Any) -> str:
    """What a page says, without its mark-up."""
    html = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(html.replace("&#x27;", "'").split())


def seen_on(client: Client, case: Request) -> int:
    return int(client.get(address(case)).context["seen"])


def send(client: Client, case: Request, act: str, seen: int | None = None, **answers: Any) -> Any:
    """Open the case and send the form of an act. seen: what an earlier look showed."""
    seen = seen_on(client, case) if seen is None else seen
    return client.post(address(case), {"act": act, "seen": seen, **answers}, follow=True)


def receive(client: Client, case: Request) -> None:
    """Receive the letter and attach its scan."""
    assert "The receipt is recorded." in text(
        send(client, case, "receive", received_on=timezone.localdate().isoformat())
    )
    assert "The scan is attached." in text(send(client, case, "attach_scan", scan=SimpleUploadedFile("x", SCAN)))


def attach(client: Client, case: Request, content: bytes) -> Any:
    """Attach a scan."""
    return send(client, case, "attach_scan", scan=SimpleUploadedFile("scan", content))


def approve(client: Client, case: Request, **answers: Any) -> Any:
    """Open the scan, then approve it: compared by hand, since the tests' scan has no QR code."""
    opened = client.post(address(case), {"act": "open"}, follow=True)
    assert opened.redirect_chain[-1][0].endswith("/opened/")
    return send(client, case, "approve", **{"reason": "Brief", "is_compared": "on", **answers})


def many(count: int, *, first: int = 0, **values: Any) -> list[Request]:
    """Write many requests, a minute apart, the oldest first. first: where their numbers begin."""
    now = timezone.now()
    requests = Request.objects.bulk_create(
        Request(
            ticket=ticket.make(),
            enterprise_number=f"{place:010}",
            applicant_insz=cast.INGRID,
            applicant_name="Ingrid De Smet",
            chief_insz=cast.EMMA,
            chief_name="Emma Claes",
            language="nl",
            run=uuid.uuid4(),
            registered_at=now - timedelta(days=30, minutes=first + count - place),
            **{"state": "registered", "enterprise_name": f"Enterprise {place}", **values},
        )
        for place in range(first, first + count)
    )
    RequestWord.objects.bulk_create(word for request in requests for word in RequestWord.of(request))
    return requests


# --- The queue ------------------------------------------------------------------------------------------------------------


def test_X7_the_queue_is_oldest_first_with_age_deadline_and_way(one: Client, case: Request) -> None:
    Request.objects.filter(pk=case.pk).update(registered_at=timezone.now() - timedelta(days=3))
    older = many(2)
    page = one.get(QUEUE)
    assert list(page.context["cl"].result_list) == [*older, case]
    shown = text(page)
    assert ticket.show(case.ticket) in shown
    assert "Age in days" in shown
    assert "Deadline" in shown
    receive(one, case)
    assert "by post" in text(one.get(QUEUE))


def test_X7_the_queue_shows_what_is_open_and_other_states_on_demand(one: Client, case: Request) -> None:
    refused = many(1, state="refused")[0]
    assert ticket.show(refused.ticket) not in text(one.get(QUEUE))
    shown = text(one.get(f"{QUEUE}?state=refused"))
    assert ticket.show(refused.ticket) in shown
    assert ticket.show(case.ticket) not in shown
    assert one.get(f"{QUEUE}?state=nonsense").status_code == 200


def test_the_queue_takes_as_many_queries_for_50_as_for_500(one: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert one.get(QUEUE).status_code == 200
        return len(captured)

    many(50)
    few = queries()
    many(500, first=50)
    assert queries() == few <= 12


def test_E9_the_queue_adds_edits_and_deletes_nothing(one: Client, case: Request) -> None:
    assert one.get(f"{QUEUE}add/").status_code == 403
    assert one.post(f"{QUEUE}{case.pk}/delete/", {"post": "yes"}).status_code == 403
    one.post(QUEUE, {"action": "delete_selected", "_selected_action": [case.pk], "post": "yes"})
    before = Request.objects.values().get(pk=case.pk)
    one.post(address(case), {"chief_insz": cast.KARIM, "state": "approved", "_save": "Save"})
    assert Request.objects.values().get(pk=case.pk) == before


def test_E9_no_one_but_the_desk_comes_in(case: Request) -> None:
    person = person_called("eranova1")
    client = desk("eranova1")
    person.groups.clear()
    pages = [QUEUE, FIND, CALLERS, address(case), f"{QUEUE}{case.pk}/document/", f"{QUEUE}{case.pk}/scan/"]
    assert {client.get(page).status_code for page in pages} == {403}
    assert client.post(address(case), {"act": "note", "note": "x"}).status_code == 403
    assert {Client().get(page).status_code for page in pages} == {302}


# --- Finding --------------------------------------------------------------------------------------------------------------


def test_X7_a_ticket_in_any_notation_goes_straight_to_the_case(one: Client, case: Request) -> None:
    scanned = content_of(case).qr_text
    for typed in (
        case.ticket,
        case.ticket.lower(),
        ticket.show(case.ticket),
        "-".join(case.ticket),
        scanned,
        f" {scanned}\n",
    ):
        response = one.post(FIND, {"q": typed})
        assert (response.status_code, response["Location"]) == (302, address(case)), typed
        assert case.ticket not in response["Location"]


def test_X4_a_mistyped_ticket_finds_nothing_and_says_how_tickets_look(one: Client, case: Request) -> None:
    wrong = case.ticket[:-1] + ("2" if case.ticket[-1] != "2" else "3")
    response = one.post(FIND, {"q": wrong})
    assert response.status_code == 200
    assert "A ticket number has 13 characters" in text(response)


@pytest.mark.parametrize(
    "typed",
    [
        "0999.000.624",
        "BE 0999000624",
        "buurthuis",
        "de smet",
        "Claes",
        "CLAÈS",
        "Émma",
        "Búurthu",
        "smet ingrid",
        "claes brug",
    ],
)
def test_X7_number_and_names_find_it_whatever_its_state(one: Client, case: Request, typed: str) -> None:
    Request.objects.filter(pk=case.pk).update(state="expired")
    assert ticket.show(case.ticket) in text(one.post(FIND, {"q": typed}))


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Société Générale d'Œuvres", "societe GENERALE"),
        ("Société Générale d'Œuvres", "doeuvres"),
        ("Müller-Łódź Straße", "muller lodz strasse"),
        ("Σπίτι Ελλάδα", "ελλαδα"),
        ("Aĝa-Ĥoro", "hor"),
    ],
)
def test_X7_accents_capitals_and_hyphens_do_not_matter(one: Client, name: str, typed: str) -> None:
    found = many(1, enterprise_name=name)[0]
    assert ticket.show(found.ticket) in text(one.post(FIND, {"q": typed}))


@pytest.mark.parametrize("typed", ["uurthuis", "buurthuis maes", "b", "de smett"])
def test_X7_every_word_typed_begins_a_word_of_a_name(one: Client, case: Request, typed: str) -> None:
    assert ticket.show(case.ticket) not in text(one.post(FIND, {"q": typed}))


def test_X7_a_search_takes_as_many_queries_for_50_as_for_500(one: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert one.post(FIND, {"q": "enterprise ingrid"}).status_code == 200
        return len(captured)

    many(50)
    few = queries()
    many(500, first=50)
    assert queries() == few


def test_a_search_shows_no_more_than_a_page_and_says_so(one: Client) -> None:
    many(60)
    response = one.post(FIND, {"q": "Enterprise"})
    assert len(response.context["results"]) == 25
    assert "more than 25" in text(response)


def test_E7_odd_searches_are_answered(one: Client) -> None:
    for typed in ("", " ", "%", "x" * 60_000, "'; --"):
        assert one.post(FIND, {"q": typed}).status_code == 200
    assert one.get(FIND).status_code == 302


# --- The case -------------------------------------------------------------------------------------------------------------


def test_X7_the_case_shows_what_was_asked_beside_the_register_of_today(one: Client, case: Request) -> None:
    page = one.get(address(case))
    assert not any(row.differs for row in page.context["compared"])
    LegalFunction.objects.filter(insz=cast.INGRID).delete()
    page = one.get(address(case))
    assert [row.label for row in page.context["compared"] if row.differs] == [
        "Function of the applicant that counts today"
    ]
    assert "≠ differs" in text(page)


def test_X7_the_case_says_that_the_applicant_died(one: Client, case: Request) -> None:
    RegisterPerson.objects.filter(insz=cast.INGRID).update(died_on=timezone.localdate())
    differing = [row for row in one.get(address(case)).context["compared"] if row.differs]
    assert [row.label for row in differing] == ["Function of the applicant that counts today"]
    assert differing[0].today.startswith("died on ")


def test_T11_the_case_names_all_who_may_have_signed_with_their_function_in_words(one: Client, case: Request) -> None:
    """Ingrid De Smet asked; Piotr Nowak represents the enterprise too and may have signed the letter."""
    page = one.get(address(case))
    shown = [(row.name, row.number, row.is_applicant) for row in page.context["signatories"]]
    assert shown == [
        ("Ingrid De Smet", insz.mask(cast.INGRID), True),
        ("Piotr Nowak", insz.mask(cast.PIOTR), False),
    ]
    assert all("director since" in row.functions for row in page.context["signatories"])
    assert "Ingrid De Smet (made the request)" in text(page)
    LegalFunction.objects.filter(insz=cast.PIOTR).update(ends_on=timezone.localdate() - timedelta(days=1))
    assert [row.name for row in one.get(address(case)).context["signatories"]] == ["Ingrid De Smet"], "those of today"


@pytest.mark.parametrize(
    ("language", "word"),
    [("nl", "bestuurder sinds"), ("fr", "administrateur depuis"), ("de", "Verwalter seit"), ("en", "director since")],
)
def test_T11_no_function_is_shown_as_a_code_in_any_language(case: Request, language: str, word: str) -> None:
    client = desk("eranova1")
    page = client.get(address(case), headers={"Accept-Language": language})
    assert word in text(page)
    assert "10002" not in page.content.decode()


def test_T11_a_code_that_only_keepers_know_is_shown_as_they_call_it(one: Client, case: Request) -> None:
    FunctionRule.objects.create(code="10100", name="Vereffenaar", counts=True)
    LegalFunction.objects.filter(insz=cast.INGRID).update(code="10100")
    assert text(one.get(address(case))).count("Vereffenaar since") == 2
    FunctionRule.objects.filter(code="10100").update(name="")
    assert "function 10100 since" in text(one.get(address(case)))


def test_T11_the_case_takes_as_many_queries_for_two_representatives_as_for_forty(one: Client, case: Request) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert one.get(address(case)).status_code == 200
        return len(captured)

    few = queries()
    everybody = RegisterPerson.objects.exclude(insz__in=[cast.INGRID, cast.PIOTR]).values_list("insz", flat=True)
    for insz_of in everybody[:60]:
        LegalFunction.objects.create(number=cast.BUURTHUIS, insz=insz_of, code="10002", starts_on="2020-01-01")
    assert queries() == few
    page = one.get(address(case))
    assert len(page.context["signatories"]) + page.context["not_shown"] == 2 + min(60, len(everybody))


def test_X7_what_changed_blocks_the_approval_with_its_sentence(one: Client, two: Client, case: Request) -> None:
    receive(two, case)
    LegalFunction.objects.filter(insz=cast.INGRID).delete()
    page = one.get(address(case))
    assert "You cannot approve this request: The register knows no legal function of the applicant" in text(page)
    assert 'value="Approve"' not in page.content.decode()
    assert send(one, case, "approve", reason="Brief").status_code == 422
    assert not ChiefRole.objects.filter(enterprise__number=cast.BUURTHUIS).exists()


def test_X7_a_colleague_decides(one: Client, two: Client, case: Request) -> None:
    receive(one, case)
    assert "You recorded the receipt of this document: a colleague decides." in text(one.get(address(case)))
    assert send(one, case, "approve", reason="Brief").status_code == 403
    assert "The request is approved: Emma Claes is Chief Access Manager." in text(approve(two, case))
    assert ChiefRole.objects.get(enterprise__number=cast.BUURTHUIS).person.insz == cast.EMMA


def test_L7_the_code_of_a_chief_without_means_is_shown_once(one: Client, two: Client) -> None:
    case = ask(applicant=cast.PIOTR, chief=cast.INGRID)
    receive(two, case)
    shown = re.search(r"shown only now: (\S+)\. Give it", text(approve(one, case)))
    assert shown is not None
    assert shown[1] not in text(one.get(address(case)))


def test_L7_a_lost_code_is_given_anew_by_the_desk_and_shown_once(one: Client, two: Client) -> None:
    case = ask(applicant=cast.PIOTR, chief=cast.INGRID)
    receive(two, case)
    approve(one, case)
    assert send(one, case, "new_code", reason=" ").status_code == 422
    shown = re.search(r"shown only now: (\S+)\. Give it", text(send(one, case, "new_code", reason="Niet genoteerd")))
    assert shown is not None
    page = text(one.get(address(case)))
    assert shown[1] not in page
    assert "Niet genoteerd" in page


def test_the_register_that_does_not_answer_leaves_the_rest(
    one: Client, two: Client, case: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(two, case)
    one.post(address(case), {"act": "open"})

    def down(*_arguments: object) -> None:
        raise RegisterDown

    with monkeypatch.context() as patch:
        patch.setattr(EmbeddedRegister, "enterprise", down)
        assert "The register does not answer at this moment." in text(one.get(address(case)))
        assert send(one, case, "approve", reason="Brief", is_compared="on").status_code == 503
        assert "The note is added." in text(send(one, case, "note", note="register weg"))
    assert 'value="Approve"' in one.get(address(case)).content.decode()


def test_two_at_once_the_second_is_told_by_whom_and_when(one: Client, two: Client, case: Request) -> None:
    receive(two, case)
    seen = seen_on(one, case)
    template = RefusalTemplate.objects.get(code="no-signature")
    assert "The request is refused." in text(send(two, case, "refuse", template=template.pk))
    response = send(one, case, "approve", seen, reason="Brief")
    assert response.status_code == 409
    assert re.search(r"Meanwhile, on .+, Eranova 2 did this: refuse\. Nothing of yours was done\.", text(response))
    assert not ChiefRole.objects.filter(enterprise__number=cast.BUURTHUIS).exists()


def test_two_at_once_what_was_typed_is_kept_and_can_be_sent_again(one: Client, two: Client, case: Request) -> None:
    seen = seen_on(one, case)
    send(two, case, "note", note="Hij belde.")
    response = send(one, case, "note", seen, note="Zij belde.")
    assert response.status_code == 409
    assert "Zij belde." in response.content.decode()
    assert "The note is added." in text(send(one, case, "note", response.context["seen"], note="Zij belde."))


def test_E4_numbers_are_masked_until_asked_for_which_leaves_a_reading(one: Client, case: Request) -> None:
    page = one.get(address(case)).content.decode()
    assert insz.mask(cast.INGRID) in page
    assert insz.show(cast.INGRID) not in page
    assert insz.show(cast.PIOTR) not in page, "nor those of the other representatives"
    page = one.post(address(case), {"act": "show_numbers"}).content.decode()
    assert insz.show(cast.INGRID) in page
    reading = Reading.objects.latest("pk")
    assert (reading.actor, reading.count) == (str(person_called("eranova1").public_id), 3)


def test_E4_no_ticket_name_or_number_in_title_or_address(one: Client, case: Request) -> None:
    for page in (one.get(QUEUE), one.get(address(case)), one.post(FIND, {"q": "Claes"})):
        title = re.search(r"<title>(.*?)</title>", page.content.decode(), re.DOTALL)
        assert title is not None
        for secret in (case.ticket, ticket.show(case.ticket), "Claes", cast.INGRID):
            assert secret not in title[1]
            assert not re.search(f'(href|action)="[^"]*{secret}', page.content.decode())


def test_X7_document_and_scan_are_downloads_and_leave_readings(one: Client, case: Request) -> None:
    assert one.get(f"{QUEUE}{case.pk}/scan/").status_code == 404
    send(one, case, "receive", received_on=timezone.localdate().isoformat())
    send(one, case, "attach_scan", scan=SimpleUploadedFile("evil.html", PNG, content_type="text/html"))
    for name, kind, content in (
        ("document", "application/pdf", bytes(case.document.content)),
        ("scan", "image/png", PNG),
    ):
        response = one.get(f"{QUEUE}{case.pk}/{name}/")
        assert (response.content, response["Content-Type"]) == (content, kind)
        assert response["Content-Disposition"].startswith("attachment; ")
        assert response["X-Content-Type-Options"] == "nosniff"
    assert Reading.objects.count() == 2


@pytest.mark.parametrize(
    ("act", "answers"),
    [
        ("receive", {"received_on": ""}),
        ("receive", {"received_on": "2999-01-01"}),
        ("receive", {"received_on": "1999-01-01"}),
        ("receive", {"received_on": "never"}),
        ("note", {"note": " "}),
        ("note", {"note": "x" * 3000}),
    ],
)
def test_E7_answers_that_are_wrong_are_told_and_change_nothing(
    one: Client, case: Request, act: str, answers: dict[str, Any]
) -> None:
    steps = case.steps.count()
    response = send(one, case, act, **answers)
    assert response.status_code == 422
    assert "<title>Error:" in response.content.decode().replace("\n", "")
    assert case.steps.count() == steps


def test_E7_odd_requests_get_a_4xx(one: Client, case: Request) -> None:
    assert one.post(address(case), {"act": "grant"}).status_code == 400
    assert one.post(address(case), {}).status_code == 400
    assert send(one, case, "note", 0, note="x").status_code == 409
    assert one.post(address(case), {"act": "note", "seen": "x" * 50, "note": "x"}).status_code == 409
    for pk in ("0", "abc", "9" * 40, "²"):
        assert one.get(f"{QUEUE}{pk}/change/").status_code == 404
    receive(one, case)
    big = SimpleUploadedFile("big.pdf", b"%PDF-" + bytes(11 * 1024 * 1024))
    assert "Choose a PDF, JPEG or PNG file of at most 10 MB." in text(send(one, case, "attach_scan", scan=big))
    assert send(one, case, "refuse", template=999999).status_code == 422


def test_X8_the_history_says_who_did_what_with_the_internal_note(one: Client, two: Client, case: Request) -> None:
    receive(two, case)
    template = RefusalTemplate.objects.get(code="no-signature")
    send(one, case, "refuse", template=template.pk, note="Niets onderaan.")
    send(one, case, "reopen", reason="Toch wel.")
    shown = text(one.get(address(case)))
    for part in ("Eranova 2", "Eranova 1", "Niets onderaan.", "Toch wel.", "CSAM"):
        assert part in shown


# --- Many at once ---------------------------------------------------------------------------------------------------------


def test_X7_many_are_received_with_an_outcome_each(one: Client, case: Request) -> None:
    done = many(1, state="received", received_at=timezone.now(), received_by=person_called("eranova2"))[0]
    ticked = {"action": "receive", "_selected_action": [case.pk, done.pk]}
    question = one.post(QUEUE, ticked)
    assert ticket.show(case.ticket) in text(question)
    assert one.post(QUEUE, {**ticked, "confirmed": "yes", "received_on": ""}).context["is_wrong"]
    case.refresh_from_db()
    assert case.state == "registered"
    page = one.post(QUEUE, {**ticked, "confirmed": "yes", "received_on": timezone.localdate().isoformat()})
    outcomes = {row.pk: outcome for row, outcome in page.context["outcomes"]}
    assert outcomes[case.pk] == "The receipt is recorded."
    assert "that cannot be done with it" in outcomes[done.pk]
    case.refresh_from_db()
    assert (case.state, case.received_on, case.received_by) == (
        "received",
        timezone.localdate(),
        person_called("eranova1"),
    )


def test_X8_a_replaced_one_is_received_from_its_own_list(one: Client, case: Request) -> None:
    ask()
    ticked = {"action": "receive", "_selected_action": [case.pk]}
    assert ticket.show(case.ticket) in text(one.post(f"{QUEUE}?state=replaced", ticked))
    page = one.post(QUEUE, {**ticked, "confirmed": "yes", "received_on": timezone.localdate().isoformat()})
    assert [outcome for _row, outcome in page.context["outcomes"]] == ["The receipt is recorded."]
    case.refresh_from_db()
    assert case.state == "received"


def test_X7_what_changed_before_the_receipt_was_confirmed_is_named(one: Client, case: Request) -> None:
    Request.objects.filter(pk=case.pk).update(state="expired")
    ticked = {"action": "receive", "_selected_action": [case.pk], "confirmed": "yes"}
    page = one.post(QUEUE, {**ticked, "received_on": timezone.localdate().isoformat()})
    assert ticket.show(case.ticket) in text(page)
    assert "that cannot be done with it" in text(page)


# --- Reasons --------------------------------------------------------------------------------------------------------------


def test_E9_keepers_keep_the_reasons_and_the_record_keeps_who() -> None:
    one = desk("eranova3")
    reason = RefusalTemplate.objects.get(code="no-original")
    texts: dict[str, Any] = {f"text_{language}": f"Reason {language}" for language in ("nl", "fr", "de", "en")}
    keep(one, RefusalTemplate, reason.pk, code="other", **texts)
    reason.refresh_from_db()
    assert (reason.code, reason.text_in("de")) == ("no-original", "Reason de")
    assert Event.objects.filter(act="refusaltemplate.edit").exists()
    assert one.post(f"/admin/htb/refusaltemplate/{reason.pk}/delete/", {"post": "yes"}).status_code == 403


def test_X7_there_are_reasons_in_four_languages_to_begin_with() -> None:
    reasons = list(RefusalTemplate.objects.all())
    assert {one.code for one in reasons} == {"no-signature", "signer-not-representative", "no-original", "data-changed"}
    assert all(len({one.text_in(language) for language in ("nl", "fr", "de", "en")}) == 4 for one in reasons)


# --- Callers --------------------------------------------------------------------------------------------------------------


def look_up(client: Client, number: str, reason: str = "Vraagt wie de HTB is") -> Any:
    return client.post(CALLERS, {"number": number, "reason": reason})


def test_X11_an_enterprise_is_found_and_its_own_history_says_so(one: Client) -> None:
    response = look_up(one, "0999.000.228")
    shown = text(response)
    for part in (
        "Brasserie du Canal SRL",
        "Marie Dubois",
        "Bart Maes",
        "Thomas Wouters",
        insz.mask(cast.MARIE),
        "of whom blocked: 1",
    ):
        assert part in shown, part
    assert insz.show(cast.MARIE) not in shown
    enterprise = Enterprise.objects.get(number=cast.BRASSERIE)
    event = Event.objects.get(chain=f"enterprise:{enterprise.public_id}", act="caller.look_up")
    assert (event.actor, event.enterprise) == (str(person_called("eranova1").public_id), str(enterprise.public_id))
    assert json.loads(event.details) == {"reason": "Vraagt wie de HTB is"}


def test_X11_a_person_is_found_and_their_chain_says_so(one: Client) -> None:
    shown = text(look_up(one, insz.show(cast.KARIM)))
    assert "Karim El Amrani" in shown
    assert "Transport Müller GmbH" in shown
    assert insz.show(cast.KARIM) not in shown.replace("value=", "")
    karim = Person.objects.get(insz=cast.KARIM)
    event = Event.objects.get(chain=f"person:{karim.public_id}", act="caller.look_up")
    enterprise = Enterprise.objects.get(name="Transport Müller GmbH")
    assert event.enterprise == str(enterprise.public_id), "the enterprise whose roles were shown reads it"


def test_X11_each_enterprise_whose_roles_were_shown_reads_the_look_up(one: Client) -> None:
    role = ChiefRole.objects.get(person__insz=cast.KARIM, ended_at=None)
    other = Enterprise.objects.get(number=cast.GROOT)
    ChiefRole.objects.filter(enterprise=other, ended_at=None).update(person=role.person)
    look_up(one, insz.show(cast.KARIM))
    told = set(Event.objects.filter(act="caller.look_up").values_list("enterprise", flat=True))
    assert told == {str(role.enterprise.public_id), str(other.public_id)}


def test_X11_a_person_without_roles_leaves_one_event(one: Client) -> None:
    look_up(one, insz.show(cast.AN))
    assert Event.objects.get(act="caller.look_up").enterprise == ""


def test_X11_an_enterprise_that_is_not_in_CSAM_is_found_with_its_requests(one: Client, case: Request) -> None:
    shown = text(look_up(one, enterprise_number.show(cast.BUURTHUIS)))
    assert "This enterprise is not registered in CSAM." in shown
    assert ticket.show(case.ticket) in shown
    event = Event.objects.get(act="caller.look_up")
    assert event.chain == "portal"
    assert json.loads(event.details)["enterprise_number"] == cast.BUURTHUIS, "an auditor can tell which"


@pytest.mark.parametrize(
    ("number", "reason"), [(cast.BRASSERIE, " "), (cast.BRASSERIE, ""), ("0999000130", "x"), ("", "x")]
)
def test_X11_no_look_up_without_a_reason_or_a_number(one: Client, number: str, reason: str) -> None:
    assert look_up(one, number, reason).status_code == 422
    assert not Event.objects.filter(act="caller.look_up").exists()


def test_X11_misses_are_counted(one: Client) -> None:
    for _try in range(10):
        assert look_up(one, "0999000723").status_code == 422
    response = look_up(one, cast.BRASSERIE)
    assert response.status_code == 429
    assert "Brasserie" not in text(response)
    assert not Event.objects.filter(act="caller.look_up").exists()


def test_X11_finds_are_not_counted(one: Client) -> None:
    assert {look_up(one, cast.BRASSERIE).status_code for _time in range(12)} == {200}


@pytest.mark.parametrize("number", [cast.GROOT, cast.SOPHIE])
def test_X11_a_look_up_takes_few_queries_however_many_accounts(one: Client, number: str) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert look_up(one, number).status_code == 200
    assert len(captured) <= 30


# --- By the clock ---------------------------------------------------------------------------------------------------------


def test_X8_the_worker_ends_and_reminds() -> None:
    assert "expire requests and remind" in {job.name for job in registered()}
