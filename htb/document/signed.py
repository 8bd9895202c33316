"""Whether a returned file is our document with the qualified signature of one person, and nothing else (BEHAVIOUR X9).

The file must begin with our document byte for byte; what stands behind is read with limits on what it may unpack to. Who
signed is read off the certificate; whether that person represents the enterprise is not judged here.
"""

import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO

from asn1crypto import x509
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
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

from acts.errors import Refused, Sentence
from formats import insz
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
_SCRIPTS = {"/JS", "/JavaScript", "/OpenAction", "/AA", "/Launch"}
_DEEPEST = 60

_SENTENCES: dict[str, Sentence] = {
    "encrypted": _("This file is protected with a password. Sign the document without protecting it, and return that file."),
    "not_ours": _(
        "This is not the document of this request, or it was saved anew by another program. Sign the PDF file exactly as you "
        "downloaded it."
    ),
    "another_document": _("This is the document of another request. Return the document that belongs to this ticket number."),
    "changed": _("The document in this file was changed. Download it again, sign that file and change nothing else."),
    "not_signed": _("This file carries no signature besides our seal. Sign the document with your signing program first."),
    "two_signatures": _("This file carries more than one signature or time stamp. Return it with exactly one signature."),
    "javascript": _("This file contains a script or an action. Sign the PDF file exactly as you downloaded it."),
    "added_before": _("Something besides the signature was added to the document. Sign the file exactly as you downloaded it."),
    "added_after": _(
        "Something was added to the file after the signature. Return the file exactly as the signing program made it."
    ),
    "bomb": _("This file unpacks to far more than a document holds. It was not opened further."),
    "unreadable": _("This file cannot be read as a PDF. Sign the document anew and return that file."),
    "broken": _("The signature is not intact: it does not belong to this document. Sign the document anew."),
    "revoked": _("The certificate of this signature was revoked. It no longer counts; use another card or sign on paper."),
    "expired": _("The certificate of this signature is not valid today. Use a card that is valid, or sign on paper."),
    "unknown_issuer": _(
        "The certificate of this signature does not come from an issuer of qualified certificates that we know. Use an "
        "identity card's signature, or sign on paper."
    ),
    "not_established": _(
        "We cannot establish at this moment that the certificate of this signature counts: we do not know whether it or its "
        "issuer was revoked. Try again tomorrow, or sign on paper."
    ),
    "not_qualified": _(
        "This signature was not made with a qualified certificate for signing. On an identity card it is the one that asks "
        "the PIN for each signature."
    ),
    "no_number": _("The certificate of this signature holds no national register number, so we cannot tell who signed."),
    "wrong_time": _(
        "The signature says that it was made at a moment at which this request did not exist. Set the clock of your computer "
        "right and sign the document anew."
    ),
}  # fmt: skip


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
            raise _refused("not_established") from fault
        except PdfDecodeLimitError as limit:
            raise _refused("bomb") from limit
        except Exception as error:  # a parser fails at a stranger's file in whichever way the file likes
            raise _refused("unreadable") from error


def _refused(code: str) -> Refused:
    return Refused(_SENTENCES[code], field="file", code=code)


def _check_begins_with_ours(content: bytes, original: bytes) -> None:
    if content == original:
        raise _refused("not_signed")
    if content.startswith(original):
        return
    if _ENCRYPTED.search(content):
        raise _refused("encrypted")
    whose = {Verdict.CHANGED: "changed", Verdict.NOT_OURS: "not_ours"}
    raise _refused(whose.get(verify(content).verdict, "another_document"))


def _judge(content: bytes, original: bytes, since: datetime) -> Signature:
    reader = PdfFileReader(BytesIO(content), decode_limits=_LIMITS)
    ours = PdfFileReader(BytesIO(original))
    if reader.encrypted:
        raise _refused("encrypted")
    _refuse_scripts(reader, since_revision=ours.total_revisions)
    signature = _only_signature(reader, ours)
    _start, place, after, _length = signature.byte_range
    if signature_in(content[place:after]) is None:
        raise _refused("broken")
    status = _status(signature)
    certificate = status.signing_cert
    _check_trusted(signature, status)
    if not {"qc_compliance", "qc_sscd"} <= _statements(certificate):
        raise _refused("not_qualified")
    number = insz.parse(_number_in(certificate))
    if number is None:
        raise _refused("no_number")
    signed_at = status.signer_reported_dt
    if signed_at is None or not since - _CLOCKS <= signed_at <= timezone.now() + _CLOCKS:
        raise _refused("wrong_time")
    names = certificate.subject.native, certificate.issuer.native
    name, issuer = (str(one.get("common_name", ""))[:400] for one in names)
    return Signature(number, name, issuer, signed_at)


def _only_signature(reader: PdfFileReader, ours: PdfFileReader) -> EmbeddedPdfSignature:
    """Return the one signature besides our seal, put on our document and on nothing else, and covering the whole file."""
    seal, *others = reader.embedded_signatures
    (our_seal,) = ours.embedded_signatures
    if seal.pkcs7_content != our_seal.pkcs7_content:
        raise _refused("added_before")
    if not others:
        raise _refused("not_signed")
    if len(others) > 1:
        raise _refused("two_signatures")
    signature: EmbeddedPdfSignature = others[0]
    try:
        coverage = signature.evaluate_signature_coverage()
        seal.compute_integrity_info(_SIGNING)
    except SignatureValidationError as error:
        raise _refused("broken") from error
    if coverage != SignatureCoverageLevel.ENTIRE_FILE:
        raise _refused("added_after")
    level = getattr(seal.diff_result, "modification_level", ModificationLevel.OTHER)
    if reader.total_revisions != ours.total_revisions + 1 or level > ModificationLevel.FORM_FILLING:
        raise _refused("added_before")
    return signature


def _refuse_scripts(reader: PdfFileReader, *, since_revision: int) -> None:
    """Unpack whatever came behind our document, and look for what a reader of PDFs would carry out."""
    for revision in range(since_revision, reader.total_revisions):
        for reference in reader.xrefs.explicit_refs_in_revision(revision):
            added = reader.get_object(reference, revision=revision)
            if isinstance(added, generic.StreamObject) and added.get("/Type") not in {"/ObjStm", "/XRef"}:
                _unpacked = added.data
            if not _SCRIPTS.isdisjoint(_names(added)):
                raise _refused("javascript")


def _names(thing: generic.PdfObject, depth: int = 0) -> Iterator[str]:
    """Yield every name in a thing, keys and values alike. What it refers to is looked at by itself."""
    if depth > _DEEPEST:
        raise _refused("unreadable")
    if isinstance(thing, generic.DictionaryObject):
        yield from map(str, thing)
        inside = [thing.raw_get(key) for key in thing]
    elif isinstance(thing, generic.ArrayObject):
        inside = [thing.raw_get(place) for place in range(len(thing))]
    else:
        inside = []
        if isinstance(thing, generic.NameObject):
            yield str(thing)
    for one in inside:
        yield from _names(one, depth + 1)


def _status(signature: EmbeddedPdfSignature, *, with_revocation: bool = True) -> PdfSignatureStatus:
    try:
        status = validate_pdf_signature(
            signature,
            validation_context(timezone.now(), with_revocation=with_revocation),
            key_usage_settings=KeyUsageConstraints(key_usage={"non_repudiation"}),
        )
    except (SignatureValidationError, CMSExtractionError) as error:
        raise _refused("broken") from error
    if not (status.intact and status.valid):
        raise _refused("broken")
    return status


def _check_trusted(signature: EmbeddedPdfSignature, status: PdfSignatureStatus) -> None:
    if status.revoked:
        raise _refused("revoked")
    if status.trusted:
        return
    certificate = status.signing_cert
    if not certificate.not_valid_before <= timezone.now() <= certificate.not_valid_after:
        raise _refused("expired")
    if status.trust_problem_indic == AdESIndeterminate.CHAIN_CONSTRAINTS_FAILURE:
        raise _refused("not_qualified")
    is_known = _status(signature, with_revocation=False).trusted
    raise _refused("not_established" if is_known else "unknown_issuer")


def _statements(certificate: x509.Certificate) -> set[str]:
    return {str(statement["statement_id"].native) for statement in get_qc_statements(certificate)}


def _number_in(certificate: x509.Certificate) -> str:
    """The subject's serialNumber: the number itself on an identity card, "PNOBE-" before it elsewhere (ETSI EN 319 412-1)."""
    number = certificate.subject.native.get("serial_number", "")
    return number.removeprefix("PNOBE-") if isinstance(number, str) else ""
