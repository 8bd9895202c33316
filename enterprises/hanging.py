"""What hangs on a capacity and ends with it (BEHAVIOUR H6, U7): higher rooms say so, and whatever retires a capacity ends it
without knowing them."""

from datetime import datetime
from typing import Protocol

from acts.act import Recorder
from enterprises.models import Capacity
from identity.models import Person


class Ender(Protocol):
    """Ends what hangs on a capacity, inside the act that retires it and has locked it, and records that."""

    def __call__(self, record: Recorder, capacity: Capacity, *, by: Person, now: datetime) -> None: ...


_enders: list[Ender] = []


def register_ender(ender: Ender) -> None:
    """Add something that ends with a capacity; `csam_portal.apps` does."""
    if ender not in _enders:
        _enders.append(ender)


def end_what_hangs(record: Recorder, capacity: Capacity, *, by: Person, now: datetime) -> None:
    """End all that hangs on a capacity, inside the act that retires it."""
    for ender in _enders:
        ender(record, capacity, by=by, now=now)
