"""S7, S8: `kill -9` of the web process in the middle of confirming leaves a whole appointment or none, and loses no mail.

KILLS says how often (6; `make soak` a hundred).
"""

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from access_admins.models import ChiefRole
from csam_portal.invariants import broken
from outbox.models import Mail
from tests import cast, databases
from tests.conftest import session_key
from tests.ports import free_address
from ui.models import Run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.waits]
KILLS = int(os.environ.get("KILLS", "6"))
ROOT = Path(__file__).resolve().parent.parent


class Server:
    """gunicorn with one worker on the test's own database; the worker can be killed, gunicorn starts another."""

    def __init__(self) -> None:
        self.address = free_address()
        environment = {**os.environ, "DATABASE_URL": databases.url(), "DJANGO_SETTINGS_MODULE": "tests.settings"}
        command = [sys.executable, "-m", "gunicorn", "csam_portal.wsgi", "--bind", self.address.removeprefix("http://")]
        self.process = subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)
        self.wait()

    def wait(self) -> None:
        """Return once it answers."""
        for _ in range(300):
            try:
                if requests.get(f"{self.address}/healthz", timeout=5).ok:
                    return
            except (requests.ConnectionError, requests.Timeout):
                time.sleep(0.05)
        raise AssertionError("the server did not start")

    def kill_worker(self) -> None:
        """End the worker as a power cut would."""
        children = (
            Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii").split()
        )
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)

    def end(self) -> None:
        """Stop it in order."""
        self.process.terminate()
        self.process.wait(timeout=20)


@pytest.fixture
def server(transactional_db: None) -> Iterator[Server]:
    running = Server()
    yield running
    running.end()


class Tab:
    """A browser's tab at the check page of a new run: Marie hands the role to Bart or Thomas, or they to each other."""

    def __init__(self, server: Server, number: int) -> None:
        self.browser = requests.Session()
        self.browser.cookies.set("session", session_key(cast.MARIE), domain="127.0.0.1")
        self.start = f"{server.address}/nl/appoint/standard"
        chief = self.post(self.start, enterprise_number=cast.BRASSERIE).url
        answers = {"own_email": "directie@example.be", "own_telephone": "04 220 00 00"}
        other = [cast.BART, cast.THOMAS][number % 2]
        self.check = self.post(
            chief,
            who="other",
            chief_insz=other,
            chief_email="toegang@example.be",
            chief_telephone="0470 12 34 56",
            **answers,
        ).url
        assert self.check.endswith("/check"), self.check
        found = re.search(r'name="plan" value="(\w+)"', self.browser.get(self.check, timeout=20).text)
        assert found is not None
        self.plan = found[1]

    @property
    def run(self) -> str:
        return self.check.split("/")[-2]

    def post(self, address: str, **fields: str) -> requests.Response:
        if "csrftoken" not in self.browser.cookies:
            self.browser.get(self.start, timeout=20)
        token = self.browser.cookies["csrftoken"]
        return self.browser.post(address, {**fields, "csrfmiddlewaretoken": token}, timeout=20)

    def confirm(self) -> requests.Response | None:
        """Confirm; None where the connection died."""
        try:
            return self.post(self.check, confirmed="on", plan=self.plan)
        except requests.RequestException:
            return None


def test_a_killed_web_process_leaves_no_half_appointment(server: Server) -> None:
    first = Tab(server, 0)
    began = time.perf_counter()
    answer = first.confirm()
    usual = time.perf_counter() - began
    assert answer is not None and answer.url.endswith("/done")
    died = 0
    for number in range(1, KILLS + 1):
        tab = Tab(server, number)
        mails = Mail.objects.count()
        click = threading.Thread(target=tab.confirm)
        click.start()
        # A new worker is cold and takes longer than the first did; some kills come after the commit.
        time.sleep(random.uniform(0, 3 * usual))
        server.kill_worker()
        click.join()
        server.wait()
        happened = ChiefRole.objects.filter(run=tab.run).count()
        died += not happened
        run = Run.objects.get(public_id=tab.run)
        assert (run.finished_at is not None) == bool(happened)
        # To the new chief, to the representative, to the former chief: in the same transaction, or none of them.
        assert Mail.objects.count() - mails == 3 * happened
        assert list(broken()) == []
        again = tab.confirm()
        assert again is not None and again.url.endswith("/done"), "the person clicks again and is told that it is done"
        assert ChiefRole.objects.filter(run=tab.run).count() == 1
        assert Mail.objects.count() - mails == 3
    # Shown by `make soak` (pytest -s): kills on both sides of the commit make the test worth something.
    sys.stdout.write(f"{KILLS} kills, {died} of them before the commit\n")
