"""T23: what the daemon's log says becomes rows, each once, whatever strangers make it say and whoever reads it when."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from senders import reporting
from senders.enums import ChannelKind, Protocol, TransferKind
from senders.gateway import reports
from senders.models import ReportFile, Transfer
from tests.senders import Registered, register

pytestmark = pytest.mark.django_db
KEY = ":".join(["ab"] * 32)
MARK = reports.mark().encode()
FTP, SFTP = "EXPFTP654321", "EXPSFTP654321"


@pytest.fixture(autouse=True)
def log(tmp_path: Path, settings: object) -> Path:
    settings.GATEWAY_DIR = str(tmp_path)  # type: ignore[attr-defined]  # pytest-django's
    reports.folder().mkdir()
    return reports.folder() / reports.CURRENT


@pytest.fixture
def sender() -> Registered:
    return register(ChannelKind.SFTP, ChannelKind.FTP)


def record(
    command: str = "STOR", *, name: str = SFTP, protocol: str = "sftp", code: str = "226", size: str = "7", key: str = "",
    file: bytes = b"/IN/FI.x", parameters: bytes = b"-", at: float | None = None, mark: bytes = MARK,
) -> bytes:  # fmt: skip
    """A record as the daemon writes it (LogFormat in senders/gateway/proftpd.conf)."""
    seconds, _point, micros = f"{timezone.now().timestamp() if at is None else at:.6f}".partition(".")
    head = f"[{seconds} {int(micros)} {protocol} {command} {code} {size} 127.0.0.1 {key} {name}|".encode()
    return mark + head + mark + parameters + b"|" + mark + file + b"]" + mark + b"\n"


def login(at: float, *, code: str = "230", key: str = KEY, name: str = SFTP, protocol: str = "ssh2") -> bytes:
    return record("PASS", name=name, protocol=protocol, code=code, size="-", key=key, file=b"-", at=at)


def write(log: Path, *records: bytes) -> None:
    with log.open("ab") as file:
        file.write(b"".join(records))


def read() -> list[tuple[str, str]]:
    while reporting.work():
        pass
    return list(Transfer.objects.order_by("at", "pk").values_list("kind", "file"))


def test_T23_each_report_becomes_one_row(log: Path, sender: Registered) -> None:
    at = 1796079455.5
    write(
        log,
        record("USER", protocol="ssh2", code="331", file=b"-"),
        login(at, code="530"),
        login(at + 1),
        record(at=at + 2),
        record(at=at + 3, file=b"/IN/GO.x"),
        record(at=at + 4, file=b"/IN/TD.x"),
        record("RETR", at=at + 5, file=b"/OUT/FO.x"),
        record(code="550", file=b"-"),
        record("USER", protocol="ftp", code="550", name="-", parameters=FTP.encode(), file=b"-", at=at + 6),
        login(at + 7, code="530", name=FTP, protocol="ftps", key=""),
    )
    assert read() == [
        (TransferKind.LOGIN, ""),
        (TransferKind.STORED, "/IN/FI.x"),
        (TransferKind.STARTED, "/IN/GO.x"),
        (TransferKind.CANCELLED, "/IN/TD.x"),
        (TransferKind.FETCHED, "/OUT/FO.x"),
        (TransferKind.REFUSED, ""),
        (TransferKind.REFUSED, ""),
    ]
    first, last = Transfer.objects.earliest("at"), Transfer.objects.latest("at")
    assert (first.key_sha256, first.protocol, first.name, first.at) == (
        "ab" * 32, Protocol.SFTP, SFTP, datetime.fromtimestamp(at + 1, UTC),
    )  # fmt: skip
    assert (last.key_sha256, last.protocol, last.name, last.address) == ("", Protocol.FTPS, FTP, "127.0.0.1")
    assert read() and Transfer.objects.count() == 7, "read again, it is the same"


HOSTILE = [
    b"/IN/a\nb", b"/IN/it's", b"/IN/\xff\xfe", b"/IN/" + b"0" * 32 + b"[1 1 sftp STOR 226 1 1.2.3.4  X|", b"|", b"]", b"[", b"",
    record(mark=b"f" * 32, file=b"/IN/GO.forged"), b"/IN/\x00", b"/IN/\x1b[2J", "/IN/\u202egpj".encode(),
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_T23_no_name_of_a_file_is_a_report_or_hides_one(log: Path, sender: Registered, name: bytes) -> None:
    write(log, record(file=name, parameters=name), record(file=b"/IN/GO.x"))
    rows = read()
    assert len(rows) == 2 and rows[1] == (TransferKind.STARTED, "/IN/GO.x")
    assert rows[0][1].isascii() and (rows[0][1] == "" or rows[0][1].isprintable())


@given(st.binary(max_size=300), st.binary(max_size=300), st.integers(0, 400))
def test_T23_whatever_stands_before_a_record_the_record_is_found(before: bytes, name: bytes, cut: int) -> None:
    """Rubbish, then a record that was cut somewhere, then a whole one."""
    path = reports.folder() / "aside-1.log"
    path.write_bytes(before + record(file=name, parameters=name)[:cut] + b"\n" + record(file=b"/IN/GO.x"))
    chunk = reports.read(path, path.stat().st_ino, 0)
    assert chunk.reports[-1].file == "/IN/GO.x" and len(chunk.reports) <= 2
    assert chunk.end == path.stat().st_size


def test_T23_a_record_that_is_still_being_written_waits_for_its_end(log: Path, sender: Registered) -> None:
    whole = record(file=b"/IN/a\nb")
    write(log, record())
    for place in range(len(whole) - 2):
        write(log, whole[place : place + 1])
        assert len(read()) == 1
    write(log, whole[-2:])
    assert len(read()) == 2


def test_T23_a_record_that_was_too_long_for_the_daemon_is_passed_over(log: Path, sender: Registered) -> None:
    write(log, record(file=b"x" * 5000)[:4223], record(file=b"/IN/GO.x"), b"y" * 600_000, record(file=b"/IN/TD.x"))
    assert read() == [(TransferKind.STARTED, "/IN/GO.x"), (TransferKind.CANCELLED, "/IN/TD.x")]


def test_T23_many_are_read_in_parts_and_none_twice(
    log: Path, sender: Registered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "CHUNK", 2000)
    monkeypatch.setattr(reports, "LONGEST_RECORD", 500)
    write(log, *(record(file=b"/IN/FI.%d" % number) for number in range(100)))
    assert [file for _kind, file in read()] == [f"/IN/FI.{number}" for number in range(100)]


def test_T23_a_worker_that_dies_while_it_keeps_reports_leaves_all_of_them(
    log: Path, sender: Registered, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(log, record(), record(file=b"/IN/GO.x"))

    def die(_reports: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError), transaction.atomic():
        patch.setattr(reporting, "_keep", die)
        reporting.work()
    assert len(read()) == 2


@pytest.mark.django_db(transaction=True)
def test_T23_workers_that_meet_keep_each_report_once(log: Path, transactional_db: None) -> None:
    register(ChannelKind.SFTP, ChannelKind.FTP)
    write(log, *(record(file=b"/IN/FI.%d" % number) for number in range(50)))

    def work(_number: int) -> None:
        try:
            while reporting.work():
                pass
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as workers:
        list(workers.map(work, range(6)))
    assert Transfer.objects.filter(name=SFTP).count() == 50


def test_T23_a_large_file_is_put_aside_and_goes_when_its_last_session_is_over(
    log: Path, sender: Registered, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session under way goes on in the file that it has open; what it writes there is read too."""
    monkeypatch.setattr(reporting, "LARGE", 100)
    with log.open("ab", buffering=0) as session:
        session.write(record())
        assert len(read()) == 1
        assert not log.exists()
        write(log, record(file=b"/IN/new"))
        session.write(record(file=b"/IN/old"))
        assert len(read()) == 3
    assert reporting.remove_finished() == 0
    for path in reports.folder().glob("aside-*.log"):
        os.utime(path, times=(time.time() - 90_000,) * 2)
    assert reporting.remove_finished() >= 1
    assert not list(reports.folder().glob("*.done"))
    assert len(read()) == 3
    assert ReportFile.objects.count() == len(reports.files())


def test_T23_what_is_not_read_yet_is_read_before_it_is_deleted(log: Path, sender: Registered) -> None:
    reports.folder().joinpath("aside-1.log").write_bytes(record() * 40)
    os.utime(reports.folder() / "aside-1.log", times=(time.time() - 90_000,) * 2)
    assert reporting.remove_finished() == 1
    assert Transfer.objects.count() == 40


def test_T23_a_kill_between_two_steps_of_deleting_reads_nothing_twice_and_skips_nothing(
    log: Path, sender: Registered
) -> None:
    write(log, record())
    read()
    inode = next(iter(reports.files()))
    reports.put_aside(log, inode)
    reports.remove(reports.folder() / f"aside-{inode}.log")  # and then killed
    assert reporting.remove_finished() == 1
    write(log, record(file=b"/IN/GO.x"))
    assert len(read()) == 2


def test_T23_a_file_that_was_put_aside_meanwhile_is_not_taken_for_the_new_one(log: Path, sender: Registered) -> None:
    """What is read is what the position belongs to, whichever name it has by now."""
    write(log, record())
    ((inode, path),) = reports.files().items()
    reports.put_aside(path, inode)
    write(log, record(file=b"/IN/GO.x"))
    with pytest.raises(FileNotFoundError):
        reports.read(path, inode, 0)
    assert len(read()) == 2


def test_T23_reports_that_cannot_be_read_keep_no_mail_waiting(
    log: Path, sender: Registered, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deny(*_arguments: object) -> None:
        raise PermissionError

    write(log, record())
    with monkeypatch.context() as patch:
        patch.setattr(reports, "read", deny)
        assert reporting.work() is False
    assert len(read()) == 1


def test_T23_a_file_that_somebody_emptied_is_read_from_its_beginning(log: Path, sender: Registered) -> None:
    write(log, record(), record())
    read()
    log.write_bytes(record(file=b"/IN/GO.x"))
    assert read()[-1] == (TransferKind.STARTED, "/IN/GO.x")


def test_T23_reports_from_before_a_change_of_the_secret_key_are_read(
    log: Path, sender: Registered, settings: object
) -> None:
    write(log, record())
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]  # type: ignore[attr-defined]
    settings.SECRET_KEY = "another" * 10  # type: ignore[attr-defined]
    assert reports.mark().encode() != MARK
    write(log, record(mark=reports.mark().encode(), file=b"/IN/GO.x"))
    assert len(read()) == 2


def test_T23_of_strangers_there_is_no_row(log: Path, sender: Registered) -> None:
    at = timezone.now().timestamp()
    write(log, *(login(at, code="530", name=f"EXP{number:06}") for number in range(1000)), login(at, name="nobody"))
    assert read() == []


def test_section_11_wrong_tries_past_the_limit_are_not_kept(log: Path, sender: Registered, settings: object) -> None:
    settings.LIMITS = {**settings.LIMITS, "gateway_password.user": (3, 900)}  # type: ignore[attr-defined]
    now = timezone.now().timestamp()

    def wrong(before: float) -> bytes:
        return login(now - before, code="530", name=FTP, protocol="ftps", key="")

    write(log, *(wrong(10) for _number in range(5)))
    assert len(read()) == 3
    write(log, wrong(5))
    assert len(read()) == 3
    Transfer.objects.update(at=timezone.now() - timedelta(minutes=16))
    write(log, *(wrong(1) for _number in range(5)))
    assert len(read()) == 6, "and a quarter of an hour later again"


def test_M12_a_key_that_is_offered_and_proven_is_one_login(log: Path, sender: Registered) -> None:
    at, other = 1796079455.0, ":".join(["cd"] * 32)
    write(log, login(at, code="530", key=other), login(at + 1, code="530"), login(at + 2))
    assert [kind for kind, _file in read()] == [TransferKind.REFUSED, TransferKind.LOGIN]
    assert Transfer.objects.get(kind=TransferKind.REFUSED).key_sha256 == "cd" * 32

    write(log, login(at + 100, code="530"))
    assert [kind for kind, _file in read()][-1] == TransferKind.REFUSED
    write(log, login(at + 101, code="530"))
    assert len(read()) == 3, "offered again at once, it is the same try"
    write(log, login(at + 102))
    assert [kind for kind, _file in read()] == [TransferKind.REFUSED, TransferKind.LOGIN, TransferKind.LOGIN]
