"""E5: `kill -9` of the worker in the middle of sending loses no mail; what arrives twice bears the same Message-ID.

KILLS says how often (6; `make soak` a hundred).
"""

import os
import random
import signal
import socketserver
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes
from pathlib import Path

import pytest
from django.utils import timezone

from outbox.letters import Letter, Paragraph
from outbox.mails import queue
from outbox.models import Mail
from outbox.sending import message_id
from tests import databases

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.waits]
KILLS = int(os.environ.get("KILLS", "6"))
ROOT = Path(__file__).resolve().parent.parent
LETTER = Letter(subject="A subject", greeting="Dear Zoë,", blocks=(Paragraph("Some words."),))


class Conversation(socketserver.StreamRequestHandler):
    """One mail server's side of SMTP: as much of it as the worker speaks."""

    server: "MailServer"

    def handle(self) -> None:
        with suppress(ConnectionError):  # the worker was killed; what it said before counts
            self.talk()

    def talk(self) -> None:
        self.say("220 ready")
        while line := self.rfile.readline():
            match line.split()[0].upper():
                case b"DATA":
                    self.say("354 go on")
                    message = b""
                    while (part := self.rfile.readline()) not in {b".\r\n", b""}:
                        message += part
                    if part:  # otherwise the worker died before the end: the server has nothing
                        self.server.take(message)
                        self.say("250 taken")
                case b"QUIT":
                    self.say("221 bye")
                    return
                case _:
                    self.say("250 fine")

    def say(self, reply: str) -> None:
        self.wfile.write(f"{reply}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    """Counts what arrives by Message-ID. A mail counts as arrived before the worker is told so, as with a real server."""

    daemon_threads = True
    slowness = 0.0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.arrived: Counter[str] = Counter()
        self.something_arrived = threading.Event()
        self.workers: list[subprocess.Popen[bytes]] = []

    def take(self, message: bytes) -> None:
        self.arrived[message_from_bytes(message)["Message-ID"]] += 1
        self.something_arrived.set()
        time.sleep(random.uniform(0, self.slowness))


@pytest.fixture
def mail_server(transactional_db: None) -> Iterator[MailServer]:
    Mail.objects.all().delete()
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        for worker in server.workers:
            worker.kill()
            worker.wait()
        server.shutdown()


def start_worker(mail_server: MailServer, *arguments: str) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "DATABASE_URL": databases.url(),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_server.server_address[1]}",
    }
    command = [sys.executable, "manage.py", "work", *arguments]
    worker = subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)
    mail_server.workers.append(worker)
    return worker


def put(*numbers: int) -> set[str]:
    """Put mails into the outbox; return their Message-IDs."""
    return {
        message_id(queue(key=f"act:{number}", to=f"person{number}@example.be", language="nl", letter=LETTER))
        for number in numbers
    }


def test_E5_a_killed_worker_loses_no_mail(mail_server: MailServer) -> None:
    mail_server.slowness = 0.02
    expected: set[str] = set()
    for number in range(KILLS):
        expected |= put(*range(number * 10, number * 10 + 10))
        mail_server.something_arrived.clear()
        worker = start_worker(mail_server)
        assert mail_server.something_arrived.wait(60), "the worker sends again after a kill"
        time.sleep(random.uniform(0, 0.3))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        # Nobody waits 120 seconds here: the lease of the mail that was in hand ends now.
        Mail.objects.exclude(leased_until=None).update(leased_until=timezone.now())
    assert start_worker(mail_server, "--once").wait(120) == 0
    twice = sum(count - 1 for count in mail_server.arrived.values())
    assert set(mail_server.arrived) == expected
    assert not Mail.objects.waiting().exists()
    assert twice <= KILLS, "a kill repeats at most the one mail in hand"
    sys.stdout.write(f"{KILLS} kills, {len(expected)} mails, {twice} of them twice\n")


def test_E5_without_a_kill_two_workers_send_each_mail_once(mail_server: MailServer) -> None:
    expected = put(*range(40))
    workers = [start_worker(mail_server, "--once") for _ in range(2)]
    assert [worker.wait(120) for worker in workers] == [0, 0]
    assert mail_server.arrived == Counter(expected)


def test_E5_sigterm_lets_the_worker_finish_the_mail_in_hand(mail_server: MailServer) -> None:
    mail_server.slowness = 1.0
    put(*range(5))
    worker = start_worker(mail_server)
    assert mail_server.something_arrived.wait(60)
    worker.terminate()
    assert worker.wait(30) == 0
    sent = Mail.objects.exclude(sent_at=None).count()
    assert sent == len(mail_server.arrived) < 5
    assert not Mail.objects.exclude(leased_until=None).exists()
