"""Requests by the exception procedure in tests: made by the act, and the desk's staff who process them."""

from io import BytesIO

from django.test import Client
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY
from PIL import Image, ImageDraw

from access_admins.enums import Procedure
from htb import evidence, requests
from htb.asked import Asked
from htb.document.drawing import picture_of
from htb.facts import Facts, read_facts, read_facts_about
from htb.models import Request
from htb.requests import confirm
from identity import codes
from identity.actions.staff import staff_actor
from identity.actor import Actor
from tests import cast
from tests.logging_in import person_called
from ui.models import Run


def a_picture(kind: str = "PDF", *, lines: int = 20, side: int = 1000) -> bytes:
    """Return a page of somebody's writing, without a QR code, as a scanner makes it. kind: as Pillow calls it."""
    page = Image.new("L", (side, side * 14 // 10), 250)
    draw = ImageDraw.Draw(page)
    for line in range(lines):
        draw.line((100, 120 + 40 * line, side - 150 - 7 * line, 118 + 40 * line), fill=30, width=5)
    written = BytesIO()
    page.save(written, kind)
    return written.getvalue()


SCAN = a_picture()
APPLICANT_MAIL = "aanvrager@example.be"


def demo_request() -> Request:
    """Return the demo world's open request: Ingrid De Smet asks for Emma Claes, Buurthuis De Brug."""
    return Request.objects.get(enterprise_number=cast.BUURTHUIS, state="registered")


def ask(
    applicant: str = cast.INGRID, chief: str = cast.EMMA, number: str = cast.BUURTHUIS, language: str = "nl"
) -> Request:
    """Confirm a request as its applicant would."""
    run = Run.objects.create(journey="appoint-exception", owner="test")
    asked = Asked(
        procedure=Procedure.EXCEPTION,
        enterprise_number=number,
        representative_insz=applicant,
        chief_insz=chief,
        chief_email="toegang@example.be",
        chief_telephone="+32 470 12 34 56",
        own_email=APPLICANT_MAIL,
        own_telephone="+32 15 20 00 00",
        run=run.public_id,
    )
    facts = read_facts(number, representative=applicant, chief=chief)
    return confirm(asked=asked, facts=facts, confirmed=asked.digest_of_request(facts), run=run, language=language)


def letter_of(request: Request, kind: str = "JPEG", *, content: bytes | None = None) -> bytes:
    """Return the scan of a request's document as it was printed, QR code and all. content: another document in its place."""
    page = picture_of(content or bytes(request.document.content), 1)
    written = BytesIO()
    Image.open(BytesIO(page)).save(written, kind)
    return written.getvalue()


def facts_of(request: Request) -> Facts:
    """Return what the register says now about all whom a request names."""
    return read_facts_about(request)


def staff(user_name: str = "eranova1") -> Actor:
    """Return a member of the desk at work."""
    return staff_actor(person_called(user_name))


def desk(user_name: str = "eranova1") -> Client:
    """Return a member of the desk's browser, in English, past password and code."""
    person = person_called(user_name)
    device = codes.app_of(person)
    assert device is not None
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(person)
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    client.cookies["session"] = session.session_key or ""
    return client


def desk_approves(request: Request) -> None:
    """Let one member of the desk receive a request's letter and attach its scan, and another look at it and approve."""
    requests.receive(actor=staff("eranova2"), request=request.public_id, received_on=timezone.localdate())
    evidence.attach_scan(actor=staff("eranova2"), request=request.public_id, content=letter_of(request))
    by, facts = staff(), facts_of(request)
    evidence.open_evidence(actor=by, request=request.public_id)
    requests.approve(actor=by, request=request.public_id, facts=facts, reason="brief en register", is_compared=True)
