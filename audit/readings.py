"""Readings: pages and exports that showed full national numbers (BEHAVIOUR E1).

A page notes one without taking a lock, so that reading never waits for the record; the worker ties them into it every hour.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC

from django.db import transaction

from audit.models import SEPARATOR, Reading
from audit.record import Entry, hold, write_entries

CHAIN = "portal"
ACT = "readings.linked"
BATCH = 10_000

Span = tuple[int, int]


def note(*, actor: str, page: str, count: int, enterprise: str = "", capacity: str = "") -> None:
    """Note that somebody read full national numbers.

    actor, enterprise, capacity: public_id. page: the route's name. count: how many numbers were shown; none leaves no reading.
    """
    if count:
        Reading.objects.create(actor=actor, page=page, count=count, enterprise=enterprise, capacity=capacity)


def link_readings() -> int:
    """Tie every reading that is not tied yet into the record; return how many. Safe to run twice and by several at once."""
    total = 0
    while linked := _link_batch():
        total += linked
    return total


def _link_batch() -> int:
    with transaction.atomic():
        hold(CHAIN)
        readings = list(Reading.objects.filter(linked=False).order_by("pk")[:BATCH])
        if not readings:
            return 0
        spans = _spans(reading.pk for reading in readings)
        write_entries(
            CHAIN,
            [
                Entry(
                    act=ACT,
                    actor=CHAIN,
                    level=0,
                    details={"spans": spans, "count": len(readings), "digest": digest(readings)},
                )
            ],
        )
        for first, last in spans:
            Reading.objects.filter(pk__range=(first, last)).update(linked=True)
        return len(readings)


def digest(readings: Iterable[Reading]) -> str:
    """Return SHA-256, hex, of the readings' stored columns in the order given; one pass, constant memory."""
    whole = hashlib.sha256()
    for reading in readings:
        at = reading.at.astimezone(UTC).isoformat(timespec="microseconds")
        texts = (reading.pk, at, reading.actor, reading.enterprise, reading.capacity, reading.page, reading.count)
        whole.update((SEPARATOR.join(map(str, texts)) + "\n").encode())
    return whole.hexdigest()


def in_spans(spans: Iterable[Span]) -> Iterator[Reading]:
    """Yield the linked readings with these ids, in order."""
    for first, last in spans:
        yield from Reading.objects.filter(pk__range=(first, last), linked=True).order_by("pk").iterator()


def _spans(ids: Iterable[int]) -> list[Span]:
    """Return rising ids as (first, last) of each unbroken run: what committed late falls into a later link's spans."""
    spans: list[Span] = []
    for pk in ids:
        if spans and spans[-1][1] == pk - 1:
            spans[-1] = (spans[-1][0], pk)
        else:
            spans.append((pk, pk))
    return spans
