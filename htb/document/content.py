"""What the document of a request says, as data; its QR code holds a digest of exactly this (BEHAVIOUR X5)."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date

from django.utils import timezone

from formats import ticket
from htb.models import Request


@dataclass(frozen=True)
class Content:
    """What the document says. Numbers as digits; names as the register writes them."""

    language: str
    ticket: str
    registered_on: date
    enterprise_number: str
    enterprise_name: str
    enterprise_address: str
    applicant_name: str
    applicant_insz: str
    chief_name: str
    chief_insz: str
    chief_email: str
    chief_telephone: str

    @property
    def ticket_shown(self) -> str:
        """The ticket number in groups."""
        return ticket.show(self.ticket)

    @property
    def digest(self) -> str:
        """The SHA-256 of all of it, 64 hexadecimal capitals: what is printed can be compared with what is kept."""
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), default=str)
        return hashlib.sha256(text.encode()).hexdigest().upper()

    @property
    def qr_text(self) -> str:
        """What the QR code holds: the ticket number, a space, the digest. Text, not an address: a telephone opens nothing."""
        return f"{self.ticket} {self.digest}"


def content_of(request: Request) -> Content:
    """Return what the document of a request says."""
    return Content(
        language=request.language,
        ticket=request.ticket,
        registered_on=timezone.localdate(request.registered_at),
        enterprise_number=request.enterprise_number,
        enterprise_name=request.enterprise_name,
        enterprise_address=request.enterprise_address,
        applicant_name=request.applicant_name,
        applicant_insz=request.applicant_insz,
        chief_name=request.chief_name,
        chief_insz=request.chief_insz,
        chief_email=request.chief_email,
        chief_telephone=request.chief_telephone,
    )


def read_code(scanned: str) -> tuple[str, str] | None:
    """Return the ticket number and the digest in what a reader made of a QR code; None where no ticket begins it.

    Of a typed ticket number, in any notation, the digest is "".
    """
    if number := ticket.parse(scanned):
        return number, ""
    first, _space, rest = scanned.strip().partition(" ")
    number = ticket.parse(first)
    return (number, rest.strip().upper()) if number else None
