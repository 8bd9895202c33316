"""Who has to make room in the web server where there is too little of it (BEHAVIOUR T18).

First who asks for nothing, then who stands still, then who moves: of each kind the one who takes, together with all others of
the same owner, the most of the room, and has been keeping us waiting for longest.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator

from csam_portal import web_limits
from csam_portal.web_exchange import Exchange


def makes_room(exchanges: Collection[Exchange], newcomer: Exchange | None, most: int) -> Exchange | None:
    """Return which connection has to go, None where there is room for a newcomer. Without one, somebody goes in any case.

    exchanges: all, the newcomer among them. most: how many there may be; one fewer stays, so that the next one can come.
    The newcomer goes itself only where all that its owner may have is being answered.
    """
    waiting = [one for one in exchanges if one.future is None and one is not newcomer]
    if newcomer is not None:
        owned = sum(one.owner == newcomer.owner for one in exchanges)
        if owned > max(1, most // web_limits.PARTS):
            return _worst([one for one in waiting if one.owner == newcomer.owner], lambda _one: 1) or newcomer
        if len(exchanges) < most:
            return None
    return _worst(waiting, lambda _one: 1)


def make_room_on_disk(exchanges: Collection[Exchange]) -> Iterator[Exchange]:
    """Yield whose bytes have to go from the disk, until those of all others are few enough."""
    kept = [one for one in exchanges if one.on_disk and one.sock.failure is None]
    while sum(one.on_disk for one in kept) > web_limits.MOST_ON_DISK:
        worst = _worst(kept, lambda one: one.on_disk)
        assert worst is not None, "what is kept is somebody's"  # noqa: S101
        kept.remove(worst)
        yield worst


def _worst(exchanges: Collection[Exchange], weight: Callable[[Exchange], int]) -> Exchange | None:
    now = time.monotonic()
    owned: Counter[object] = Counter()
    for one in exchanges:
        owned[one.owner] += weight(one)

    def reason(one: Exchange) -> tuple[int, float]:
        behind = one.behind(now)
        stands_still = behind > web_limits.STILL_SECONDS
        # Of those who are not behind at all, the heaviest.
        return stands_still + (stands_still and one.is_idle), owned[one.owner] * weight(one) * (
            0.01 + behind / one.patience
        )

    return max(exchanges, key=reason, default=None)
