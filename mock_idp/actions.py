"""A login at the mock provider: made by card and PIN, fetched once by code, told about by token."""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from enterprises.gateway import RegisteredPerson, register
from mock_idp.keys import signed
from mock_idp.models import Login

CODE_LIFE = timedelta(seconds=60)
TOKEN_LIFE = timedelta(minutes=5)


class InvalidGrant(Exception):
    """The code or token is unknown, used, too old, or another's."""


@dataclass(frozen=True)
class Asked:
    """What a client asked for in an authorisation request. level: 500 (eID) or 450 (itsme)."""

    redirect_uri: str
    state: str
    nonce: str
    code_challenge: str
    level: int


def log_in(asked: Asked, insz: str, *, email: str = "") -> str:
    """Return a code for the browser to carry: worth one token, within a minute. Old logins are forgotten.

    email: what the provider says of the person's address.
    """
    now = timezone.now()
    code = secrets.token_urlsafe(32)
    Login.objects.filter(code_until__lt=now - TOKEN_LIFE).delete()
    Login.objects.create(
        code_hash=_hash(code),
        code_until=now + CODE_LIFE,
        redirect_uri=asked.redirect_uri,
        nonce=asked.nonce,
        code_challenge=asked.code_challenge,
        insz=insz,
        level=asked.level,
        email=email,
    )
    return code


def redeem(*, code: str, redirect_uri: str, code_verifier: str) -> dict[str, Any]:
    """Return the token answer for a code. Raises InvalidGrant.

    A code that comes a second time was stolen from one of the two: its token ends too (RFC 6749, 4.1.2).
    """
    now = timezone.now()
    with transaction.atomic():
        login = Login.objects.select_for_update().filter(code_hash=_hash(code)).first()
        if login is None:
            raise InvalidGrant
        is_first = login.token_hash is None
        login.token_until = now + TOKEN_LIFE if is_first else now
        access_token = secrets.token_urlsafe(32)
        login.token_hash = _hash(access_token)
        login.save(update_fields=["token_hash", "token_until"])
    fits = login.redirect_uri == redirect_uri and _proves(code_verifier, login.code_challenge)
    if not (is_first and login.code_until >= now and fits):
        raise InvalidGrant
    return {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": int(TOKEN_LIFE.total_seconds()),
        "id_token": signed(_id_token(login)),
    }


def told(access_token: str) -> str:
    """Return the signed userinfo that an access token gives. Raises InvalidGrant, RegisterDown."""
    login = Login.objects.filter(token_hash=_hash(access_token), token_until__gt=timezone.now()).first()
    person = register().person(login.insz) if login else None
    if person is None:
        raise InvalidGrant
    return signed({**_common(person.insz), **_about(person, email=login.email if login else "")})


def _id_token(login: Login) -> dict[str, Any]:
    """The federal service's oddities: the level stands in amr, beside how it was reached, and acr is always "0"."""
    now = int(time.time())
    claims = {
        **_common(login.insz),
        "iat": now,
        "auth_time": now,
        "exp": now + int(TOKEN_LIFE.total_seconds()),
        "acr": "0",
        "amr": [f"{settings.OIDC_LEVEL_PREFIX}{login.level}", "eid" if login.level == 500 else "bmid"],
    }
    return {**claims, "nonce": login.nonce} if login.nonce else claims


def _common(insz: str) -> dict[str, Any]:
    return {"iss": settings.MOCK_IDP_ISSUER, "aud": settings.OIDC_CLIENT_ID, "sub": fedid(insz)}


def _about(person: RegisteredPerson, *, email: str) -> dict[str, Any]:
    return {
        "egovNRN": person.insz,
        "fedid": fedid(person.insz),
        "surname": person.last_name,
        "givenName": person.first_names,
        "mail": email,
        "prefLanguage": person.language,
    }


def fedid(insz: str) -> str:
    """Return the name under which the provider knows somebody: always the same, and not the number."""
    return hmac.new(settings.SECRET_KEY.encode(), f"fedid {insz}".encode(), hashlib.sha256).hexdigest()[:32]


def _proves(verifier: str, challenge: str) -> bool:
    return not challenge or constant_time_compare(create_s256_code_challenge(verifier), challenge)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
