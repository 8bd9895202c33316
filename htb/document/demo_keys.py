"""Keys and certificates for development and demonstration: of the seal, and of people who sign documents without a card (X9).

Whoever reads such a certificate sees what it is worth; production refuses it (csam_portal.starting).
"""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from django.conf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import SigSeedSubFilter

AUTHORITY_NAME = "CSAM demonstration signatures - worth nothing"
PASSPHRASE = "1234"  # noqa: S105 - of the demonstration's cards, like their PIN
_LIFETIME = timedelta(days=3650)
# ETSI EN 319 412-5: the certificate is qualified, and its key is in a device that only the signer can use.
QUALIFIED = bytes.fromhex("3014 3008060604008e460101 3008060604008e460104")
_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")


@dataclass(frozen=True)
class Issued:
    """A key with its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        """The certificate, PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The key, PEM."""
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def pkcs12(self, name: str, *issuers: x509.Certificate) -> bytes:
        """Return key and certificates as one file, as signing programs read them; the passphrase is PASSPHRASE."""
        secret = serialization.BestAvailableEncryption(PASSPHRASE.encode())
        return pkcs12.serialize_key_and_certificates(name.encode(), self.key, self.certificate, issuers, secret)


def issue(
    name: str,
    *,
    number: str = "",
    issuer: Issued | None = None,
    is_authority: bool = False,
    is_seal: bool = False,
    statements: bytes = QUALIFIED,
    lifetime: timedelta = _LIFETIME,
) -> Issued:
    """Return a new key and certificate in that name: a person's who signs, an authority's, or a seal's.

    number: the national number, as on an identity card in the subject's serialNumber. issuer: none signs its own. statements:
    the qualified statements, DER.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    serial = [x509.NameAttribute(x509.NameOID.SERIAL_NUMBER, number)] if number else []
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name), *serial])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + lifetime)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=is_seal,
                content_commitment=not is_authority,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=is_authority,
                crl_sign=is_authority,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    if statements and not (is_authority or is_seal):
        builder = builder.add_extension(x509.UnrecognizedExtension(_STATEMENTS, statements), critical=False)
    return Issued(key, builder.sign(issuer.key if issuer else key, hashes.SHA256()))


def revocation_list(authority: Issued, *revoked: Issued, lifetime: timedelta = _LIFETIME) -> bytes:
    """Return an authority's list of what it has revoked, PEM."""
    now = datetime.now(UTC)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(now - timedelta(days=1))
        .next_update(now + lifetime)
    )
    for one in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(one.certificate.serial_number).revocation_date(now)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def make_demo_signers(people: Iterable[tuple[str, str]], directory: Path | None = None) -> None:
    """Make the authority, its empty revocation list, and a signing file for each of these people, unless they are there.

    people: name and number (eleven digits). directory: settings.DEMO_SIGNERS_DIR.
    """
    target = directory or settings.DEMO_SIGNERS_DIR
    if target.exists():
        return
    with appearing_at_once(target) as made:
        authority = issue(AUTHORITY_NAME, is_authority=True)
        (made / "authority.pem").write_bytes(authority.pem)
        (made / "revoked.pem").write_bytes(revocation_list(authority))
        for name, number in people:
            card = issue(f"{name} (Demonstration)", number=number, issuer=authority)
            (made / file_name(name)).write_bytes(card.pkcs12(name, authority.certificate))


@contextmanager
def appearing_at_once(target: Path) -> Iterator[Path]:
    """Give a folder to fill, which becomes the target as a whole; nothing happens where the target is there by then.

    So two commands at the same moment do not leave the key of one with the certificate of the other.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=target.parent))
    yield made
    try:
        made.rename(target)
    except OSError:  # another command was first
        shutil.rmtree(made)


def file_name(name: str) -> str:
    """Return the name of a person's signing file."""
    return f"{name.lower().replace(' ', '-')}.p12"


def sign(pdf: bytes, file: Path) -> bytes:
    """Return a PDF signed with a signing file (PAdES), as a signing program would; nothing else is added to it."""
    signer = SimpleSigner.load_pkcs12(str(file), passphrase=PASSPHRASE.encode())
    if signer is None:
        raise ValueError(f"{file} is no signing file")
    metadata = PdfSignatureMetadata(field_name="Signature", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
    # In a thread of its own, as the seal (htb.document.seal).
    with ThreadPoolExecutor(1) as thread:
        signing = thread.submit(PdfSigner(metadata, signer=signer).sign_pdf, IncrementalPdfFileWriter(BytesIO(pdf)))
    signed: BytesIO = signing.result()
    return signed.getvalue()
