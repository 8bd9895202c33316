"""The signature of a declaration: CMS (PKCS#7), detached, in base64, by a certificate of the sender (BEHAVIOUR M11).

Only the registered certificates are believed: what a signature brings along is looked at to name the signer, no more.
Nothing is fetched.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from enum import Enum, auto

from asn1crypto import cms, core, x509
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from senders.messages.faults import Fault, FaultError

MAX_SIGNATURE_BYTES = 64 * 1024
# Of a signer: what is read, and how long it may be. Names and numbers of certificates take some hundred bytes, signed
# attributes with a time stamp among them some thousand.
_FIELDS = ("version", "sid", "digest_algorithm", "signed_attrs", "signature_algorithm", "signature")
_LONGEST_FIELD = 8 * 1024
_DIGESTS = {"sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}


class Standing(Enum):
    """How a registered certificate stands today."""

    IN_USE = auto()
    NOT_VALID_TODAY = auto()
    RETIRED = auto()


@dataclass(frozen=True)
class Candidate:
    """A certificate of the sender that may have signed. id: the caller's own; der: the certificate."""

    id: int
    der: bytes
    standing: Standing


def signer_of(signature: bytes, content: bytes, candidates: list[Candidate]) -> Candidate:
    """Return the certificate of the sender that signed this content.

    signature: the FS file, base64 on one line or on several. content: the FI file, byte for byte. Raises FaultError.
    """
    info = _signer_info(_decoded(signature))
    known = [candidate for candidate in candidates if _is_by(info, _certificate(candidate))]
    digest = _DIGESTS.get(info["digest_algorithm"]["algorithm"].native)
    if digest is None:
        raise FaultError(Fault.WEAK_DIGEST)
    if not known:
        raise FaultError(Fault.UNKNOWN_CERTIFICATE, _signer_named(info))
    # The same certificate may be registered for two channels, and retired in one.
    known.sort(key=lambda one: one.standing.value)
    candidate = _verified(info, known, digest(content).digest())
    if candidate.standing is Standing.NOT_VALID_TODAY:
        raise FaultError(Fault.CERTIFICATE_EXPIRED, _signer_named(info))
    if candidate.standing is Standing.RETIRED:
        raise FaultError(Fault.CERTIFICATE_RETIRED, _signer_named(info))
    return candidate


def _decoded(signature: bytes) -> bytes:
    if len(signature) > MAX_SIGNATURE_BYTES:
        raise FaultError(Fault.TOO_LARGE)
    try:
        return base64.b64decode(b"".join(signature.split()), validate=True)
    except binascii.Error:
        raise FaultError(Fault.NOT_BASE64) from None


def _signer_info(der: bytes) -> cms.SignerInfo:
    """Return what the one signer says; every field that counts is read here, as errors in it would show only then.

    What the signature does not cover (certificates, time stamps, other attributes) is never read.
    """
    try:
        content = cms.ContentInfo.load(der, strict=True)
        if content["content_type"].native != "signed_data":
            raise FaultError(Fault.NOT_CMS)
        signed = content["content"]
        infos = signed["signer_infos"]
        if len(infos) != 1:
            raise FaultError(Fault.NOT_ONE_SIGNER)
        (info,) = infos
        for field in _FIELDS:
            if len(info[field].dump()) > _LONGEST_FIELD:
                raise FaultError(Fault.NOT_CMS)
            info[field].native  # noqa: B018 - reads all of it
        encapsulated = signed["encap_content_info"]
        if encapsulated["content_type"].native != "data":
            raise FaultError(Fault.NOT_CMS)
        holds_content = encapsulated["content"].native is not None
    except (FaultError, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - a parser fails at a stranger's bytes in whichever way they like
        raise FaultError(Fault.NOT_CMS) from None
    if holds_content:
        raise FaultError(Fault.NOT_DETACHED)
    # Without signed attributes, a file that looks like such attributes could pass with a signature made for another.
    if info["signed_attrs"] is core.VOID or not len(info["signed_attrs"]):
        raise FaultError(Fault.NOT_ONE_SIGNER)
    return info


def _certificate(candidate: Candidate) -> x509.Certificate:
    return x509.Certificate.load(candidate.der)


def _is_by(info: cms.SignerInfo, certificate: x509.Certificate) -> bool:
    """Tell whether the signer names this certificate: by issuer and serial, or by the identifier of its key."""
    sid = info["sid"]
    if sid.name == "issuer_and_serial_number":
        named = sid.chosen
        return named["serial_number"].native == certificate.serial_number and _is_same(
            named["issuer"], certificate.issuer
        )
    return bool(sid.native == (certificate.key_identifier or certificate.public_key.sha1))


def _is_same(name: x509.Name, other: x509.Name) -> bool:
    """Compare names byte for byte, then as RFC 5280 does, which knows no private or unassigned characters."""
    try:
        return bool(name.dump() == other.dump() or name == other)
    except ValueError:
        return False


def _signer_named(info: cms.SignerInfo) -> str:
    """Return the serial of the certificate that a signer names, in hexadecimal; "" where it names a key instead."""
    sid = info["sid"]
    return f"{sid.chosen['serial_number'].native:X}" if sid.name == "issuer_and_serial_number" else ""


def _verified(info: cms.SignerInfo, known: list[Candidate], digest: bytes) -> Candidate:
    """Return the first whose key made the signature: certificates that sign themselves may share name and serial."""
    for candidate in known:
        is_of_file, is_by_key = _integrity(info, _certificate(candidate), digest)
        if is_by_key and not is_of_file:
            raise FaultError(Fault.OTHER_FILE, _signer_named(info))
        if is_by_key:
            return candidate
    raise FaultError(Fault.WRONG_SIGNATURE, _signer_named(info))


def _integrity(info: cms.SignerInfo, certificate: x509.Certificate, digest: bytes) -> tuple[bool, bool]:
    """Tell whether the signature is of the file with this digest, and whether the certificate's key made it."""
    try:
        return validate_sig_integrity(info, certificate, expected_content_type="data", actual_digest=digest)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - as above
        return False, False
