"""Requests and seals for the tests of the document."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from htb.document.demo_keys import issue
from htb.models import Request
from tests import cast

TICKET = "ABCDEFGHJKMN3"
REQUEST = {
    "ticket": TICKET,
    "enterprise_number": cast.BUURTHUIS,
    "enterprise_name": "Buurthuis De Brug VZW",
    "enterprise_address": "Brugstraat 1, 2800 Mechelen",
    "applicant_insz": cast.INGRID,
    "applicant_name": "Ingrid De Smet",
    "applicant_email": "ingrid@debrug.example",
    "applicant_telephone": "+32 15 20 00 00",
    "chief_insz": cast.EMMA,
    "chief_name": "Emma Claes",
    "chief_email": "emma@debrug.example",
    "chief_telephone": "+32 15 20 00 01",
    "language": "nl",
    "registered_at": datetime(2026, 11, 20, 10, tzinfo=UTC),
}


def a_request(**changes: Any) -> Request:
    """Return a request of Ingrid De Smet for Emma Claes, not saved."""
    return Request(**{**REQUEST, **changes})


def use_new_seal(settings: Any, folder: Path, name: str = "CSAM test seal") -> Path:
    """Make a seal in a folder and let the portal use it; return its certificate's file."""
    folder.mkdir(exist_ok=True)
    issued = issue(name, is_seal=True)
    (folder / "key.pem").write_bytes(issued.key_pem)
    (folder / "certificate.pem").write_bytes(issued.pem)
    settings.SEAL_KEY_FILE = str(folder / "key.pem")
    settings.SEAL_CERTIFICATE_FILE = str(folder / "certificate.pem")
    return folder / "certificate.pem"
