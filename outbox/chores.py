"""What the worker does by the clock: apps register their chores when they are ready.

A chore must be safe to run twice and late. Of several workers one does it: the one that moves the row's time on. A worker that
is killed in the middle, or a chore that fails, is followed by another try ten minutes later.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db.utils import OperationalError
from django.utils import timezone

from outbox.models import Chore

RETRY = timedelta(minutes=10)

log = structlog.get_logger("outbox.chores")


@dataclass(frozen=True)
class Job:
    """A chore: what to call, how often. `run` returns how many things it did, for the log."""

    name: str
    every: timedelta
    run: Callable[[], int]


_jobs: dict[str, Job] = {}


def register(name: str, *, every: timedelta, run: Callable[[], int]) -> None:
    """Add a chore. The same name again takes the place of the former."""
    _jobs[name] = Job(name, every, run)


def registered() -> Iterator[Job]:
    """Yield every chore."""
    yield from _jobs.values()


def run_due() -> int:
    """Run every chore that is due and that no other worker has taken; return how many ran."""
    now = timezone.now()
    times = dict(Chore.objects.values_list("name", "next_at"))
    return sum(_run(job) for job in registered() if times.get(job.name, now) <= now and _take(job, now))


def _take(job: Job, now: datetime) -> bool:
    """Move the chore's time on; True for the one worker that did."""
    Chore.objects.bulk_create([Chore(name=job.name, next_at=now)], ignore_conflicts=True)
    return bool(Chore.objects.filter(name=job.name, next_at__lte=now).update(next_at=now + RETRY))


def _run(job: Job) -> bool:
    try:
        done = job.run()
    except OperationalError:
        raise  # the database is busy or away: the worker waits
    except Exception:  # one broken chore must not keep the mails and the other chores waiting
        log.exception("chore.failed", chore=job.name)
    else:
        Chore.objects.filter(name=job.name).update(next_at=timezone.now() + job.every)
        log.info("chore.done", chore=job.name, count=done)
    return True
