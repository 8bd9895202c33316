"""The last line in production: this process looks up no host but those that settings name, whoever asks (T22).

What connects through Python looks its host up first, a bare address too. So this holds for every library, also for one
that would fetch what a certificate or a document names. The database's own driver looks up its host by itself.
"""

import sys
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Any

# The place of the host among what each of these events tells; where a socket is given a name, it looks it up by itself.
_LOOKUPS = {"socket.getaddrinfo": 0, "socket.gethostbyname": 0, "socket.connect": 1, "socket.sendto": 1}
# Asks no name server where to connect to, or names ourselves.
_NOBODY = frozenset({None, "", "localhost"})


class NotNamedError(PermissionError):
    """A host that no setting names was to be looked up."""


def hold(hosts: Iterable[str]) -> None:
    """Let this process, from now on and for good, look up these hosts alone."""
    named = frozenset(host.lower() for host in hosts if host)

    def judge(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _LOOKUPS and not _is_let(_host(event, arguments[_LOOKUPS[event]]), named):
            raise NotNamedError("This host is named by no setting (docs/outgoing.md).")

    sys.addaudithook(judge)


def _host(event: str, told: Any) -> Any:
    """Return the host that is looked up, None where none is: a connection to a bare address was looked up before."""
    if event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        return told
    host = told[0] if isinstance(told, tuple) else None
    try:
        ip_address(host or "0.0.0.0")  # noqa: S104 - anything that is no name
    except ValueError:
        return host
    return None


def _is_let(host: Any, named: frozenset[str]) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    return host in _NOBODY or str(host).lower().strip("[]") in named
