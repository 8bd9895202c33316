"""Writing the record: events and, last in the transaction, the link that ties them to what went before."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from audit.models import SEPARATOR, Event, Link
from audit.selected import Selection, insert


@dataclass(frozen=True)
class Entry:
    """One event before it has its place in a chain. People and things stand here by public_id, never by number or name."""

    act: str
    actor: str
    level: int
    role: str = ""
    enterprise: str = ""
    capacity: str = ""
    subject: str = ""
    about: str = ""
    details: dict[str, Any] = field(default_factory=dict)


def canonical(details: dict[str, Any]) -> str:
    """Return details as the one JSON text that is digested: sorted keys, no spaces, plain characters."""
    return json.dumps(details, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def event_digest(event: Event) -> str:
    """Return SHA-256, hex, of the event's stored texts joined by 0x1F."""
    return text_digest(digested(event))


def text_digest(texts: Iterable[object]) -> str:
    """Return SHA-256, hex, of texts (and numbers) joined by 0x1F."""
    return hashlib.sha256(SEPARATOR.join(map(str, texts)).encode()).hexdigest()


def digested(event: Event) -> list[str]:
    """Return the texts that an event's digest is over, in their order."""
    return [str(getattr(event, name)) for name in Event.DIGESTED]


def link_digest(*, previous: str, chain: str, number: int, event_digests: list[str]) -> str:
    """Return HMAC-SHA-256, hex, under RECORD_KEY over the previous link, this place and these events."""
    text = SEPARATOR.join([previous, chain, str(number), *event_digests])
    return hmac.new(settings.RECORD_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def write_entries(chain: str, entries: Sequence[Entry], selections: Sequence[Selection] = ()) -> None:
    """Append entries to a chain as one link. Call last in the act's transaction: it holds the chain from here to the commit.

    chain: "enterprise:<public_id>", "person:<public_id>" or "portal". selections: more events, after the entries, that the
    database makes. Raises TransactionManagementError outside a transaction, ValueError where there are no events at all
    or for a text that holds the separator: the digests would not tell such events apart.
    """
    hold(chain)
    last = Link.objects.filter(chain=chain).order_by("-number").values_list("number", "digest").first()
    number, previous = (last[0] + 1, last[1]) if last else (1, "")
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    digests = _insert_entries(entries, chain=chain, link=number, at=at)
    for selection in selections:
        digests += insert(selection, chain=chain, link=number, at=at, first=len(digests))
    if not digests:
        raise ValueError("a link without events says nothing")
    Link.objects.create(
        chain=chain,
        number=number,
        count=len(digests),
        digest=link_digest(previous=previous, chain=chain, number=number, event_digests=digests),
    )


def _insert_entries(entries: Sequence[Entry], *, chain: str, link: int, at: str) -> list[str]:
    events = []
    for position, entry in enumerate(entries):
        event = Event(
            chain=chain, link=link, position=position, at=at, act=entry.act, actor=entry.actor, role=entry.role,
            level=entry.level, enterprise=entry.enterprise, capacity=entry.capacity, subject=entry.subject,
            about=entry.about, details=canonical(entry.details),
        )  # fmt: skip
        if any(SEPARATOR in text for text in digested(event)):
            raise ValueError(f"an event {entry.act} with a separator in its texts")
        event.digest = event_digest(event)
        events.append(event)
    if events:
        Event.objects.bulk_create(events)
    return [event.digest for event in events]


def hold(chain: str) -> None:
    """Keep other writers off this chain until the commit. SQLite's IMMEDIATE transaction does so by itself.

    Raises TransactionManagementError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("the record is written inside an act's transaction")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [chain])
