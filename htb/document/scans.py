"""Whether a file is the scan of a letter: pages that can be drawn and show something, and their codes (BEHAVIOUR T12, T13)."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from acts.errors import Refused, Sentence
from htb.document import drawing

SCAN_LIMIT = 10 * 1024 * 1024
_STARTS = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n")

SENTENCES: dict[str, Sentence] = {
    "not_a_scan": _("Choose a PDF, JPEG or PNG file of at most 10 MB."),
    "unreadable": _("The pages of this file cannot be drawn: it is broken or no scan. Scan the letter again."),
    "encrypted": _("This file is protected with a password. Save the scan without protecting it."),
    "active": _("This file holds more than pages: a script, an action or another file. Scan the letter again, as pages alone."),
    "too_many_pages": _("This file has more than ten pages. Attach the letter alone."),
    "too_large": _("A page of this file is far larger than a letter. Scan it again at a usual size."),
    "too_small": _("This picture is too small to read a letter: each side has at least 480 pixels. Scan the letter again."),
    "blank": _("The pages of this file are blank. Scan the side of the letter that is written on."),
    "too_heavy": _("To draw this file takes far more time or memory than a letter does. Scan the letter again, more simply."),
}  # fmt: skip


@dataclass(frozen=True)
class Scan:
    """A scan that was drawn. codes: what its QR codes hold, any maker's."""

    pages: int
    codes: tuple[str, ...]


def check_scan(content: bytes) -> Scan:
    """Return what there is to see on a scan, or raise Refused with what is wrong (field "scan"; the code names it)."""
    if len(content) > SCAN_LIMIT or not content.startswith(_STARTS):
        raise _refused("not_a_scan")
    try:
        seen = drawing.look_at_scan(content)
    except drawing.NotDrawnError as failure:
        raise _refused("too_heavy" if failure.is_too_heavy else "unreadable") from failure
    if "unfit" in seen:
        raise _refused(seen["unfit"])
    return Scan(seen["pages"], tuple(seen["codes"]))


def _refused(code: str) -> Refused:
    return Refused(SENTENCES[code], field="scan", code=code)
