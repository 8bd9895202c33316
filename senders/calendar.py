"""The ends of a sender's certificates as a calendar file (RFC 5545)."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from senders.models import Certificate, Sender

# RFC 5545, 3.1: at most 75 bytes a line.
_LONGEST_LINE = 75
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": ""})


def calendar_of(sender: Sender, certificates: Iterable[Certificate], *, address: str) -> bytes:
    """Return a calendar with a whole day for every certificate's end, and a reminder a month before, in the page's language.

    address: of the sender's page. The same certificate keeps its UID: loaded again, a calendar moves the day and adds none.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//CSAM//senders//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    for certificate in certificates:
        lines += _event(sender, certificate, address)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _event(sender: Sender, certificate: Certificate, address: str) -> list[str]:
    day = timezone.localdate(certificate.valid_to)
    title = _("The certificate “%(owner)s” of sender %(number)s ends") % {
        "owner": certificate.owner,
        "number": sender.number,
    }
    return [
        "BEGIN:VEVENT",
        f"UID:{certificate.public_id}@csam",
        f"DTSTAMP:{certificate.added_at:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{title.translate(_ESCAPED)}",
        f"URL:{address}",
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-P30D",
        f"DESCRIPTION:{title.translate(_ESCAPED)}",
        "END:VALARM",
        "END:VEVENT",
    ]


def _folded(line: str) -> str:
    """Return a content line in pieces of at most 75 bytes, no character cut in two."""
    pieces, piece = [], ""
    for character in line:
        if len((piece + character).encode()) > _LONGEST_LINE:
            pieces.append(piece)
            piece = " "
        piece += character
    return "\r\n".join([*pieces, piece])
