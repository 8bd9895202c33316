"""The one way out over HTTP: sessions that reach the origins they were made for, whatever an answer would have them do (T22).

An origin is scheme, host and port. Nothing of the machine's environment counts: no proxy, no .netrc, no list of certificates
but those that settings name.
"""

from collections.abc import Iterable
from typing import Any

import requests
from authlib.integrations.requests_client import OAuth2Session
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

_PORTS = {"http": 80, "https": 443}


class NotNamedError(requests.RequestException):
    """An address is at no origin that settings name; nobody was asked."""


def origin_of(address: str) -> str:
    """Return the origin of an address, with its port ("https://idp.example:443"), as the connection would be made.

    Raises NotNamedError for what is no plain address of a web server: another scheme, a user's name in it, two readings.
    """
    try:
        parts = parse_url(address)
    except LocationParseError as error:
        raise NotNamedError("no address") from error
    is_odd = parts.auth is not None or not parts.host or set(address) & set("\\\t\r\n ")
    if is_odd or parts.scheme not in _PORTS:
        raise NotNamedError("no address")
    return f"{parts.scheme}://{parts.host}:{parts.port or _PORTS[parts.scheme]}"


def origins_of(addresses: Iterable[str]) -> frozenset[str]:
    """Return the origins of these addresses; what is none counts for nothing."""
    found = set()
    for address in addresses:
        try:
            found.add(origin_of(address))
        except NotNamedError:
            continue
    return frozenset(found)


def is_named(address: str, named: Iterable[str]) -> bool:
    """Tell whether an address is at the origin of one of those that settings name."""
    return bool(origins_of([address]) & origins_of(named))


def session(named: Iterable[str]) -> requests.Session:
    """Return a session that reaches the origins of these addresses, which settings name, and follows no redirect."""
    made = requests.Session()
    _hold(made, named)
    return made


def oauth_session(named: Iterable[str], **options: Any) -> OAuth2Session:
    """Return the same as an OAuth 2.0 client; options: of Authlib's OAuth2Session."""
    made = OAuth2Session(**options)
    _hold(made, named)
    return made


def _hold(made: requests.Session, named: Iterable[str]) -> None:
    adapter = _NamedOrigins(origins_of(named))
    made.adapters.clear()
    for scheme in _PORTS:
        made.mount(f"{scheme}://", adapter)
    made.trust_env = False
    made.max_redirects = 0
    made.verify = settings.OUTGOING_CA_FILE or True
    made.proxies = dict.fromkeys(_PORTS, settings.OUTGOING_PROXY) if settings.OUTGOING_PROXY else {}


class _NamedOrigins(HTTPAdapter):
    """Sends to these origins alone: what a redirect or a document of the other side names goes through here too."""

    def __init__(self, origins: frozenset[str]) -> None:
        super().__init__()
        self._origins = origins

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        if origin_of(request.url or "") not in self._origins:
            raise NotNamedError("an origin that no setting names", request=request)
        return super().send(request, *args, **options)
