"""Limits on tries (BEHAVIOUR section 11): counted before the secret is looked at, so that parallel guesses count too."""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from acts.act import perform
from acts.errors import TooMany
from audit.record import hold
from identity.actor import portal_actor
from identity.forwarded import address_of, somebody_at
from identity.models import Attempt

# Before a scope: the note that a place of it was recorded as full.
FULL = "full."


class Try:
    """A try under way; `miss()` keeps it counted, otherwise leaving the block takes it back."""

    def __init__(self) -> None:
        self.missed = False

    def miss(self) -> None:
        """Say that the try was wrong."""
        self.missed = True


@contextmanager
def counted(*places: tuple[str, str]) -> Iterator[Try]:
    """Count one try in every place, and let it through only where none is full.

    places: (scope of settings.LIMITS, key), e.g. ("password.person", "mdubois"). Inside, call `.miss()` when it was wrong.
    Raises TooMany(until) where a place is full, whatever the answer would have been. The wrong try that fills a place is
    recorded. Not inside an act: a rolled back transaction would forget the try.
    """
    now = timezone.now()
    rows = [Attempt(scope=scope, key=_key(scope, key), at=now) for scope, key in places]
    Attempt.objects.bulk_create(rows)
    attempt = Try()
    try:
        for row in rows:
            _refuse_when_full(row)
        yield attempt
    finally:
        if attempt.missed:
            for row in rows:
                _record_when_filled(row)
        else:
            Attempt.objects.filter(pk__in=[row.pk for row in rows]).delete()


def spend(*places: tuple[str, str]) -> None:
    """Count something that is limited however it ends, such as an upload. Raises TooMany(until) where a place is full."""
    with counted(*places) as one:
        one.miss()


def client_address(request: HttpRequest) -> str:
    """Return the address that tries are counted for: an IPv4 address, or the /64 network of an IPv6 address.

    Of X-Forwarded-For only what counts is read (`identity.forwarded`). Without a usable address "" is returned, which all such
    requests share.
    """
    return somebody_at(address_of(request.META))


def forget_old() -> int:
    """Delete the tries that no limit looks at any more; return how many."""
    longest = max(seconds for _limit, seconds in settings.LIMITS.values())
    return Attempt.objects.filter(at__lt=timezone.now() - timedelta(seconds=longest)).delete()[0]


def _refuse_when_full(row: Attempt) -> None:
    """Raise TooMany where this try, written down already, is one more than the limit."""
    limit, seconds = settings.LIMITS[row.scope]
    window = timedelta(seconds=seconds)
    recent = Attempt.objects.filter(scope=row.scope, key=row.key, at__gt=timezone.now() - window)
    newest = list(recent.order_by("-at").values_list("at", flat=True)[: limit + 1])
    if len(newest) > limit:
        raise TooMany(until=newest[-1] + window, scope=row.scope)


def _record_when_filled(row: Attempt) -> None:
    """Record that the place is full now: once in its time, however many tries fill it at the same moment."""
    limit, seconds = settings.LIMITS[row.scope]
    since = timezone.now() - timedelta(seconds=seconds)
    recent = Attempt.objects.filter(key=row.key, at__gt=since)
    if recent.filter(scope=row.scope).count() < limit:
        return
    with perform("limit.reached", actor=portal_actor(), chain="portal") as act:
        hold("portal")
        if recent.filter(scope=FULL + row.scope).exists():
            act.is_repeated = True
            return
        Attempt.objects.create(scope=FULL + row.scope, key=row.key, at=row.at)
        act.event(details={"scope": row.scope})


def _key(scope: str, key: str) -> str:
    text = f"{scope}\x1f{key}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), text, hashlib.sha256).hexdigest()
