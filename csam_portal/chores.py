"""What the worker does by the clock, across the rooms (docs/operations.md has the same list)."""

from datetime import timedelta

from django.utils import timezone

from access_admins.register_look import look_into_register
from audit.heads import log_heads
from audit.readings import link_readings
from htb.requests import expire_and_remind
from identity.actions.proposals import apply_due
from identity.limits import forget_old as forget_old_tries
from identity.models import Session
from outbox.chores import register
from senders.notices import mark_revoked, tell_of_endings
from senders.receiving import find_unreported
from senders.receiving import forget_old as forget_old_traffic
from ui.journeys import forget_old as forget_old_runs
from users.list_references import forget_old as forget_old_searches


def forget_expired_sessions() -> int:
    """Delete sessions past their end; return how many."""
    return Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]


def register_chores() -> None:
    """Register every chore that belongs to no single room."""
    hour, day = timedelta(hours=1), timedelta(days=1)
    register("link readings", every=hour, run=link_readings)
    register("log the heads of the record", every=hour, run=log_heads)
    register("forget expired sessions", every=hour, run=forget_expired_sessions)
    register("forget old searches", every=hour, run=forget_old_searches)
    register("forget old tries", every=hour, run=forget_old_tries)
    register("carry out proposals whose day has come", every=hour, run=apply_due)
    register("expire requests and remind", every=day, run=expire_and_remind)
    register("look into the register", every=day, run=look_into_register)
    register("tell of certificates that end", every=day, run=tell_of_endings)
    register("mark revoked certificates", every=day, run=mark_revoked)
    register("find submissions without a report", every=hour, run=find_unreported)
    register("forget old reports and files of senders", every=day, run=forget_old_traffic)
    register("forget old runs", every=day, run=forget_old_runs)
