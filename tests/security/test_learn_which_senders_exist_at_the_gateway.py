"""Somebody without a key or a password wants to know which technical users there are, and which of them are blocked."""

import re
import socket
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone

from identity.models import Person
from senders.enums import ChannelKind
from senders.models import Certificate, Sender
from tests.gateway import ABSENT, Gateway, statements, telling_its_sql
from tests.messages import new_signer
from tests.senders import Registered, add_ssh_key, register

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.waits,
    pytest.mark.skipif(bool(ABSENT), reason=f"the gateway was not tried: {', '.join(ABSENT)} is not installed"),
]
SFTP, FTP = ChannelKind.SFTP, ChannelKind.FTP
UNKNOWN = "EXPNOBODY99"


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    """A key that nobody registered."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "stranger")], check=True)
    return tmp_path / "stranger"


def leave(_sender: Registered) -> None:
    """As it was registered."""


def block(sender: Registered) -> None:
    Sender.objects.filter(pk=sender.sender.pk).update(blocked_at=timezone.now(), blocked_by=Person.objects.portal())


def revoke(_sender: Registered) -> None:
    Certificate.objects.update(revoked_at=timezone.now())


def talk_ssh(gateway: Gateway, name: str, key: Path) -> list[str]:
    """What the server answered to every step of a login, as OpenSSH's client tells it."""
    command = ["sftp", "-vv", "-b", "-", *gateway.ssh_options(key), f"{name}@127.0.0.1"]
    done = subprocess.run(command, input="ls\n", text=True, capture_output=True, check=False, timeout=60)
    assert done.returncode == 255
    start = done.stderr.index("service_accept")
    return re.sub(rf"{name}|127\.0\.0\.1|port \d+|debug\d: |\r", "", done.stderr[start:]).splitlines()


def talk_ftps(gateway: Gateway, name: str) -> list[bytes]:
    """What the server answered to every step of a login."""
    context = ssl.create_default_context(cafile=str(gateway.folder / "keys" / "tls.crt"))
    with socket.create_connection(("127.0.0.1", gateway.ftps_port), timeout=30) as plain:
        answers = [plain.recv(1000)]
        plain.sendall(b"AUTH TLS\r\n")
        answers.append(plain.recv(1000))
        with context.wrap_socket(plain, server_hostname="127.0.0.1") as secure:
            for line in (f"USER {name}", "PASS wrong", f"USER {name}", "PASS", "PWD"):
                secure.sendall(f"{line}\r\n".encode())
                answers.append(secure.recv(1000).replace(name.encode(), b"NAME"))
    return answers


@pytest.mark.parametrize("change", [leave, block, revoke])
def test_T23_a_known_and_an_unknown_user_are_answered_by_the_same_words_and_work(
    transactional_db: None, gateway_folder: Path, tmp_path: Path, stranger: Path, change: Callable[[Registered], None]
) -> None:
    """Step by step the same answers, and behind them the same questions to the database and a hash or key of the same cost."""
    sender = register(SFTP, FTP, signer=new_signer())
    own = add_ssh_key(sender.channels[SFTP], tmp_path)
    change(sender)
    log = tmp_path / "sql.log"

    def asked(name: str) -> list[str]:
        found = [statement.replace(name, "NAME") for statement in statements(log)]
        log.write_bytes(b"")
        return found

    with telling_its_sql(gateway_folder, log) as gateway:
        asked("")
        known_ssh = (talk_ssh(gateway, sender.user(SFTP), stranger), asked(sender.user(SFTP)))
        assert any("Server accepts key" in line for line in known_ssh[0]), "offering a key tells nothing either"
        assert (talk_ssh(gateway, UNKNOWN, stranger), asked(UNKNOWN)) == known_ssh
        known_ftps = (talk_ftps(gateway, sender.user(FTP)), asked(sender.user(FTP)))
        assert (talk_ftps(gateway, UNKNOWN), asked(UNKNOWN)) == known_ftps
        assert (talk_ftps(gateway, sender.user(SFTP)), asked(sender.user(SFTP))) == known_ftps
        is_let_in = gateway.sftp(sender.user(SFTP), own, "ls").returncode == 0
    assert is_let_in is (change is leave), "what answers for nobody lets nobody in"
    logged = (gateway_folder / "run" / "sftp.log").read_text()
    assert "no account for user" not in logged
    configuration = (gateway_folder / "run" / "proftpd.conf").read_text()
    hashes = re.findall(r"\$6\$rounds=(\d+)\$", configuration)
    assert hashes == ["100000"], "the password of nobody costs what a real one does"
