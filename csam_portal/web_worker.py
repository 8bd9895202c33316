"""gunicorn's worker for this portal: whoever is slow keeps nobody waiting (BEHAVIOUR T18; docs/operations.md).

A thread answers a request that has arrived whole, and writes into memory. Everything that depends on how fast somebody is
(waiting for the head and the body, sending the answer, letting them read it) happens in one loop over all connections, each
with a time at which it ends. A proxy that buffers would do the same in front; none is needed for it.

One request a connection: what follows on the same one could only be believed if all before it was read.
"""

import errno
import selectors
import socket
import tempfile
import time
from concurrent.futures import Future
from functools import partial
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from gunicorn import http, util
from gunicorn.http.body import LengthReader
from gunicorn.http.errors import NoMoreData
from gunicorn.workers.gthread import ThreadWorker

from csam_portal.starting.serving import refuse_when_believing
from csam_portal.web_exchange import SEND_SECONDS, SLOWEST, Exchange

# Seconds. Of a body: one more for every SLOWEST bytes, so that a large file may come by a slow line.
BODY_SECONDS = 20
LINGER_SECONDS = 2
# What the app has for one answer; a worker that needs longer gives no more sign of life, and is replaced.
ANSWER_SECONDS = 60

MOST_HEAD = 40 * 1024
# Of a body that is kept in memory while it comes, and of all bodies of this worker together, on disk.
IN_MEMORY = 128 * 1024
MOST_WAITING = 1024 * 1024 * 1024
_BLOCK = 64 * 1024
_HEAD_ENDS = b"\r\n\r\n"


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Gathers requests, answers them in threads (`threads`), and sends the answers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.cfg.is_ssl:
            raise RuntimeError("this worker speaks no TLS: that is for the proxy in front (docs/operations.md)")
        self.exchanges: dict[Exchange, None] = {}
        # Bytes of bodies that wait.
        self.waiting = 0

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        """Refuse a configuration in which gunicorn believes its callers, before it takes a connection."""
        refuse_when_believing(cfg)
        super().check_config(cfg, log)

    def load_wsgi(self) -> None:
        """Load the portal, and what it says of each address."""
        super().load_wsgi()
        from csam_portal.bodies import most_bytes_at
        from csam_portal.starting.listening import refuse_when_reachable

        # With --preload the portal was loaded before it listened anywhere (T19).
        refuse_when_reachable()

        self._most_bytes_at = most_bytes_at

    def notify(self) -> None:
        """Say that this worker is alive, unless an answer takes longer than any should."""
        now = time.monotonic()
        if all(one.began is None or now - one.began - one.sock.waited < ANSWER_SECONDS for one in self.exchanges):
            super().notify()

    # --- Arriving

    def accept(self, listener: socket.socket) -> None:
        """Take a connection. Where there are too many, the one that has been arriving for longest has to go."""
        try:
            sock, client = listener.accept()
        except OSError as error:
            if error.errno in {errno.EMFILE, errno.ENFILE}:
                self._drop_slowest()
            elif error.errno not in {errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK}:
                raise
            return
        sock.setblocking(False)
        exchange = Exchange(sock, client, listener.getsockname())
        self.exchanges[exchange] = None
        self.nr_conns += 1
        self.poller.register(sock, selectors.EVENT_READ, partial(self._arrives, exchange))
        if self.nr_conns >= self.worker_connections:
            self._drop_slowest()

    def _drop_slowest(self) -> None:
        slowest = next((one for one in self.exchanges if one.is_arriving), None)
        if slowest is not None:
            self._close(slowest)

    def _arrives(self, exchange: Exchange, sock: socket.socket) -> None:
        try:
            data = sock.recv(_BLOCK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._close(exchange)
        elif exchange.request is None:
            self._gather_head(exchange, data)
        else:
            self._gather_body(exchange, data)

    def _gather_head(self, exchange: Exchange, data: bytes) -> None:
        head = exchange.head
        begin = max(0, len(head) - len(_HEAD_ENDS))
        head += data
        end = head.find(_HEAD_ENDS, begin)
        if end > MOST_HEAD or (end < 0 and len(head) > MOST_HEAD):
            self._refuse(exchange, 431, "Request Header Fields Too Large")
        elif end >= 0:
            end += len(_HEAD_ENDS)
            exchange.sock.head = BytesIO(head[:end])
            self._read_head(exchange, bytes(head[end:]))

    def _read_head(self, exchange: Exchange, rest: bytes) -> None:
        """Let gunicorn read the head, and see what is to come. rest: what came behind it already."""
        try:
            request = next(http.get_parser(self.cfg, exchange.sock, exchange.client))
        except (StopIteration, NoMoreData):
            self._close(exchange)
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, gunicorn has an answer to it
            self.handle_error(None, exchange.sock, exchange.client, error)
            self._send(exchange)
            return
        request.force_close()
        exchange.request = request
        asks_first, request._expected_100_continue = request._expected_100_continue, False
        length = self._length(request)
        if not length:
            self._answer(exchange)
            return
        if asks_first:
            self._try_to_send(exchange, b"HTTP/1.1 100 Continue\r\n\r\n")
        exchange.missing = length
        exchange.sock.body = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed with the exchange
        exchange.deadline = time.monotonic() + BODY_SECONDS + length / SLOWEST
        self._gather_body(exchange, rest)

    def _length(self, request: Any) -> int:
        """Return how much of a body is to be waited for: nothing of one that the portal will refuse (BEHAVIOUR T16)."""
        reader = request.body.reader
        length: int = reader.length if isinstance(reader, LengthReader) else 0
        path = unquote_to_bytes(request.path).decode("utf-8", "replace")
        return length if length <= self._most_bytes_at(path) else 0

    def _gather_body(self, exchange: Exchange, data: bytes) -> None:
        body = exchange.sock.body
        assert body is not None, "there is one since the head was read"  # noqa: S101
        piece = data[: exchange.missing]
        if self.waiting + len(piece) > MOST_WAITING:
            self._refuse(exchange, 503, "Service Unavailable")
            return
        body.write(piece)
        self.waiting += len(piece)
        exchange.received += len(piece)
        exchange.missing -= len(piece)
        if not exchange.missing:
            body.seek(0)
            self._answer(exchange)

    # --- Answering

    def _refuse(self, exchange: Exchange, status: int, reason: str) -> None:
        util.write_error(exchange.sock, status, reason, "")
        self._send(exchange)

    def _answer(self, exchange: Exchange) -> None:
        self._unregister(exchange)
        exchange.is_arriving, exchange.deadline = False, None
        self.enqueue_req(exchange)

    def handle(self, conn: Exchange) -> Any:
        """Answer a request, in a thread."""
        conn.began = time.monotonic()
        return super().handle(conn)

    def finish_request(self, conn: Exchange, fs: "Future[Any]") -> None:
        """Send what a thread answered."""
        conn.began = None
        if conn.sock.is_broken:
            self._close(conn)
        else:
            self._send(conn)

    # --- Sending

    def _send(self, exchange: Exchange) -> None:
        self._unregister(exchange)
        self._forget_body(exchange)
        exchange.is_arriving = False
        exchange.deadline = time.monotonic() + SEND_SECONDS + len(exchange.sock.answer) / SLOWEST
        exchange.raw.setblocking(False)
        self.poller.register(exchange.raw, selectors.EVENT_WRITE, partial(self._goes_on, exchange))
        self._goes_on(exchange, exchange.raw)

    def _goes_on(self, exchange: Exchange, sock: socket.socket) -> None:
        """Send as much as goes; at the end let it be read: closing at once would cut off who is still sending."""
        answer = exchange.sock.answer
        sent = self._try_to_send(exchange, answer)
        if sent is None:
            self._close(exchange)
            return
        del answer[:sent]
        if answer:
            return
        try:
            sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(exchange)
            return
        exchange.deadline = time.monotonic() + LINGER_SECONDS
        self.poller.modify(sock, selectors.EVENT_READ, partial(self._leaves, exchange))

    def _leaves(self, exchange: Exchange, sock: socket.socket) -> None:
        try:
            if sock.recv(_BLOCK):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._close(exchange)

    def _try_to_send(self, exchange: Exchange, data: bytes | bytearray) -> int | None:
        """Return how many bytes went, None where the connection is gone."""
        try:
            return exchange.raw.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            return None

    # --- Ending

    def murder_pending(self) -> None:
        """End the connections whose time is over; of a worker that stops, those that are still arriving too."""
        now = time.monotonic()
        for exchange in list(self.exchanges):
            is_late = exchange.deadline is not None and exchange.deadline < now
            if is_late or (exchange.is_arriving and not self.alive):
                self._close(exchange)

    def _unregister(self, exchange: Exchange) -> None:
        if exchange.raw in self.poller.get_map():
            self.poller.unregister(exchange.raw)

    def _forget_body(self, exchange: Exchange) -> None:
        self.waiting -= exchange.received
        exchange.received = 0
        if exchange.sock.body is not None:
            exchange.sock.body.close()
            exchange.sock.body = None

    def _close(self, exchange: Exchange) -> None:
        if exchange in self.exchanges:
            del self.exchanges[exchange]
            self.nr_conns -= 1
            self._unregister(exchange)
            self._forget_body(exchange)
            util.close(exchange.raw)
