"""Certificates that end soon: who is told when, and where it is shown (BEHAVIOUR M9)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from acts.act import perform
from acts.errors import Missing
from enterprises.models import Capacity, Enterprise
from identity.actor import portal_actor
from senders.actions.held import hold_as_portal, tell
from senders.letters import certificate_ends
from senders.models import IN_USE, Certificate, Sender
from senders.policies import NOTICES, notice_due
from senders.reading.certificates import load_kept
from senders.reading.trust import is_revoked

SOON = timedelta(days=NOTICES[0])
_OF_LIVE_SENDERS = Q(
    channel__ended_at=None, channel__sender__ended_at=None, channel__sender__capacity__retired_at=None, revoked_at=None
)


@dataclass(frozen=True)
class Ending:
    """A certificate that ends soon, and whose it is."""

    certificate: Certificate
    sender: Sender
    capacity: Capacity


def days_left(certificate: Certificate, now: datetime | None = None) -> int:
    """Return in how many days, by the calendar, a certificate ends; negative when it has ended."""
    return (timezone.localdate(certificate.valid_to) - timezone.localdate(now)).days


def ending_soon(enterprise: Enterprise) -> list[Ending]:
    """Return the certificates of an enterprise's senders that end within 60 days or have ended, the first to end first.

    For the pages of those who manage the enterprise; one query.
    """
    rows = _soon().filter(channel__sender__capacity__enterprise=enterprise)
    return [Ending(row, row.channel.sender, row.channel.sender.capacity) for row in rows]


def _soon() -> QuerySet[Certificate]:
    return (
        Certificate.objects.filter(IN_USE, _OF_LIVE_SENDERS, valid_to__lte=timezone.now() + SOON)
        .select_related("channel__sender__capacity__kind", "channel__sender__capacity__enterprise")
        .order_by("valid_to", "pk")
    )


def tell_of_endings() -> int:
    """Mail those concerned of every certificate that has a notice due; return how many certificates. For the worker, daily.

    Safe to run twice, and late: a notice that was missed is not sent after a later one.
    """
    return sum(_tell(certificate) for certificate in _with_notice_due())


def _with_notice_due() -> Iterator[Certificate]:
    now = timezone.now()
    yield from (row for row in _soon().filter(valid_to__gt=now) if _is_due(row, now))


def _is_due(certificate: Certificate, now: datetime) -> bool:
    due = notice_due(certificate.valid_to, now)
    return due is not None and (certificate.noticed_days is None or due < certificate.noticed_days)


def _tell(certificate: Certificate) -> bool:
    actor = portal_actor()
    try:
        with perform("certificate.notice", actor=actor) as act:
            held = hold_as_portal(act, certificate.channel.sender.capacity, by=actor.person)
            sender = held.sender()
            fresh = Certificate.objects.select_for_update(of=("self",)).select_related("channel").get(pk=certificate.pk)
            if fresh.retired_at is not None or not _is_due(fresh, held.at):
                act.is_repeated = True
                return False
            fresh.noticed_days = notice_due(fresh.valid_to, held.at)
            fresh.save(update_fields=["noticed_days"])
            later = Certificate.objects.filter(
                IN_USE, channel=fresh.channel, valid_to__gt=fresh.valid_to, revoked_at=None
            )
            left = days_left(fresh, held.at)
            tell(held, sender, certificate_ends(fresh, days=left, has_successor=later.exists()))
            held.event("certificate.notice", sender, certificate=fresh.sha256, days=left)
            return True
    except Missing:  # the sender or its capacity ended between the question and the act
        return False


def mark_revoked() -> int:
    """Mark the certificates that a revocation list names since; return how many. For the worker, daily; safe to run twice."""
    named = [row for row in _in_use().iterator() if is_revoked(load_kept(bytes(row.content)))]
    return sum(map(_mark_revoked, named))


def _in_use() -> QuerySet[Certificate]:
    return Certificate.objects.filter(IN_USE, _OF_LIVE_SENDERS, valid_to__gt=timezone.now()).select_related(
        "channel__sender__capacity__enterprise"
    )


def _mark_revoked(certificate: Certificate) -> bool:
    actor = portal_actor()
    try:
        with perform("certificate.revoked", actor=actor) as act:
            held = hold_as_portal(act, certificate.channel.sender.capacity, by=actor.person)
            sender = held.sender()
            marked = Certificate.objects.filter(pk=certificate.pk, revoked_at=None).update(revoked_at=held.at)
            act.is_repeated = not marked
            held.event("certificate.revoked", sender, certificate=certificate.sha256)
            return bool(marked)
    except Missing:
        return False
