"""Reading an issuer's own certificate, for keepers who admit it (BEHAVIOUR T10)."""

from cryptography import x509
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from acts.errors import Refused
from senders.reading.certificates import ReadCertificate, check_strength, describe
from senders.reading.material import guarded

BEGIN = "-----BEGIN CERTIFICATE-----"


def load_issuer(text: str) -> x509.Certificate:
    """Return the certificate of an admitted issuer, out of PEM that was checked before."""
    return x509.load_pem_x509_certificate(text.encode())


def read_issuer(text: str) -> ReadCertificate:
    """Return what an issuer's certificate (PEM) says. Raises Refused where it cannot be read."""
    with guarded("unreadable_certificate"):
        return describe(load_issuer(text))


def check_is_issuer(text: str) -> None:
    """Raise ValidationError unless a text is one certificate (PEM) that may issue others, valid today, of a strong key."""
    if text.count("-----BEGIN ") != 1 or BEGIN not in text:
        raise ValidationError(_("Paste one certificate, as text that begins with BEGIN CERTIFICATE."), code="not_one")
    try:
        read = read_issuer(text)
        check_strength(read.key_type, read.key_bits)
        with guarded("unreadable_certificate"):
            is_issuer = _may_issue(load_issuer(text))
    except Refused as refusal:
        raise ValidationError(str(refusal.sentence), code=refusal.code) from refusal
    if not is_issuer:
        raise ValidationError(_("This certificate may not issue others: it is no issuer's."), code="no_issuer")
    if not read.valid_from <= timezone.now() < read.valid_to:
        raise ValidationError(_("This certificate is not valid today."), code="not_valid_today")


def _may_issue(certificate: x509.Certificate) -> bool:
    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except x509.ExtensionNotFound:
        return False
