"""What proxies in front say of a request, and whether they are believed: judged here and nowhere else (BEHAVIOUR T26, L6).

The web server's own judgment is off (`csam_portal.starting.serving`). A proxy counts where it comes from one of
settings.PROXY_ADDRESSES, and of what it hands on only what the last settings.TRUSTED_PROXIES wrote: whoever asks can write the
rest.
"""

import ipaddress
from collections.abc import Mapping, MutableMapping
from functools import cache
from typing import Any

from django.conf import settings

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# As a web server names the headers that speak for somebody else. Two of them are ever read, here.
_FOR, _PROTO = "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"
_SPEAK_FOR_OTHERS = ("HTTP_X_FORWARDED_", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


def judge(meta: MutableMapping[str, Any]) -> None:
    """Say in a request's environment whether it came by https, and take out what nobody may believe."""
    written = _written(meta, _PROTO)
    if any(written):
        # Each of them: where one of the ways between was open, somebody could have read along.
        meta["wsgi.url_scheme"] = "https" if all(text.lower() == "https" for text in written) else "http"
    kept = _FOR if _is_from_proxy(meta) else ""
    for name in [name for name in meta if name.startswith(_SPEAK_FOR_OTHERS) and name != kept]:
        del meta[name]


def address_of(meta: Mapping[str, Any]) -> str:
    """Return the address that a request came from, as it is written: by a proxy that counts, or the connection's own."""
    written = _written(meta, _FOR)
    return written[0] if len(written) == settings.TRUSTED_PROXIES > 0 else str(meta.get("REMOTE_ADDR", ""))


def _written(meta: Mapping[str, Any], header: str) -> list[str]:
    """Return what the proxies that count wrote into a header, the outermost first; nothing where none counts.

    A header that is there twice reaches us as one, with a comma between: which line a value stood in makes no difference.
    """
    if not _is_from_proxy(meta):
        return []
    return [text.strip() for text in str(meta.get(header, "")).split(",")][-settings.TRUSTED_PROXIES :]


def _is_from_proxy(meta: Mapping[str, Any]) -> bool:
    return is_proxy(str(meta.get("REMOTE_ADDR", "")))


def is_proxy(text: str) -> bool:
    """Tell whether a connection from an address is that of a proxy that counts.

    One without an address came by a socket of this machine, which has an owner.
    """
    if settings.TRUSTED_PROXIES == 0:
        return False
    address = address_in(text)
    return not text or any(address in network for network in _networks(tuple(settings.PROXY_ADDRESSES)) if address)


def somebody_at(text: str) -> str:
    """Return whom an address counts for: itself, or the /64 network of an IPv6 address; "" where it is none."""
    address = address_in(text)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address or "")


@cache
def _networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(map(ipaddress.ip_network, texts))


def address_in(text: str) -> Address | None:
    """Return the address that a text is, None where it is none; an IPv4 address that is written as IPv6 is itself."""
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
