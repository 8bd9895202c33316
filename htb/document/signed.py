"""Whether a returned file is our document with the qualified signature of one person, and nothing else (BEHAVIOUR X9).

The file must begin with our document byte for byte; what stands behind is judged in the cage alone (`htb.document.judging`),
and the pages are drawn there and compared. Who signed is read off the certificate; whether that person represents the
enterprise is not judged here.
"""

import logging
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from formats import insz
from htb.document import drawing
from htb.document.refusals import refused
from htb.document.trust import trust_at
from htb.document.verify import Verdict, verify

logger = logging.getLogger(__name__)

# Clocks of signers go wrong by as much.
_CLOCKS = timedelta(minutes=5)
_ENCRYPTED = re.compile(rb"/Encrypt\b")


@dataclass(frozen=True)
class Signature:
    """Who signed, as the certificate says. insz: eleven digits. signed_at: as the signer's program says (aware)."""

    insz: str
    name: str
    issuer: str
    signed_at: datetime


def check_signed(content: bytes, *, original: bytes, since: datetime) -> Signature:
    """Return the signature on a returned file, or raise Refused with what is wrong (field "file"; the code names it).

    content: at most htb.document.verify.MAX_BYTES. original: our document, sealed. since: when the request began. Needs
    neither the database nor the network. Trusted issuers that cannot be read are an error in the log.
    """
    _check_begins_with_ours(content, original)
    found = _judged(content, original)
    number = insz.parse(found["number"])
    if number is None:
        raise refused("no_number")
    signed_at = datetime.fromisoformat(found["signed_at"]) if found["signed_at"] else None
    if signed_at is None or not since - _CLOCKS <= signed_at <= timezone.now() + _CLOCKS:
        raise refused("wrong_time")
    # Last: whoever makes the portal draw a file has signed it with a certificate that counts.
    _check_looks(content, original, box=found["box"])
    return Signature(number, found["name"], found["issuer"], signed_at)


def _check_begins_with_ours(content: bytes, original: bytes) -> None:
    if content == original:
        raise refused("not_signed")
    if content.startswith(original):
        return
    if _ENCRYPTED.search(content):
        raise refused("encrypted")
    whose = {Verdict.CHANGED: "changed", Verdict.NOT_OURS: "not_ours"}
    raise refused(whose.get(verify(content).verdict, "another_document"))


def _judged(content: bytes, original: bytes) -> dict[str, Any]:
    """Return what the cage says of the signature: a few bytes can make a reader of PDFs, or of certificates, work for hours."""
    try:
        found = drawing.judge(original, content, trust_at(timezone.now()))
    except drawing.NotDrawnError as failure:
        raise refused("bomb") from failure
    if "unready" in found:
        logger.error("a signature could not be judged: %s", found["unready"])
        raise refused("not_established")
    if "unfit" in found:
        raise refused(found["unfit"])
    return found


def _check_looks(content: bytes, original: bytes, *, box: tuple[float, ...] | None) -> None:
    """Raise Refused where a signed file, drawn, differs from our document beside the box for the signature."""
    try:
        same = drawing.look_the_same(original, content, beside=box or ())
    except drawing.NotDrawnError as failure:
        raise refused("not_drawn") from failure
    if not same:
        raise refused("looks_changed")
