"""Files that came from outside, drawn by a program of its own (BEHAVIOUR T12, T14; docs/adr/0019-drawing-in-a-cage.md)."""

import json
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from htb.document import painter
from htb.document.judging import Trust

# Run without this process's surroundings: its own folder is all of the portal that it can import.
PROGRAM = "import sys; sys.path.append(sys.argv.pop(1)); from htb.document.painter import run; run()"
ROOT = Path(painter.__file__).parents[2]
# By the clock; the painter's own limits end it earlier unless the machine is busy.
SECONDS = 15
_TOO_HEAVY = {-signal.SIGXCPU, -signal.SIGPROF, -signal.SIGKILL}
# So many painters of one process draw at once; who comes then waits for as long as one may take.
_seats = threading.BoundedSemaphore(2)


class NotDrawnError(Exception):
    """A file could not be drawn. is_too_heavy: it took more time or memory than a letter does."""

    def __init__(self, *, is_too_heavy: bool) -> None:
        super().__init__("too heavy" if is_too_heavy else "not drawn")
        self.is_too_heavy = is_too_heavy


def look_at_scan(content: bytes) -> dict[str, Any]:
    """Return {"pages": how many, "codes": the texts of QR codes}, or {"unfit": the code of what is wrong}.

    Raises NotDrawnError.
    """
    found: dict[str, Any] = json.loads(_paint(["scan"], content))
    return found


def picture_of(content: bytes, page: int) -> bytes:
    """Return a page (from 1) of a PDF, or the picture that a file is, as JPEG. Raises NotDrawnError."""
    return _paint(["page", str(page)], content)


def look_the_same(before: bytes, after: bytes, *, beside: tuple[float, ...]) -> bool:
    """Tell whether two PDFs look the same on a screen and on paper. Raises NotDrawnError.

    beside: left, bottom, right, top in points of the place on the first page where they may differ; () for none.
    """
    return bool(json.loads(_paint(["same", *map(str, beside)], before, after))["same"])


def judge(before: bytes, after: bytes, trust: Trust) -> dict[str, Any]:
    """Return what a document that came back signed is worth, as `htb.document.judging.judge` says. Raises NotDrawnError."""
    found: dict[str, Any] = json.loads(_paint(["judge", json.dumps(asdict(trust))], before, after))
    return found


def _paint(command: list[str], *files: bytes) -> bytes:
    with _seat(), tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as answer:
        for content in files:
            given.write(b"%d\n" % len(content))
            given.write(content)
        given.seek(0)
        status = _run(command, given, answer)
        if status != 0:
            raise NotDrawnError(is_too_heavy=status in {*_TOO_HEAVY, painter.NO_MEMORY})
        answer.seek(0)
        return answer.read(painter.LARGEST_ANSWER)


def _run(command: list[str], given: IO[bytes], answer: IO[bytes]) -> int:
    """Run the painter, without anything of this process's surroundings; return its status."""
    program = [sys.executable, "-I", "-c", PROGRAM, str(ROOT), *command]
    with subprocess.Popen(  # noqa: S603 - our own program, numbers and settings of ours
        program, stdin=given, stdout=answer, stderr=subprocess.DEVNULL, cwd="/", env={}, start_new_session=True
    ) as process:
        try:
            return process.wait(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


@contextmanager
def _seat() -> Iterator[None]:
    if not _seats.acquire(timeout=SECONDS):
        raise NotDrawnError(is_too_heavy=True)
    try:
        yield
    finally:
        _seats.release()
