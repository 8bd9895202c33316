"""Whether its issuer took a certificate back: optional, by settings (docs/settings.md)."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from senders.reading.refusals import refused

LISTS_UNREADABLE = "SENDER_REVOCATION_FILES names a file that cannot be read as a revocation list."
FAULTS = (LISTS_UNREADABLE,)


def faults() -> Iterator[str]:
    """Yield which list cannot be read, out of FAULTS: it would let a revoked certificate through."""
    try:
        revocation_lists()
    except (ImproperlyConfigured, OSError):
        yield LISTS_UNREADABLE


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


def revocation_lists() -> list[x509.CertificateRevocationList]:
    """Return the lists of settings.SENDER_REVOCATION_FILES. Raises ImproperlyConfigured where one cannot be read."""
    return [_list(path, _changed(path)) for path in settings.SENDER_REVOCATION_FILES]


def _changed(path: str) -> float:
    """Return when a file changed: a new one is read without a restart."""
    try:
        return Path(path).stat().st_mtime
    except OSError as fault:
        raise ImproperlyConfigured(f"{path} cannot be read: {fault.strerror}") from fault


@lru_cache(maxsize=64)
def _list(path: str, _changed_at: float) -> x509.CertificateRevocationList:
    content = Path(path).read_bytes()
    read = x509.load_pem_x509_crl if content.lstrip().startswith(b"-----") else x509.load_der_x509_crl
    try:
        return read(content)
    except ValueError as fault:
        raise ImproperlyConfigured(f"{path} is no revocation list (PEM or DER)") from fault
