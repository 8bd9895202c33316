"""Reading a document that came back signed, with the library: in the cage alone, but for the seal (BEHAVIOUR X9, T14).

Nothing of Django, as in `htb.document.judging`. Raises UnfitError with the code of `htb.document.refusals`.
"""

from io import BytesIO

from asn1crypto import cms
from cryptography.exceptions import UnsupportedAlgorithm
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import DecodeLimits, DocumentDecodeBudget, StreamDecodeLimits
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    FormUpdatingRule,
    ModificationLevel,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
)
from pyhanko.sign.general import CMSExtractionError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from htb.document.painter import ACTIVE, UnfitError, names_in

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
# What a reader of PDFs would carry out, files in the file, and layers, which show or do not.
_SCRIPTS = ACTIVE | {"/OpenAction", "/URI", "/GoTo", "/Named", "/Hide", "/ResetForm", "/SetOCGState", "/Thread"}
_LAYERS = {"/OC", "/OCG", "/OCGs", "/OCMD", "/OCProperties"}
# The place of a signature in its file: hexadecimal, twice as long as the signature.
_LONGEST_PLACE = 65536
# What the library raises at a signature that is none.
UNREADABLE = (
    SignatureValidationError, CMSExtractionError, UnsupportedAlgorithm, ValueError, TypeError, KeyError, AttributeError,
    NotImplementedError,
)  # fmt: skip


def read_signed(content: bytes, original: bytes) -> tuple[PdfFileReader, PdfFileReader, EmbeddedPdfSignature]:
    """Return the file and our document, opened, and the one signature that was put on it; nothing else was added."""
    reader = PdfFileReader(BytesIO(content), decode_limits=_LIMITS)
    ours = PdfFileReader(BytesIO(original))
    if reader.encrypted:
        raise UnfitError("encrypted")
    _refuse_scripts(reader, since_revision=ours.total_revisions)
    return reader, ours, _only_signature(reader, ours)


def _only_signature(reader: PdfFileReader, ours: PdfFileReader) -> EmbeddedPdfSignature:
    """Return the one signature besides our seal, put on our document and on nothing else, and covering the whole file."""
    seal, *others = reader.embedded_signatures
    (our_seal,) = ours.embedded_signatures
    if seal.pkcs7_content != our_seal.pkcs7_content:
        raise UnfitError("added_before")
    if not others:
        raise UnfitError("not_signed")
    if len(others) > 1:
        raise UnfitError("two_signatures")
    signature: EmbeddedPdfSignature = others[0]
    try:
        coverage = signature.evaluate_signature_coverage()
        seal.compute_integrity_info(_SIGNING)
    except SignatureValidationError as error:
        raise UnfitError("broken") from error
    if coverage != SignatureCoverageLevel.ENTIRE_FILE:
        raise UnfitError("added_after")
    level = getattr(seal.diff_result, "modification_level", ModificationLevel.OTHER)
    if reader.total_revisions != ours.total_revisions + 1 or level > ModificationLevel.FORM_FILLING:
        raise UnfitError("added_before")
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
                raise UnfitError("javascript")
            if not _LAYERS.isdisjoint(names):
                raise UnfitError("added_before")


def signature_in(place: bytes) -> cms.ContentInfo | None:
    """Return the signature in the place that its file leaves out, None where anything else stands there too.

    Nobody vouches for that place: it may hold one hexadecimal text, the signature and zeros behind it.
    """
    if not (len(place) < _LONGEST_PLACE and place[:1] == b"<" and place[-1:] == b">" and place[1:-1].isalnum()):
        return None
    try:
        raw = bytes.fromhex(place[1:-1].decode())
        signature = cms.ContentInfo.load(raw)
        return None if raw[len(signature.dump()) :].strip(b"\0") else signature
    except UNREADABLE:
        return None
