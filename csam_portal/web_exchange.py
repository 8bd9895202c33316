"""One connection of the web server, as the worker's loop and gunicorn see it (csam_portal.web_worker; BEHAVIOUR T18)."""

import errno
import socket
import time
from collections.abc import Iterator
from io import BytesIO
from typing import IO, Any

# Seconds: until the head of a request is there, and for which nobody has to read an answer.
HEAD_SECONDS = 10
SEND_SECONDS = 20
# Bytes a second that somebody has to manage.
SLOWEST = 32 * 1024
# Of an answer that is kept in memory until it was sent; nearly every one is smaller.
MOST_ANSWER = 512 * 1024


class Wire:
    """What gunicorn takes for the connection: reading gives what has arrived, writing keeps it until the loop sends it."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.head: IO[bytes] = BytesIO()
        self.body: IO[bytes] | None = None
        self.answer = bytearray()
        self.is_broken = False
        # Seconds for which the app waited for somebody to read, and for which it may go on waiting.
        self.waited = 0.0
        self._patience = float(SEND_SECONDS)

    def recv(self, size: int) -> bytes:
        """Return what has arrived, b"" where no more will come; waits for nothing."""
        return self.head.read(size) or (self.body.read(size) if self.body is not None else b"")

    def sendall(self, data: bytes) -> None:
        """Keep an answer; of one that is large, wait until its beginning was sent. Raises ConnectionResetError."""
        self.answer += data
        if len(self.answer) > MOST_ANSWER:
            self._send_now()

    def _send_now(self) -> None:
        begun = time.monotonic()
        try:
            self.sock.settimeout(max(self._patience, 0.001))
            self.sock.sendall(self.answer)
        except OSError as error:
            self.is_broken = True
            raise ConnectionResetError(errno.ECONNRESET, "nobody reads the answer") from error
        finally:
            spent = time.monotonic() - begun
            self.waited += spent
            self._patience = min(SEND_SECONDS, self._patience - spent + len(self.answer) / SLOWEST)
        self.answer.clear()

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

    def __init__(self, sock: socket.socket, client: Any, server: Any) -> None:
        self.raw, self.client, self.server = sock, client, server
        self.sock = Wire(sock)
        self.head = bytearray()
        self.request: Any = None
        # Bytes of the body that are still to come, and that have come.
        self.missing = self.received = 0
        # When it ends; None while a thread has it, and then since when.
        self.deadline: float | None = time.monotonic() + HEAD_SECONDS
        self.began: float | None = None
        self.is_arriving = True

    def init(self) -> None: ...

    @property
    def parser(self) -> Iterator[Any]:
        return iter([self.request])
