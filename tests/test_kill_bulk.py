"""U4: `kill -9` of the worker in the middle of a large bulk act: every chunk is there once, whole, or not yet.

KILLS says how often (6; `make soak` a hundred).
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from audit.models import Event, Link
from csam_portal.invariants import broken
from outbox.models import Mail
from tests import cast, databases
from tests.bulk import DMFA, address, capacity_of, confirm, pick
from tests.conftest import LogIn
from users.enums import BulkAct
from users.models import BulkRun, Grant

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.waits]
KILLS = int(os.environ.get("KILLS", "6"))
ROOT = Path(__file__).resolve().parent.parent
CHUNK = 4
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start_worker(transactional_db: None, tmp_path: Path) -> Iterator[Start]:
    """Start workers on the test's database; those that still live are ended."""
    workers: list[subprocess.Popen[bytes]] = []
    environment = {
        **os.environ,
        "DATABASE_URL": databases.url(),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "BULK_AT_ONCE": str(CHUNK),
        "MAILBOX_DIR": str(tmp_path),
    }

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", "work", *arguments]
        workers.append(subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL))
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()
        worker.wait()


def done() -> int:
    return BulkRun.objects.values_list("done", flat=True).get()


def test_U4_a_killed_worker_leaves_no_half_chunk_and_no_chunk_twice(
    start_worker: Start, log_in: LogIn, settings: object
) -> None:
    settings.BULK_AT_ONCE = CHUNK  # type: ignore[attr-defined]  # the fixture of the same name
    Mail.objects.all().delete()
    client, groot = log_in(cast.SOPHIE), capacity_of(cast.GROOT)
    response = client.post(
        address(groot, "users-bulk") + "?type=USER", {"act": BulkAct.ADD_APPLICATIONS, "all": "filter"}
    )
    confirm(client, pick(client, response, [DMFA])["Location"])
    here = str(groot.enterprise.public_id)
    grants, events = Grant.objects.filter(capacity=groot), Event.objects.filter(act="grant.give", enterprise=here)
    in_the_middle = 0
    for _ in range(KILLS):
        before, worker = done(), start_worker()
        deadline = time.monotonic() + 60
        while before < 250 and done() == before and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(random.uniform(0, 0.1))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        in_the_middle += 0 < done() < 250
        with transaction.atomic():  # a commit that PostgreSQL had received comes true after the kill
            if connection.vendor == "postgresql":
                connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            assert grants.count() == events.count() == done()
            assert done() % CHUNK in {0, 250 % CHUNK}
    assert in_the_middle, "no kill came while it worked"
    assert start_worker("--once").wait(120) == 0
    run = BulkRun.objects.get()
    assert (run.done, run.told, run.end) == (250, 250, "whole")
    assert grants.values("account").distinct().count() == grants.count() == events.count() == 250
    assert Link.objects.filter(chain=f"enterprise:{here}", count=CHUNK).count() == 250 // CHUNK
    assert Mail.objects.count() == 250, "one mail for each, whatever died in between"
    assert list(broken()) == []
    call_command("verify_record", verbosity=0)
    sys.stdout.write(f"{KILLS} kills, {in_the_middle} of them in the middle of the act\n")
