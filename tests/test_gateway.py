"""M11, M12: senders deliver with ordinary clients, OpenSSH's sftp and curl, to a ProFTPD that the test starts on loopback."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from identity.models import Person
from senders.enums import ChannelKind, Protocol, TransferKind
from senders.ladder import State, climbed, why_refused
from senders.messages.faults import Fault, LoginFault
from senders.models import Certificate, Delivery, DeliveryPart, Receipt, Sender, SshKey, Transfer
from senders.receiving import work
from senders.reporting import work as read_reports
from senders.standing import standing_of
from tests import cast
from tests.gateway import ABSENT, Files, Gateway, end, make_files, serving
from tests.messages import Signer, new_signer, openssl, sign
from tests.senders import PASSWORD, Registered, add_ssh_key, register

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.waits,
    pytest.mark.skipif(bool(ABSENT), reason=f"the gateway was not tried: {', '.join(ABSENT)} is not installed"),
]
DECLARATION = b"<DmfAOriginal/>\n"
SFTP, FTP = ChannelKind.SFTP, ChannelKind.FTP


@pytest.fixture
def folder(gateway_folder: Path) -> Path:
    return gateway_folder


@pytest.fixture(scope="module")
def signer() -> Signer:
    return new_signer()


@pytest.fixture
def sender(transactional_db: None, signer: Signer) -> Registered:
    return register(SFTP, FTP, signer=signer)


@pytest.fixture
def key(sender: Registered, tmp_path: Path) -> Path:
    return add_ssh_key(sender.channels[SFTP], tmp_path)


@pytest.fixture
def gateway(transactional_db: None, folder: Path, settings: object) -> Iterator[Gateway]:
    settings.GATEWAY_DIR = str(folder)  # type: ignore[attr-defined]  # pytest-django's
    with serving(folder) as running:
        yield running


def files_of(
    sender: Registered, folder: Path, sequence: int = 1, *, environment: str = "R", signer: Signer | None = None
) -> Files:
    name = f"DMFA.{sender.number}.20240131.{sequence:05}.{environment}.1"
    return make_files(folder / str(sequence), name, DECLARATION, signer or sender.signer)


def work_all() -> None:
    while read_reports() or work():
        pass


def put_by_sftp(gateway: Gateway, sender: Registered, key: Path, files: Files) -> None:
    done = gateway.sftp(sender.user(SFTP), key, *files.puts())
    assert done.returncode == 0, done.stderr


def only_delivery() -> Delivery:
    return Delivery.objects.select_related("receipt").get()


# --- It really sends


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_M11_a_submission_by_sftp_is_kept_and_its_receipt_fetched(
    gateway: Gateway, sender: Registered, tmp_path: Path, kind: str
) -> None:
    key = add_ssh_key(sender.channels[SFTP], tmp_path, kind=kind)
    files = files_of(sender, tmp_path)
    put_by_sftp(gateway, sender, key, files)
    work_all()

    part = DeliveryPart.objects.get(delivery=only_delivery())
    assert (bytes(part.declaration), bytes(part.signature)) == (DECLARATION, files.paths[1].read_bytes())
    fetched = tmp_path / "fetched"
    fetched.mkdir()
    done = gateway.sftp(sender.user(SFTP), key, f"get OUT/* {fetched}")
    assert done.returncode == 0, done.stderr
    receipt = Receipt.objects.get()
    name = receipt.name.removeprefix("FO.")
    assert {path.name for path in fetched.iterdir()} == {f"FO.{name}", f"FS.{name}", f"GO.{name.removesuffix('.1')}"}
    assert "<ResultCode>1</ResultCode>" in (fetched / receipt.name).read_text()
    work_all()
    receipt.refresh_from_db()
    assert receipt.fetched_at is not None
    assert not list((gateway.home(sender.number) / "IN").iterdir()), "what was taken is gone"


def test_M11_a_submission_by_ftps_is_kept_and_its_receipt_fetched(
    gateway: Gateway, sender: Registered, tmp_path: Path
) -> None:
    files = files_of(sender, tmp_path)
    for path in files.paths:
        done = gateway.curl(sender.user(FTP), "IN/", "-T", str(path))
        assert done.returncode == 0, done.stderr
    work_all()
    assert only_delivery().is_accepted
    receipt = Receipt.objects.get()
    fetched = gateway.curl(sender.user(FTP), f"OUT/{receipt.name}")
    assert fetched.stdout.decode() == receipt.content
    work_all()
    receipt.refresh_from_db()
    assert receipt.fetched_at is not None


def test_M12_a_test_climbs_the_ladder_and_is_answered_apart(
    gateway: Gateway, sender: Registered, key: Path, tmp_path: Path
) -> None:
    def states() -> list[State]:
        return [rung.state for rung in ladder(sender, SFTP)]

    done, failed, waiting = State.DONE, State.FAILED, State.WAITING
    assert states() == [waiting] * 6
    gateway.sftp(sender.user(SFTP), key, "ls")
    assert states() == [done, done, waiting, waiting, waiting, waiting]
    files = files_of(sender, tmp_path, environment="T")
    gateway.sftp(sender.user(SFTP), key, f"put {files.paths[0]} IN/wrong-name.xml")
    assert states() == [done, done, done, failed, waiting, waiting]
    gateway.sftp(sender.user(SFTP), key, *files.puts()[:2])
    assert states() == [done, done, done, waiting, waiting, waiting]
    gateway.sftp(sender.user(SFTP), key, *files.puts()[2:])
    work_all()
    assert states() == [done, done, done, done, done, waiting]
    gateway.sftp(sender.user(SFTP), key, f"get OUTTEST/{Receipt.objects.get().name} {tmp_path}")
    work_all()
    assert states() == [done] * 6
    assert not list((gateway.home(sender.number) / "OUT").iterdir())


def ladder(sender: Registered, kind: ChannelKind) -> list:  # type: ignore[type-arg]  # rungs
    while read_reports():
        pass
    registered = Sender.objects.get(pk=sender.sender.pk)
    channel = standing_of(registered).of_kind(kind)
    assert channel is not None
    return climbed(registered, channel)


# --- Who does not get in, and is told why


def block(sender: Registered) -> None:
    Sender.objects.filter(pk=sender.sender.pk).update(blocked_at=timezone.now(), blocked_by=Person.objects.portal())


def let_certificates_end(_sender: Registered) -> None:
    Certificate.objects.update(valid_to=timezone.now())


def revoke_certificates(_sender: Registered) -> None:
    Certificate.objects.update(revoked_at=timezone.now())


def retire_keys(_sender: Registered) -> None:
    SshKey.objects.update(retired_at=timezone.now(), retired_by=Person.objects.portal())


def change_keys(sender: Registered) -> None:
    own = SshKey.objects.get(channel__sender=sender.sender)
    SshKey.objects.update(rfc4716=own.rfc4716.replace("AAAA", "AAAB", 1), sha256="0" * 64)


REFUSED = [
    (block, LoginFault.BLOCKED),
    (let_certificates_end, LoginFault.NO_CERTIFICATE),
    (revoke_certificates, LoginFault.NO_CERTIFICATE),
    (retire_keys, LoginFault.NO_KEY),
    (change_keys, LoginFault.OTHER_KEY),
]


@pytest.mark.parametrize(("change", "fault"), REFUSED, ids=[change.__name__ for change, _fault in REFUSED])
def test_M11_what_is_no_longer_right_does_not_get_in_by_sftp(
    gateway: Gateway, sender: Registered, key: Path, change: Callable[[Registered], None], fault: LoginFault
) -> None:
    assert gateway.sftp(sender.user(SFTP), key, "ls").returncode == 0
    change(sender)
    refused = gateway.sftp(sender.user(SFTP), key, "ls")
    assert refused.returncode == 255
    rung = ladder(sender, SFTP)[1]
    assert (rung.state, rung.sentence) == (State.FAILED, fault.label)


@pytest.mark.parametrize(("change", "fault"), REFUSED[:3], ids=[change.__name__ for change, _fault in REFUSED[:3]])
def test_M11_what_is_no_longer_right_does_not_get_in_by_ftps(
    gateway: Gateway, sender: Registered, change: Callable[[Registered], None], fault: LoginFault
) -> None:
    assert gateway.curl(sender.user(FTP), "").returncode == 0
    change(sender)
    assert gateway.curl(sender.user(FTP), "").returncode == 67
    assert ladder(sender, FTP)[1].sentence == fault.label


def test_M11_another_key_another_password_and_another_user_do_not_get_in(
    gateway: Gateway, sender: Registered, key: Path, tmp_path: Path
) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "other")], check=True)
    assert gateway.sftp(sender.user(SFTP), tmp_path / "other", "ls").returncode == 255
    rung = ladder(sender, SFTP)[1]
    assert (rung.sentence, rung.detail) == (LoginFault.OTHER_KEY.label, listed(tmp_path / "other"))
    assert gateway.sftp(sender.user(FTP), key, "ls").returncode == 255
    assert ladder(sender, FTP)[1].sentence == LoginFault.OTHER_PROTOCOL.label
    assert gateway.sftp("EXPNOBODY", key, "ls").returncode == 255
    assert gateway.curl(sender.user(FTP), "", password="wrong").returncode == 67
    assert ladder(sender, FTP)[1].sentence == LoginFault.WRONG_PASSWORD.label
    assert gateway.curl(sender.user(SFTP), "", password="!").returncode == 67
    assert gateway.curl("x' OR 1=1 --", "", password="x").returncode == 67


def listed(key: Path) -> str:
    """The fingerprint of a key, by ssh-keygen."""
    line = subprocess.run(["ssh-keygen", "-l", "-f", str(key)], check=True, capture_output=True, text=True).stdout
    return line.split()[1]


def test_M9_M12_of_two_keys_the_one_that_opened_the_session_is_known(
    gateway: Gateway, sender: Registered, key: Path, tmp_path: Path
) -> None:
    newer = add_ssh_key(sender.channels[SFTP], tmp_path, kind="rsa")
    old, new = SshKey.objects.filter(channel=sender.channels[SFTP]).order_by("pk")
    assert gateway.sftp(sender.user(SFTP), newer, "ls").returncode == 0
    work_all()
    new.refresh_from_db()
    old.refresh_from_db()
    assert (old.last_used_at, new.last_used_at) == (None, Transfer.objects.get(kind=TransferKind.LOGIN).at)

    SshKey.objects.filter(pk=old.pk).update(retired_at=timezone.now(), retired_by=Person.objects.portal())
    assert gateway.sftp(sender.user(SFTP), key, "ls").returncode == 255
    rung = ladder(sender, SFTP)[1]
    assert (rung.sentence, rung.detail) == (LoginFault.RETIRED_KEY.label, listed(key))


def test_M12_a_key_whose_passphrase_the_program_lacks_is_told_from_a_wrong_one(
    gateway: Gateway, sender: Registered, key: Path
) -> None:
    subprocess.run(["ssh-keygen", "-q", "-p", "-P", "", "-N", "a passphrase", "-f", str(key)], check=True)
    assert gateway.sftp(sender.user(SFTP), key, "ls").returncode == 255
    # The program hangs up before the daemon has reported.
    wait_until(lambda: not read_reports() and Transfer.objects.exists())
    rung = ladder(sender, SFTP)[1]
    assert (rung.sentence, rung.detail) == (LoginFault.UNPROVEN_KEY.label, listed(key))


def test_section_11_after_too_many_wrong_passwords_the_right_one_waits(gateway: Gateway, sender: Registered) -> None:
    name, (limit, _seconds) = sender.user(FTP), settings.LIMITS["gateway_password.user"]
    wrong = {"kind": TransferKind.REFUSED, "protocol": Protocol.FTPS, "name": name}
    Transfer.objects.bulk_create(Transfer(**wrong) for _number in range(limit - 1))
    assert gateway.curl(name, "").returncode == 0
    assert gateway.curl(name, "", password="wrong").returncode == 67
    work_all()
    assert gateway.curl(name, "").returncode == 67
    assert ladder(sender, FTP)[1].sentence == LoginFault.TOO_MANY.label
    Transfer.objects.update(at=timezone.now() - timedelta(minutes=16))
    assert gateway.curl(name, "").returncode == 0


def test_M3_plain_ftp_is_refused_before_the_password(gateway: Gateway, sender: Registered) -> None:
    refused = gateway.curl(sender.user(FTP), "", tls=False)
    assert refused.returncode == 67
    work_all()
    login = Transfer.objects.get()
    assert (login.kind, login.protocol) == (TransferKind.REFUSED, Protocol.FTP)
    standing = standing_of(sender.sender).of_kind(FTP)
    assert standing is not None
    assert why_refused(login, sender.sender, standing, timezone.now()) is LoginFault.PLAIN_FTP


def test_M4_sftp_takes_no_password(gateway: Gateway, sender: Registered, key: Path) -> None:
    options = gateway.ssh_options(key)
    options[options.index("PreferredAuthentications=publickey")] = "PreferredAuthentications=password"
    command = ["sftp", "-v", "-b", "-", *options, f"{sender.user(SFTP)}@127.0.0.1"]
    asked = subprocess.run(command, input="ls\n", text=True, capture_output=True, check=False, timeout=60)
    assert asked.returncode == 255
    assert "Authentications that can continue: publickey\n" in asked.stderr


# --- What a sender cannot do once inside


FORBIDDEN = [
    "rm IN/mine", "rename IN/mine IN/theirs", "mkdir IN/folder", "rmdir OUT", "symlink /etc/passwd IN/link",
    "ln IN/mine IN/same", "put {file} OUT/", "put {file} OUTTEST/", "put {file} here", "put {file} ../here",
    "put {file} ../654322/IN/theirs", "put {file} IN/mine", "put {file} IN/../OUT/here", "get IN/mine {folder}/read",
    "get ../654322/OUT/theirs {folder}/read", "get ../../../../../etc/passwd {folder}/read",
    "get /etc/passwd {folder}/read", "put {file} {absolute}/IN/theirs", "chmod 777 IN", "put {file} /IN/folder/deep",
]  # fmt: skip


def test_M11_a_sender_sees_its_own_folders_and_changes_nothing_in_them(
    gateway: Gateway, sender: Registered, key: Path, tmp_path: Path, signer: Signer
) -> None:
    """Another sender's folder, `../`, removing, renaming, linking, overwriting: each is refused, and nothing has changed."""
    other = register(SFTP, enterprise=cast.GROOT, number="654322", signer=signer)
    others_key = add_ssh_key(other.channels[SFTP], tmp_path)
    file = tmp_path / "file"
    file.write_text("content")
    gateway.sftp(other.user(SFTP), others_key, f"put {file} IN/theirs")
    (gateway.home(other.number) / "OUT" / "theirs").write_text("a receipt")
    gateway.sftp(sender.user(SFTP), key, f"put {file} IN/mine")
    before = snapshot(gateway.folder / "homes")
    places = {"file": file, "folder": tmp_path, "absolute": gateway.home(other.number)}
    for command in FORBIDDEN:
        refused = gateway.sftp(sender.user(SFTP), key, command.format(**places))
        assert refused.returncode == 1, f"{command} was let through"
    assert snapshot(gateway.folder / "homes") == before
    assert not (tmp_path / "read").exists()


def snapshot(folder: Path) -> dict[str, tuple[int, float, int]]:
    found = {str(path): path.lstat() for path in folder.rglob("*")}
    return {path: (status.st_size, status.st_mtime, status.st_mode) for path, status in found.items()}


@pytest.mark.parametrize(
    "command",
    ["DELE IN/mine", "RNFR IN/mine", "MKD IN/x", "SITE CHMOD 777 IN/mine", "SITE CPFR IN/mine", "APPE IN/mine"],
)
def test_M11_the_same_holds_over_ftps(gateway: Gateway, sender: Registered, tmp_path: Path, command: str) -> None:
    file = tmp_path / "file"
    file.write_text("content")
    assert gateway.curl(sender.user(FTP), "IN/mine", "-T", str(file)).returncode == 0
    before = snapshot(gateway.folder / "homes")
    assert gateway.curl(sender.user(FTP), "", "-Q", command).returncode == 21
    assert snapshot(gateway.folder / "homes") == before


# --- Submissions that are refused, each with its receipt


def test_M11_a_refused_submission_gets_a_receipt_that_says_why(
    gateway: Gateway, sender: Registered, key: Path, tmp_path: Path
) -> None:
    """A reused sequence, another file's signature, another sender's certificate: the first stands, each other is told."""
    put_by_sftp(gateway, sender, key, files_of(sender, tmp_path / "first"))
    work_all()
    reused = files_of(sender, tmp_path / "reused")
    other_file = files_of(sender, tmp_path, 2)
    other_file.paths[1].write_bytes(sign(b"another declaration", sender.signer))
    others = files_of(sender, tmp_path, 3, signer=new_signer())
    no_signature = files_of(sender, tmp_path, 4)
    for files in (reused, other_file, others):
        put_by_sftp(gateway, sender, key, files)
    gateway.sftp(sender.user(SFTP), key, no_signature.puts()[0], no_signature.puts()[2])
    work_all()
    faults = list(Delivery.objects.order_by("pk").values_list("fault", flat=True))
    assert faults == ["", Fault.SEQUENCE_USED, Fault.OTHER_FILE, Fault.UNKNOWN_CERTIFICATE, Fault.NO_SIGNATURE]
    answers = sorted((gateway.home(sender.number) / "OUT").glob("FO.*"))
    assert len(answers) == 5
    for fault, answer in zip(faults, answers, strict=True):
        assert (f"<ErrorId>{fault}</ErrorId>" in answer.read_text()) is bool(fault)
    assert DeliveryPart.objects.count() == 1
    assert not list((gateway.home(sender.number) / "IN").iterdir())


def test_M11_a_cancelled_submission_leaves_nothing(
    gateway: Gateway, sender: Registered, key: Path, tmp_path: Path
) -> None:
    files = files_of(sender, tmp_path)
    cancel = tmp_path / files.start.replace("GO", "TD")
    cancel.touch()
    gateway.sftp(sender.user(SFTP), key, *files.puts()[:2], f"put {cancel} IN/")
    work_all()
    assert not list((gateway.home(sender.number) / "IN").iterdir())
    assert not Delivery.objects.exists()


# --- Too much, and in the middle


def test_M11_a_file_of_2_gb_stops_at_the_limit(
    transactional_db: None, sender: Registered, key: Path, folder: Path, tmp_path: Path, settings: object
) -> None:
    limit = 1024 * 1024
    settings.GATEWAY_DIR, settings.MESSAGE_MAX_BYTES = str(folder), limit  # type: ignore[attr-defined]
    huge = tmp_path / "huge"
    with huge.open("wb") as file:
        file.truncate(2 * 1024**3)
    files = files_of(sender, tmp_path)
    with serving(folder, MESSAGE_MAX_BYTES=str(limit)) as gateway:
        by_sftp = gateway.sftp(sender.user(SFTP), key, f"put {huge} IN/{files.declaration}")
        by_ftps = gateway.curl(sender.user(FTP), "IN/huge", "-T", str(huge))
        assert by_sftp.returncode == 1 and by_ftps.returncode != 0
        gateway.sftp(sender.user(SFTP), key, *files.puts()[1:])
        work_all()
        kept = sum(path.stat().st_blocks * 512 for path in gateway.home(sender.number).rglob("*") if path.is_file())
    assert only_delivery().fault == Fault.TOO_LARGE
    assert kept < 10 * limit


def test_M11_200_connections_at_once_leave_room_for_the_next(
    transactional_db: None, sender: Registered, key: Path, folder: Path
) -> None:
    with serving(folder, GATEWAY_MAX_SESSIONS="30") as gateway:
        with ExitStack() as stack:
            for _number in range(100):
                for port in (gateway.sftp_port, gateway.ftps_port):
                    stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            wait_until(lambda: sessions(gateway) > 0)
            assert sessions(gateway) <= 60, "the daemon holds its number of sessions"
        wait_until(lambda: sessions(gateway) == 0)
        assert gateway.sftp(sender.user(SFTP), key, "ls").returncode == 0


def sessions(gateway: Gateway) -> int:
    """How many sessions the daemon serves: its children."""
    pid = int((gateway.folder / "run" / "pid").read_text())
    return len(Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


def wait_until(holds: Callable[[], bool]) -> None:
    for _try in range(300):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come to hold within half a minute")


def test_M11_a_daemon_killed_in_the_middle_of_a_file_leaves_nothing_that_counts(
    transactional_db: None, sender: Registered, key: Path, folder: Path, tmp_path: Path, settings: object
) -> None:
    settings.GATEWAY_DIR = str(folder)  # type: ignore[attr-defined]
    files = files_of(sender, tmp_path)
    large = tmp_path / "large"
    large.write_bytes(os.urandom(4 * 1024 * 1024))
    with serving(folder) as gateway:
        slowly = ["sftp", "-q", "-l", "8000", "-b", "-", *gateway.ssh_options(key), f"{sender.user(SFTP)}@127.0.0.1"]
        client = subprocess.Popen(slowly, stdin=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL)
        assert client.stdin is not None
        client.stdin.write(f"put {large} IN/{files.declaration}\n")
        client.stdin.close()
        inside = gateway.home(sender.number) / "IN"
        wait_until(lambda: inside.exists() and any(path.stat().st_size for path in inside.iterdir()))
        os.killpg(gateway.process.pid, signal.SIGKILL)
        assert client.wait(timeout=60) != 0
        assert not (inside / files.declaration).exists(), "half a file has no name"
    work_all()
    assert not Transfer.objects.filter(kind=TransferKind.STORED).exists()
    with serving(folder) as gateway:
        put_by_sftp(gateway, sender, key, files)
        work_all()
    assert only_delivery().is_accepted


# --- What the daemon may ask


def test_M11_the_daemons_role_reads_two_views_and_nothing_else(gateway: Gateway) -> None:
    """On SQLite there are no roles; there the daemon is shown what it asks by its configuration alone."""
    if connection.vendor == "sqlite":
        assert "portal.gateway_login" in (gateway.folder / "run" / "proftpd.conf").read_text()
        return
    there, line = connection.settings_dict, (gateway.folder / "run" / "proftpd.conf").read_text()
    role, password = line.partition("SQLConnectInfo ")[2].split('"')[3:6:2]
    address = (
        f"host={there['HOST']} port={there['PORT'] or 5432} dbname={there['NAME']} user={role} password={password}"
    )
    with psycopg.connect(address, autocommit=True) as daemon:
        for view in ("gateway_login", "gateway_key"):
            daemon.execute(f"SELECT * FROM {view}")
        tables = connection.introspection.table_names()
        for statement in [
            *(f"SELECT 1 FROM {table}" for table in tables),
            "UPDATE senders_transfer SET name = 'y'",
            "DELETE FROM senders_transfer",
            "INSERT INTO senders_transfer (kind, protocol, name) VALUES ('login', 'sftp', 'x')",
            "CREATE TABLE public.mine (id int)",
        ]:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                daemon.execute(statement)


def test_M11_nobody_else_reads_what_the_daemon_needs(gateway: Gateway) -> None:
    """The configuration holds the role's password, the folder of keys the host's."""
    for name in ("run/proftpd.conf", "keys/host_ed25519", "keys/host_rsa", "keys/tls.key"):
        assert (gateway.folder / name).stat().st_mode & 0o077 == 0, name


def test_M11_the_gateway_ends_when_it_is_told(gateway: Gateway) -> None:
    end(gateway.process)
    assert gateway.process.returncode == 0
    assert PASSWORD not in (gateway.folder / "run" / "daemon.log").read_text()


def test_M11_openssl_verifies_what_a_sender_fetches(
    gateway: Gateway, sender: Registered, key: Path, tmp_path: Path
) -> None:
    put_by_sftp(gateway, sender, key, files_of(sender, tmp_path))
    work_all()
    gateway.sftp(sender.user(SFTP), key, f"get OUT/* {tmp_path}")
    answer = next(tmp_path.glob("FO.*"))
    der = openssl("base64", "-d", given=(tmp_path / answer.name.replace("FO", "FS", 1)).read_bytes())
    verified = openssl(
        "cms", "-verify", "-binary", "-inform", "DER", "-content", str(answer), "-CAfile",
        settings.SEAL_CERTIFICATE_FILE, "-purpose", "any", given=der,
    )  # fmt: skip
    assert verified == answer.read_bytes()
