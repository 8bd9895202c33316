"""The key that the mock provider signs with."""

from typing import Any, cast

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from mock_idp.models import SigningKey

BITS = 2048


def make_key(**_signal: Any) -> None:
    """Make the key after the tables, once, so that no page ever has to: a GET never writes."""
    if not SigningKey.objects.exists():
        key = RSAKey.generate_key(BITS, {"use": "sig", "alg": "RS256"}, auto_kid=True)
        SigningKey.objects.create(jwk=key.as_dict(private=True))


def signed(claims: dict[str, Any]) -> str:
    """Return the claims as a token signed with RS256."""
    key = _key()
    return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key, algorithms=["RS256"])


def public_keys() -> dict[str, Any]:
    """Return the key set that clients check signatures with."""
    return cast(dict[str, Any], KeySet([_key()]).as_dict(private=False))


def _key() -> RSAKey:
    return RSAKey.import_key(SigningKey.objects.latest("made_at").jwk)
