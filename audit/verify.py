"""Checking the record from end to end: every digest, every link, every gap, and tails cut off (docs/record.md).

One pass in constant memory. Whoever can write to the database can make an event and its digest anew, but not the links without
RECORD_KEY, and not the heads that were kept elsewhere.
"""

import hmac
import json
from collections.abc import Generator, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from django.db import connection, models, transaction

from audit import readings
from audit.models import Event, Link, Reading
from audit.record import link_digest, text_digest

CHUNK = 2000

_EVENT_COLUMNS = ", ".join(f"event.{name}" for name in (*Event.DIGESTED, "digest"))
_LINKS_WITH_EVENTS = f"""
    SELECT link.chain, link.number, link.count, link.digest, event.id, {_EVENT_COLUMNS}
    FROM audit_link link LEFT JOIN audit_event event ON event.chain = link.chain AND event.link = link.number
    ORDER BY link.chain, link.number, event.position
"""
_EVENTS_WITHOUT_LINK = """
    SELECT event.chain, event.link, event.position FROM audit_event event
    WHERE NOT EXISTS (SELECT 1 FROM audit_link link WHERE link.chain = event.chain AND link.number = event.link)
"""


@dataclass(frozen=True)
class Fault:
    """Where the record broke, and how."""

    chain: str
    link: int
    what: str

    def __str__(self) -> str:
        return f"{self.chain} link {self.link}: {self.what}"


@dataclass(frozen=True)
class Head:
    """The last link of a chain at some moment. Kept away from the database, it shows when a chain's tail is cut off later."""

    chain: str
    number: int
    digest: str

    def line(self) -> str:
        """Return the head as one line of a heads file."""
        return json.dumps(asdict(self))


@dataclass
class Counts:
    """What was checked."""

    chains: int = 0
    links: int = 0
    events: int = 0
    readings: int = 0


def check_chains(counts: Counts) -> Iterator[Fault | Head]:
    """Yield every fault of every chain, and each chain's head; add to `counts` what was seen."""
    with _one_view():
        links = groupby(_rows(_LINKS_WITH_EVENTS), key=lambda row: row[:4])
        for chain, links_of_chain in groupby(links, key=lambda link: link[0][0]):
            counts.chains += 1
            expected, previous = 1, ""
            for (_chain, number, count, digest), rows in links_of_chain:
                counts.links += 1
                if number != expected:
                    yield Fault(chain, expected, f"missing, next there is link {number}")
                event_digests = yield from _check_events(chain, number, rows)
                counts.events += len(event_digests)
                if len(event_digests) != count:
                    yield Fault(chain, number, f"has {len(event_digests)} events where {count} were recorded")
                made = link_digest(previous=previous, chain=chain, number=number, event_digests=event_digests)
                if number == expected and not hmac.compare_digest(made, digest):
                    yield Fault(chain, number, "does not follow from the link before it and its events")
                expected, previous = number + 1, digest
            yield Head(chain, expected - 1, previous)
        for chain, number, position in _rows(_EVENTS_WITHOUT_LINK):
            yield Fault(chain, number, f"missing, yet there is its event {position}")


def _check_events(chain: str, number: int, rows: Iterable[Any]) -> Generator[Fault, None, list[str]]:
    """Yield the faults of one link's events; return their digests as they should be, in order."""
    digests: list[str] = []
    for row in rows:
        event_id, texts, digest = row[4], row[5:-1], row[-1]
        if event_id is None:  # the outer join's empty side: a link without events
            continue
        position = texts[Event.DIGESTED.index("position")]
        if position != len(digests):
            yield Fault(chain, number, f"event {len(digests)} is missing, next there is {position}")
        made = text_digest(texts)
        if made != digest:
            yield Fault(chain, number, f"event {position} was changed")
        digests.append(made)
    return digests


def check_readings(counts: Counts) -> Iterator[Fault]:
    """Yield every link of readings whose rows are no longer those that were linked, and linked readings that no link names."""
    named = 0
    with _one_view():
        for event in Event.objects.filter(chain=readings.CHAIN, act=readings.ACT).order_by("link").iterator(CHUNK):
            details = json.loads(event.details)
            named += details["count"]
            if readings.digest(readings.in_spans(details["spans"])) != details["digest"]:
                yield Fault(event.chain, event.link, "the readings that it names were changed")
        counts.readings = Reading.objects.filter(linked=True).count()
    if counts.readings != named:
        yield Fault(readings.CHAIN, 0, f"{counts.readings} readings are marked as linked where the links name {named}")


def check_heads(lines: Iterable[str]) -> Iterator[Fault]:
    """Yield every chain that no longer holds a head that was kept: its tail was cut off, or the whole was made anew.

    lines: a heads file or the log's own lines, as JSON objects with chain, number and digest; others are passed over.
    """
    for line in lines:
        head = _head(line)
        if head is None:
            continue
        digest = Link.objects.filter(chain=head.chain, number=head.number).values_list("digest", flat=True).first()
        if digest is None:
            yield Fault(head.chain, head.number, "was recorded and is gone: the chain was cut off")
        elif digest != head.digest:
            yield Fault(head.chain, head.number, "is another than the one that was recorded")


def heads_since(link_id: int) -> Iterator[Head]:
    """Yield the heads of the chains that grew since the link with this id."""
    grown = Link.objects.filter(pk__gt=link_id).values("chain").annotate(last=models.Max("number"))
    for row in grown.iterator(CHUNK):
        link = Link.objects.get(chain=row["chain"], number=row["last"])
        yield Head(link.chain, link.number, link.digest)


def _head(line: str) -> Head | None:
    try:
        found = json.loads(line)
        return Head(found["chain"], int(found["number"]), found["digest"])
    except (ValueError, TypeError, KeyError):
        return None


def _rows(sql: str) -> Iterator[Any]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(CHUNK):
            yield from rows


def _one_view() -> AbstractContextManager[Any]:
    """Let the database stream: PostgreSQL does so inside a transaction. On SQLite one would only keep the writers out."""
    return transaction.atomic() if connection.vendor == "postgresql" else nullcontext()
