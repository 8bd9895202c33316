"""Reading what the provider signed, and believing it only when everything fits.

The rules are those of OpenID Connect Core 1.0, sections 3.1.3.7 (id_token) and 5.3 (userinfo).
"""

import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from joserfc import jwt
from joserfc.errors import ClaimError, InvalidKeyIdError, JoseError
from joserfc.jwt import JWTClaimsRegistry

from formats import insz
from identity.enums import LEVEL_OF, Means
from identity.login import Why
from identity.oidc.errors import LoginFailed
from identity.oidc.provider import Provider, provider

# Everything else is refused before a signature is looked at: `none`, and HS256 made with the public key.
ALGORITHMS = ["RS256"]
# Two clocks that are both right may still differ by this much.
LEEWAY_SECONDS = 30
# What the level's place also holds: which means was used.
ITSME = "bmid"
ADDRESS_LENGTH = 254


@dataclass(frozen=True)
class Identified:
    """Who the provider says is there, and how sure it is.

    insz: eleven digits. language: nl, fr, de, en or "". email: an address that it knows, "" for none or none that can be.
    """

    insz: str
    last_name: str
    first_names: str
    language: str
    means: Means
    level: int
    email: str = ""


def id_token_claims(token: str, *, nonce: str) -> dict[str, Any]:
    """Return the claims of an id_token that the provider made for us, for this login, just now. Raises LoginFailed."""
    claims = _signed(token)
    _check(
        claims,
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
        amr={"essential": True},
    )
    return claims


def userinfo_claims(token: str, *, subject: str) -> dict[str, Any]:
    """Return the claims of a signed userinfo answer about the subject of the id_token. Raises LoginFailed."""
    claims = _signed(token)
    _check(claims)
    return same_subject(claims, subject)


def same_subject(claims: dict[str, Any], subject: str) -> dict[str, Any]:
    """Return the claims where they speak of the subject of the id_token. Raises LoginFailed."""
    if claims.get("sub") != subject:
        raise LoginFailed("userinfo_sub")
    return claims


def identified(id_token: dict[str, Any], userinfo: dict[str, Any], *, asked: Means) -> Identified:
    """Return who logged in.

    Raises LoginFailed where the level is lower than that of the means that was asked, or where no INSZ is given.
    """
    level, methods = level_of(id_token["amr"])
    if level < LEVEL_OF[asked]:
        raise LoginFailed("level", Why.TOO_WEAK)
    number = insz.parse(_text(userinfo, "egovNRN"))
    if number is None or not _text(userinfo, "surname"):
        raise LoginFailed("identity", Why.NO_NUMBER)
    language = _text(userinfo, "prefLanguage")[:2].lower()
    return Identified(
        insz=number,
        last_name=_text(userinfo, "surname"),
        first_names=_text(userinfo, "givenName"),
        language=language if language in dict(settings.LANGUAGES) else "",
        means=Means.ITSME if ITSME in methods or level < LEVEL_OF[Means.EID] else Means.EID,
        level=level,
        email=_address(_text(userinfo, "mail")),
    )


def _address(claim: str) -> str:
    try:
        validate_email(claim)
    except ValidationError:
        return ""
    return claim if len(claim) <= ADDRESS_LENGTH else ""


def level_of(amr: Any) -> tuple[int, list[str]]:
    """Return the level that amr holds (0 for none), and the rest of it.

    The federal service puts the level there; its acr is always "0".
    """
    values = [value for value in (amr if isinstance(amr, list) else [amr]) if isinstance(value, str)]
    level = re.compile(re.escape(settings.OIDC_LEVEL_PREFIX) + r"([0-9]{1,3})")
    found = [level.fullmatch(value) for value in values]
    return (
        max((int(match[1]) for match in found if match), default=0),
        [value for value, match in zip(values, found, strict=True) if not match],
    )


def _signed(token: str) -> dict[str, Any]:
    """Return the claims of a token with a signature of the provider's; an unknown key is looked up once more."""
    try:
        try:
            return _decoded(token, provider())
        except InvalidKeyIdError:
            return _decoded(token, provider(afresh=True))
    except (JoseError, ValueError, TypeError) as error:
        raise LoginFailed(getattr(error, "error", "token")) from error


def _decoded(token: str, source: Provider) -> dict[str, Any]:
    return jwt.decode(token, source.keys, algorithms=ALGORITHMS).claims


def _check(claims: dict[str, Any], **options: Any) -> None:
    expected = JWTClaimsRegistry(
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": settings.OIDC_ISSUER},
        aud={"essential": True, "value": settings.OIDC_CLIENT_ID},
        sub={"essential": True},
        **options,
    )
    try:
        expected.validate(claims)
    except ClaimError as error:
        raise LoginFailed(f"claim_{error.claim}") from error
    # A token that is for others too could have been passed on by one of them.
    if claims["aud"] not in (settings.OIDC_CLIENT_ID, [settings.OIDC_CLIENT_ID]):
        raise LoginFailed("claim_aud")
    if claims.get("azp", settings.OIDC_CLIENT_ID) != settings.OIDC_CLIENT_ID:
        raise LoginFailed("claim_azp")


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.strip()[:200] if isinstance(value, str) else ""
