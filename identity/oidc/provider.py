"""What the provider says of itself: its endpoints and its keys, asked seldom and kept for minutes in the process."""

import time
from dataclasses import dataclass
from typing import Any, cast

import requests
from authlib.common.errors import AuthlibBaseError
from django.conf import settings
from django.urls import reverse
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from identity.oidc.errors import LoginFailed, NoAnswer
from identity.oidc.in_process import InProcessAdapter
from outgoing import http

KEEP_SECONDS = 600
# Where the browser is sent; and what the portal itself asks.
LOGIN_PAGE = "authorization_endpoint"
ASKED = ("token_endpoint", "userinfo_endpoint", "jwks_uri")


@dataclass(frozen=True)
class Provider:
    """An OpenID Connect provider, as its discovery document and its key set describe it."""

    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    token_auth_method: str
    takes_pkce: bool
    keys: KeySet
    read_at: float


_kept: dict[str, Provider] = {}


def provider(*, afresh: bool = False) -> Provider:
    """Return the provider that the settings name. afresh: its keys may have changed, ask again.

    Raises NoAnswer where it does not answer, or not as a provider does.
    """
    address = settings.OIDC_DISCOVERY_URL
    kept = _kept.get(address)
    if kept is None or afresh or time.monotonic() - kept.read_at > KEEP_SECONDS:
        kept = _kept[address] = _read(address)
    return kept


def named() -> tuple[str, ...]:
    """Return the addresses whose origins the portal asks about logins; the provider's own words add none (T22)."""
    return (settings.OIDC_DISCOVERY_URL, settings.OIDC_ISSUER, *settings.OIDC_ORIGINS)


def client(**options: Any) -> Any:
    """Return an HTTP session that is the portal towards the provider: its name, its secret, its patience."""
    session = http.oauth_session(
        named(),
        client_id=settings.OIDC_CLIENT_ID,
        client_secret=settings.OIDC_CLIENT_SECRET,
        scope=settings.OIDC_SCOPES,
        redirect_uri=settings.SITE_URL + reverse("oidc-callback"),
        default_timeout=settings.OIDC_TIMEOUT_SECONDS,
        leeway=0,
        **options,
    )
    if settings.MOCK_IDP and settings.OIDC_ISSUER == settings.MOCK_IDP_ISSUER:
        session.mount(f"{settings.MOCK_IDP_ISSUER}/", InProcessAdapter())
    return session


def ask(session: Any, address: str, **options: Any) -> requests.Response:
    """Return the provider's answer to a GET.

    Raises NoAnswer for silence, redirects and errors; LoginFailed where the session's token is of no use.
    """
    try:
        answer = session.get(address, allow_redirects=False, **options)
    except requests.RequestException as error:
        raise NoAnswer(type(error).__name__) from error
    except AuthlibBaseError as error:
        raise LoginFailed("access_token") from error
    if answer.status_code != 200:
        raise NoAnswer(f"status_{answer.status_code}")
    return cast(requests.Response, answer)


def json_of(answer: requests.Response) -> dict[str, Any]:
    """Return the answer's JSON object. Raises NoAnswer where it is none."""
    try:
        data = answer.json()
    except ValueError as error:
        raise NoAnswer("not_json") from error
    if not isinstance(data, dict):
        raise NoAnswer("not_an_object")
    return data


def _check_origins(metadata: dict[str, Any]) -> None:
    """Raise NoAnswer where the provider names a place that no setting names: our secret and people's browsers go there."""
    if not all(http.is_named(metadata[name], named()) for name in ASKED):
        raise NoAnswer("metadata_origin")
    if not http.is_named(metadata[LOGIN_PAGE], (*named(), *settings.OIDC_FORM_ORIGINS)):
        raise NoAnswer("metadata_login_origin")


def _read(address: str) -> Provider:
    with client() as session:
        metadata = json_of(ask(session, address, withhold_token=True))
        if metadata.get("issuer") != settings.OIDC_ISSUER:
            raise NoAnswer("metadata_issuer")
        if not all(isinstance(metadata.get(name), str) for name in (LOGIN_PAGE, *ASKED)):
            raise NoAnswer("metadata_endpoints")
        _check_origins(metadata)
        keys = json_of(ask(session, metadata["jwks_uri"], withhold_token=True))
    try:
        key_set = KeySet.import_key_set(cast(KeySetSerialization, keys))
    except (JoseError, KeyError, TypeError, ValueError) as error:
        raise NoAnswer("keys") from error
    # A provider that does not say takes the secret in the header (OpenID Connect Discovery 1.0, section 3).
    methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return Provider(
        authorization_endpoint=metadata["authorization_endpoint"],
        token_endpoint=metadata["token_endpoint"],
        userinfo_endpoint=metadata["userinfo_endpoint"],
        token_auth_method="client_secret_basic" if "client_secret_basic" in methods else "client_secret_post",
        takes_pkce="S256" in (metadata.get("code_challenge_methods_supported") or []),
        keys=key_set,
        read_at=time.monotonic(),
    )
