"""Whether a returned file is our document with the qualified signature of one person, and nothing else (BEHAVIOUR X9).

The file must begin with our document byte for byte; what stands behind is read in the cage before it is read here
(`htb.document.reading`), and the pages are drawn and compared (`htb.document.appearance`). Who signed is read off the
certificate; whether that person represents the enterprise is not judged here.
"""

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import x509
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from pyhanko.pdf_utils.misc import PdfDecodeLimitError
from pyhanko.sign.ades.qualified_asn1 import get_qc_statements
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.general import CMSExtractionError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus

from acts.errors import Refused
from formats import insz
from htb.document import drawing
from htb.document.appearance import check_looks, check_places
from htb.document.painter import UnfitError
from htb.document.reading import read_signed
from htb.document.refusals import refused
from htb.document.trust import validation_context
from htb.document.verify import Verdict, signature_in, verify

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
    _rehearse(content, original)
    # In a thread of its own, as the seal (htb.document.seal).
    with ThreadPoolExecutor(1) as thread:
        try:
            return thread.submit(_judge, content, original, since).result()
        except Refused:
            raise
        except ImproperlyConfigured as fault:
            logger.error("a signature could not be judged: %s", fault)  # noqa: TRY400 - the sentence says it all
            raise refused("not_established") from fault
        except PdfDecodeLimitError as limit:
            raise refused("bomb") from limit
        except Exception as error:  # a parser fails at a stranger's file in whichever way the file likes
            raise refused("unreadable") from error


def _check_begins_with_ours(content: bytes, original: bytes) -> None:
    if content == original:
        raise refused("not_signed")
    if content.startswith(original):
        return
    if _ENCRYPTED.search(content):
        raise refused("encrypted")
    whose = {Verdict.CHANGED: "changed", Verdict.NOT_OURS: "not_ours"}
    raise refused(whose.get(verify(content).verdict, "another_document"))


def _rehearse(content: bytes, original: bytes) -> None:
    """Let the file be read in the cage first: a few bytes can make a reader of PDFs work for hours (T14).

    What it makes of the file does not matter here, only that it came to an end soon.
    """
    try:
        drawing.rehearse(original, content)
    except drawing.NotDrawnError as failure:
        raise refused("bomb") from failure


def _judge(content: bytes, original: bytes, since: datetime) -> Signature:
    try:
        reader, ours, signature = read_signed(content, original)
    except UnfitError as unfit:
        raise refused(str(unfit)) from unfit
    check_places(reader, ours)
    _start, place, after, _length = signature.byte_range
    if signature_in(content[place:after]) is None:
        raise refused("broken")
    status = _status(signature)
    certificate = status.signing_cert
    _check_trusted(signature, status)
    if not {"qc_compliance", "qc_sscd"} <= _statements(certificate):
        raise refused("not_qualified")
    number = insz.parse(_number_in(certificate))
    if number is None:
        raise refused("no_number")
    signed_at = status.signer_reported_dt
    if signed_at is None or not since - _CLOCKS <= signed_at <= timezone.now() + _CLOCKS:
        raise refused("wrong_time")
    names = certificate.subject.native, certificate.issuer.native
    name, issuer = (str(one.get("common_name", ""))[:400] for one in names)
    # Last: whoever makes the portal draw a file has signed it with a certificate that counts.
    check_looks(content, original, ours)
    return Signature(number, name, issuer, signed_at)


def _status(signature: EmbeddedPdfSignature, *, with_revocation: bool = True) -> PdfSignatureStatus:
    try:
        status = validate_pdf_signature(
            signature,
            validation_context(timezone.now(), with_revocation=with_revocation),
            key_usage_settings=KeyUsageConstraints(key_usage={"non_repudiation"}),
        )
    except (SignatureValidationError, CMSExtractionError) as error:
        raise refused("broken") from error
    if not (status.intact and status.valid):
        raise refused("broken")
    return status


def _check_trusted(signature: EmbeddedPdfSignature, status: PdfSignatureStatus) -> None:
    if status.revoked:
        raise refused("revoked")
    if status.trusted:
        return
    certificate = status.signing_cert
    if not certificate.not_valid_before <= timezone.now() <= certificate.not_valid_after:
        raise refused("expired")
    if status.trust_problem_indic == AdESIndeterminate.CHAIN_CONSTRAINTS_FAILURE:
        raise refused("not_qualified")
    is_known = _status(signature, with_revocation=False).trusted
    raise refused("not_established" if is_known else "unknown_issuer")


def _statements(certificate: x509.Certificate) -> set[str]:
    return {str(statement["statement_id"].native) for statement in get_qc_statements(certificate)}


def _number_in(certificate: x509.Certificate) -> str:
    """The subject's serialNumber: the number itself on an identity card, "PNOBE-" before it elsewhere (ETSI EN 319 412-1)."""
    number = certificate.subject.native.get("serial_number", "")
    return number.removeprefix("PNOBE-") if isinstance(number, str) else ""
