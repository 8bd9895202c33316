"""P6: what operators and their machines ask."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from audit import triggers
from outbox.models import Mail

pytestmark = pytest.mark.django_db


@contextmanager
def database_gone() -> Iterator[None]:
    def fail(*_arguments: Any) -> Any:
        raise OperationalError("server closed the connection, host db.internal")

    with connection.execute_wrapper(fail):
        yield


def ask(client: Client, address: str) -> tuple[int, dict[str, Any]]:
    response = client.get(address)
    assert "no-store" in response["Cache-Control"]
    return response.status_code, response.json()


def test_P6_healthz_answers_even_without_the_database(client: Client) -> None:
    with database_gone():
        status, answer = ask(client, "/healthz")
    assert (status, answer["status"]) == (200, "ok")


def test_P6_readyz_answers_ready(client: Client) -> None:
    Mail.objects.all().delete()
    assert ask(client, "/readyz") == (
        200,
        {"status": "ready", "checks": {"database": "ok", "migrations": "ok", "record": "ok", "outbox": "ok"}},
    )


def test_P6_readyz_says_that_the_database_is_gone_and_not_where_it_was(client: Client) -> None:
    with database_gone():
        status, answer = ask(client, "/readyz")
    assert (status, answer["status"]) == (503, "not ready")
    assert "db.internal" not in str(answer)


def unapply_a_migration() -> None:
    MigrationRecorder(connection).record_unapplied("outbox", "0001_initial")


@pytest.mark.parametrize(
    ("spoil", "check"), [(unapply_a_migration, "migrations"), (lambda: triggers.remove(connection), "record")]
)
def test_P6_readyz_is_503_for_what_makes_work_impossible_or_unsafe(
    client: Client, spoil: Callable[[], None], check: str
) -> None:
    spoil()
    status, answer = ask(client, "/readyz")
    assert status == 503
    assert answer["checks"][check] != "ok"


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"next_at": timedelta(minutes=-16)}, "1 mails wait for more than 15 minutes"),
        ({"next_at": timedelta(minutes=-16), "given_up_at": timedelta(days=-1)}, "1 mails could not be sent"),
        ({"next_at": timedelta(minutes=-14)}, ""),
        ({"next_at": timedelta(hours=1)}, ""),
        ({"next_at": timedelta(minutes=-16), "leased_until": timedelta(seconds=60)}, ""),
        ({"next_at": timedelta(days=-40), "given_up_at": timedelta(days=-31)}, ""),
    ],
)
def test_E5_readyz_says_when_mails_do_not_leave_and_stays_up(
    client: Client, columns: dict[str, timedelta], said: str
) -> None:
    Mail.objects.all().delete()
    moments = {name: timezone.now() + moment for name, moment in columns.items()}
    Mail.objects.create(key="one", to="zoe@example.be", language="nl", subject="", text="", html="", **moments)
    status, answer = ask(client, "/readyz")
    assert status == 200
    assert said in answer["checks"]["outbox"]
    assert answer["status"] == ("degraded" if said else "ready")
    assert "zoe" not in str(answer)
