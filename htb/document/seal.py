"""The portal's seal on a document: PAdES (B-B), with a key and certificate by setting (BEHAVIOUR X5; docs/document.md)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

from asn1crypto import x509
from cryptography import x509 as pyca
from cryptography.hazmat.primitives import serialization
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from pyhanko.keys import load_certs_from_pemder, load_private_key_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

from htb.document.demo_keys import appearing_at_once, issue

# Whoever reads the certificate sees what it is worth; production refuses it (csam_portal.starting).
DEMO_NAME = "CSAM demonstration seal - worth nothing"
NOT_SET = "SEAL_KEY_FILE is not set, or SEAL_CERTIFICATE_FILE is not."
UNREADABLE = "SEAL_CERTIFICATE_FILE cannot be read, or one of SEAL_FORMER_CERTIFICATE_FILES."
KEY_UNREADABLE = "SEAL_KEY_FILE cannot be read, or SEAL_KEY_PASSPHRASE does not open it."
OTHER_KEY = "SEAL_KEY_FILE is not the key of SEAL_CERTIFICATE_FILE."
NOT_TODAY = "SEAL_CERTIFICATE_FILE is not valid today."
DEMONSTRATION = "SEAL_CERTIFICATE_FILE is the demonstration's, which anybody can make."
FAULTS = (NOT_SET, UNREADABLE, KEY_UNREADABLE, OTHER_KEY, NOT_TODAY, DEMONSTRATION)


def put_on(pdf: bytes) -> bytes:
    """Return a PDF with the portal's seal behind it; the file begins with the very bytes that came in.

    The seal lets later signatures be added, and nothing else. Raises ImproperlyConfigured without a readable key and
    certificate.
    """
    metadata = PdfSignatureMetadata(
        field_name="Seal",
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        certify=True,
        docmdp_permissions=MDPPerm.FILL_FORMS,
        signer_key_usage={"digital_signature", "non_repudiation"},
    )
    # PDF/UA wants a widget that is in no tag to be hidden, not only without size.
    field = SigFieldSpec("Seal", invis_sig_settings=InvisSigSettings(set_print_flag=False, set_hidden_flag=True))
    signer = PdfSigner(metadata, signer=_signer(), new_field_spec=field)
    # In a thread of its own: pyHanko runs an event loop, which a caller inside one (a browser test) would not allow.
    with ThreadPoolExecutor(1) as thread:
        sealed: BytesIO = thread.submit(signer.sign_pdf, IncrementalPdfFileWriter(BytesIO(pdf))).result()
    return sealed.getvalue()


def own_certificates() -> tuple[x509.Certificate, ...]:
    """Return the certificates whose seal is ours: today's and the former ones. Raises ImproperlyConfigured."""
    files = (settings.SEAL_CERTIFICATE_FILE, *settings.SEAL_FORMER_CERTIFICATE_FILES)
    return tuple(_certificates(str(file))[0] for file in files)


def faults() -> Iterator[str]:
    """Yield why key and certificate cannot seal today, or make the demonstration's seal: out of FAULTS."""
    places = (Path(settings.SEAL_KEY_FILE).parent, Path(settings.SEAL_CERTIFICATE_FILE).parent)
    if settings.DEMO_SEAL_DIR in places:
        yield NOT_SET
        return
    try:
        ours = [pyca.load_der_x509_certificate(certificate.dump()) for certificate in own_certificates()]
    except (ImproperlyConfigured, ValueError):
        yield UNREADABLE
        return
    certificate = ours[0]
    try:
        key = serialization.load_der_private_key(_signer().signing_key.dump(), password=None)
    except (ImproperlyConfigured, ValueError):
        yield KEY_UNREADABLE
    else:
        if key.public_key() != certificate.public_key():
            yield OTHER_KEY
    if not certificate.not_valid_before_utc <= datetime.now(UTC) <= certificate.not_valid_after_utc:
        yield NOT_TODAY
    if DEMO_NAME in map(_name_of, ours):
        yield DEMONSTRATION


def make_demo_seal(directory: Path | None = None) -> None:
    """Make a key and a certificate for development, unless they are there. directory: settings.DEMO_SEAL_DIR."""
    target = directory or settings.DEMO_SEAL_DIR
    if target.exists():
        return
    with appearing_at_once(target) as made:
        issued = issue(DEMO_NAME, is_seal=True)
        (made / "key.pem").write_bytes(issued.key_pem)
        (made / "certificate.pem").write_bytes(issued.pem)


def _name_of(certificate: pyca.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(pyca.NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""


def _signer() -> SimpleSigner:
    """The signer of today's key and certificate; what stands below the certificate in its file are its issuers."""
    return _read_signer(str(settings.SEAL_KEY_FILE), str(settings.SEAL_CERTIFICATE_FILE), settings.SEAL_KEY_PASSPHRASE)


@cache
def _read_signer(key_file: str, certificate_file: str, passphrase: str) -> SimpleSigner:
    certificate, *issuers = _certificates(certificate_file)
    try:
        key = load_private_key_from_pemder(key_file, passphrase=passphrase.encode() or None)
    except (OSError, ValueError, TypeError) as error:
        raise ImproperlyConfigured(
            "SEAL_KEY_FILE cannot be read (development: `manage.py load_demo` makes one)."
        ) from error
    store = SimpleCertificateStore()
    store.register_multiple(issuers)
    return SimpleSigner(signing_cert=certificate, signing_key=key, cert_registry=store)


@cache
def _certificates(file: str) -> tuple[x509.Certificate, ...]:
    try:
        found = tuple(load_certs_from_pemder([file]))
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(
            f"The seal's certificate {file} cannot be read (development: `manage.py load_demo` makes one)."
        ) from error
    if not found:
        raise ImproperlyConfigured(f"There is no certificate in {file}.")
    return found
