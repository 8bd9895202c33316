"""What operators and their machines ask, without login: does the process live, can it do its work? (docs/operations.md)"""

from collections.abc import Callable
from datetime import timedelta
from functools import cache

import structlog
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import Error as DatabaseTrouble
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from audit import triggers
from outbox.models import Mail
from ui.pages import public_page

OVERDUE = timedelta(minutes=15)

log = structlog.get_logger("csam_portal.operations")


@public_page()
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers; it asks nobody else."""
    return JsonResponse({"status": "ok", "version": settings.VERSION})


@public_page()
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """The process can do its work: 200, or 503 with what is wrong.

    Mails that do not leave are said ("degraded") and do not make it 503: people can still work, and the mails wait safely.
    """
    checks = {name: _answer(name, ask) for name, ask in _ASKED.items()}
    faulty = {name for name, fault in checks.items() if fault != "ok"}
    is_ready = faulty <= _BEARABLE
    status = "ready" if not faulty else "degraded" if is_ready else "not ready"
    return JsonResponse({"status": status, "checks": checks}, status=200 if is_ready else 503)


def _answer(name: str, ask: Callable[[], str]) -> str:
    try:
        return ask() or "ok"
    except DatabaseTrouble as trouble:
        log.warning("readyz", check=name, reason=type(trouble).__name__)
        return "no answer from the database"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _migrations() -> str:
    outstanding = _known_migrations() - set(MigrationRecorder(connection).applied_migrations())
    return f"{len(outstanding)} not applied: run manage.py migrate" if outstanding else ""


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    """Those on disk; they change only with the code."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def _record() -> str:
    absent = triggers.missing(connection)
    return f"{len(absent)} triggers are missing: the record can be changed" if absent else ""


def _outbox() -> str:
    overdue = Mail.objects.due(timezone.now() - OVERDUE).count()
    given_up = Mail.objects.lately_given_up().count()
    said = []
    if overdue:
        said.append(f"{overdue} mails wait for more than {OVERDUE.seconds // 60} minutes: does the worker run?")
    if given_up:
        said.append(f"{given_up} mails could not be sent and were given up")
    return "; ".join(said)


_ASKED: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "record": _record,
    "outbox": _outbox,
}
_BEARABLE = {"outbox"}
