"""The gateway as a test starts it, and the clients that senders use: OpenSSH's sftp, curl."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from senders.gateway import daemon, reports
from tests import databases
from tests.messages import Signer, sign
from tests.ports import free_port, free_ports
from tests.senders import PASSWORD

ROOT = Path(__file__).resolve().parent.parent
# Said by the tests that need the daemon when the machine lacks it.
ABSENT = daemon.missing()
ROLE = f"gateway_{os.getpid()}"
PASSIVE_PORTS = 16


@dataclass
class Gateway:
    """A running gateway."""

    folder: Path
    sftp_port: int
    ftps_port: int
    process: "subprocess.Popen[bytes]"

    def environment(self) -> dict[str, str]:
        """The variables with which another process of the portal finds it."""
        return environment(self.folder, self.sftp_port, self.ftps_port)

    def sftp(self, name: str, key: Path, *commands: str, **options: Any) -> "subprocess.CompletedProcess[str]":
        """Run commands in OpenSSH's sftp, with this key alone. options: of subprocess.run."""
        return subprocess.run(
            ["sftp", "-q", "-b", "-", *self.ssh_options(key), f"{name}@127.0.0.1"],
            input="\n".join(commands) + "\n", text=True, capture_output=True, timeout=60, check=False, **options,
        )  # fmt: skip

    def ssh_options(self, key: Path) -> list[str]:
        options = {
            "StrictHostKeyChecking": "no", "UserKnownHostsFile": "/dev/null", "IdentitiesOnly": "yes",
            "PreferredAuthentications": "publickey", "IdentityAgent": "none", "ConnectTimeout": "20",
        }  # fmt: skip
        return [
            "-F", "/dev/null", "-P", str(self.sftp_port), "-i", str(key),
            *(part for option, value in options.items() for part in ("-o", f"{option}={value}")),
        ]  # fmt: skip

    def curl(self, name: str, path: str, *options: str, password: str = PASSWORD, tls: bool = True,
             **more: Any) -> "subprocess.CompletedProcess[bytes]":  # fmt: skip
        """Run curl at a path of the FTPS server; it trusts the gateway's own certificate alone."""
        secure = ["--ssl-reqd", "--cacert", str(self.folder / "keys" / "tls.crt")] if tls else []
        address = f"ftp://127.0.0.1:{self.ftps_port}/{path}"
        return subprocess.run(
            ["curl", "-sS", "--max-time", "60", *secure, "--user", f"{name}:{password}", *options, address],
            capture_output=True, check=False, **more,
        )  # fmt: skip

    def home(self, number: str) -> Path:
        """A sender's folder, from outside."""
        return self.folder / "homes" / number


def environment(folder: Path, sftp_port: int, ftps_port: int) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": databases.url(),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "GATEWAY_DIR": str(folder),
        "GATEWAY_SFTP_PORT": str(sftp_port),
        "GATEWAY_FTPS_PORT": str(ftps_port),
        "GATEWAY_DATABASE_ROLE": ROLE,
    }


@contextmanager
def serving(folder: Path, **variables: str) -> Iterator[Gateway]:
    """Start the gateway on the test's database, on ports that nobody uses; folder: its GATEWAY_DIR."""
    assert not ABSENT, f"the gateway's tests need {', '.join(ABSENT)}"
    sftp_port, ftps_port, passive = free_port(), free_port(), free_ports(PASSIVE_PORTS)
    command = [sys.executable, "manage.py", "gateway"]
    where = environment(folder, sftp_port, ftps_port) | {"GATEWAY_PASSIVE_PORTS": f"{passive[0]}-{passive[-1]}"}
    process = subprocess.Popen(command, cwd=ROOT, env={**where, **variables}, start_new_session=True)
    try:
        for port in (sftp_port, ftps_port):
            wait_for_port(port, process)
        yield Gateway(folder, sftp_port, ftps_port, process)
    finally:
        end(process)
        drop_role()


@contextmanager
def telling_its_sql(folder: Path, log: Path, **variables: str) -> Iterator[Gateway]:
    """Serve as `serving` does, and let the daemon write every statement that it sends to the database into a file."""
    sftp_port, ftps_port = free_port(), free_port()
    where = {**environment(folder, sftp_port, ftps_port), **variables}
    subprocess.run(
        [sys.executable, "manage.py", "gateway", "--check"], cwd=ROOT, env=where, check=True, capture_output=True
    )
    configuration = folder / "run" / "proftpd.conf"
    with configuration.open("a", encoding="utf-8") as file:
        log.touch()
        file.write(f"\n<Global>\n    SQLLogFile {log}\n</Global>\n")
    command = [str(daemon.binary()), "--nodaemon", "--config", str(configuration)]
    process = subprocess.Popen(
        command, env=daemon.environment(**{reports.MARK: reports.mark()}), start_new_session=True
    )
    try:
        for port in (sftp_port, ftps_port):
            wait_for_port(port, process)
        yield Gateway(folder, sftp_port, ftps_port, process)
    finally:
        end(process)
        drop_role()


def statements(log: Path) -> list[str]:
    """What the daemon sent to the database, as `telling_its_sql` had it written."""
    return re.findall(r'query "(.*?)"$', log.read_text(encoding="latin-1"), re.MULTILINE | re.DOTALL)


def drop_role() -> None:
    """Remove the role that the gateway made for itself: roles outlive the test's database."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
            if cursor.fetchone():
                cursor.execute(f'DROP OWNED BY "{ROLE}"')
                cursor.execute(f'DROP ROLE "{ROLE}"')


def end(process: "subprocess.Popen[bytes]") -> None:
    """End the daemon and its sessions, which are all of one process group of their own."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    process.wait(timeout=20)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def wait_for_port(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _try in range(300):
        assert process.poll() is None, "the gateway ended by itself"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"nothing answers at port {port}")


@dataclass(frozen=True)
class Files:
    """The files of a submission as they lie on the sender's machine."""

    folder: Path
    declaration: str
    signature: str
    start: str

    @property
    def paths(self) -> list[Path]:
        return [self.folder / name for name in (self.declaration, self.signature, self.start)]

    def puts(self) -> list[str]:
        """The sftp commands that put them, in the order that is asked."""
        return [f"put {path} IN/" for path in self.paths]


def make_files(folder: Path, name: str, content: bytes, signer: Signer) -> Files:
    """Make the files of a submission. name: the tail of a GO, e.g. "DMFA.123456.20240131.00001.R.1"."""
    folder.mkdir(parents=True, exist_ok=True)
    files = Files(folder, f"FI.{name}.1", f"FS.{name}.1", f"GO.{name}")
    (folder / files.declaration).write_bytes(content)
    (folder / files.signature).write_bytes(sign(content, signer))
    (folder / files.start).write_bytes(b"")
    return files
