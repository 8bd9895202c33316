"""A member of the desk wants to approve what nobody has looked at (BEHAVIOUR X7, X9, T12)."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from access_admins.models import ChiefRole
from audit.models import Event, Reading
from htb import requests
from htb.document.content import content_of
from htb.models import Opening, Request
from tests import cast
from tests.requesting import a_picture, demo_request, desk, letter_of
from tests.signing import sign, use_new_citizen_ca
from tests.test_desk import address, attach, receive, send, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Request:
    """A request whose letter came, received and scanned by a colleague."""
    made = demo_request()
    receive(desk("eranova2"), made)
    return made


@pytest.fixture
def one() -> Client:
    return desk("eranova1")


def approve(client: Client, case: Request, **answers: Any) -> Any:
    return send(client, case, "approve", **{"reason": "Gezien", "is_compared": "on", **answers})


def is_appointed() -> bool:
    return ChiefRole.objects.filter(enterprise__number=cast.BUURTHUIS).exists()


def test_T12_who_did_not_open_the_scan_does_not_approve(one: Client, case: Request) -> None:
    page = one.get(address(case))
    assert "You cannot approve this request: Open the signed document first" in text(page)
    assert 'value="Approve"' not in page.content.decode()
    answer = approve(one, case)
    assert answer.status_code == 422
    assert "Open the signed document first" in text(answer)
    assert not is_appointed()


def test_T12_to_save_it_as_a_file_or_to_ask_for_a_picture_is_not_to_open_it(one: Client, case: Request) -> None:
    base = f"/admin/htb/request/{case.pk}"
    assert one.get(f"{base}/scan/").status_code == 200
    assert one.get(f"{base}/opened/").status_code == 302
    assert one.get(f"{base}/opened/1/").status_code == 404
    assert approve(one, case).status_code == 422
    assert not is_appointed()


def test_T12_a_colleague_who_opened_it_opened_it_for_nobody_else(one: Client, case: Request) -> None:
    desk("eranova2").post(address(case), {"act": "open"})
    assert approve(one, case).status_code == 422
    assert not is_appointed()


def test_T12_whoever_opened_another_scan_has_not_opened_this_one(one: Client, case: Request) -> None:
    one.post(address(case), {"act": "open"})
    attach(desk("eranova2"), case, a_picture(lines=9))
    assert approve(one, case).status_code == 422
    one.post(address(case), {"act": "open"})
    assert approve(one, case).status_code == 200
    assert is_appointed()


def test_T12_the_record_and_the_case_say_who_opened_which_file_and_when(one: Client, case: Request) -> None:
    case.refresh_from_db()
    digest = hashlib.sha256(bytes(case.scan or b"")).hexdigest()
    opened = one.post(address(case), {"act": "open"}, follow=True)
    assert opened.redirect_chain == [(f"/admin/htb/request/{case.pk}/opened/", 302)]
    assert Opening.objects.get(request=case).sha256 == digest
    event = Event.objects.get(act="request.open")
    assert (event.chain, json.loads(event.details)) == (f"request:{case.public_id}", {"sha256": digest})
    assert "Eranova 1" in text(desk("eranova2").get(address(case)))
    approve(one, case)
    details = json.loads(Event.objects.get(act="request.approve").details)
    assert (details["opened"], details["code"]) == (digest, "by_hand")


def test_T12_what_is_shown_is_the_page_drawn_by_the_portal(one: Client, case: Request) -> None:
    one.post(address(case), {"act": "open"})
    readings = Reading.objects.count()
    page = one.get(f"/admin/htb/request/{case.pk}/opened/")
    assert page.content.decode().count("<img") == 1
    picture = one.get(f"/admin/htb/request/{case.pk}/opened/1/")
    assert (picture["Content-Type"], picture["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert picture.content.startswith(b"\xff\xd8\xff")
    assert Reading.objects.count() == readings + 2, "the letter shows national numbers"
    assert one.get(f"/admin/htb/request/{case.pk}/opened/2/").status_code == 404
    assert Client().get(f"/admin/htb/request/{case.pk}/opened/1/").status_code == 302


def test_T12_nobody_opens_what_did_not_come(one: Client) -> None:
    made = demo_request()
    answer = one.post(address(made), {"act": "open"})
    assert answer.status_code == 422
    assert "There is no signed document to open yet." in text(answer)
    assert not Opening.objects.exists()


def test_T12_a_scan_of_before_it_was_drawn_is_attached_anew(one: Client, case: Request) -> None:
    """A portal that was brought up to date: nobody looked at what lies there."""
    Request.objects.filter(pk=case.pk).update(scan=b"%PDF-1.7 15 bytes", scan_sha256="", code_check="")
    assert "Attach the scan of the signed document first." in text(one.get(address(case)))
    assert approve(one, case).status_code == 422
    assert not is_appointed()


def test_T12_a_file_that_came_back_signed_is_opened_before_it_is_approved(
    one: Client, settings: Any, tmp_path: Path
) -> None:
    made = demo_request()
    authority = use_new_citizen_ca(settings, tmp_path / "authority")
    content = sign(bytes(made.document.content), authority.card(cast.INGRID))
    requests.return_signed(request=made, content=content)
    assert send(one, made, "approve", reason="Bestand").status_code == 422
    one.get(f"/admin/htb/request/{made.pk}/signed/")
    assert send(one, made, "approve", reason="Bestand").status_code == 422
    assert not is_appointed()
    one.post(address(made), {"act": "open"})
    assert Opening.objects.get().sha256 == hashlib.sha256(content).hexdigest()
    assert one.get(f"/admin/htb/request/{made.pk}/opened/1/").content.startswith(b"\xff\xd8\xff")
    assert send(one, made, "approve", reason="Bestand").status_code == 200, (
        "its QR code is our own: nothing to compare by hand"
    )
    assert is_appointed()


def test_T13_a_letter_whose_code_could_not_be_read_is_compared_by_hand(one: Client, case: Request) -> None:
    one.post(address(case), {"act": "open"})
    answer = send(one, case, "approve", reason="Gezien")
    assert answer.status_code == 422
    assert "compare the letter with the document, and tick that you did" in text(answer)
    assert not is_appointed()
    assert approve(one, case).status_code == 200
    assert is_appointed()


def test_T13_a_letter_whose_code_was_read_needs_no_tick(one: Client, case: Request) -> None:
    attach(desk("eranova2"), case, letter_of(case))
    case.refresh_from_db()
    assert case.code_check == "same"
    one.post(address(case), {"act": "open"})
    assert "line by line" not in text(one.get(address(case)))
    assert send(one, case, "approve", reason="Gezien").status_code == 200
    assert json.loads(Event.objects.get(act="request.approve").details)["code"] == "same"


def test_T13_the_code_may_be_read_with_a_hand_scanner_instead(one: Client, case: Request) -> None:
    assert "is that of the document" in text(send(one, case, "compare_code", scanned=content_of(case).qr_text))
    one.post(address(case), {"act": "open"})
    assert send(one, case, "approve", reason="Gezien").status_code == 200
    assert is_appointed()
