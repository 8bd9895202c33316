"""What a document that came back signed is worth (BEHAVIOUR X9, T14), judged in the cage (docs/adr/0019-drawing-in-a-cage.md).

Nothing of Django: `htb.document.painter` calls it, and `htb.document.signed` says the answer. Whatever the library does with a
stranger's bytes (parse them, build a path of certificates, verify a key of any size) is done here and nowhere else.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import cms, crl, pem, x509
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.misc import PdfDecodeLimitError
from pyhanko.sign.ades.qualified_asn1 import get_qc_statements
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.general import CMSExtractionError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from htb.document.appearance import box_of, check_places
from htb.document.painter import UnfitError
from htb.document.reading import read_signed, signature_in

# A signature brings along its signer's certificate and those of the issuers above it: two to four.
MOST_CERTIFICATES = 10
# Two certificates of one issuer are usual, its own and one by another root ("Belgium Root CA" has both). With n of one name
# there are n! paths to try.
MOST_OF_ONE_NAME = 2


class TrustError(ValueError):
    """A file of the settings cannot be read: nothing can be judged by it."""


@dataclass(frozen=True)
class Trust:
    """What a signer's certificate is judged by. issuers, lists: files; revocation: pyHanko's mode; moment: aware, ISO 8601."""

    issuers: list[str]
    lists: list[str]
    revocation: str
    moment: str


def judge(content: bytes, original: bytes, trust: Trust, *, at_ease: Callable[[], object]) -> dict[str, Any]:
    """Return who signed, and the box of our document; or {"unfit": the code of a refusal}; or {"unready": a sentence}.

    content begins with original. at_ease: called when all that is left to read is the operator's own lists, which may be long.
    Raises MemoryError.
    """
    try:
        reader, ours, signature = read_signed(content, original)
        check_places(reader, ours)
        _start, place, after, _length = signature.byte_range
        if signature_in(content[place:after]) is None:
            raise UnfitError("broken")
        _refuse_crowds(signature.signed_data)
        issuers = read_issuers(trust.issuers)
        status = _status(signature, trust, issuers)
        _check_trusted(status, trust)
        signed_at = status.signer_reported_dt
        names = status.signing_cert.subject.native, status.signing_cert.issuer.native
        name, issuer = (str(one.get("common_name", ""))[:400] for one in names)
        found = {
            "number": _number_in(status.signing_cert),
            "name": name,
            "issuer": issuer,
            "signed_at": signed_at.isoformat() if signed_at else None,
            "box": box_of(ours),
        }
        at_ease()
        _check_not_revoked(_status(signature, trust, issuers, read_lists(trust.lists)))
    except UnfitError as unfit:
        return {"unfit": str(unfit)}
    except TrustError as fault:
        return {"unready": str(fault)}
    except PdfDecodeLimitError:
        return {"unfit": "bomb"}
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a parser fails at a stranger's file in whichever way the file likes
        return {"unfit": "unreadable"}
    return found


def _refuse_crowds(signed: cms.SignedData) -> None:
    """Count what the signature brings along before anything is validated: paths are tried in every order."""
    if len(signed["certificates"]) > MOST_CERTIFICATES:
        raise UnfitError("too_many_certificates")
    several = {one.chosen.dump(): one.chosen for one in signed["certificates"] if one.name == "certificate"}
    names = Counter(certificate.subject.hashable for certificate in several.values())
    if max(names.values(), default=0) > MOST_OF_ONE_NAME:
        raise UnfitError("too_many_certificates")


def _status(
    signature: EmbeddedPdfSignature,
    trust: Trust,
    issuers: list[x509.Certificate],
    lists: list[crl.CertificateList] | None = None,
) -> PdfSignatureStatus:
    """Validate the signature; lists: of what is revoked, None judges the issuers alone. Raises UnfitError."""
    context = ValidationContext(
        trust_roots=issuers,
        crls=lists or [],
        allow_fetching=False,
        revocation_mode="soft-fail" if lists is None else trust.revocation,
        moment=datetime.fromisoformat(trust.moment),
    )
    usage = KeyUsageConstraints(key_usage={"non_repudiation"})
    try:
        status = validate_pdf_signature(signature, context, key_usage_settings=usage)
    except (SignatureValidationError, CMSExtractionError) as error:
        raise UnfitError("broken") from error
    if not (status.intact and status.valid):
        raise UnfitError("broken")
    return status


def _check_trusted(status: PdfSignatureStatus, trust: Trust) -> None:
    """Raise UnfitError unless the certificate is one of a trusted issuer's, valid at the moment, and qualified for signing."""
    certificate = status.signing_cert
    if not status.trusted:
        if not certificate.not_valid_before <= datetime.fromisoformat(trust.moment) <= certificate.not_valid_after:
            raise UnfitError("expired")
        is_for_signing = status.trust_problem_indic != AdESIndeterminate.CHAIN_CONSTRAINTS_FAILURE
        raise UnfitError("unknown_issuer" if is_for_signing else "not_qualified")
    statements = {str(statement["statement_id"].native) for statement in get_qc_statements(certificate)}
    if not {"qc_compliance", "qc_sscd"} <= statements:
        raise UnfitError("not_qualified")


def _check_not_revoked(status: PdfSignatureStatus) -> None:
    if status.revoked:
        raise UnfitError("revoked")
    if not status.trusted:
        raise UnfitError("not_established")


def _number_in(certificate: x509.Certificate) -> str:
    """The subject's serialNumber: the number itself on an identity card, "PNOBE-" before it elsewhere (ETSI EN 319 412-1)."""
    number = certificate.subject.native.get("serial_number", "")
    return number.removeprefix("PNOBE-") if isinstance(number, str) else ""


def read_issuers(files: list[str]) -> list[x509.Certificate]:
    """Return the certificates in these files, one at least. Raises TrustError."""
    found: list[x509.Certificate] = []
    for file in files:
        try:
            found += load_certs_from_pemder([file])
        except (OSError, ValueError) as error:
            raise TrustError(
                f"The issuers in {file} of SIGNER_TRUST_FILES cannot be read (development: `manage.py load_demo` makes one)."
            ) from error
    if not found:
        raise TrustError("SIGNER_TRUST_FILES names no issuer.")
    return found


def read_lists(files: list[str]) -> list[crl.CertificateList]:
    """Return the revocation lists in these files. Raises TrustError."""
    return [_read_list(file) for file in files]


def _read_list(file: str) -> crl.CertificateList:
    try:
        content = Path(file).read_bytes()
        if pem.detect(content):
            content = pem.unarmor(content)[2]
        found = crl.CertificateList.load(content)
        repr(found.issuer.native)  # asn1crypto reads nothing before it is asked
    except (OSError, ValueError, TypeError) as error:
        raise TrustError(f"The revocation list {file} of SIGNER_CRL_FILES cannot be read.") from error
    return found
