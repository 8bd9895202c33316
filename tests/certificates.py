"""Certificates and keys made for a test, as a supplier or somebody's own computer would make them."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

OWNER, ORGANISATION, ISSUER = "Ans Verzendt", "Brasserie du Canal SRL", "Test Issuer of Signatures"


@cache
def signing_key(kind: str = "ec") -> Any:
    """A private key: "ec" (P-256), "rsa" (2048), "weak" (RSA 1024), "ed25519", "dsa"."""
    if kind == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if kind == "dsa":
        return dsa.generate_private_key(2048)
    return rsa.generate_private_key(public_exponent=65537, key_size=2048 if kind == "rsa" else 1024)


def name(common: str, organisation: str = "") -> x509.Name:
    """A distinguished name."""
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    if organisation:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    return x509.Name(attributes)


def certificate(
    *,
    owner: str = OWNER,
    organisation: str = ORGANISATION,
    issuer: str = ISSUER,
    key: Any = None,
    issuer_key: Any = None,
    begins: timedelta = timedelta(days=-1),
    ends: timedelta = timedelta(days=700),
    is_ca: bool = False,
    digest: Any = None,
    serial: int | None = None,
) -> x509.Certificate:
    """A certificate; begins and ends count from now."""
    now = datetime.now(UTC).replace(microsecond=0)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(owner, organisation))
        .issuer_name(name(issuer))
        .public_key((key or signing_key()).public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(now + begins)
        .not_valid_after(now + ends)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    )
    return builder.sign(issuer_key or signing_key("ec"), digest or hashes.SHA256())


def pem(made: x509.Certificate) -> bytes:
    """A certificate as text."""
    return made.public_bytes(Encoding.PEM)


def der(made: x509.Certificate) -> bytes:
    """A certificate as bytes."""
    return made.public_bytes(Encoding.DER)


def private_pem(key: Any, form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
    """A private key as text, not encrypted."""
    content: bytes = key.private_bytes(Encoding.PEM, form, NoEncryption())
    return content


def ssh_line(key: Any = None, comment: str = "ans@brasserie") -> str:
    """A public key as OpenSSH writes it."""
    made = serialization.ssh.serialize_ssh_public_key((key or signing_key("ed25519")).public_key())
    return f"{made.decode()} {comment}"


def spki_pem(key: Any) -> bytes:
    """A public key as openssl writes it."""
    content: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return content


def revocation_list(serial: int) -> x509.CertificateRevocationList:
    """A list by which the usual issuer takes a certificate back."""
    now = datetime.now(UTC)
    revoked = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now).build()
    builder = x509.CertificateRevocationListBuilder().issuer_name(name(ISSUER)).add_revoked_certificate(revoked)
    return builder.last_update(now).next_update(now + timedelta(days=7)).sign(signing_key(), hashes.SHA256())
