"""Limits on tries (BEHAVIOUR section 11): counted before the secret is looked at, so that parallel guesses count too."""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from acts.errors import TooMany
from identity.models import Attempt


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
    Raises TooMany(until) where a place is full, whatever the answer would have been. Not inside an act: a rolled back
    transaction would forget the try.
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
        if not attempt.missed:
            Attempt.objects.filter(pk__in=[row.pk for row in rows]).delete()


def refuse_when_full(scope: str, key: str) -> None:
    """Raise TooMany(until) when this place is already full, without counting a try."""
    limit, seconds = settings.LIMITS[scope]
    _raise_when(scope, _key(scope, key), limit, seconds)


def _refuse_when_full(row: Attempt) -> None:
    limit, seconds = settings.LIMITS[row.scope]
    _raise_when(row.scope, row.key, limit + 1, seconds)


def _raise_when(scope: str, key: str, limit: int, seconds: int) -> None:
    now = timezone.now()
    window = timedelta(seconds=seconds)
    newest = list(
        Attempt.objects.filter(scope=scope, key=key, at__gt=now - window).order_by("-at").values_list("at", flat=True)[:limit]
    )
    if len(newest) == limit:
        raise TooMany(until=newest[-1] + window, scope=scope)


def _key(scope: str, key: str) -> str:
    text = f"{scope}\x1f{key}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), text, hashlib.sha256).hexdigest()
