"""Whether a returned file is our document with the qualified signature of one person, and nothing else (BEHAVIOUR X9).

The file must begin with our document byte for byte; what stands behind is read with limits on what it may unpack to, and
the pages are drawn and compared (`htb.document.appearance`). Who signed is read off the certificate; whether that person
represents the enterprise is not judged here.
"""

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO

from asn1crypto import x509
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import DecodeLimits, DocumentDecodeBudget, StreamDecodeLimits
from pyhanko.pdf_utils.misc import PdfDecodeLimitError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.qualified_asn1 import get_qc_statements
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    FormUpdatingRule,
    ModificationLevel,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
)
from pyhanko.sign.general import CMSExtractionError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel

from acts.errors import Refused
from formats import insz
from htb.document.appearance import check_looks, check_places
from htb.document.painter import ACTIVE, names_in
from htb.document.refusals import refused
from htb.document.trust import validation_context
from htb.document.verify import Verdict, signature_in, verify

logger = logging.getLogger(__name__)

# Ours have some 25 kB; a signature adds its certificates, at most a picture. Anything that unpacks to more is no document.
_LIMITS = DecodeLimits(
    per_stream=StreamDecodeLimits(max_output_size=8 * 1024 * 1024),
    document_budget=DocumentDecodeBudget(base_allowance=32 * 1024 * 1024, max_ratio=0),
)
# pyHanko's own policy of what may be added, but for signatures that show on the page: it lets none of these follow a seal,
# while most signing programs draw one and Acrobat takes it.
_SIGNING = StandardDiffPolicy(
    global_rules=DEFAULT_DIFF_POLICY.global_rules,
    form_rule=FormUpdatingRule(
        [SigFieldCreationRule(allow_new_visible_after_certify=True), SigFieldModificationRule()]
    ),
)
# Clocks of signers go wrong by as much.
_CLOCKS = timedelta(minutes=5)
_ENCRYPTED = re.compile(rb"/Encrypt\b")
# What a reader of PDFs would carry out, files in the file, and layers, which show or do not.
_SCRIPTS = ACTIVE | {"/OpenAction", "/URI", "/GoTo", "/Named", "/Hide", "/ResetForm", "/SetOCGState", "/Thread"}
_LAYERS = {"/OC", "/OCG", "/OCGs", "/OCMD", "/OCProperties"}


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


def _judge(content: bytes, original: bytes, since: datetime) -> Signature:
    reader = PdfFileReader(BytesIO(content), decode_limits=_LIMITS)
    ours = PdfFileReader(BytesIO(original))
    if reader.encrypted:
        raise refused("encrypted")
    _refuse_scripts(reader, since_revision=ours.total_revisions)
    signature = _only_signature(reader, ours)
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


def _only_signature(reader: PdfFileReader, ours: PdfFileReader) -> EmbeddedPdfSignature:
    """Return the one signature besides our seal, put on our document and on nothing else, and covering the whole file."""
    seal, *others = reader.embedded_signatures
    (our_seal,) = ours.embedded_signatures
    if seal.pkcs7_content != our_seal.pkcs7_content:
        raise refused("added_before")
    if not others:
        raise refused("not_signed")
    if len(others) > 1:
        raise refused("two_signatures")
    signature: EmbeddedPdfSignature = others[0]
    try:
        coverage = signature.evaluate_signature_coverage()
        seal.compute_integrity_info(_SIGNING)
    except SignatureValidationError as error:
        raise refused("broken") from error
    if coverage != SignatureCoverageLevel.ENTIRE_FILE:
        raise refused("added_after")
    level = getattr(seal.diff_result, "modification_level", ModificationLevel.OTHER)
    if reader.total_revisions != ours.total_revisions + 1 or level > ModificationLevel.FORM_FILLING:
        raise refused("added_before")
    return signature


def _refuse_scripts(reader: PdfFileReader, *, since_revision: int) -> None:
    """Unpack whatever came behind our document, and look for what a reader of PDFs would carry out or show by turns."""
    for revision in range(since_revision, reader.total_revisions):
        for reference in reader.xrefs.explicit_refs_in_revision(revision):
            added = reader.get_object(reference, revision=revision)
            if isinstance(added, generic.StreamObject) and added.get("/Type") not in {"/ObjStm", "/XRef"}:
                _unpacked = added.data
            names = set(names_in(added))
            if not _SCRIPTS.isdisjoint(names):
                raise refused("javascript")
            if not _LAYERS.isdisjoint(names):
                raise refused("added_before")


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
