"""What the daemon reports: its log, told apart from what strangers make it say (docs/gateway.md).

The daemon writes a record for each thing that happens into `reports/current.log`, and strangers choose parts of it. A mark that
nobody outside knows stands around those parts (`LogFormat report` in proftpd.conf), so that no name of a user or a file looks
like a record, whatever is in it. What has no end, because it was too long for the daemon or is still being written, is none.

A file is known by its inode: renaming does not change it, and nothing else gets the number while the file is there.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.utils.crypto import salted_hmac

from senders.enums import Protocol, TransferKind
from senders.gateway import folders
from senders.messages.names import FileKind

# The variable of the daemon's environment that holds the mark.
MARK = "PORTAL_REPORT"
# How much is read at once: some thousand records. One record is at most a path of Linux and little more.
CHUNK = 256 * 1024
LONGEST_RECORD = 8 * 1024
CURRENT = "current.log"

_HEAD = re.compile(rb"\[(\d{1,10}) (\d{1,6}) (\S+) (\S+) (\d{3}|-) (\d{1,18}|-) (\S+) (\S*) (\S+)\|")
_FINGERPRINT = re.compile(rb"(?:[0-9a-f]{2}:){31}[0-9a-f]{2}")
_PROTOCOLS = {
    b"ssh2": Protocol.SFTP,
    b"sftp": Protocol.SFTP,
    b"scp": Protocol.SFTP,
    b"ftps": Protocol.FTPS,
    b"ftp": Protocol.FTP,
}
_NOTHING = b"-"
_MARK_LENGTH = 32
# What a database can hold of a number of 64 bits.
_SIGNED = 2**63 - 1


@dataclass(frozen=True)
class Report:
    """One thing that happened. Texts are ASCII; what a stranger wrote beyond that is escaped."""

    kind: TransferKind
    protocol: Protocol
    name: str
    address: str
    at: datetime
    file: str = ""
    size: int = 0
    key_sha256: str = ""


@dataclass(frozen=True)
class Chunk:
    """What stands in a file from somewhere on. end: where the next reading begins."""

    reports: list[Report]
    end: int


def folder() -> Path:
    """Return the folder of the reports: whoever runs the worker renames and removes in it."""
    return Path(settings.GATEWAY_DIR).absolute() / "reports"


def mark() -> str:
    """Return the mark that the daemon puts around what strangers write."""
    return _mark(settings.SECRET_KEY)


def _mark(key: str | bytes) -> str:
    return salted_hmac("senders.gateway.reports", "mark", secret=key, algorithm="sha256").hexdigest()[:_MARK_LENGTH]


def files() -> dict[int, Path]:
    """Return the files to be read, by inode: those that were put aside first."""
    return _by_inode([*sorted(folder().glob("aside-*.log")), folder() / CURRENT])


def _by_inode(paths: Iterable[Path]) -> dict[int, Path]:
    found = {}
    for path in paths:
        with suppress(FileNotFoundError):
            found[path.stat().st_ino & _SIGNED] = path
    return found


def read(path: Path, inode: int, position: int) -> Chunk:
    """Return what a file holds from a position on, as far as it is whole. Raises FileNotFoundError where it is another."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_ino & _SIGNED != inode:
            raise FileNotFoundError(path)
        file.seek(position)
        content = file.read(CHUNK)
    reports: list[Report] = []
    whole = 0
    for found, end in _records(content):
        whole = end
        if (report := _report(*found)) is not None:
            reports.append(report)
    if not whole and len(content) == CHUNK:
        whole = CHUNK - LONGEST_RECORD  # no record is as long as that
    return Chunk(reports, position + whole)


def put_aside(path: Path, inode: int) -> None:
    """Let the daemon begin another file with its next session; sessions under way go on in this one."""
    path.rename(path.with_name(f"aside-{inode}.log"))


def remove(path: Path) -> Path:
    """Take a file out of what is read, while its inode stays taken; return where it waits to be deleted."""
    return path.rename(path.with_suffix(".done"))


def removed() -> dict[int, Path]:
    """Return the files that wait to be deleted, by inode."""
    return _by_inode(folder().glob("aside-*.done"))


def _records(content: bytes) -> Iterator[tuple[tuple[bytes, bytes, bytes], int]]:
    """Yield each whole record as (head, parameters, file), with the place where it ends.

    Between two marks stands either what the daemon writes by itself, which begins with a bracket, or what a stranger chose,
    which holds no mark. So the next record is found again after one that was cut.
    """
    marks = map(_mark, [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS])
    pieces = re.split("|".join(marks).encode(), content)
    # Where the mark before the piece of that number begins.
    place, number = len(pieces[0]), 1
    # The last piece has no mark behind it.
    while number + 2 < len(pieces) - 1:
        head, parameters, file = pieces[number : number + 3]
        if _HEAD.fullmatch(head) and parameters.endswith(b"|") and file.endswith(b"]"):
            place += len(head) + len(parameters) + len(file) + 4 * _MARK_LENGTH
            yield (head, parameters[:-1], file[:-1]), place + pieces[number + 3].startswith(b"\n")
            place += len(pieces[number + 3])
            number += 4
        else:
            place += _MARK_LENGTH + len(head)
            number += 1


def _report(head: bytes, parameters: bytes, file: bytes) -> Report | None:
    """Return what a record says, None where that is nobody's business: a step on the way, something that failed."""
    found = _HEAD.fullmatch(head)
    if found is None:
        return None
    seconds, micros, spoken, command, code, size, address, key, user = found.groups()
    protocol = _PROTOCOLS.get(spoken)
    if protocol is None or (kind := _kind(command, code, file, protocol)) is None:
        return None
    # A name that was refused before it counted stands where the command was: over FTP without TLS.
    name = parameters if command == b"USER" else user
    has_key = protocol is Protocol.SFTP and kind in {TransferKind.LOGIN, TransferKind.REFUSED}
    return Report(
        kind=kind,
        protocol=protocol,
        name=_text(name),
        address=_text(address),
        at=datetime.fromtimestamp(int(seconds), UTC).replace(microsecond=int(micros)),
        file="" if file == _NOTHING else _text(file),
        size=0 if size == _NOTHING else int(size),
        key_sha256=key.replace(b":", b"").decode() if has_key and _FINGERPRINT.fullmatch(key) else "",
    )


def _kind(command: bytes, code: bytes, file: bytes, protocol: Protocol) -> TransferKind | None:
    is_done, is_refused = code.startswith(b"2"), code.startswith(b"5")
    match command:
        case b"PASS" if is_done:
            return TransferKind.LOGIN
        case b"PASS" if is_refused:
            return TransferKind.REFUSED
        case b"USER" if is_refused and protocol is not Protocol.SFTP:
            return TransferKind.REFUSED
        case b"STOR" if is_done:
            return _kind_of_file(file)
        case b"RETR" if is_done:
            return TransferKind.FETCHED
    return None


def _kind_of_file(file: bytes) -> TransferKind:
    """A submission is started by its GO, cancelled by its TD."""
    for kind, meaning in ((FileKind.START, TransferKind.STARTED), (FileKind.CANCEL, TransferKind.CANCELLED)):
        if file.startswith(f"/{folders.IN}/{kind}.".encode()):
            return meaning
    return TransferKind.STORED


def _text(content: bytes) -> str:
    """Return bytes as text of printable ASCII alone."""
    return "".join(chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}" for byte in content)
