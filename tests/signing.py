"""A "Citizen CA" of the tests, its cards, and signing with them as a signing program does."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from asn1crypto import keys, x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.stamp import BaseStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from htb.document.demo_keys import Issued, issue, revocation_list
from htb.document.judging import Trust, judge

Change = Callable[[IncrementalPdfFileWriter], None]


@dataclass
class CitizenCa:
    """An authority that the portal trusts. folder: where its files are."""

    issued: Issued
    folder: Path

    def card(self, number: str, name: str = "Ingrid De Smet (Signature)", **changes: Any) -> Issued:
        """Return a card's key and certificate for signing."""
        return issue(name, number=number, issuer=self.issued, **changes)

    def revoke(self, *cards: Issued, **changes: Any) -> None:
        """Publish the list of what is revoked."""
        (self.folder / "revoked.pem").write_bytes(revocation_list(self.issued, *cards, **changes))


def use_new_citizen_ca(settings: Any, folder: Path) -> CitizenCa:
    """Make an authority, which has revoked nothing, and let the portal trust it alone."""
    folder.mkdir(exist_ok=True)
    authority = CitizenCa(issue("Citizen CA", is_authority=True), folder)
    (folder / "authority.pem").write_bytes(authority.issued.pem)
    authority.revoke()
    settings.SIGNER_TRUST_FILES = [str(folder / "authority.pem")]
    settings.SIGNER_CRL_FILES = [str(folder / "revoked.pem")]
    return authority


def sign(
    pdf: bytes,
    card: Issued,
    *issuers: Issued,
    field: str = "Signature",
    change: Change | None = None,
    spec: SigFieldSpec | None = None,
    picture: BaseStampStyle | None = None,
) -> bytes:
    """Return the file signed with a card. issuers: come along. change: something else done to the file in the same update.

    spec: where the signature shows on the page, where that is not our own field. picture: what shows there.
    """
    der = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    certificate, *others = (
        x509.Certificate.load(one.certificate.public_bytes(serialization.Encoding.DER)) for one in (card, *issuers)
    )
    store = SimpleCertificateStore()
    store.register_multiple(others)
    key = keys.PrivateKeyInfo.load(card.key.private_bytes(*der))
    signer = SimpleSigner(signing_cert=certificate, signing_key=key, cert_registry=store)
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    if change is not None:
        change(writer)
    about = PdfSignatureMetadata(field_name=field, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
    with ThreadPoolExecutor(1) as thread:
        signing = PdfSigner(about, signer=signer, new_field_spec=spec, stamp_style=picture)
        signed: BytesIO = thread.submit(signing.sign_pdf, writer).result()
    return signed.getvalue()


def judged_here(before: bytes, after: bytes, trust: Trust) -> dict[str, Any]:
    """Judge in this process instead of the cage: for tests that change a part of the judgement, or judge very often."""
    # In a thread of its own: the library runs a loop, and this thread may have one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(judge, after, before, trust, at_ease=lambda: None).result()


def updated(pdf: bytes, change: Change) -> bytes:
    """Return the file with an incremental update."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    change(writer)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()
