"""A stranger at the gateway's doors writes SQL where a user's or a file's name goes (CVE-2026-42167), without any account."""

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from django.db import connection

from senders.enums import ChannelKind, TransferKind
from senders.models import Transfer
from senders.receiving import work
from senders.reporting import work as read_reports
from tests.gateway import ABSENT, Gateway, make_files, serving, statements, telling_its_sql
from tests.messages import new_signer
from tests.senders import PASSWORD, add_ssh_key, register

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.waits,
    pytest.mark.skipif(bool(ABSENT), reason=f"the gateway was not tried: {', '.join(ABSENT)} is not installed"),
]
SFTP, FTP = ChannelKind.SFTP, ChannelKind.FTP
# The first begins and ends with a quote, which builds before the fix take for a text that is escaped already.
NAMES = [
    "'||(SELECT version())||'", "' OR 1=1 --", "'; DROP TABLE senders_transfer; --", "it's", "\\", "EXP1234' --", "a\nb'c",
    "EXP1234\n", "caf\u00e9", "%U", "%{0}", '"', "x" * 300, "EXP1234 OR 1", "\u02bc\uff07", "'", "''",
]  # fmt: skip
RAW_NAMES = [b"\xff\xfe'", b"\xbf\x27 OR 1=1", b"caf\xe9"]
FILE_NAMES = [
    b"it's", b"'||(SELECT 1)||'", b"a\nb", b"caf\xe9", "caf\u00e9".encode(), b"x" * 200, b"sp ace", b"\x1b[31m", b"%F", b"a;b",
    b"\n0123[1 1 sftp STOR 226 1 1.2.3.4  EXP|IN|GO.DMFA]0123",
]  # fmt: skip


@pytest.fixture
def key(tmp_path: Path) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "own")], check=True)
    return tmp_path / "own"


def by_sftp(gateway: Gateway, name: bytes, key: Path) -> None:
    command = ["sftp", "-q", "-b", "-", *gateway.ssh_options(key), f"{os.fsdecode(name)}@127.0.0.1"]
    refused = subprocess.run(command, input=b"", capture_output=True, check=False)
    # Where ssh itself refuses a name, sftp may be ended by the pipe between them.
    assert refused.returncode in {255, -signal.SIGPIPE}, refused.stderr


def test_T23_only_letters_and_digits_of_a_login_name_reach_sql(
    transactional_db: None, gateway_folder: Path, key: Path, tmp_path: Path
) -> None:
    log = tmp_path / "sql.log"
    before = Transfer.objects.count()
    with telling_its_sql(gateway_folder, log) as gateway:
        for name in NAMES:
            by_sftp(gateway, name.encode(), key)
            for tls in (True, False):
                assert gateway.curl(name, "", password="' OR '1'='1", tls=tls).returncode in {67, 3, 8}
        for raw in RAW_NAMES:
            by_sftp(gateway, raw, key)
        by_sftp(gateway, b"EXP0000", key)
        gateway.curl("EXP0001", "", password="wrong")
    while read_reports():
        pass
    asked = statements(log)
    names = {name for statement in asked for name in re.findall(r"name = '(.*?)'", statement)}
    assert {"nobody", "EXP0000", "EXP0001"} <= names, "those that are names arrive"
    assert {name for name in names if not re.fullmatch("[A-Za-z0-9]{1,40}", name)} == set()
    # Without what was asked for by name, every statement is one of ours.
    shapes = {re.sub(r"'(nobody|EXP\d{4})'", "NAME", statement) for statement in asked}
    assert len(shapes) <= 4, shapes
    assert Transfer.objects.count() == before, "of nobody there is no row"
    assert connection.introspection.table_names()


def test_T23_no_name_of_a_file_keeps_the_worker_waiting_or_becomes_a_report(
    transactional_db: None, gateway_folder: Path, tmp_path: Path, settings: object
) -> None:
    """Hostile names are refused at the door, whoever sends them; the worker goes on with what is right."""
    settings.GATEWAY_DIR = str(gateway_folder)  # type: ignore[attr-defined]
    sender = register(SFTP, FTP, signer=new_signer())
    key = add_ssh_key(sender.channels[SFTP], tmp_path)
    with serving(gateway_folder) as gateway:
        gateway.sftp(sender.user(SFTP), key, "ls")
        inside = gateway.home(sender.number) / "IN"
        for name in FILE_NAMES:
            place = tmp_path / "one"
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            (place / os.fsdecode(name)).write_bytes(b"content")
            assert gateway.sftp(sender.user(SFTP), key, f"put {place}/* IN/").returncode == 1, name
            if b"\n" not in name and b"\x1b" not in name:
                quoted = "".join(f"%{byte:02x}" for byte in name)
                by_ftps = gateway.curl(sender.user(FTP), f"IN/{quoted}", "-T", str(next(place.iterdir())))
                assert by_ftps.returncode != 0, name
            assert not list(inside.iterdir()), name
        right = make_files(tmp_path / "right", f"DMFA.{sender.number}.20240131.00001.R.1", b"<x/>", sender.signer)
        done = gateway.sftp(sender.user(SFTP), key, *right.puts())
        assert done.returncode == 0, done.stderr
    while read_reports() or work():
        pass
    kinds = Transfer.objects.exclude(kind=TransferKind.LOGIN).order_by("at", "pk").values_list("kind", "file")
    assert [kind for kind, _file in kinds] == [TransferKind.STORED, TransferKind.STORED, TransferKind.STARTED]
    assert not list((gateway_folder / "homes" / sender.number / "IN").iterdir()), "the submission was taken"


def test_T23_a_password_stands_in_no_report_and_no_log(transactional_db: None, gateway_folder: Path) -> None:
    sender = register(FTP, signer=new_signer())
    with serving(gateway_folder) as gateway:
        gateway.curl(sender.user(FTP), "")
        gateway.curl(sender.user(FTP), "", password="another-secret")
        gateway.curl(sender.user(FTP), "", password="another-secret", tls=False)
    written = [
        path for part in ("run", "reports") for path in (gateway_folder / part).iterdir() if path.name != "proftpd.conf"
    ]
    assert written
    for path in written:
        content = path.read_bytes()
        assert PASSWORD.encode() not in content and b"another-secret" not in content, path
