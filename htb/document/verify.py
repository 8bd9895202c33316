"""Whether a file is a document of ours, unchanged (BEHAVIOUR X10).

Nothing of a stranger's PDF is parsed. A seal covers every byte of the file but its own place, and says where that place is:
so the bytes themselves are checked against the seal, and what a file holds (a bomb, a script, a password) is never looked at.
Only a file whose every byte we sealed is opened, to read when that was.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import BytesIO

from asn1crypto import cms, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import extract_signer_info
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from htb.document.reading import UNREADABLE, signature_in
from htb.document.seal import own_certificates

# Ours have some 50 kB; room for a few signatures of others.
MAX_BYTES = 5 * 1024 * 1024
# ISO 32000-2, 12.8.1: what a signature covers, from and for how many bytes, twice.
_BYTE_RANGE = re.compile(rb"/ByteRange\s?\[0 (\d{1,8}) (\d{1,8}) (\d{1,8})\s{0,64}\]")


class Verdict(StrEnum):
    """What a file is."""

    INTACT = "intact"
    ADDED_TO = "added_to"  # the seal holds, and something follows it
    CHANGED = "changed"
    NOT_OURS = "not_ours"


@dataclass(frozen=True)
class Verified:
    """What a file is, and when we sealed it (INTACT and ADDED_TO only)."""

    verdict: Verdict
    sealed_at: datetime | None = None


def verify(content: bytes) -> Verified:
    """Tell what a file is: decided by our seal alone, without the database or the network.

    Raises ImproperlyConfigured where our own certificate cannot be read.
    """
    ours = own_certificates()
    end = _end_of_sealed(content, ours)
    if end is None:
        # Somewhere in it stands a seal of ours, which does not hold.
        is_changed = any(certificate.dump().hex().encode() in content.lower() for certificate in ours)
        return Verified(Verdict.CHANGED if is_changed else Verdict.NOT_OURS)
    try:
        sealed_at = PdfFileReader(BytesIO(content[:end])).embedded_signatures[0].self_reported_timestamp
    except UNREADABLE:  # in the place of the seal, which it cannot cover, stands something that only resembles one
        return Verified(Verdict.CHANGED)
    return Verified(Verdict.INTACT if end == len(content) else Verdict.ADDED_TO, sealed_at)


def _end_of_sealed(content: bytes, ours: Iterable[x509.Certificate]) -> int | None:
    """Return how many bytes from the beginning a seal of ours covers, None where no such seal holds.

    Only the first signature can be ours: what others add comes behind it.
    """
    found = _BYTE_RANGE.search(content)
    if found is None:
        return None
    start, after, length = map(int, found.groups())
    end = after + length
    seal = signature_in(content[start:after]) if end <= len(content) else None
    if seal is None:
        return None
    digest = hashlib.sha256(content[:start])
    digest.update(content[after:end])
    return end if _is_our_seal(seal, digest.digest(), ours) else None


def _is_our_seal(seal: cms.ContentInfo, digest: bytes, ours: Iterable[x509.Certificate]) -> bool:
    raw = seal.dump()
    try:
        signer = extract_signer_info(seal["content"])
    except UNREADABLE:
        return False
    # A reader of PDFs goes by the certificate in the seal, so that one has to be ours too.
    return any(certificate.dump() in raw and _is_sealed_by(certificate, signer, digest) for certificate in ours)


def _is_sealed_by(certificate: x509.Certificate, signer: cms.SignerInfo, digest: bytes) -> bool:
    try:
        intact, valid = validate_sig_integrity(signer, certificate, "data", digest)
    except UNREADABLE:
        return False
    return intact and valid
