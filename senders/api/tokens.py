"""Tokens of the web service: OAuth 2.0 client credentials with a signed assertion (RFC 7523, RFC 6749).

The client is a sender, by its number. It signs an assertion with the key of a certificate that is registered for its web
service, and gets a token of ten minutes. A token says which channel and certificate it was given to; whether these may still
send is asked again with every request, so that blocking and retiring bite at once.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.utils import timezone

from senders.api.assertions import signer_of, usable_certificates
from senders.models import Channel

LIFETIME = timedelta(minutes=10)
_SALT = "senders.api.token"


@dataclass(frozen=True)
class Client:
    """Whom a token was given to."""

    channel: Channel
    certificate: int


def exchange(assertion: str, *, address: str) -> str:
    """Return a token for an assertion, which then counts as used. address: of the client. Raises LoginRefusedError."""
    certificate = signer_of(assertion, address=address)
    said = {"channel": str(certificate.channel.public_id), "certificate": certificate.pk}
    return signing.dumps(said, salt=_SALT)


def client_of(token: str) -> Client | None:
    """Return whom a token was given to, None where it is none, has expired, or its holder may no longer send."""
    try:
        said = signing.loads(token, salt=_SALT, max_age=LIFETIME)
    except signing.BadSignature:
        return None
    certificate = (
        usable_certificates(timezone.now())
        .filter(pk=said["certificate"], channel__public_id=said["channel"])
        .select_related("channel__sender__capacity__enterprise")
        .first()
    )
    if certificate is None or not _may_send(certificate.channel):
        return None
    return Client(certificate.channel, certificate.pk)


def _may_send(channel: Channel) -> bool:
    return not (channel.ended_at or channel.sender.ended_at or channel.sender.blocked_at)
