"""One connection of the web server, as the worker's loop and gunicorn see it (csam_portal.web_worker; BEHAVIOUR T18)."""

import errno
import socket
import time
from collections.abc import Hashable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import Any

from csam_portal import web_limits


class Kept:
    """Bytes that wait for somebody. What writes or reads raises OSError where the disk does."""

    def __init__(self) -> None:
        self.size = self.taken = 0
        self._file: SpooledTemporaryFile[bytes] | None = None

    @property
    def on_disk(self) -> int:
        """How much of it lies in a temporary file."""
        return self.size if self.size > web_limits.IN_MEMORY else 0

    def add(self, data: bytes) -> None:
        """Keep some more. All is added before anything is taken."""
        if self._file is None:
            self._file = SpooledTemporaryFile(max_size=web_limits.IN_MEMORY)  # noqa: SIM115 - until it is cleared
        self._file.write(data)
        # What the disk does not take is to be known here.
        self._file.flush()
        self.size += len(data)

    def next(self, size: int) -> bytes:
        """Return what comes after what was taken, and leave it there."""
        if self._file is None:
            return b""
        self._file.seek(self.taken)
        return self._file.read(min(size, self.size - self.taken))

    def take(self, size: int) -> bytes:
        """Return what comes next, and take it."""
        data = self.next(size)
        self.taken += len(data)
        return data

    def cut_after(self, mark: bytes) -> None:
        """Forget what stands behind a mark, where that stands near the beginning."""
        before, found, _behind = self.next(web_limits.IN_MEMORY).partition(mark)
        if found:
            self.size = self.taken + len(before) + len(mark)

    def clear(self) -> None:
        """Forget all of it."""
        self.size = self.taken = 0
        file, self._file = self._file, None
        if file is not None:
            # A full disk may refuse what was written last; the file is closed all the same.
            with suppress(OSError):
                file.close()


class Wire:
    """What gunicorn takes for the connection: reading gives what has arrived, writing keeps it until the loop sends it."""

    def __init__(self) -> None:
        self.head = BytesIO()
        self.body, self.answer = Kept(), Kept()
        # Why there is no whole answer.
        self.failure: OSError | None = None

    def recv(self, size: int) -> bytes:
        """Return what has arrived, b"" where no more will come; waits for nothing."""
        return self.head.read(size) or self.body.take(size)

    def sendall(self, data: bytes) -> None:
        """Keep a piece of an answer. Raises ConnectionResetError where there is no room for it."""
        try:
            if self.answer.size + len(data) > web_limits.MOST_ON_DISK:
                self.failure = OSError(errno.EFBIG, "the answer is too large")
            if self.failure is None:
                self.answer.add(data)
                return
        except OSError as error:
            self.failure = error
        raise ConnectionResetError(errno.ECONNRESET, "there is no room for the answer") from self.failure

    # What else gunicorn does with a connection; the loop alone does it with the real one.
    def gettimeout(self) -> float:
        return 0.0

    def setblocking(self, flag: bool) -> None: ...

    def settimeout(self, seconds: float | None) -> None: ...

    def shutdown(self, how: int) -> None:
        raise OSError(errno.ENOTCONN, "the loop does that")

    def close(self) -> None: ...


class Exchange:
    """One connection, with one request and its answer. What has no docstring, gunicorn asks of a connection."""

    initialized = data_ready = True
    is_http2 = False

    def __init__(self, sock: socket.socket, client: Any, server: Any, owner: Hashable) -> None:
        """Begin with a connection. owner: whose share of the room it takes."""
        self.raw, self.client, self.server, self.owner = sock, client, server, owner
        self.sock = Wire()
        self.head = bytearray()
        self.request: Any = None
        # Bytes of the body that are still to come.
        self.missing = 0
        self.is_arriving = self.is_idle = True
        # While a thread has it, or is to have it: what comes of that, and when the thread began.
        self.future: Future[Any] | None = None
        self.began: float | None = None
        self.give(web_limits.HEAD_SECONDS)

    def give(self, seconds: float) -> None:
        """From now on, let somebody fall behind by so many seconds. Resets how far they are."""
        self.patience, self.since = seconds, time.monotonic()

    def moved(self, size: int) -> None:
        """Take note of bytes that came or went: they make up for time, and are no credit for the time to come."""
        self.since = min(time.monotonic(), self.since + size / web_limits.SLOWEST)

    def behind(self, now: float) -> float:
        """Return for how many seconds the other side kept us waiting: none while we keep it waiting."""
        return 0.0 if self.future is not None else now - self.since

    @property
    def on_disk(self) -> int:
        """How much of this lies in temporary files."""
        return self.sock.body.on_disk + self.sock.answer.on_disk

    def init(self) -> None: ...

    @property
    def parser(self) -> Iterator[Any]:
        return iter([self.request])
