"""Whose certificates are taken (BEHAVIOUR M8): of issuers that keepers admitted; of any, as long as none ever was."""

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from senders.models import AdmittedIssuer
from senders.reading.certificates import ReadCertificate, load_kept, read_certificate
from senders.reading.issuers import load_issuer
from senders.reading.refusals import refused


def read_admitted(content: bytes) -> ReadCertificate:
    """Return the certificate in a file or pasted text, as `read_certificate` does. Raises Refused also where no admitted issuer
    signed it directly: the same name is not enough."""
    read = read_certificate(content)
    kept = list(AdmittedIssuer.objects.values_list("certificate", "is_active"))
    issuers = [load_issuer(text) for text, is_active in kept if is_active]
    if kept and not any(_issued(load_kept(read.content), issuer) for issuer in issuers):
        raise refused("not_admitted", issuer=read.issuer)
    return read


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True
