"""Whether the gateway's certificate is one that a sender's program can believe: what production asks of it (T20)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from django.conf import settings

from formats.hosts import is_this_machine

HALF = "GATEWAY_TLS_KEY_FILE is set without GATEWAY_TLS_CERTIFICATE_FILE, or that without it."
UNREADABLE = "GATEWAY_TLS_CERTIFICATE_FILE cannot be read as a certificate (PEM)."
KEY_UNREADABLE = "GATEWAY_TLS_KEY_FILE cannot be read as a key without passphrase (PEM)."
OTHER_KEY = "GATEWAY_TLS_KEY_FILE is not the key of GATEWAY_TLS_CERTIFICATE_FILE."
SELF_SIGNED = "GATEWAY_TLS_CERTIFICATE_FILE is signed by itself: nobody vouches for it."
NOT_TODAY = "GATEWAY_TLS_CERTIFICATE_FILE is not valid today."
WEAK = "GATEWAY_TLS_CERTIFICATE_FILE has a weak key or signature (RSA below 2048, a curve below 256 bits, SHA-1, MD5)."
OTHER_NAME = "GATEWAY_TLS_CERTIFICATE_FILE is not for GATEWAY_NAME."
FAULTS = (HALF, UNREADABLE, KEY_UNREADABLE, OTHER_KEY, SELF_SIGNED, NOT_TODAY, WEAK, OTHER_NAME)


def faults() -> Iterator[str]:
    """Yield what is wrong with the certificate and key that the settings name, out of FAULTS; nothing where they name none."""
    certificate_file, key_file = settings.GATEWAY_TLS_CERTIFICATE_FILE, settings.GATEWAY_TLS_KEY_FILE
    if not certificate_file and not key_file:
        return
    if not certificate_file or not key_file:
        yield HALF
        return
    try:
        certificate = x509.load_pem_x509_certificate(Path(certificate_file).read_bytes())
        public = certificate.public_key()
    except (OSError, ValueError, UnsupportedAlgorithm):
        yield UNREADABLE
        return
    try:
        key = serialization.load_pem_private_key(Path(key_file).read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        yield KEY_UNREADABLE
    else:
        if key.public_key() != public:
            yield OTHER_KEY
    yield from _faults_of(certificate)


def _faults_of(certificate: x509.Certificate) -> Iterator[str]:
    if _is_self_signed(certificate):
        yield SELF_SIGNED
    if not certificate.not_valid_before_utc <= datetime.now(UTC) <= certificate.not_valid_after_utc:
        yield NOT_TODAY
    if _is_weak(certificate):
        yield WEAK
    if not is_this_machine(settings.GATEWAY_NAME) and not _is_for(certificate, settings.GATEWAY_NAME):
        yield OTHER_NAME


def _is_self_signed(certificate: x509.Certificate) -> bool:
    """Tell whether its own key signed it; another issuer's name in it proves nothing."""
    public, signature, signed = certificate.public_key(), certificate.signature, certificate.tbs_certificate_bytes
    how = certificate.signature_algorithm_parameters
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, signed, how, certificate.signature_hash_algorithm)  # type: ignore[arg-type]
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, signed, how)  # type: ignore[arg-type]
        elif isinstance(public, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
            public.verify(signature, signed)
    except (InvalidSignature, TypeError, ValueError, UnsupportedAlgorithm):
        return certificate.issuer == certificate.subject
    return True


def _is_weak(certificate: x509.Certificate) -> bool:
    public = certificate.public_key()
    if isinstance(public, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        small = public.key_size < (2048 if isinstance(public, rsa.RSAPublicKey) else 256)
    else:
        small = not isinstance(public, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey)
    digest = certificate.signature_hash_algorithm
    return small or (digest is not None and digest.digest_size < 32)


def _is_for(certificate: x509.Certificate, name: str) -> bool:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    try:
        return ip_address(name) in names.get_values_for_type(x509.IPAddress)
    except ValueError:
        known = {known.lower() for known in names.get_values_for_type(x509.DNSName)}
        return bool({name.lower(), f"*.{name.lower().partition('.')[2]}"} & known)
