"""Files of structured messages as a sender makes them: certificates, and signatures by the real `openssl cms`."""

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Signer:
    """A key with its certificate, both PEM."""

    key: bytes
    certificate: bytes

    @property
    def der(self) -> bytes:
        return x509.load_pem_x509_certificate(self.certificate).public_bytes(serialization.Encoding.DER)


def new_signer(
    name: str = "Marie Dubois (Signature)", *, kind: str = "rsa", begins_in: int = -1, days: int = 365, serial: int = 0
) -> Signer:
    """Make a signer. The certificate is valid from `begins_in` days from now, for `days` days.

    kind: rsa or ec. serial: 0 for any.
    """
    key = (
        rsa.generate_private_key(public_exponent=65537, key_size=2048)
        if kind == "rsa"
        else ec.generate_private_key(ec.SECP256R1())
    )
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, name),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Brasserie du Canal"),
        ]
    )
    begin = datetime.now(UTC) + timedelta(days=begins_in)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Signer(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        certificate.public_bytes(serialization.Encoding.PEM),
    )


def openssl(*arguments: str, given: bytes = b"") -> bytes:
    """Run openssl; return what it prints."""
    return subprocess.run(["openssl", *arguments], input=given, capture_output=True, check=True).stdout


def sign(content: bytes, signer: Signer, *options: str, command: str = "cms", columns: str = "") -> bytes:
    """Return the FS file of a content: `openssl cms -sign`, detached, then base64 in lines of 64, or on one line ("-A").

    options: more of them, e.g. "-nodetach", "-md", "sha512".
    """
    with TemporaryDirectory() as folder:
        key, certificate = Path(folder, "key.pem"), Path(folder, "certificate.pem")
        key.write_bytes(signer.key)
        certificate.write_bytes(signer.certificate)
        der = openssl(
            command, "-sign", "-binary", "-outform", "DER", "-inkey", str(key), "-signer", str(certificate), *options,
            given=content,
        )  # fmt: skip
    return openssl("base64", *([columns] if columns else []), given=der)
