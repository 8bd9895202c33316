"""Somebody posts a letter of their own making with a ticket that is waiting, or the desk takes one request's letter for
another's (BEHAVIOUR T13): the QR code holds a digest, and it is compared wherever it is read."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from access_admins.models import ChiefRole
from audit.models import Event
from htb.document import make
from htb.document.content import content_of
from htb.models import Request
from tests import cast
from tests.requesting import SCAN, a_picture, ask, demo_request, desk, letter_of
from tests.test_desk import FIND, address, attach, receive, send, text

pytestmark = pytest.mark.django_db

ALARM = "The QR code is NOT that of the document that we made"


@pytest.fixture
def case() -> Request:
    return demo_request()


@pytest.fixture
def one() -> Client:
    return desk("eranova1")


def a_forgery(case: Request, **changes: str) -> bytes:
    """Return the scan of a letter with this ticket that says something else, made as we make ours."""
    forged = Request.objects.get(pk=case.pk)
    for name, value in changes.items():
        setattr(forged, name, value)
    return letter_of(case, content=make(forged)[0])


def test_T13_a_forged_letter_is_not_attached_and_blocks(one: Client, case: Request) -> None:
    receive(one, case)
    answer = attach(one, case, a_forgery(case, chief_name="Mallory Malfoy"))
    assert answer.status_code == 422
    assert "is NOT that of the document that we made" in text(answer)
    case.refresh_from_db()
    assert (bytes(case.scan or b""), case.code_check) == (SCAN, "differs"), (
        "the earlier scan is kept, and counts no more"
    )
    two = desk("eranova2")
    assert ALARM in text(two.get(address(case)))
    two.post(address(case), {"act": "open"})
    refused = send(two, case, "approve", reason="Gezien", is_compared="on")
    assert refused.status_code == 422
    assert "not that of the document that we made" in text(refused)
    assert not ChiefRole.objects.filter(enterprise__number=cast.BUURTHUIS).exists()
    assert json.loads(Event.objects.get(act="request.compare_code").details)["code"] == "differs"


def test_T13_the_letter_of_another_request_is_not_attached(one: Client, case: Request) -> None:
    other = ask(applicant=cast.PIOTR)
    receive(one, case)
    answer = attach(one, case, letter_of(other))
    assert answer.status_code == 422
    assert "belongs to another request" in text(answer)
    case.refresh_from_db()
    assert (bytes(case.scan or b""), case.code_check) == (SCAN, "unread")


@pytest.mark.parametrize("digest", ["0" * 64, "0" * 8, "0" * 180, "x"])
def test_T13_a_scanned_code_does_not_lead_to_the_case_without_being_compared(
    one: Client, case: Request, digest: str
) -> None:
    answer = one.post(FIND, {"q": f"{case.ticket} {digest}"}, follow=True)
    assert answer.redirect_chain == [(address(case), 302)]
    assert text(answer).count(ALARM) == 2, "said at once, and on the case from now on"
    case.refresh_from_db()
    assert case.code_check == "differs"
    refused = send(one, case, "receive", received_on=timezone.localdate().isoformat())
    assert refused.status_code == 422
    case.refresh_from_db()
    assert case.state == "registered"


def test_T13_received_many_at_once_a_letter_that_differs_is_left_out(one: Client, case: Request) -> None:
    one.post(FIND, {"q": f"{case.ticket} {'0' * 64}"})
    ticked = {"action": "receive", "_selected_action": [case.pk], "confirmed": "yes"}
    page = one.post("/admin/htb/request/", {**ticked, "received_on": timezone.localdate().isoformat()})
    assert "not that of the document that we made" in text(page)
    case.refresh_from_db()
    assert case.state == "registered"


def test_T13_the_right_letter_is_not_locked_out_by_a_forged_one(one: Client, case: Request) -> None:
    one.post(FIND, {"q": f"{case.ticket} {'0' * 64}"}, follow=True)
    found = one.post(FIND, {"q": content_of(case).qr_text}, follow=True)
    assert "The QR code is that of the document that we made." in text(found)
    assert ALARM not in text(found)
    receive(one, case)
    attach(one, case, letter_of(case))
    case.refresh_from_db()
    assert (case.state, case.code_check) == ("received", "same")


def test_T13_a_code_that_holds_the_ticket_alone_is_not_one_of_ours(one: Client, case: Request) -> None:
    assert send(one, case, "compare_code", scanned=case.ticket).status_code == 422
    assert send(one, case, "compare_code", scanned="https://example.be").status_code == 422
    other = ask(applicant=cast.PIOTR)
    answer = send(one, case, "compare_code", scanned=content_of(other).qr_text)
    assert "This is the QR code of another request." in text(answer)
    case.refresh_from_db()
    assert case.code_check == ""


def test_T13_a_forged_code_compared_on_the_case_is_said_loudly(one: Client, case: Request) -> None:
    answer = send(one, case, "compare_code", scanned=f"{case.ticket} {'F' * 64}")
    assert ALARM in text(answer)
    assert 'class="error"' in answer.content.decode()


def test_T13_what_was_decided_stays_and_the_difference_is_said(one: Client, case: Request) -> None:
    Request.objects.filter(pk=case.pk).update(state="refused")
    answer = one.post(FIND, {"q": f"{case.ticket} {'0' * 64}"}, follow=True)
    assert "QR code is NOT that" in text(answer)
    case.refresh_from_db()
    assert (case.state, case.code_check) == ("refused", "")


def test_T13_a_reopened_request_can_be_compared_again(one: Client, case: Request) -> None:
    receive(one, case)
    attach(one, case, a_picture(lines=8))
    case.refresh_from_db()
    assert case.code_check == "unread"
    send(one, case, "compare_code", scanned=content_of(case).qr_text)
    case.refresh_from_db()
    assert case.code_check == "same"


def test_T13_a_letter_without_a_code_does_not_lift_the_difference(one: Client, case: Request) -> None:
    """The forged letter again, its corner torn off: nothing that cannot be read says that all is well."""
    receive(one, case)
    attach(one, case, a_forgery(case, chief_name="Mallory Malfoy"))
    assert attach(one, case, SCAN).status_code in {200, 302}
    case.refresh_from_db()
    assert case.code_check == "differs"
    two = desk("eranova2")
    two.post(address(case), {"act": "open"})
    assert "not that of the document that we made" in text(
        send(two, case, "approve", reason="Gezien", is_compared="on")
    )
    assert not ChiefRole.objects.filter(enterprise__number=cast.BUURTHUIS).exists()


def test_T13_who_found_the_right_code_after_a_wrong_one_does_not_approve(one: Client, case: Request) -> None:
    """Whoever types the code of our own document into the field would clear a forged letter and approve it."""
    receive(one, case)
    attach(one, case, a_forgery(case, chief_name="Mallory Malfoy"))
    two = desk("eranova2")
    send(two, case, "compare_code", scanned=content_of(case).qr_text)
    case.refresh_from_db()
    assert case.code_check == "same"
    two.post(address(case), {"act": "open"})
    assert send(two, case, "approve", reason="Gezien").status_code == 403
    assert not ChiefRole.objects.filter(enterprise__number=cast.BUURTHUIS).exists()


def test_X7_who_attached_the_scan_does_not_approve(one: Client, case: Request) -> None:
    """One receives, another attaches a scan of his own making and would approve it: nobody else had the letter in hand."""
    send(one, case, "receive", received_on=timezone.localdate().strftime("%d-%m-%Y"))
    two = desk("eranova2")
    attach(two, case, letter_of(case))
    two.post(address(case), {"act": "open"})
    assert send(two, case, "approve", reason="Gezien").status_code == 403
    assert not ChiefRole.objects.filter(enterprise__number=cast.BUURTHUIS).exists()
