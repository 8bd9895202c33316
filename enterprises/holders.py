"""Who holds an application, as a room above this one tells: asked before staff retire it (BEHAVIOUR E9)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from enterprises.models import Application


@dataclass(frozen=True)
class Holders:
    """How many accounts hold an application. enterprises: name, number and count of those where most do; there may be more."""

    application: Application
    count: int
    enterprise_count: int
    enterprises: Sequence[tuple[str, str, int]]


HoldersOf = Callable[[Application], Holders]
_source: list[HoldersOf] = []


def register_holders(source: HoldersOf) -> None:
    """Say who knows the holders of an application (`users.apps` does)."""
    _source[:] = [source]


def holders_of(application: Application) -> Holders:
    """Return who holds an application now."""
    return _source[0](application) if _source else Holders(application, 0, 0, [])
