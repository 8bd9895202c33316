"""BEHAVIOUR X9: the way of a document that comes back signed electronically, from the applicant's page to the approval."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db.models import F
from django.test import Client
from django.utils import timezone

from access_admins.models import ChiefRole
from acts.errors import NotAllowed, Refused, RegisterDown
from audit.models import Event, Reading
from csam_portal.invariants import broken
from enterprises.gateway.embedded import EmbeddedRegister
from enterprises.models import LegalFunction, RegisterPerson
from formats import insz
from htb import evidence, requests
from htb.document.verify import MAX_BYTES
from htb.forms import SignedForm
from htb.models import Request, SignedFile
from identity.models import Person
from tests import cast
from tests.requesting import SCAN, ask, demo_request, desk, facts_of, staff
from tests.signing import CitizenCa, sign, use_new_citizen_ca
from tests.test_appointing_together import at_once

pytestmark = pytest.mark.django_db

FOLLOW = "/en/tickets/follow"
PAGE = "/en/tickets/signed"
CASE = "/admin/htb/request/{}/change/"


@pytest.fixture
def authority(settings: Any, tmp_path: Path) -> CitizenCa:
    return use_new_citizen_ca(settings, tmp_path / "authority")


def signed(request: Request, authority: CitizenCa, number: str = cast.INGRID, **names: Any) -> bytes:
    return sign(bytes(request.document.content), authority.card(number, **names))


def returned(request: Request, authority: CitizenCa, number: str = cast.INGRID, **names: Any) -> Request:
    return requests.return_signed(request=request, content=signed(request, authority, number, **names))


def refused_with(code: str, act: Callable[[], Any]) -> None:
    with pytest.raises((Refused, NotAllowed)) as refusal:
        act()
    assert refusal.value.code == code


# --- The act ----------------------------------------------------------------------------------------------------------------


def test_X9_the_portal_records_the_receipt_and_keeps_the_file(authority: CitizenCa) -> None:
    request = demo_request()
    content = signed(request, authority)
    requests.return_signed(request=request, content=content)
    request.refresh_from_db()
    assert (request.state, request.is_signed_electronically, request.received_on) == ("received", True, None)
    assert request.received_by is not None and request.received_by.is_portal
    file = SignedFile.objects.get(request=request)
    assert (bytes(file.content), file.signer_insz, file.issuer) == (content, cast.INGRID, "Citizen CA")
    step = request.steps.last()
    assert step is not None
    assert (step.act, step.state, step.by.is_portal) == ("return_signed", "received", True)
    event = Event.objects.get(act="request.return_signed")
    assert (event.role, json.loads(event.details)["after"]) == ("portal", "received")
    assert cast.INGRID not in event.details
    assert list(broken()) == []


def test_X9_any_legal_representative_of_today_may_sign(authority: CitizenCa) -> None:
    """Ingrid De Smet asked; Piotr Nowak, who represents the enterprise too, signs."""
    assert returned(demo_request(), authority, cast.PIOTR, name="Piotr Nowak").state == "received"


def _function_ended() -> None:
    LegalFunction.objects.filter(insz=cast.INGRID).update(ends_on=timezone.localdate() - timedelta(days=1))


def _died() -> None:
    RegisterPerson.objects.filter(insz=cast.INGRID).update(died_on=timezone.localdate())


@pytest.mark.parametrize(
    ("number", "change"),
    [(cast.EMMA, None), (cast.AN, None), ("85073003328", None), (cast.INGRID, _function_ended), (cast.INGRID, _died)],
)
def test_X9_nobody_else_may(authority: CitizenCa, number: str, change: Callable[[], None] | None) -> None:
    """An employee, a stranger's representative, nobody, a function that ended, a person who died."""
    if change is not None:
        change()
    request = demo_request()
    refused_with("signer_not_representative", lambda: returned(request, authority, number))
    request.refresh_from_db()
    assert request.state == "registered"
    assert not SignedFile.objects.exists()


def test_X9_a_document_is_received_once(authority: CitizenCa) -> None:
    request = demo_request()
    content = signed(request, authority)
    requests.return_signed(request=request, content=content)
    request.refresh_from_db()
    refused_with("already_received", lambda: requests.return_signed(request=request, content=content))
    posted = ask(applicant=cast.PIOTR)
    requests.receive(actor=staff(), request=posted.public_id, received_on=timezone.localdate())
    posted.refresh_from_db()
    refused_with("already_received", lambda: returned(posted, authority, cast.PIOTR))


@pytest.mark.parametrize("state", ["replaced", "refused", "expired"])
def test_X9_what_no_longer_waits_takes_no_document(authority: CitizenCa, state: str) -> None:
    request = demo_request()
    Request.objects.filter(pk=request.pk).update(state=state)
    request.refresh_from_db()
    refused_with("not_waiting", lambda: returned(request, authority))


def test_X9_nor_does_one_whose_90_days_are_over(authority: CitizenCa) -> None:
    Request.objects.update(registered_at=F("registered_at") - timedelta(days=90))
    refused_with("not_waiting", lambda: returned(demo_request(), authority))


def test_X9_while_the_older_ones_letter_is_processed_the_newer_is_not_received(authority: CitizenCa) -> None:
    older = demo_request()
    newer = ask()
    requests.receive(actor=staff(), request=older.public_id, received_on=timezone.localdate())
    refused_with("other_received", lambda: returned(newer, authority))


@pytest.mark.django_db(transaction=True)
def test_X9_of_two_uploads_at_once_one_counts(authority: CitizenCa) -> None:
    request = demo_request()
    contents = [signed(request, authority) for _time in range(2)]

    def upload(content: bytes) -> str:
        try:
            return requests.return_signed(request=request, content=content).state
        except Refused as refusal:
            return refusal.code

    outcomes = at_once(lambda: upload(contents[0]), lambda: upload(contents[1]))
    assert sorted(outcomes) == ["already_received", "received"]
    assert request.steps.filter(act="return_signed").count() == 1


# --- The desk ---------------------------------------------------------------------------------------------------------------


def test_X9_a_person_still_approves_and_needs_no_scan(authority: CitizenCa) -> None:
    request = returned(demo_request(), authority)
    assert not ChiefRole.objects.filter(enterprise__number=cast.BUURTHUIS).exists()
    refused_with("no_letter", lambda: evidence.attach_scan(actor=staff(), request=request.public_id, content=SCAN))
    evidence.open_evidence(actor=staff(), request=request.public_id)
    requests.approve(actor=staff(), request=request.public_id, facts=facts_of(request), reason="bestand")
    assert ChiefRole.objects.get(enterprise__number=cast.BUURTHUIS).person.insz == cast.EMMA


def test_X9_approval_asks_the_register_about_the_signer_again(authority: CitizenCa) -> None:
    request = returned(demo_request(), authority, cast.PIOTR, name="Piotr Nowak")
    LegalFunction.objects.filter(insz=cast.PIOTR).delete()
    refused_with(
        "signer_not_representative",
        lambda: requests.approve(actor=staff(), request=request.public_id, facts=facts_of(request), reason="bestand"),
    )
    page = desk().get(CASE.format(request.pk))
    assert "Function of the signer that counts today" in [row.label for row in page.context["compared"] if row.differs]


def test_X7_nobody_approves_what_they_signed(authority: CitizenCa) -> None:
    request = returned(demo_request(), authority, cast.PIOTR, name="Piotr Jan Nowak")
    Person.objects.filter(user_name="eranova1").update(first_names="Piotr", last_name="Nowak")
    refused_with(
        "names_actor",
        lambda: requests.approve(actor=staff(), request=request.public_id, facts=facts_of(request), reason="bestand"),
    )


def test_X9_the_desk_sees_how_it_came_who_signed_and_has_the_file(authority: CitizenCa) -> None:
    request = demo_request()
    assert desk().get(f"/admin/htb/request/{request.pk}/signed/").status_code == 404
    content = signed(request, authority)
    requests.return_signed(request=request, content=content)
    one = desk()
    assert "signed electronically, verified" in one.get("/admin/htb/request/").content.decode()
    page = one.get(CASE.format(request.pk)).content.decode()
    for said in ("signed electronically, verified", "Ingrid De Smet (Signature)", "Citizen CA", insz.mask(cast.INGRID)):
        assert said in page
    assert "Attach the scan" not in page
    assert insz.show(cast.INGRID) not in page
    readings = Reading.objects.count()
    file = one.get(f"/admin/htb/request/{request.pk}/signed/")
    assert (file.content, file["Content-Type"]) == (content, "application/pdf")
    assert file["Content-Disposition"].startswith("attachment; ")
    assert Reading.objects.count() == readings + 1


# --- The applicant's pages ----------------------------------------------------------------------------------------------------


def following(request: Request, **environ: str) -> Client:
    """Return the browser of somebody who followed the request."""
    client = Client(**environ)  # type: ignore[arg-type]  # WSGI's own names
    page = client.post(FOLLOW, {"ticket": request.ticket, "insz": request.applicant_insz})
    assert page.status_code == 200
    return client


def upload(client: Client, content: bytes) -> Any:
    return client.post(PAGE, {"file": SimpleUploadedFile("signed.pdf", content)})


def test_X9_returned_on_the_page_where_the_request_is_followed(authority: CitizenCa) -> None:
    request = demo_request()
    client = Client()
    page = client.post(FOLLOW, {"ticket": request.ticket, "insz": request.applicant_insz}).content.decode()
    assert re.search(rf'<form [^>]*action="{PAGE}"[^>]*multipart', page)
    assert 'type="file"' in page
    done = upload(client, signed(request, authority))
    assert (done.status_code, done["Location"]) == (302, PAGE)
    assert "We received the signed document" in client.get(PAGE).content.decode()
    page = client.post(FOLLOW, {"ticket": request.ticket, "insz": request.applicant_insz}).content.decode()
    assert "signed electronically, verified" in page
    assert 'type="file"' not in page
    again = upload(client, signed(request, authority))
    assert again.status_code == 422


@pytest.mark.parametrize("lapse", [None, timedelta(minutes=31)])
def test_X9_only_for_who_has_just_followed_it(authority: CitizenCa, lapse: timedelta | None) -> None:
    request = demo_request()
    client = following(request) if lapse else Client()
    with time_machine.travel(timezone.now() + (lapse or timedelta())):
        for response in (client.get(PAGE), upload(client, signed(request, authority))):
            assert (response.status_code, response["Location"]) == (302, FOLLOW)
    request.refresh_from_db()
    assert request.state == "registered"


def test_X9_what_is_wrong_is_said_at_the_field(authority: CitizenCa) -> None:
    request = demo_request()
    client = following(request)
    for content, sentence in (
        (b"", "This file is empty."),
        (b"GIF89a", "This is not a PDF file."),
        (bytes(request.document.content), "This file carries no signature besides our seal."),
        (signed(request, authority, cast.EMMA), "Only a legal representative can sign."),
    ):
        response = upload(client, content)
        assert response.status_code == 422
        assert sentence in " ".join(response.context["form"].errors["file"])
        assert 'href="#id_file"' in response.content.decode()
    assert client.post(PAGE, {}).status_code == 422


def test_X9_nothing_of_a_file_of_50_MB_is_read() -> None:
    class Large(SimpleUploadedFile):
        def read(self, *_arguments: object) -> bytes:
            raise AssertionError("read")

    large = Large("signed.pdf", b"%PDF-")
    large.size = 50 * 1024 * 1024
    form = SignedForm({}, {"file": large})
    assert form.errors.as_data()["file"][0].code == "too_large"
    large.size = MAX_BYTES
    with pytest.raises(AssertionError, match="read"):
        form = SignedForm({}, {"file": large})
        form.is_valid()


def test_X9_uploads_are_limited_per_address_and_per_request(settings: Any, authority: CitizenCa) -> None:
    settings.LIMITS = {**settings.LIMITS, "upload.actor": (2, 3600)}
    request = demo_request()
    client = following(request)
    assert [upload(client, b"GIF89a").status_code for _time in range(3)] == [422, 422, 429]
    other = following(request, REMOTE_ADDR="127.0.0.9")
    good = upload(other, signed(request, authority))
    assert good.status_code == 429, "from another address it is the same request"
    assert "Try again after" in good.content.decode()
    request.refresh_from_db()
    assert request.state == "registered"


def test_X9_a_register_that_does_not_answer_refuses_nothing(
    authority: CitizenCa, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_arguments: object) -> None:
        raise RegisterDown

    request = demo_request()
    client = following(request)
    with monkeypatch.context() as patch:
        patch.setattr(EmbeddedRegister, "enterprise", down)
        response = upload(client, signed(request, authority))
    assert response.status_code == 503
    assert "try again in a few minutes" in response.content.decode()
    assert upload(client, signed(request, authority)).status_code == 302


# --- The demonstration --------------------------------------------------------------------------------------------------------


def test_the_demo_world_can_sign(tmp_path: Path, settings: Any) -> None:
    request = demo_request()
    document, signed_file = tmp_path / "document.pdf", tmp_path / "signed.pdf"
    document.write_bytes(bytes(request.document.content))
    call_command("sign_demo", document, signed_file, "--as", "Piotr Nowak", stdout=StringIO())
    assert requests.return_signed(request=request, content=signed_file.read_bytes()).state == "received"
    with pytest.raises(CommandError, match="Not signed"):
        call_command("sign_demo", document, signed_file, "--as", "Nobody")
    settings.IS_PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("sign_demo", document, signed_file)
