"""What the worker does by the clock, across the rooms (docs/operations.md has the same list)."""

from datetime import timedelta

from django.utils import timezone

from audit.heads import log_heads
from audit.readings import link_readings
from htb.requests import expire_and_remind
from identity.limits import forget_old as forget_old_tries
from identity.models import Session
from outbox.chores import register
from ui.journeys import forget_old as forget_old_runs


def forget_expired_sessions() -> int:
    """Delete sessions past their end; return how many."""
    return Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]


def register_chores() -> None:
    """Register every chore that belongs to no single room."""
    hour, day = timedelta(hours=1), timedelta(days=1)
    register("link readings", every=hour, run=link_readings)
    register("log the heads of the record", every=hour, run=log_heads)
    register("forget expired sessions", every=hour, run=forget_expired_sessions)
    register("forget old tries", every=hour, run=forget_old_tries)
    register("expire requests and remind", every=day, run=expire_and_remind)
    register("forget old runs", every=day, run=forget_old_runs)
