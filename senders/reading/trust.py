"""Whom a certificate has to come from, and whether its issuer took it back: optional, by settings (docs/settings.md)."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from senders.reading.refusals import refused

ISSUERS_UNREADABLE = "SENDER_ISSUERS_FILE cannot be read as certificates (PEM)."
LISTS_UNREADABLE = "SENDER_REVOCATION_FILES names a file that cannot be read as a revocation list."
FAULTS = (ISSUERS_UNREADABLE, LISTS_UNREADABLE)


def faults() -> Iterator[str]:
    """Yield which list cannot be read, out of FAULTS: it would refuse every certificate, or let a revoked one through."""
    try:
        if settings.SENDER_ISSUERS_FILE:
            admitted_issuers()
    except (ImproperlyConfigured, OSError):
        yield ISSUERS_UNREADABLE
    try:
        revocation_lists()
    except (ImproperlyConfigured, OSError):
        yield LISTS_UNREADABLE


def check_issuer(certificate: x509.Certificate, *, name: str) -> None:
    """Raise Refused where a list of admitted issuers is set and none of them signed the certificate.

    name: of the issuer, as shown. "Qualified" means: issued by one of the list.
    """
    if settings.SENDER_ISSUERS_FILE and not any(_issued(certificate, issuer) for issuer in admitted_issuers()):
        raise refused("not_admitted", issuer=name)


def check_not_revoked(certificate: x509.Certificate) -> None:
    """Raise Refused where a revocation list of the certificate's issuer names it."""
    if is_revoked(certificate):
        raise refused("revoked")


def is_revoked(certificate: x509.Certificate) -> bool:
    """Tell whether one of the revocation lists of the certificate's issuer names it."""
    return any(
        revoked.issuer == certificate.issuer
        and revoked.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None
        for revoked in revocation_lists()
    )


def admitted_issuers() -> tuple[x509.Certificate, ...]:
    """Return the certificates of settings.SENDER_ISSUERS_FILE. Raises ImproperlyConfigured where it cannot be read."""
    return _issuers(settings.SENDER_ISSUERS_FILE, _changed(settings.SENDER_ISSUERS_FILE))


def revocation_lists() -> list[x509.CertificateRevocationList]:
    """Return the lists of settings.SENDER_REVOCATION_FILES. Raises ImproperlyConfigured where one cannot be read."""
    return [_list(path, _changed(path)) for path in settings.SENDER_REVOCATION_FILES]


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def _changed(path: str) -> float:
    """Return when a file changed: a new one is read without a restart."""
    try:
        return Path(path).stat().st_mtime
    except OSError as fault:
        raise ImproperlyConfigured(f"{path} cannot be read: {fault.strerror}") from fault


@lru_cache(maxsize=2)
def _issuers(path: str, _changed_at: float) -> tuple[x509.Certificate, ...]:
    try:
        return tuple(x509.load_pem_x509_certificates(Path(path).read_bytes()))
    except ValueError as fault:
        raise ImproperlyConfigured(f"{path} is no list of certificates (PEM)") from fault


@lru_cache(maxsize=64)
def _list(path: str, _changed_at: float) -> x509.CertificateRevocationList:
    content = Path(path).read_bytes()
    read = x509.load_pem_x509_crl if content.lstrip().startswith(b"-----") else x509.load_der_x509_crl
    try:
        return read(content)
    except ValueError as fault:
        raise ImproperlyConfigured(f"{path} is no revocation list (PEM or DER)") from fault
