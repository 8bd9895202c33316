"""Reading a certificate: what it says of itself, and whether it can be taken (BEHAVIOUR M7, M8)."""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from django.utils import timezone
from django.utils.formats import date_format

from senders.reading.material import Der, Material, guarded, kind_of, open_up
from senders.reading.refusals import refused
from senders.reading.trust import check_not_revoked

# "X509 CERTIFICATE" is openssl's older label for the same.
LABELS = frozenset({"CERTIFICATE", "X509 CERTIFICATE"})
_REQUESTS = frozenset({"CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"})
_CHAINS = frozenset({"PKCS7", "CMS"})
_PUBLIC_KEYS = frozenset({"PUBLIC KEY", "RSA PUBLIC KEY"})
RSA_BITS = 2048
EC_BITS = 256
# More than OpenSSL verifies, or anybody uses.
MOST_BITS = 16384
_BROKEN_HASHES = frozenset({"md5", "sha1"})
# RFC 5280, 4.1.2.2: at most.
_SERIAL_BITS = 160
# RFC 5280, 4.1.2.5: the last second of 9999 stands for no end. In Brussels it would be in a year that no calendar has.
_NO_END = datetime(9999, 12, 30, tzinfo=UTC)
# Names are shown at their whole length up to here.
_LONGEST_NAME = 200


@dataclass(frozen=True)
class ReadCertificate:
    """What a certificate says. Names are plain text, shown and never trusted; organisation may be empty.

    serial: decimal. key_bits: of the key; sha256: of the DER, hexadecimal.
    """

    content: bytes
    sha256: str
    owner: str
    organisation: str
    issuer: str
    serial: str
    valid_from: datetime
    valid_to: datetime
    key_type: str
    key_bits: int


def read_certificate(content: bytes) -> ReadCertificate:
    """Return the certificate in a file or pasted text: PEM, DER, or base64 without armour.

    Raises Refused with a code of `refusals`, and nothing else, whatever the content; ImproperlyConfigured where a list that the
    settings name cannot be read.
    """
    with guarded("unreadable_certificate"):
        certificate = _certificate(open_up(content))
        read = describe(certificate)
        _check(certificate, read)
    check_not_revoked(certificate)
    return read


def load_kept(der: bytes) -> x509.Certificate:
    """Return a certificate that was read here before and kept."""
    return x509.load_der_x509_certificate(der)


def _certificate(material: Material) -> x509.Certificate:
    if material.text.lstrip().startswith(("ssh-", "ecdsa-sha2-", "sk-", "---- BEGIN SSH2")):
        raise refused("ssh_key_instead")
    labels = [block.label for block in material.blocks]
    if _CHAINS.intersection(labels) or kind_of(material.binary) is Der.PKCS7:
        raise refused("chain")
    found = [block for block in material.blocks if block.label in LABELS]
    if len(found) > 1:
        raise refused("chain")
    if found:
        return x509.load_pem_x509_certificate(found[0].text.replace("X509 CERTIFICATE", "CERTIFICATE").encode())
    if _REQUESTS.intersection(labels) or _is_request(material.binary):
        raise refused("request")
    if _PUBLIC_KEYS.intersection(labels) or kind_of(material.binary) is Der.PUBLIC_KEY:
        raise refused("public_key_alone")
    return x509.load_der_x509_certificate(material.binary)


def _is_request(der: bytes) -> bool:
    try:
        x509.load_der_x509_csr(der)
    except ValueError:
        return False
    return True


def describe(certificate: x509.Certificate) -> ReadCertificate:
    """Return what a certificate says, good or bad, touching every field: the library finds a fault only then.

    Raises Refused (unknown_algorithm), and whatever the library raises: under `guarded` alone.
    """
    der = certificate.public_bytes(Encoding.DER)
    if certificate.serial_number.bit_length() > _SERIAL_BITS:
        raise refused("unreadable_certificate")
    key_type, key_bits = _key(_public_key(certificate))
    return ReadCertificate(
        content=der,
        sha256=hashlib.sha256(der).hexdigest(),
        owner=_name(certificate.subject, NameOID.COMMON_NAME) or _whole(certificate.subject),
        organisation=_name(certificate.subject, NameOID.ORGANIZATION_NAME),
        issuer=_name(certificate.issuer, NameOID.COMMON_NAME)
        or _name(certificate.issuer, NameOID.ORGANIZATION_NAME)
        or _whole(certificate.issuer),
        serial=str(certificate.serial_number),
        valid_from=certificate.not_valid_before_utc,
        valid_to=min(certificate.not_valid_after_utc, _NO_END),
        key_type=key_type,
        key_bits=key_bits,
    )


def _public_key(certificate: x509.Certificate) -> CertificatePublicKeyTypes:
    try:
        return certificate.public_key()
    except UnsupportedAlgorithm:
        raise refused("unknown_algorithm") from None


def _key(key: CertificatePublicKeyTypes) -> tuple[str, int]:
    """Return type and bits of a key."""
    match key:
        case rsa.RSAPublicKey():
            return "RSA", key.key_size
        case ec.EllipticCurvePublicKey():
            return "ECDSA", key.key_size
        case dsa.DSAPublicKey():
            return "DSA", key.key_size
        case ed25519.Ed25519PublicKey():
            return "Ed25519", 256
        case ed448.Ed448PublicKey():
            return "Ed448", 456
        case _:
            raise refused("unknown_algorithm")


def check_strength(key_type: str, bits: int) -> None:
    """Raise Refused where a key is of a kind or size that is not taken: dsa, weak_key, large_key."""
    if key_type == "DSA":
        raise refused("dsa")
    if bits < (RSA_BITS if key_type == "RSA" else EC_BITS):
        raise refused("weak_key", type=key_type, bits=bits)
    if bits > MOST_BITS:
        raise refused("large_key", type=key_type, bits=bits)


def _check(certificate: x509.Certificate, read: ReadCertificate) -> None:
    """Raise Refused where the certificate cannot be taken (BEHAVIOUR M8)."""
    check_strength(read.key_type, read.key_bits)
    _check_signature(certificate)
    _check_not_ca(certificate)
    now = timezone.now()
    if read.valid_to <= now:
        raise refused("expired", day=date_format(timezone.localtime(read.valid_to)))
    if read.valid_from > now:
        raise refused("not_yet_valid", day=date_format(timezone.localtime(read.valid_from)))


def _check_signature(certificate: x509.Certificate) -> None:
    try:
        used = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        raise refused("unknown_algorithm") from None
    if used is not None and used.name in _BROKEN_HASHES:
        raise refused("weak_signature", hash=used.name.upper())


def _check_not_ca(certificate: x509.Certificate) -> None:
    # All at once: a fault in any of them would otherwise show only later.
    extensions = certificate.extensions
    for extension in extensions:
        if isinstance(extension.value, x509.BasicConstraints) and extension.value.ca:
            raise refused("ca")
        if isinstance(extension.value, x509.KeyUsage) and extension.value.key_cert_sign:
            raise refused("ca")


def _name(name: x509.Name, oid: x509.ObjectIdentifier) -> str:
    return plain(", ".join(str(attribute.value) for attribute in name.get_attributes_for_oid(oid)))


def _whole(name: x509.Name) -> str:
    return plain(name.rfc4514_string())


def hexadecimal(serial: str) -> str:
    """Return a decimal serial number in hexadecimal, two digits a byte, as openssl writes it."""
    digits = f"{abs(int(serial)):X}"
    return f"{'-' if serial.startswith('-') else ''}{'0' * (len(digits) % 2)}{digits}"


def plain(text: str) -> str:
    """Return a name as it can be shown: without what changes the direction or the look of the text around it."""
    shown = "".join("\ufffd" if unicodedata.category(c).startswith("C") else c for c in text)
    return shown if len(shown) <= _LONGEST_NAME else f"{shown[:_LONGEST_NAME]}…"
