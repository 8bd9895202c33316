"""The folders of a sender: IN, where it puts files; OUT and OUTTEST, where it fetches answers (docs/gateway.md).

The daemon shows a sender nothing but its own. What lies in IN was written by somebody else: no link is followed there.
"""

import errno
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from senders.messages.faults import Fault, FaultError
from senders.messages.names import Environment, FileKind

IN, OUT, OUT_OF_TESTS = "IN", "OUT", "OUTTEST"
ALL = (IN, OUT, OUT_OF_TESTS)


def homes() -> Path:
    """Return the folder that holds every sender's, each named by the sender's number."""
    return Path(settings.GATEWAY_DIR) / "homes"


def out_of(environment: str) -> str:
    """Return the name of the folder that answers of an environment go to."""
    return OUT if environment == Environment.REAL else OUT_OF_TESTS


class Folder:
    """The folders of one sender. number: the sender's."""

    def __init__(self, number: str) -> None:
        self.home = homes() / number

    def read(self, name: str) -> bytes | None:
        """Return what a file in IN holds, None where there is none; a link is none. Raises FaultError(TOO_LARGE)."""
        try:
            descriptor = os.open(self.home / IN / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as absent:
            if absent.errno in {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}:
                return None
            raise
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return None
            content = file.read(settings.MESSAGE_MAX_BYTES + 1)
        if len(content) > settings.MESSAGE_MAX_BYTES:
            raise FaultError(Fault.TOO_LARGE, name)
        return content

    def put_at(self, name: str) -> float | None:
        """Return when a file in IN was put, in seconds since 1970 by the clock of its disk; None where there is none."""
        try:
            return (self.home / IN / name).lstat().st_mtime
        except FileNotFoundError:
            return None

    def remove(self, name: str, *, put_before: float) -> None:
        """Remove a file from IN, unless it was put later (seconds since 1970): then it is another one of the same name."""
        put_at = self.put_at(name)
        if put_at is not None and put_at <= put_before:
            (self.home / IN / name).unlink(missing_ok=True)

    def put(self, folder: str, name: str, content: bytes) -> None:
        """Put a file into OUT or OUTTEST: whole or not at all. Again, it is the same file."""
        target = self.home / folder
        target.mkdir(parents=True, exist_ok=True)
        unfinished = target / f".{name}.{os.getpid()}"
        unfinished.write_bytes(content)
        unfinished.replace(target / name)


def starts(*, put_before: datetime) -> Iterator[tuple[str, str, datetime]]:
    """Yield every GO that lies in an IN since before that moment: the sender's number, its name, since when."""
    for path in homes().glob(f"*/{IN}/{FileKind.START}.*"):
        put_at = datetime.fromtimestamp(path.lstat().st_mtime, UTC)
        if put_at < put_before:
            yield path.parent.parent.name, path.name, put_at


def remove_unfinished() -> None:
    """Remove what was being put when the daemon died: it would stand in the way of the same file. Only while none runs."""
    for path in homes().glob(f"*/{IN}/.in.*"):
        path.unlink(missing_ok=True)


def clean_up(*, put_before: datetime) -> int:
    """Remove what has lain in any folder since before that moment; return how many files."""
    before, removed = put_before.timestamp(), 0
    for folder in ALL:
        for path in homes().glob(f"*/{folder}/*"):
            if path.lstat().st_mtime < before:
                path.unlink(missing_ok=True)
                removed += 1
    return removed
