"""Which issuers of qualified certificates are trusted, and what they have revoked: by setting, without the network (X9)."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from asn1crypto import crl, pem, x509
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from pyhanko.keys import load_certs_from_pemder
from pyhanko_certvalidator import ValidationContext

from htb.document.demo_keys import AUTHORITY_NAME

NOT_SET = "SIGNER_TRUST_FILES is not set, or SIGNER_CRL_FILES is not."
NOT_REQUIRED = "SIGNER_REVOCATION is not require: a revoked certificate could pass."
UNREADABLE = "SIGNER_TRUST_FILES names no issuer, or a file that cannot be read as issuers."
LISTS_UNREADABLE = "SIGNER_CRL_FILES names a file that cannot be read as a revocation list."
DEMONSTRATION = "SIGNER_TRUST_FILES trusts the demonstration's signatures, which anybody can make."
FAULTS = (NOT_SET, NOT_REQUIRED, UNREADABLE, LISTS_UNREADABLE, DEMONSTRATION)


def validation_context(moment: datetime, *, with_revocation: bool) -> ValidationContext:
    """Return what a signer's certificate is judged by at a moment (aware). Raises ImproperlyConfigured.

    with_revocation: False judges its issuers alone, so that it can be said which of the two is wrong.

    The files are read for every upload: an operator renews the revocation lists while the portal runs.
    """
    return ValidationContext(
        trust_roots=_trusted(),
        crls=_revoked() if with_revocation else [],
        allow_fetching=False,
        revocation_mode=settings.SIGNER_REVOCATION if with_revocation else "soft-fail",
        moment=moment,
    )


def faults() -> Iterator[str]:
    """Yield why no signature could be judged, or the demonstration's would be trusted: out of FAULTS."""
    if settings.SIGNER_REVOCATION != "require":
        yield NOT_REQUIRED
    files = (*settings.SIGNER_TRUST_FILES, *settings.SIGNER_CRL_FILES)
    if any(Path(file).parent == settings.DEMO_SIGNERS_DIR for file in files):
        yield NOT_SET
        return
    try:
        if any(issuer.subject.native.get("common_name") == AUTHORITY_NAME for issuer in _trusted()):
            yield DEMONSTRATION
    except (ImproperlyConfigured, ValueError):
        yield UNREADABLE
    try:
        _revoked()
    except ImproperlyConfigured:
        yield LISTS_UNREADABLE


def _trusted() -> list[x509.Certificate]:
    found: list[x509.Certificate] = []
    for file in settings.SIGNER_TRUST_FILES:
        try:
            found += load_certs_from_pemder([file])
        except (OSError, ValueError) as error:
            raise ImproperlyConfigured(
                f"The issuers in {file} of SIGNER_TRUST_FILES cannot be read (development: `manage.py load_demo` makes one)."
            ) from error
    if not found:
        raise ImproperlyConfigured("SIGNER_TRUST_FILES names no issuer.")
    return found


def _revoked() -> list[crl.CertificateList]:
    return [_revocation_list(str(file)) for file in settings.SIGNER_CRL_FILES]


def _revocation_list(file: str) -> crl.CertificateList:
    try:
        content = Path(file).read_bytes()
        if pem.detect(content):
            content = pem.unarmor(content)[2]
        found = crl.CertificateList.load(content)
        repr(found.issuer.native)  # asn1crypto reads nothing before it is asked
    except (OSError, ValueError, TypeError) as error:
        raise ImproperlyConfigured(f"The revocation list {file} of SIGNER_CRL_FILES cannot be read.") from error
    return found
