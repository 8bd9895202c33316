"""M11: `kill -9` of the worker between accepting and receipting, or anywhere else: each submission is taken once, and answered
with exactly one receipt.

KILLS says how often (6; `make soak` a hundred). No daemon is needed: what it leaves behind is a file and a row.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from senders import receiving
from senders.delivering import deliver
from senders.enums import ChannelKind, Protocol, TransferKind
from senders.gateway.folders import IN, OUT, Folder
from senders.messages.faults import Fault
from senders.models import Delivery, DeliveryPart, Receipt, SshKey, Transfer
from tests import databases
from tests.gateway import make_files
from tests.messages import Signer, new_signer
from tests.senders import Registered, add_ssh_key, register

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.waits]
KILLS = int(os.environ.get("KILLS", "6"))
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def signer() -> Signer:
    return new_signer()


@pytest.fixture
def sender(transactional_db: None, signer: Signer, tmp_path: Path, settings: object) -> Registered:
    settings.GATEWAY_DIR = str(tmp_path / "gateway")  # type: ignore[attr-defined]  # pytest-django's
    return register(ChannelKind.SFTP, signer=signer)


@pytest.fixture
def workers(tmp_path: Path) -> "Iterator[list[subprocess.Popen[bytes]]]":
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for worker in started:
        worker.kill()
        worker.wait()


def put(sender: Registered, folder: Path, sequence: int) -> None:
    """Put a submission as the daemon does: the files, and a row for its GO."""
    name = f"DMFA.{sender.number}.20240131.{sequence:05}.R.1"
    files = make_files(folder / str(sequence), name, f"<Declaration n='{sequence}'/>".encode(), sender.signer)
    inside = Folder(sender.number).home / IN
    inside.mkdir(parents=True, exist_ok=True)
    for path in files.paths:
        (inside / path.name).write_bytes(path.read_bytes())
    Transfer.objects.create(
        kind=TransferKind.STARTED, protocol=Protocol.SFTP, name=sender.user(ChannelKind.SFTP), file=f"/IN/{files.start}"
    )


def start_worker(gateway: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    environment = {
        **os.environ,
        "DATABASE_URL": databases.url(),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "GATEWAY_DIR": str(gateway),
    }
    command = [sys.executable, "manage.py", "work", *arguments]
    return subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)


def is_answered_once(sender: Registered, sequences: range) -> None:
    """Hold that everything was taken once and answered once, in the database and in the folder."""
    assert Delivery.objects.filter(fault="").count() == len(sequences) == Delivery.objects.count()
    assert Receipt.objects.filter(put_at__isnull=False).count() == len(sequences)
    assert DeliveryPart.objects.count() == len(sequences)
    home = Folder(sender.number).home
    answered = {path.name for path in (home / OUT).iterdir() if path.name.startswith("FO.")}
    assert answered == set(Receipt.objects.values_list("name", flat=True))
    assert len(list((home / OUT).glob("[!.]*"))) == 3 * len(sequences)
    assert not list((home / IN).iterdir())


def test_M11_a_killed_worker_answers_each_submission_once(
    sender: Registered, workers: "list[subprocess.Popen[bytes]]", tmp_path: Path
) -> None:
    for number in range(KILLS):
        for sequence in range(number * 5 + 1, number * 5 + 6):
            put(sender, tmp_path, sequence)
        before = Delivery.objects.count()
        workers.append(start_worker(tmp_path / "gateway"))
        for _try in range(600):
            if Delivery.objects.count() > before:
                break
            time.sleep(0.05)
        else:
            raise AssertionError("the worker takes again after a kill")
        time.sleep(random.uniform(0, 0.05))
        workers[-1].send_signal(signal.SIGKILL)
        workers[-1].wait()
    workers.append(start_worker(tmp_path / "gateway", "--once"))
    assert workers[-1].wait(120) == 0
    is_answered_once(sender, range(1, KILLS * 5 + 1))


def test_M11_a_worker_killed_between_accepting_and_receipting(sender: Registered, tmp_path: Path) -> None:
    """The very moment: the submission is committed, its receipt is not yet put. The next worker puts it, twice if need be."""
    put(sender, tmp_path, 1)
    assert receiving.take_next_report()
    assert not (Folder(sender.number).home / OUT).exists()
    assert receiving.put_next_receipt()
    first = (Folder(sender.number).home / OUT / Receipt.objects.get().name).read_bytes()
    Receipt.objects.update(put_at=None)  # killed after the files stood there
    while receiving.work():
        pass
    assert (Folder(sender.number).home / OUT / Receipt.objects.get().name).read_bytes() == first
    is_answered_once(sender, range(1, 2))


def test_M11_two_workers_take_each_submission_once(
    sender: Registered, workers: "list[subprocess.Popen[bytes]]", tmp_path: Path
) -> None:
    for sequence in range(1, 21):
        put(sender, tmp_path, sequence)
    workers += [start_worker(tmp_path / "gateway", "--once") for _number in range(2)]
    assert [worker.wait(120) for worker in workers] == [0, 0]
    is_answered_once(sender, range(1, 21))


def test_M11_a_file_put_again_after_the_answer_is_not_taken_for_the_old_one(sender: Registered, tmp_path: Path) -> None:
    put(sender, tmp_path, 1)
    assert receiving.take_next_report()
    again = Folder(sender.number).home / IN / f"FI.DMFA.{sender.number}.20240131.00001.R.1.1"
    later = time.time() + 60
    os.utime(again, (later, later))
    assert receiving.put_next_receipt()
    assert [path.name for path in again.parent.iterdir()] == [again.name]


def test_M11_a_cancel_takes_what_was_put_before_it_by_the_clock_of_the_disk(sender: Registered, tmp_path: Path) -> None:
    """The database's clock may be behind the gateway's, as SQLite's is by less than a millisecond."""
    put(sender, tmp_path, 1)
    inside = Folder(sender.number).home / IN
    cancel = inside / f"TD.DMFA.{sender.number}.20240131.00001.R.1"
    cancel.touch()
    put_later = next(inside.glob("FI.*"))
    later = time.time() + 60
    os.utime(put_later, (later, later))
    Transfer.objects.update(
        kind=TransferKind.CANCELLED, file=f"/IN/{cancel.name}", at=timezone.now() - timedelta(hours=1)
    )
    while receiving.work():
        pass
    assert list(inside.iterdir()) == [put_later]
    assert not Delivery.objects.exists()


def test_M11_a_full_disk_lets_the_others_pass(sender: Registered, tmp_path: Path) -> None:
    """What cannot be put waits for a while and is put then; the others do not wait for it."""
    put(sender, tmp_path, 1)
    (Folder(sender.number).home / OUT).write_text("no folder")
    while receiving.work():
        pass
    receipt = Receipt.objects.get()
    assert receipt.put_at is None and receipt.put_after > receipt.delivery.taken_at
    (Folder(sender.number).home / OUT).unlink()
    Receipt.objects.update(put_after=receipt.delivery.taken_at)
    assert receiving.work()
    is_answered_once(sender, range(1, 2))


def test_M11_a_report_that_breaks_waits_and_the_next_is_taken(
    sender: Registered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(sender, tmp_path, 1)
    put(sender, tmp_path, 2)
    tried = []

    def breaks_at_first(**facts: object) -> Receipt:
        tried.append(facts["name"])
        if len(tried) == 1:
            raise RuntimeError("something nobody thought of")
        return deliver(**facts)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(receiving, "deliver", breaks_at_first)
    while receiving.work():
        pass
    assert len(tried) == 2 and Delivery.objects.count() == 1
    assert Transfer.objects.filter(taken_at=None).count() == 1


def test_M11_a_submission_whose_report_was_lost_is_found(sender: Registered, tmp_path: Path) -> None:
    """The database was away when the daemon wanted to report: the files lie there, and the client thinks them delivered."""
    put(sender, tmp_path, 1)
    assert receiving.find_unreported() == 0, "reported, and hardly there"
    Transfer.objects.all().delete()
    start = Folder(sender.number).home / IN / f"GO.DMFA.{sender.number}.20240131.00001.R.1"
    earlier = time.time() - 600
    os.utime(start, (earlier, earlier))
    assert [receiving.find_unreported() for _ in range(2)] == [1, 0]
    while receiving.work():
        pass
    is_answered_once(sender, range(1, 2))


def test_M11_old_reports_and_files_that_nobody_fetched_go(sender: Registered, tmp_path: Path) -> None:
    put(sender, tmp_path, 1)
    while receiving.work():
        pass
    assert receiving.forget_old() == 0
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert receiving.forget_old() == 4
    assert not Transfer.objects.exists() and Delivery.objects.get().is_accepted
    assert not list((Folder(sender.number).home / OUT).iterdir())


def test_M11_a_link_in_the_folder_is_not_followed(sender: Registered, tmp_path: Path) -> None:
    put(sender, tmp_path, 1)
    declaration = Folder(sender.number).home / IN / f"FI.DMFA.{sender.number}.20240131.00001.R.1.1"
    declaration.unlink()
    declaration.symlink_to("/etc/hostname")
    while receiving.work():
        pass
    assert Delivery.objects.get().fault == Fault.NO_DECLARATION


def test_M9_the_last_use_of_a_key_is_its_latest_login_in_whatever_order_they_are_seen(
    sender: Registered, tmp_path: Path
) -> None:
    channel = sender.sender.channels.get(kind=ChannelKind.SFTP)
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        add_ssh_key(channel, tmp_path / name)
    first, second = SshKey.objects.filter(channel=channel).order_by("pk")
    latest = timezone.now()
    for key_sha256, at in (
        (first.sha256, latest),
        (first.sha256, latest - timedelta(hours=1)),
        ("00" * 32, latest),
        ("", latest),
    ):
        Transfer.objects.create(
            kind=TransferKind.LOGIN, protocol=Protocol.SFTP, name=sender.user(ChannelKind.SFTP),
            key_sha256=key_sha256, at=at,
        )  # fmt: skip
    receive_all()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.last_used_at, second.last_used_at) == (latest, None)


def receive_all() -> None:
    """Take everything that waits, as the worker does."""
    while receiving.take_next_report():
        pass
