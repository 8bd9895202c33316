"""`make bench`: logins a second at the gateway, whether those that fail take longer for a user that exists, files a second
through to the receipt with four clients, and the traffic page over 100,000 submissions. Needs a demo world that nobody else
works in, ProFTPD, OpenSSH's sftp and openssl.
"""

import ftplib
import os
import shutil
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from senders.enums import ChannelKind
from senders.models import Receipt
from senders.receiving import work
from tests import cast, databases, gateway, traffic
from tests.senders import Registered, add_ssh_key, capacity_of, register

CLIENTS = 4
LOGINS = 10
# Fewer than fill the limit on wrong passwords.
PAIRS = 40
SUBMISSIONS = 50
MANY = 100_000


def main() -> None:
    """Print what was measured."""
    databases.url = lambda: os.environ["DATABASE_URL"]  # the one that `make bench` made, not a test's
    folder = Path(tempfile.mkdtemp(prefix="bench-gateway-"))
    folder.chmod(0o755)
    settings.GATEWAY_DIR = str(folder)
    if gateway.ABSENT:
        print(f"gateway: not measured, {', '.join(gateway.ABSENT)} is not installed")
        return
    with (
        tempfile.TemporaryDirectory() as mine,
        gateway.serving(folder, DJANGO_SETTINGS_MODULE="csam_portal.settings") as served,
    ):
        sender = register(ChannelKind.SFTP, ChannelKind.FTP, number="654321")
        key = add_ssh_key(sender.channels[ChannelKind.SFTP], Path(mine))
        measure_logins(served, sender, key)
        measure_failures(served, sender, Path(mine))
        measure_submissions(served, sender, key, Path(mine))
        measure_page()
    shutil.rmtree(folder, ignore_errors=True)


def measure_logins(served: gateway.Gateway, sender: Registered, key: Path) -> None:
    """Whole sessions of OpenSSH's sftp, from connecting to the end."""
    name = sender.user(ChannelKind.SFTP)

    def log_in(_number: int) -> None:
        assert served.sftp(name, key, "pwd").returncode == 0

    with ThreadPoolExecutor(CLIENTS) as clients:
        begun = time.perf_counter()
        list(clients.map(log_in, range(CLIENTS * LOGINS)))
        seconds = time.perf_counter() - begun
    print(f"gateway: {CLIENTS * LOGINS / seconds:.1f} logins a second, {CLIENTS} clients")


def measure_failures(served: gateway.Gateway, sender: Registered, mine: Path) -> None:
    """Logins that fail: for a user that exists and for one that does not, by turns."""
    key, unknown = mine / "stranger", "EXPNOBODY99"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    context = ssl.create_default_context(cafile=str(served.folder / "keys" / "tls.crt"))

    def by_ftps(name: str) -> float:
        with ftplib.FTP_TLS(context=context) as client:  # noqa: S321 - what senders use
            client.connect("127.0.0.1", served.ftps_port)
            client.auth()
            begun = time.perf_counter()
            try:
                client.login(name, "wrong", secure=False)
            except ftplib.error_perm:
                return time.perf_counter() - begun
        raise AssertionError("it was let in")

    def by_sftp(name: str) -> float:
        begun = time.perf_counter()
        assert served.sftp(name, key, "pwd").returncode == 255
        return time.perf_counter() - begun

    for log_in, kind in ((by_ftps, ChannelKind.FTP), (by_sftp, ChannelKind.SFTP)):
        times: dict[str, list[float]] = {sender.user(kind): [], unknown: []}
        for number in range(PAIRS * 2):
            name = [*times][(number + number // 2) % 2]  # neither is always the first
            times[name].append(log_in(name))
        known, not_known = (statistics.median(taken) * 1000 for taken in times.values())
        print(
            f"gateway: a login that fails over {kind} takes {known:.1f} ms for a user that exists, {not_known:.1f} ms for one "
            f"that does not (ratio {known / not_known:.3f})"
        )


def measure_submissions(served: gateway.Gateway, sender: Registered, key: Path, mine: Path) -> None:
    """Files a second from the first put to the last receipt in its folder, with a worker beside."""
    name, command = sender.user(ChannelKind.SFTP), [sys.executable, "manage.py", "work"]
    batches = [
        [
            gateway.make_files(mine / f"{client}-{number}", f"DMFA.{sender.number}.20240131.{sequence:05}.R.1", b"<x/>" * 250,
                               sender.signer)
            for number in range(SUBMISSIONS)
            if (sequence := client * SUBMISSIONS + number + 1)
        ]
        for client in range(CLIENTS)
    ]  # fmt: skip
    environment = {**served.environment(), "DJANGO_SETTINGS_MODULE": "csam_portal.settings"}
    worker = subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR, stderr=subprocess.DEVNULL)

    def put(batch: list[gateway.Files]) -> None:
        done = served.sftp(name, key, *(line for files in batch for line in files.puts()))
        assert done.returncode == 0, done.stderr

    with ThreadPoolExecutor(CLIENTS) as clients:
        begun = time.perf_counter()
        list(clients.map(put, batches))
        arrived = time.perf_counter() - begun
        while Receipt.objects.exclude(put_at=None).count() < CLIENTS * SUBMISSIONS:
            time.sleep(0.05)
        answered = time.perf_counter() - begun
    worker.terminate()
    worker.wait()
    total = CLIENTS * SUBMISSIONS
    print(
        f"gateway: {3 * total / answered:.1f} files ({total / answered:.1f} submissions) a second through to the receipt, "
        f"{CLIENTS} clients; arriving alone {3 * total / arrived:.1f} files a second"
    )
    assert not work(), "nothing is left to do"


def measure_page() -> None:
    """The traffic page over few and over many submissions: its questions and its time."""
    from django.test import Client

    from tests.conftest import session_key

    capacity = capacity_of()
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.cookies["session"] = session_key(cast.MARIE)
    address = reverse("sender-traffic", args=[capacity.enterprise.public_id, capacity.public_id])

    def asked() -> tuple[int, float]:
        times = []
        for _number in range(7):
            begun = time.perf_counter()
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            times.append(time.perf_counter() - begun)
        return len(queries), statistics.median(times) * 1000

    few = asked()
    many = register(ChannelKind.FTP, number="654322")
    traffic.make(many.sender, days=30, each=MANY // 30)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE senders_delivery")
        cursor.execute("ANALYZE senders_receipt")
    lots = asked()
    print(
        f"traffic page: {few[0]} queries, {few[1]:.0f} ms at {CLIENTS * SUBMISSIONS} submissions; {lots[0]} queries, "
        f"{lots[1]:.0f} ms at {MANY:,}"
    )
    assert few[0] == lots[0], "the traffic page asks more at more submissions"


if __name__ == "__main__":
    main()
