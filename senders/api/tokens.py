"""Tokens of the web service: OAuth 2.0 client credentials with a signed assertion (RFC 7523, RFC 6749).

The client is a sender, by its number. It signs an assertion with the key of a certificate that is registered for its web
service, and gets a token of ten minutes. A token says which channel and certificate it was given to; whether these may still
send is asked again with every request, so that blocking and retiring bite at once.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.conf import settings
from django.core import signing
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.jwt import JWTClaimsRegistry

from senders.enums import ChannelKind, Protocol, TransferKind
from senders.messages.faults import LoginFault
from senders.models import IN_USE, Certificate, Channel, Transfer, UsedAssertion
from users.models import LIVE

LIFETIME = timedelta(minutes=10)
# Clocks differ.
_LEEWAY = timedelta(seconds=60)
_SALT = "senders.api.token"
_RSA_ALGORITHMS = ["RS256", "PS256", "RS384", "PS384", "RS512", "PS512"]
_EC_ALGORITHMS = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
MAX_ASSERTION_CHARACTERS = 8 * 1024


class LoginRefusedError(Exception):
    """No token is given; `fault` says why."""

    def __init__(self, fault: LoginFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True)
class Client:
    """Whom a token was given to."""

    channel: Channel
    certificate: int


def token_address() -> str:
    """Return the address that an assertion must name as its audience."""
    return f"{settings.SITE_URL}{reverse('api-token')}"


def exchange(assertion: str, *, address: str) -> str:
    """Return a token for an assertion, which then counts as used. address: of the client, for the sender's own page.

    Raises LoginRefusedError. Whether it was given or refused is reported, where the client is a known sender.
    """
    claimed = _claimed_client(assertion)
    channel = (
        Channel.objects.filter(LIVE, sender__number=claimed, sender__ended_at=None, kind=ChannelKind.WEB_SERVICE)
        .select_related("sender")
        .first()
    )
    if channel is None:
        # The same answer as to a stranger's key: who has which number is nobody's business.
        raise LoginRefusedError(LoginFault.WRONG_SIGNATURE)
    report = Transfer(protocol=Protocol.WEB_SERVICE, name=claimed, address=address, kind=TransferKind.LOGIN)
    try:
        certificate = _checked(assertion, channel)
    except LoginRefusedError as refused:
        report.kind, report.fault = TransferKind.REFUSED, refused.fault
        raise
    finally:
        report.save()
    return signing.dumps({"channel": str(channel.public_id), "certificate": certificate}, salt=_SALT)


def client_of(token: str) -> Client | None:
    """Return whom a token was given to, None where it is none, has expired, or its holder may no longer send."""
    try:
        said = signing.loads(token, salt=_SALT, max_age=LIFETIME)
    except signing.BadSignature:
        return None
    certificate = (
        _usable_certificates(timezone.now())
        .filter(pk=said["certificate"], channel__public_id=said["channel"])
        .select_related("channel__sender__capacity__enterprise")
        .first()
    )
    if certificate is None or not _may_send(certificate.channel):
        return None
    return Client(certificate.channel, certificate.pk)


def _may_send(channel: Channel) -> bool:
    return not (channel.ended_at or channel.sender.ended_at or channel.sender.blocked_at)


def _usable_certificates(now: datetime) -> QuerySet[Certificate]:
    return Certificate.objects.filter(IN_USE, revoked_at=None, valid_from__lte=now, valid_to__gt=now)


def _claimed_client(assertion: str) -> str:
    """Return whose assertion it says to be, before anything of it is believed."""
    if len(assertion) > MAX_ASSERTION_CHARACTERS:
        raise LoginRefusedError(LoginFault.UNREADABLE)
    try:
        return _text(json.loads(jws.extract_compact(assertion.encode()).payload), "iss")
    except (JoseError, ValueError, TypeError, RecursionError):
        raise LoginRefusedError(LoginFault.UNREADABLE) from None


def _checked(assertion: str, channel: Channel) -> int:
    """Return the id of the certificate that signed the assertion, when all of it fits. Raises LoginRefusedError."""
    now = timezone.now()
    if not _may_send(channel):
        raise LoginRefusedError(LoginFault.BLOCKED)
    certificates = list(_usable_certificates(now).filter(channel=channel))
    if not certificates:
        raise LoginRefusedError(LoginFault.NO_CERTIFICATE)
    certificate, claims = _signed(assertion, certificates)
    if not {"iss", "sub", "aud", "exp", "jti"} <= claims.keys() or not _text(claims, "jti"):
        raise LoginRefusedError(LoginFault.UNREADABLE)
    number = channel.sender.number
    if claims["iss"] != number or claims["sub"] != number:
        raise LoginRefusedError(LoginFault.WRONG_SUBJECT)
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if token_address() not in audience:
        raise LoginRefusedError(LoginFault.WRONG_AUDIENCE)
    expires_at = _check_times(claims, now)
    _use_once(f"{number} {_text(claims, 'jti')}", expires_at)
    return certificate.pk


def _signed(assertion: str, certificates: list[Certificate]) -> tuple[Certificate, dict[str, Any]]:
    for certificate in certificates:
        key, algorithms = _key(bytes(certificate.content))
        try:
            claims = jwt.decode(assertion, key, algorithms=algorithms).claims
        except (JoseError, ValueError, TypeError):
            continue
        return certificate, claims
    raise LoginRefusedError(LoginFault.WRONG_SIGNATURE)


def _key(der: bytes) -> tuple[RSAKey | ECKey, list[str]]:
    """Return a certificate's key, and the algorithms that it may sign with: never one of another kind of key."""
    public = x509.load_der_x509_certificate(der).public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    if isinstance(public, rsa.RSAPublicKey):
        return RSAKey.import_key(pem), _RSA_ALGORITHMS
    if isinstance(public, ec.EllipticCurvePublicKey) and public.curve.name in _EC_ALGORITHMS:
        return ECKey.import_key(pem), [_EC_ALGORITHMS[public.curve.name]]
    raise LoginRefusedError(LoginFault.WRONG_SIGNATURE)


def _check_times(claims: dict[str, Any], now: datetime) -> datetime:
    """Return until when the assertion counts. Raises LoginRefusedError."""
    registry = JWTClaimsRegistry(now=int(now.timestamp()), leeway=int(_LEEWAY.total_seconds()), exp={"essential": True})
    try:
        registry.validate({name: claims[name] for name in ("exp", "nbf", "iat") if name in claims})
    except (JoseError, ValueError, TypeError):
        raise LoginRefusedError(LoginFault.EXPIRED) from None
    latest = now + LIFETIME + _LEEWAY
    if claims["exp"] > latest.timestamp():
        raise LoginRefusedError(LoginFault.LASTS_TOO_LONG)
    return latest


def _use_once(name: str, expires_at: datetime) -> None:
    digest = hashlib.sha256(name.encode()).hexdigest()
    _used, is_new = UsedAssertion.objects.get_or_create(digest=digest, defaults={"expires_at": expires_at})
    if not is_new:
        raise LoginRefusedError(LoginFault.REPLAYED)


def _text(claims: Any, name: str) -> str:
    """Return a claim that is a text as a database takes it, of a sensible length; "" where it is not."""
    value = claims.get(name) if isinstance(claims, dict) else None
    return value if isinstance(value, str) and len(value) <= 200 and value.isascii() and value.isprintable() else ""
