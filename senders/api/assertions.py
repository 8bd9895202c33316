"""Assertions: what a sender's program proves itself with, believed only when all of it fits (BEHAVIOUR T24, T25; RFC 7523).

Who holds none of a sender's keys gets one answer after the same work, whether there is such a sender or not. What is wrong with
a sender (blocked, no certificate that is valid today) is told only for an assertion that counts in every other way: one that
somebody picked up elsewhere proves nothing.
"""

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import chain, islice, repeat
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.jwt import JWTClaimsRegistry

from senders.enums import ChannelKind, Protocol, TransferKind
from senders.messages.faults import LoginFault
from senders.models import IN_USE, Certificate, Transfer, UsedAssertion
from senders.standing import works

# How far ahead an assertion may end.
LONGEST = timedelta(minutes=10)
MAX_CHARACTERS = 8 * 1024
# With how many certificates an assertion is tried: always with so many, however many there are. A sender with more has the
# rest left out, those that end first.
TRIED = 4
# Clocks differ. An assertion that was used is remembered for longer than any clock lets it count.
_LEEWAY = timedelta(seconds=60)
_REMEMBERED_AFTER = timedelta(seconds=60)
_NUMBER = re.compile(r"[0-9]{6}")
_RSA_ALGORITHMS = ("RS256", "PS256", "RS384", "PS384", "RS512", "PS512")
_CURVES: dict[str, type[ec.EllipticCurve]] = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1}


class LoginRefusedError(Exception):
    """No token is given; `fault` says why."""

    def __init__(self, fault: LoginFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def token_address() -> str:
    """Return the address that an assertion must name as its audience, and as the only one."""
    return f"{settings.SITE_URL}{reverse('api-token')}"


def signer_of(assertion: str, *, address: str) -> Certificate:
    """Return the certificate whose key signed an assertion, which then counts as used.

    address: of the client. Whether it was taken or refused is reported under the number that it names, for the page of whoever
    has that number. Raises LoginRefusedError.
    """
    number, algorithm = _said(assertion)
    report = Transfer(protocol=Protocol.WEB_SERVICE, name=number, address=address, kind=TransferKind.LOGIN)
    try:
        return _checked(assertion, number, algorithm)
    except LoginRefusedError as refused:
        report.kind, report.fault = TransferKind.REFUSED, refused.fault
        raise
    finally:
        report.save()


def usable_certificates(now: datetime) -> QuerySet[Certificate]:
    """Return the certificates whose keys open the web service now."""
    return Certificate.objects.filter(IN_USE, revoked_at=None, valid_from__lte=now, valid_to__gt=now)


def _said(assertion: str) -> tuple[str, str]:
    """Return whose assertion it says to be, "" for what is no sender number, and its algorithm. Nothing is believed yet.

    Raises LoginRefusedError for what is none, whoever sent it.
    """
    if len(assertion) > MAX_CHARACTERS:
        raise LoginRefusedError(LoginFault.UNREADABLE)
    try:
        read = jws.extract_compact(assertion.encode())
        algorithm, issuer = read.headers()["alg"], _text(json.loads(read.payload), "iss")
    except (JoseError, KeyError, ValueError, TypeError, RecursionError):
        raise LoginRefusedError(LoginFault.UNREADABLE) from None
    if not issuer or algorithm not in (*_RSA_ALGORITHMS, *_CURVES):
        raise LoginRefusedError(LoginFault.UNREADABLE)
    return issuer if _NUMBER.fullmatch(issuer) else "", algorithm


def _checked(assertion: str, number: str, algorithm: str) -> Certificate:
    """Return the certificate that signed the assertion, when all of it fits. Raises LoginRefusedError."""
    now = timezone.now()
    registered = _registered(number)
    certificate, claims = _signed(assertion, algorithm, registered)
    if not {"iss", "sub", "aud", "exp", "jti"} <= claims.keys() or not _text(claims, "jti"):
        raise LoginRefusedError(LoginFault.UNREADABLE)
    if claims["iss"] != number or claims["sub"] != number:
        raise LoginRefusedError(LoginFault.WRONG_SUBJECT)
    # An assertion that is for others too could have been passed on by one of them.
    if claims["aud"] not in (token_address(), [token_address()]):
        raise LoginRefusedError(LoginFault.WRONG_AUDIENCE)
    counts_until = _check_times(claims, now)
    _use_once(f"{number} {_text(claims, 'jti')}", counts_until)
    if certificate.channel.sender.blocked_at:
        raise LoginRefusedError(LoginFault.BLOCKED)
    if not works(certificate, now):
        some_other_works = any(works(one, now) for one in registered)
        raise LoginRefusedError(LoginFault.WRONG_SIGNATURE if some_other_works else LoginFault.NO_CERTIFICATE)
    return certificate


def _registered(number: str) -> list[Certificate]:
    """Return the certificates that a sender of this number has for its web service: valid today or not, never a revoked one."""
    certificates = Certificate.objects.filter(
        IN_USE,
        revoked_at=None,
        channel__kind=ChannelKind.WEB_SERVICE,
        channel__ended_at=None,
        channel__sender__ended_at=None,
        channel__sender__number=number,
    )
    return list(certificates.select_related("channel__sender").order_by("-valid_to", "-pk")[:TRIED])


def _signed(assertion: str, algorithm: str, certificates: list[Certificate]) -> tuple[Certificate, dict[str, Any]]:
    """Return the certificate whose key signed, and the claims. Raises LoginRefusedError.

    The work is always the same: where a certificate has no key of the algorithm, or there is none, nobody's stands in.
    """
    found: tuple[Certificate, dict[str, Any]] | None = None
    nobodys_certificate = _nobodys_certificate(algorithm)
    for certificate in islice(chain(certificates, repeat(None)), TRIED):
        own = _key(bytes(certificate.content) if certificate is not None else nobodys_certificate, algorithm)
        nobodys = _key(nobodys_certificate, algorithm)
        claims = _claims(assertion, own or nobodys, algorithm)
        if certificate is not None and own is not None and claims is not None and found is None:
            found = certificate, claims
    if found is None:
        raise LoginRefusedError(LoginFault.WRONG_SIGNATURE)
    return found


def _claims(assertion: str, key: RSAKey | ECKey | None, algorithm: str) -> dict[str, Any] | None:
    try:
        return jwt.decode(assertion, key, algorithms=[algorithm]).claims if key is not None else None
    except (JoseError, ValueError, TypeError):
        return None


def _key(der: bytes, algorithm: str) -> RSAKey | ECKey | None:
    """Return a certificate's key, None where the algorithm is one of another kind of key."""
    public = x509.load_der_x509_certificate(der).public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    if isinstance(public, rsa.RSAPublicKey) and algorithm in _RSA_ALGORITHMS:
        return RSAKey.import_key(pem)
    if isinstance(public, ec.EllipticCurvePublicKey) and isinstance(public.curve, _CURVES.get(algorithm, ())):
        return ECKey.import_key(pem)
    return None


@cache
def _nobodys_certificate(algorithm: str) -> bytes:
    """Return a certificate (DER) whose key could sign so; its private half is forgotten at once."""
    curve = _CURVES.get(algorithm)
    key = ec.generate_private_key(curve()) if curve else rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "nobody")])
    begin = timezone.now()
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), begin, begin + LONGEST)
    return built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _check_times(claims: dict[str, Any], now: datetime) -> datetime:
    """Return until when the assertion counts, leeway included. Raises LoginRefusedError."""
    registry = JWTClaimsRegistry(now=int(now.timestamp()), leeway=int(_LEEWAY.total_seconds()), exp={"essential": True})
    try:
        registry.validate({name: claims[name] for name in ("exp", "nbf", "iat") if name in claims})
    except (JoseError, ValueError, TypeError):
        raise LoginRefusedError(LoginFault.EXPIRED) from None
    if claims["exp"] > (now + LONGEST + _LEEWAY).timestamp():
        raise LoginRefusedError(LoginFault.LASTS_TOO_LONG)
    return datetime.fromtimestamp(claims["exp"], UTC) + _LEEWAY


def _use_once(name: str, counts_until: datetime) -> None:
    digest = hashlib.sha256(name.encode()).hexdigest()
    kept_until = counts_until + _REMEMBERED_AFTER
    _used, is_new = UsedAssertion.objects.get_or_create(digest=digest, defaults={"expires_at": kept_until})
    if not is_new:
        raise LoginRefusedError(LoginFault.REPLAYED)


def _text(claims: Any, name: str) -> str:
    """Return a claim that is a text as a database takes it, of a sensible length; "" where it is not."""
    value = claims.get(name) if isinstance(claims, dict) else None
    return value if isinstance(value, str) and len(value) <= 200 and value.isascii() and value.isprintable() else ""
