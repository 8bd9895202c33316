"""The code flow: away to the provider, and back with a code that is worth one login."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import requests
import structlog
from authlib.common.errors import AuthlibBaseError
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

from identity.enums import LEVEL_OF, Means
from identity.login import Why
from identity.oidc import tokens
from identity.oidc.errors import LoginFailed, NoAnswer
from identity.oidc.provider import Provider, ask, client, json_of, provider

log = structlog.get_logger(__name__)

ANSWERED_BY_PROVIDER = (Means.EID, Means.ITSME)
# Logins under way, by their state, in the session of the browser that began them. More tabs push the oldest out.
BEGUN = "oidc"
MOST_BEGUN = 10
FORGET_SECONDS = 30 * 60


@dataclass(frozen=True)
class Began:
    """A login under way. level: what the page `next` needs. language: the one to come back in. verifier: "" without PKCE.

    proves: the id of a staff account whose number this proves; then nobody is logged in by it (BEHAVIOUR T8).
    """

    state: str
    nonce: str
    verifier: str
    means: Means
    next: str
    level: int
    language: str
    at: float
    proves: int | None = None


def begin(
    session: SessionBase, means: Means, *, next_address: str, level: int, language: str, proves: int | None = None
) -> str:
    """Note a login in the session and return the provider's address to send the browser to; see Began. Raises NoAnswer."""
    try:
        source = provider()
    except NoAnswer as failure:
        log.warning("login_unanswered", code=failure.code)
        raise
    began = Began(
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48) if source.takes_pkce else "",
        means=means,
        next=next_address,
        level=level,
        language=language,
        at=time.time(),
        proves=proves,
    )
    others = sorted(_others(session).items(), key=lambda item: item[1]["at"])[1 - MOST_BEGUN :]
    session[BEGUN] = {**dict(others), began.state: asdict(began)}
    with _client_of(source) as portal:
        address, _state = portal.create_authorization_url(
            source.authorization_endpoint,
            state=began.state,
            code_verifier=began.verifier,
            nonce=began.nonce,
            acr_values=f"{settings.OIDC_LEVEL_PREFIX}{LEVEL_OF[means]}",
            ui_locales=language,
        )
    return str(address)


def begun(session: SessionBase, state: str) -> Began | None:
    """Return the login that this browser began with this state, None where it did not, or too long ago."""
    kept = _others(session).get(state)
    return Began(**{**kept, "means": Means(kept["means"])}) if kept else None


def finish(session: SessionBase, began: Began, answer: Mapping[str, Any]) -> tokens.Identified:
    """Return who logged in, from the parameters that the provider sent the browser back with.

    The login is over, whatever comes of it, except where the provider does not answer: then the same parameters may be
    tried again. Raises LoginFailed.
    """
    try:
        identified = _identified(began, answer)
    except NoAnswer as failure:
        log.warning("login_unanswered", code=failure.code)
        raise
    except LoginFailed as failure:
        log.warning("login_refused", code=failure.code)
        _forget(session, began)
        raise
    _forget(session, began)
    return identified


def _identified(began: Began, answer: Mapping[str, Any]) -> tokens.Identified:
    if "error" in answer:
        if answer["error"] == "access_denied":
            raise LoginFailed("access_denied", Why.CANCELLED)
        raise LoginFailed("provider_error")
    source = provider()
    with _client_of(source) as portal:
        raw_id_token = _exchange(portal, source, began, code=answer.get("code", ""))
        id_token = tokens.id_token_claims(raw_id_token, nonce=began.nonce)
        about = ask(portal, source.userinfo_endpoint)
        if settings.OIDC_USERINFO_SIGNED:
            userinfo = tokens.userinfo_claims(about.text, subject=id_token["sub"])
        else:
            userinfo = tokens.same_subject(json_of(about), id_token["sub"])
    return tokens.identified(id_token, userinfo, asked=began.means)


def _client_of(source: Provider) -> Any:
    return client(
        token_endpoint_auth_method=source.token_auth_method,
        code_challenge_method="S256" if source.takes_pkce else None,
    )


def _exchange(portal: Any, source: Provider, began: Began, *, code: str) -> str:
    """Return the id_token that the code is worth; the access token stays with `portal`."""
    verifier = {"code_verifier": began.verifier} if began.verifier else {}
    try:
        answer = portal.fetch_token(
            source.token_endpoint, grant_type="authorization_code", code=code, allow_redirects=False, **verifier
        )
    except requests.RequestException as error:
        raise NoAnswer(type(error).__name__) from error
    except AuthlibBaseError as error:
        raise LoginFailed("code") from error
    except (ValueError, TypeError) as error:
        raise NoAnswer("token_answer") from error
    id_token = answer.get("id_token")
    if not isinstance(id_token, str):
        raise LoginFailed("no_id_token")
    return id_token


def _others(session: SessionBase) -> dict[str, dict[str, Any]]:
    newest = time.time() - FORGET_SECONDS
    return {state: kept for state, kept in session.get(BEGUN, {}).items() if kept["at"] > newest}


def _forget(session: SessionBase, began: Began) -> None:
    session[BEGUN] = {state: kept for state, kept in _others(session).items() if state != began.state}
