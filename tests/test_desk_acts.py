"""The acts on a request: the table of states, four eyes, what approval checks again (BEHAVIOUR X7, X8, section 5's table)."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from django.utils.formats import date_format

from access_admins.history import Wanted, capacities_ever, events_page, lines_of
from access_admins.models import ChiefRole
from acts.errors import NotAllowed, Refused, RegisterDown, TooMany
from audit.models import Event
from enterprises.models import Employment, Enterprise, LegalFunction, RegisterEnterprise, RegisterPerson
from htb import evidence, requests
from htb.document.content import content_of
from htb.document.scans import SCAN_LIMIT
from htb.enums import CodeCheck, RequestAct, RequestState
from htb.models import RefusalTemplate, Request, RequestStep
from htb.transitions import EXPIRES_AFTER, TRANSITIONS
from identity import codes
from identity.actions.activation import is_right_code
from identity.actions.login import log_in as note_login
from identity.enums import Means
from identity.models import Activation, Person
from identity.people import person_of
from outbox.models import Mail
from scripts.request_states import TARGET, drawn
from tests import cast
from tests.appointing import choose_self
from tests.appointing import confirm as confirm_standard
from tests.conftest import LogIn
from tests.logging_in import details_of, with_first_password
from tests.requesting import APPLICANT_MAIL, SCAN, ask, demo_request, facts_of, staff

pytestmark = pytest.mark.django_db

# Section 5's table once more, by hand: what the desk does, from which state, to which.
MOVES = {
    ("receive", "registered"): "received",
    ("receive", "replaced"): "received",
    ("attach_scan", "received"): "received",
    ("compare_code", "registered"): "registered",
    ("compare_code", "replaced"): "replaced",
    ("compare_code", "received"): "received",
    ("approve", "received"): "approved",
    ("refuse", "received"): "refused",
    ("reopen", "refused"): "received",
    ("new_code", "approved"): "approved",  # ours: the table of the rules is silent about a code that was lost
    **{("note", state): state for state in RequestState.values},
}


def act_on(request: Request, act: str, *, by: str = "eranova1") -> Any:
    """Do an act of the desk with answers that are in order."""
    given: dict[str, Any] = {"actor": staff(by), "request": request.public_id}
    match act:
        case "receive":
            return requests.receive(**given, received_on=timezone.localdate())
        case "attach_scan":
            return evidence.attach_scan(**given, content=SCAN)
        case "compare_code":
            return evidence.compare_code(**given, text=content_of(request).qr_text)
        case "approve":
            if Request.objects.get(pk=request.pk).evidence_sha256:
                evidence.open_evidence(**given)
            return requests.approve(**given, facts=facts_of(request), reason="brief en register", is_compared=True)
        case "refuse":
            return requests.refuse(**given, template=RefusalTemplate.objects.get(code="no-signature"), note="gebeld")
        case "new_code":
            return requests.new_code(**given, reason="kwijt")
        case "reopen":
            return requests.reopen(**given, reason="vergissing")
        case "note":
            return requests.note(**given, text="gebeld")
    raise AssertionError(act)


def received(request: Request | None = None, *, by: str = "eranova2") -> Request:
    """Receive a request's letter and attach its scan."""
    request = request or demo_request()
    act_on(request, "receive", by=by)
    act_on(request, "attach_scan", by=by)
    return request


def refused_with(code: str, act: Callable[[], Any]) -> None:
    with pytest.raises((Refused, NotAllowed)) as refusal:
        act()
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("act", "state"),
    [
        one
        for one in product(
            ["receive", "attach_scan", "compare_code", "note", "approve", "refuse", "reopen", "new_code"],
            RequestState.values,
        )
        if one != ("new_code", "approved")  # wants an appointment that was made; has tests of its own
    ],
)
def test_section_5_every_act_in_every_state(act: str, state: str) -> None:
    request = demo_request()
    Request.objects.filter(pk=request.pk).update(
        state=state,
        scan=SCAN,
        scan_sha256=hashlib.sha256(SCAN).hexdigest(),
        code_check=CodeCheck.UNREAD,
        received_at=timezone.now(),
        received_by=staff("eranova2").person,
    )
    steps, events = request.steps.count(), Event.objects.exclude(act="request.open").count()
    if (act, state) in MOVES:
        act_on(request, act)
        assert request.steps.count() == steps + 1
        step = request.steps.last()
        assert step is not None
        assert (step.act, step.state, step.by) == (act, MOVES[act, state], staff().person)
        assert Event.objects.filter(act=f"request.{act}", about=f"request:{request.public_id}").exists()
    else:
        refused_with("wrong_state", lambda: act_on(request, act))
        assert (request.steps.count(), Event.objects.exclude(act="request.open").count()) == (steps, events)
    request.refresh_from_db()
    assert request.state == MOVES.get((act, state), state)


def test_section_5_the_table_in_the_code_is_the_one_of_the_rules() -> None:
    desk = {
        (str(line.act), str(state)): str(line.to or state)
        for line in TRANSITIONS
        for state in line.from_
        if line.who == "desk"
    }
    assert desk == MOVES


def test_the_drawing_of_the_states_is_the_table() -> None:
    assert TARGET.read_text(encoding="utf-8") == drawn(), "run: python -m scripts.request_states"


def test_X7_approval_does_what_the_standard_procedure_does() -> None:
    """X7, S7: the role, the mails, the events in the enterprise's chain; a way in for who has none."""
    request = received()
    appointed = act_on(request, "approve")
    role = ChiefRole.objects.get(enterprise__number=cast.BUURTHUIS, ended_at=None)
    assert appointed.role == role
    assert (role.person.insz, role.procedure, role.email) == (cast.EMMA, "exception", request.chief_email)
    chain = f"enterprise:{role.enterprise.public_id}"
    assert "request.approve" in Event.objects.filter(chain=chain).values_list("act", flat=True)
    assert set(Event.objects.filter(chain=chain).values_list("actor", flat=True)) == {str(staff().public_id)}
    assert Mail.objects.filter(to=request.chief_email).exists()
    assert Mail.objects.filter(to=request.applicant_email).count() == 2, "registered, and confirmed"


def test_X7_what_the_approver_checked_is_kept_in_the_step_and_the_record() -> None:
    request = received()
    evidence.open_evidence(actor=staff(), request=request.public_id)
    refused_with(
        "no_reason",
        lambda: requests.approve(
            actor=staff(), request=request.public_id, facts=facts_of(request), reason=" ", is_compared=True
        ),
    )
    act_on(request, "approve")
    assert RequestStep.objects.get(request=request, act="approve").note == "brief en register"
    assert json.loads(Event.objects.get(act="request.approve").details)["reason"] == "brief en register"


def test_H9_the_enterprise_reads_the_approval_and_the_new_code_in_its_history() -> None:
    act_on(newly_appointed(), "new_code")
    enterprise = Enterprise.objects.get(number=cast.BUURTHUIS)
    with translation.override("en"):
        lines = lines_of(events_page(enterprise, Wanted(group="contact-centre")).rows, capacities_ever(enterprise))
    assert [(str(line.who), line.what) for line in lines] == [
        ("Contact centre", "New activation code given, in the place of one that was lost"),
        ("Contact centre", "Request by the exception procedure approved"),
    ]


def test_X7_L7_a_chief_without_means_gets_a_code_once() -> None:
    request = received(ask(applicant=cast.PIOTR, chief=cast.INGRID))
    assert act_on(request, "approve").activation_code


def newly_appointed() -> Request:
    """Return an approved request whose chief, Ingrid De Smet, got an activation."""
    request = received(ask(applicant=cast.PIOTR, chief=cast.INGRID))
    assert act_on(request, "approve").activation_code
    return request


def test_L7_a_lost_code_is_given_anew_once_and_the_earlier_ends() -> None:
    request = newly_appointed()
    first = Activation.objects.get(person__insz=cast.INGRID)
    roles = ChiefRole.objects.count()
    code = act_on(request, "new_code")
    first.refresh_from_db()
    second = Activation.objects.exclude(pk=first.pk).get(person__insz=cast.INGRID)
    assert first.expires_at <= timezone.now() < second.expires_at
    assert is_right_code(second, code)
    assert not is_right_code(first, code)
    assert Mail.objects.filter(to=request.chief_email, key__endswith=":activation").count() == 2
    assert (ChiefRole.objects.count(), RequestStep.objects.get(act="new_code").note) == (roles, "kwijt")
    event = Event.objects.get(act="request.new_code")
    assert json.loads(event.details)["reason"] == "kwijt"
    assert code not in event.details and codes.tidy(code) not in event.details
    enterprise = Enterprise.objects.get(number=cast.BUURTHUIS)
    assert event.chain == f"enterprise:{enterprise.public_id}", "the enterprise reads it in its history"


def test_L7_no_new_code_without_a_reason() -> None:
    request = newly_appointed()
    refused_with("no_reason", lambda: requests.new_code(actor=staff(), request=request.public_id, reason=" "))


def test_L7_no_new_code_for_who_can_log_in() -> None:
    request = newly_appointed()
    Person.objects.filter(insz=cast.INGRID).update(user_name="ingrid.desmet", user_name_key="ingrid.desmet")
    refused_with("can_log_in", lambda: act_on(request, "new_code"))
    assert Activation.objects.filter(person__insz=cast.INGRID).count() == 1


def test_T30_a_chief_with_a_first_password_of_this_enterprise_sets_all_anew_and_again_when_it_is_lost() -> None:
    request = received(ask(applicant=cast.PIOTR, chief=cast.INGRID))
    enterprise, _made = Enterprise.objects.get_or_create(number=cast.BUURTHUIS, defaults={"read_at": timezone.now()})
    ingrid = person_of(insz=cast.INGRID, last_name="De Smet", first_names="Ingrid", language="nl")
    with_first_password(ingrid, enterprise.public_id, user_name="idesmet")
    assert act_on(request, "approve").activation_code
    act_on(request, "new_code")
    assert details_of("means.activation.open") == [{"sets": "all"}] * 2
    note_login(person=ingrid, means=Means.EID)
    refused_with("can_log_in", lambda: act_on(request, "new_code"))


def test_L7_no_new_code_for_a_chief_who_needed_no_activation() -> None:
    """Emma Claes has a user name; without it she still got her role without an activation."""
    request = received()
    act_on(request, "approve")
    Person.objects.filter(insz=cast.EMMA).update(user_name=None, user_name_key=None)
    refused_with("no_activation", lambda: act_on(request, "new_code"))


def test_L7_no_new_code_once_the_role_has_ended() -> None:
    request = newly_appointed()
    role = ChiefRole.objects.get(person__insz=cast.INGRID)
    ChiefRole.objects.filter(pk=role.pk).update(ended_at=timezone.now(), ended_by=role.person)
    refused_with("role_ended", lambda: act_on(request, "new_code"))


def test_X7_nobody_approves_what_they_recorded_as_received() -> None:
    request = received(by="eranova1")
    refused_with("own_receipt", lambda: act_on(request, "approve"))
    act_on(request, "approve", by="eranova2")


@pytest.mark.parametrize(
    "names", [("Ingrid", "de smet"), ("Émma", "CLAES"), ("Emma Sofie", "Claes"), ("Anna", "Claes")]
)
def test_X7_nobody_approves_a_request_that_names_them(names: tuple[str, str]) -> None:
    """The register has all given names of the applicant and the chief; an account of staff often has one of them."""
    RegisterPerson.objects.filter(insz=cast.INGRID).update(first_names="Ingrid Maria")
    RegisterPerson.objects.filter(insz=cast.EMMA).update(first_names="Emma Anna Louise")
    request = received(ask())
    Person.objects.filter(user_name="eranova1").update(first_names=names[0], last_name=names[1])
    refused_with("names_actor", lambda: act_on(request, "approve"))


@pytest.mark.parametrize("names", [("Sofie", "Claes"), ("Ingrid", "Claes-De Wit"), ("Emma", "Smet")])
def test_X7_a_namesake_of_half_a_name_approves(names: tuple[str, str]) -> None:
    request = received()
    Person.objects.filter(user_name="eranova1").update(first_names=names[0], last_name=names[1])
    act_on(request, "approve")


def test_E9_no_one_but_the_desk_processes() -> None:
    request = received()
    staff().person.groups.clear()
    for act in ("approve", "refuse", "note", "attach_scan"):
        with pytest.raises(NotAllowed):
            act_on(request, act)
    assert not ChiefRole.objects.filter(enterprise__number=cast.BUURTHUIS).exists()


def _function_ended() -> None:
    LegalFunction.objects.filter(insz=cast.INGRID).update(ends_on=timezone.localdate() - timedelta(days=1))


def _enterprise_stopped() -> None:
    RegisterEnterprise.objects.filter(number=cast.BUURTHUIS).update(stopped_on=timezone.localdate())


def _left() -> None:
    Employment.objects.filter(number=cast.BUURTHUIS).update(ends_on=timezone.localdate() - timedelta(days=1))


def _applicant_died() -> None:
    RegisterPerson.objects.filter(insz=cast.INGRID).update(died_on=timezone.localdate())


def _died() -> None:
    RegisterPerson.objects.filter(insz=cast.EMMA).update(died_on=timezone.localdate())


def _no_scan() -> None:
    Request.objects.update(scan=None, scan_sha256="")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_function_ended, "no_function"),
        (_enterprise_stopped, "enterprise_stopped"),
        (_left, "chief_not_eligible"),
        (_died, "chief_not_eligible"),
        (_applicant_died, "no_function"),
        (_no_scan, "no_scan"),
    ],
)
def test_X7_approval_checks_everything_again(change: Callable[[], None], code: str) -> None:
    request = received()
    change()
    refused_with(code, lambda: act_on(request, "approve"))
    request.refresh_from_db()
    assert (request.state, request.decided_at) == ("received", None)
    assert not ChiefRole.objects.filter(enterprise__number=cast.BUURTHUIS).exists()


def test_X7_an_older_ticket_is_not_approved_after_a_newer_appointment(log_in: LogIn) -> None:
    request = received()
    RegisterPerson.objects.filter(insz=cast.PIOTR).update(has_eid=True)
    client = log_in(cast.PIOTR)
    assert confirm_standard(client, choose_self(client, cast.BUURTHUIS)).status_code == 302
    refused_with("chief_changed_since", lambda: act_on(request, "approve"))


def test_X7_approval_wants_fresh_answers() -> None:
    request = received()
    facts = facts_of(request)
    with time_machine.travel(timezone.now() + timedelta(seconds=30)), pytest.raises(RegisterDown):
        requests.approve(actor=staff(), request=request.public_id, facts=facts, reason="brief")


def test_the_same_letter_scanned_twice_is_received_once() -> None:
    request = received()
    refused_with("wrong_state", lambda: act_on(request, "receive"))
    act_on(request, "attach_scan", by="eranova2")
    assert request.steps.filter(act="receive").count() == 1
    act_on(request, "approve")
    refused_with("wrong_state", lambda: act_on(request, "approve", by="eranova1"))
    assert ChiefRole.objects.filter(enterprise__number=cast.BUURTHUIS).count() == 1


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<html>", b"%PDF-" + bytes(SCAN_LIMIT)])
def test_X7_a_scan_is_a_pdf_jpeg_or_png_of_at_most_10_MB(content: bytes) -> None:
    request = received()
    refused_with("not_a_scan", lambda: evidence.attach_scan(actor=staff(), request=request.public_id, content=content))


def test_X7_a_letter_does_not_come_tomorrow() -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    refused_with(
        "in_future",
        lambda: requests.receive(actor=staff(), request=demo_request().public_id, received_on=tomorrow),
    )


def test_X7_a_letter_does_not_come_before_the_request_was_made() -> None:
    request = aged(3)
    day = timezone.localdate(request.registered_at)
    refused_with(
        "before_registered",
        lambda: requests.receive(actor=staff(), request=request.public_id, received_on=day - timedelta(days=1)),
    )
    assert requests.receive(actor=staff(), request=request.public_id, received_on=day).received_on == day


def test_X8_a_replaced_one_is_receivable_until_the_newer_ones_document_came() -> None:
    """X8: four known facts are not enough to push a posted letter aside."""
    older = demo_request()
    newer = ask()
    older.refresh_from_db()
    assert (older.state, newer.state) == ("replaced", "registered")
    received(older)
    older.refresh_from_db()
    assert older.state == "received"


def test_X8_an_older_letter_is_refused_once_the_newer_ones_came() -> None:
    older = demo_request()
    received(ask())
    refused_with("newer_received", lambda: act_on(older, "receive"))


def test_X8_an_older_letter_stays_refused_after_the_newer_one_was() -> None:
    older = demo_request()
    newer = received(ask())
    act_on(newer, "refuse")
    refused_with("newer_received", lambda: act_on(older, "receive"))
    act_on(newer, "reopen")
    act_on(newer, "approve")


def test_X8_an_older_one_taken_up_again_is_not_approved_after_the_newer_one_was_refused() -> None:
    older = received()
    act_on(older, "refuse")
    act_on(received(ask()), "refuse")
    act_on(older, "reopen")
    refused_with("newer_received", lambda: act_on(older, "approve"))


def test_section_11_an_applicant_makes_five_requests_for_an_enterprise_in_a_day() -> None:
    for _time in range(5):
        ask(applicant=cast.PIOTR)
    before = Request.objects.count(), Mail.objects.count()
    with pytest.raises(TooMany):
        ask(applicant=cast.PIOTR)
    assert (Request.objects.count(), Mail.objects.count()) == before
    ask()


def test_X8_while_one_is_received_a_new_one_is_refused() -> None:
    received()
    refused_with("being_processed", ask)


def test_X7_a_newer_document_blocks_the_older_ones_approval() -> None:
    """The older one was received, refused and taken up again meanwhile: what counts is the newer letter."""
    older = received()
    act_on(older, "refuse")
    newer = ask()
    refused_with("other_open", lambda: act_on(older, "reopen"))
    received(newer)
    act_on(newer, "approve")
    act_on(older, "reopen")
    refused_with("chief_changed_since", lambda: act_on(older, "approve"))


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_X7_the_reason_is_in_the_applicants_language_and_the_note_stays_inside(language: str) -> None:
    request = received(ask(language=language))
    act_on(request, "refuse")
    request.refresh_from_db()
    assert request.reason == RefusalTemplate.objects.get(code="no-signature").text_in(language)
    mail = Mail.objects.filter(to=APPLICANT_MAIL).latest("pk")
    assert mail.language == language
    assert " ".join(request.reason.split()) in " ".join(mail.text.split())
    assert "gebeld" not in mail.text
    assert RequestStep.objects.get(request=request, act="refuse").note == "gebeld"


def test_X8_a_refused_one_is_reopened_with_a_reason_and_decided_again() -> None:
    request = received()
    act_on(request, "refuse")
    refused_with("no_reason", lambda: requests.reopen(actor=staff(), request=request.public_id, reason=" "))
    act_on(request, "reopen")
    act_on(request, "approve")
    assert ChiefRole.objects.filter(enterprise__number=cast.BUURTHUIS).count() == 1


def aged(days: int) -> Request:
    """Make the demo's request this old, and return it."""
    Request.objects.update(registered_at=F("registered_at") - timedelta(days=days))
    return demo_request()


@pytest.mark.parametrize(
    ("days", "acts"), [(75, []), (76, ["remind"]), (89, ["remind"]), (90, ["expire"]), (400, ["expire"])]
)
def test_X8_a_reminder_after_76_days_and_the_end_after_90_once_and_also_late(days: int, acts: list[str]) -> None:
    request = aged(days)
    mails = Mail.objects.filter(to=request.applicant_email).count()
    for _time in range(3):
        requests.expire_and_remind()
    assert list(request.steps.exclude(act="confirm").values_list("act", flat=True)) == acts
    assert Mail.objects.filter(to=request.applicant_email).count() == mails + len(acts)
    request.refresh_from_db()
    assert request.state == ("expired" if "expire" in acts else "registered")


@pytest.mark.parametrize("days", [76, 85])
def test_X8_the_reminder_says_on_which_day_the_request_ends(days: int) -> None:
    request = aged(days)
    requests.expire_and_remind()
    mail = Mail.objects.filter(to=request.applicant_email).latest("pk")
    with translation.override(request.language):
        day = date_format(timezone.localdate(request.registered_at + EXPIRES_AFTER))
    assert day in mail.subject and day in " ".join(mail.text.split())


def test_X8_one_that_was_replaced_since_the_list_was_read_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    aged(76)
    daily = requests._daily

    def replaced_first(what: RequestAct, request: UUID) -> None:
        ask()
        daily(what, request)

    monkeypatch.setattr(requests, "_daily", replaced_first)
    assert requests.expire_and_remind() == 1
    assert not RequestStep.objects.filter(act="remind").exists()


def test_X8_a_reminded_one_still_ends() -> None:
    request = aged(76)
    assert requests.expire_and_remind() == 1
    aged(14)
    assert requests.expire_and_remind() == 1
    assert requests.expire_and_remind() == 0
    assert list(request.steps.values_list("act", flat=True)) == ["confirm", "remind", "expire"]


def test_X8_a_replaced_one_ends_without_a_mail_and_a_received_one_stays() -> None:
    older = demo_request()
    received(ask())
    before = Mail.objects.count()
    Request.objects.update(registered_at=F("registered_at") - timedelta(days=100))
    requests.expire_and_remind()
    older.refresh_from_db()
    assert older.state == "expired"
    assert Request.objects.filter(state="received").count() == 1
    assert Mail.objects.count() == before


def test_X7_a_scan_is_neither_read_nor_written_by_what_does_not_need_it() -> None:
    """Ten megabytes: following a request, a note and the approval leave them where they are."""
    request = received()
    with CaptureQueriesContext(connection) as captured:
        assert requests.with_ticket(request.ticket) == request
        act_on(request, "note")
        act_on(request, "approve")
    touched = [one["sql"] for one in captured if '"scan"' in one["sql"] and '"scan" IS NULL' not in one["sql"]]
    assert not touched
    assert bytes(Request.objects.get(pk=request.pk).scan or b"") == SCAN


def test_E9_nothing_but_the_approval_gives_a_role() -> None:
    """E9: every other act of the desk leaves access as it is."""
    roles = ChiefRole.objects.count()
    request = received()
    for act in ("note", "refuse", "note", "reopen", "attach_scan"):
        act_on(request, act)
    assert ChiefRole.objects.count() == roles
    assert {line.act for line in TRANSITIONS if line.to == RequestState.APPROVED} == {RequestAct.APPROVE}
