"""The traffic of a sender in the last thirty days: counts by day, and the submissions, newest first (BEHAVIOUR M11)."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from senders.models import Delivery, Sender
from ui import keyset
from ui.keyset import KeysetPage

DAYS = 30
_ACCEPTED = Q(fault="")


@dataclass(frozen=True)
class Day:
    """What came in one day."""

    day: date
    accepted: int = 0
    refused: int = 0

    @property
    def received(self) -> int:
        """All of it."""
        return self.accepted + self.refused


def days_of(sender: Sender, now: datetime) -> list[Day]:
    """Return the last thirty days, today last, each with its counts. One query."""
    today = timezone.localdate(now)
    counted = (
        _recent(sender, now)
        .annotate(on=TruncDate("taken_at"))
        .values("on")
        .annotate(accepted=Count("pk", filter=_ACCEPTED), refused=Count("pk", filter=~_ACCEPTED))
        .order_by()
    )
    found = {row["on"]: Day(row["on"], row["accepted"], row["refused"]) for row in counted}
    days = (today - timedelta(days=back) for back in reversed(range(DAYS)))
    return [found.get(day, Day(day)) for day in days]


def page_of(
    sender: Sender, now: datetime, *, after: uuid.UUID | None = None, before: uuid.UUID | None = None
) -> KeysetPage[Delivery]:
    """Return a page of the last thirty days: the newest, or what comes after (earlier) or before (later) a submission.

    A submission that is not this sender's is as good as none. Two queries at most.
    """
    recent = _recent(sender, now).select_related("channel", "receipt")
    return keyset.page_of(recent, ["taken_at", "pk"], after=after, before=before, falling=True)


def _recent(sender: Sender, now: datetime) -> QuerySet[Delivery]:
    since = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS - 1)
    return Delivery.objects.filter(sender=sender, taken_at__gte=since)
