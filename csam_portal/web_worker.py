"""gunicorn's worker for this portal: whoever is slow keeps nobody waiting (BEHAVIOUR T18; docs/operations.md).

A thread answers a request that has arrived whole, and its answer is kept whole. Everything that depends on how fast somebody is
(waiting for the head and the body, sending the answer, letting them read it) happens in one loop over all connections, each
with a time at which it ends. Where room is short, whoever keeps it waiting for longest makes room (csam_portal.web_room). A
proxy that buffers would do the same in front; none is needed for it.

One request a connection: what follows on the same one could only be believed if all before it was read.
"""

import errno
import selectors
import socket
import time
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from functools import partial
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from gunicorn import http, util
from gunicorn.http.body import LengthReader
from gunicorn.http.errors import NoMoreData
from gunicorn.workers.gthread import ThreadWorker

from csam_portal import web_limits, web_room
from csam_portal.starting.serving import refuse_when_believing
from csam_portal.web_exchange import Exchange

_BLOCK = 64 * 1024
_HEAD_ENDS = b"\r\n\r\n"

Act = Callable[[Exchange], None]


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Gathers requests, answers them in threads (`threads`), and sends the answers."""

    wsgi: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.cfg.is_ssl:
            raise RuntimeError("this worker speaks no TLS: that is for the proxy in front (docs/operations.md)")
        self.exchanges: dict[Exchange, None] = {}
        self.stops_since: float | None = None

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
        from identity.forwarded import is_proxy, somebody_at

        # With --preload the portal was loaded before it listened anywhere (T19).
        refuse_when_reachable()

        self._most_bytes_at, self._is_proxy, self._somebody_at = most_bytes_at, is_proxy, somebody_at
        self.wsgi = partial(_without_needless_body, self.wsgi)

    def notify(self) -> None:
        """Say that this worker is alive, unless an answer takes longer than any should."""
        now = time.monotonic()
        if all(one.began is None or now - one.began < web_limits.ANSWER_SECONDS for one in self.exchanges):
            super().notify()

    # --- Each connection by itself

    def _when_ready(self, exchange: Exchange, event: int, act: Act) -> None:
        self._unregister(exchange)
        self.poller.register(exchange.raw, event, partial(self._go_on, exchange, act))

    def _go_on(self, exchange: Exchange, act: Act, _sock: socket.socket | None = None) -> None:
        """Do the next thing for a connection that is still there; whatever goes wrong in it ends no other."""
        if exchange not in self.exchanges:
            return
        try:
            act(exchange)
        except Exception:  # the loop serves everybody
            self.log.exception("A connection ended for an error of ours.")
            self._close(exchange)

    # --- Arriving

    def accept(self, listener: socket.socket) -> bool:
        """Take a connection, and make room for it where there is none left; return whether there was one."""
        try:
            sock, client = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return False
        except OSError as error:
            # As where every file that a process may have is open: whoever made it so may well be here.
            self.log.warning("No connection can be taken: %s", error)
            self._make_room_beside(None)
            return False
        sock.setblocking(False)
        exchange = Exchange(sock, client, listener.getsockname(), self._owner_of(client))
        self.exchanges[exchange] = None
        self.nr_conns += 1
        self._go_on(exchange, partial(self._when_ready, event=selectors.EVENT_READ, act=self._arrives))
        self._make_room_beside(exchange)
        return True

    def _owner_of(self, client: Any) -> Hashable:
        """Return whose share of the connections one takes. A proxy brings many people: each of its connections is its own."""
        text = str(client[0]) if isinstance(client, tuple) else ""
        return object() if self._is_proxy(text) else self._somebody_at(text)

    def _make_room_beside(self, newcomer: Exchange | None) -> None:
        one = web_room.makes_room(self.exchanges, newcomer, self.worker_connections)
        if one is not None:
            self._close(one)

    def _arrives(self, exchange: Exchange) -> None:
        try:
            data = exchange.raw.recv(_BLOCK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        exchange.is_idle = False
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
        if end > web_limits.MOST_HEAD or (end < 0 and len(head) > web_limits.MOST_HEAD):
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
        exchange.missing = self._length(request)
        if asks_first and exchange.missing:
            self._try_to_send(exchange, b"HTTP/1.1 100 Continue\r\n\r\n")
        exchange.give(web_limits.BEHIND_SECONDS)
        self._gather_body(exchange, rest)

    def _length(self, request: Any) -> int:
        """Return how much of a body is to be waited for: nothing of one that the portal will refuse (BEHAVIOUR T16)."""
        reader = request.body.reader
        length: int = reader.length if isinstance(reader, LengthReader) else 0
        path = unquote_to_bytes(request.path).decode("utf-8", "replace")
        return length if length <= self._most_bytes_at(path) else 0

    def _gather_body(self, exchange: Exchange, data: bytes) -> None:
        piece = data[: exchange.missing]
        try:
            exchange.sock.body.add(piece)
        except OSError as error:
            self.log.warning("A body cannot be kept: %s", error)
            self._refuse(exchange, 503, "Service Unavailable")
            return
        exchange.missing -= len(piece)
        exchange.moved(len(piece))
        if not exchange.missing:
            self._answer(exchange)

    # --- Answering

    def _refuse(self, exchange: Exchange, status: int, reason: str) -> None:
        exchange.sock.answer.clear()
        exchange.sock.failure = None
        util.write_error(exchange.sock, status, reason, "")
        self._send(exchange)

    def _answer(self, exchange: Exchange) -> None:
        self._unregister(exchange)
        exchange.is_arriving = False
        exchange.future = self.tpool.submit(self.handle, exchange)
        exchange.future.add_done_callback(lambda future: self.method_queue.defer(self.finish_request, exchange, future))

    def handle(self, conn: Exchange) -> Any:
        """Answer a request, in a thread."""
        conn.began = time.monotonic()
        return super().handle(conn)

    def finish_request(self, conn: Exchange, fs: "Future[Any]") -> None:
        """Send what a thread answered."""
        if not fs.cancelled():
            self._go_on(conn, self._finish)

    def _finish(self, exchange: Exchange) -> None:
        exchange.future = exchange.began = None
        if exchange.sock.failure is None:
            self._send(exchange)
        else:
            self.log.warning("An answer cannot be kept: %s", exchange.sock.failure)
            self._refuse(exchange, 503, "Service Unavailable")

    # --- Sending

    def _send(self, exchange: Exchange) -> None:
        exchange.sock.body.clear()
        exchange.is_arriving = False
        exchange.give(web_limits.BEHIND_SECONDS)
        if exchange.head.startswith(b"HEAD "):
            exchange.sock.answer.cut_after(_HEAD_ENDS)
        self._when_ready(exchange, selectors.EVENT_WRITE, self._sends)
        self._sends(exchange)

    def _sends(self, exchange: Exchange) -> None:
        """Send as much as goes; at the end let it be read: closing at once would cut off who is still sending."""
        answer = exchange.sock.answer
        sent = self._try_to_send(exchange, answer.next(_BLOCK))
        if sent is None:
            self._close(exchange)
            return
        answer.taken += sent
        exchange.moved(sent)
        if answer.taken < answer.size:
            return
        answer.clear()
        try:
            exchange.raw.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(exchange)
            return
        exchange.is_idle = True
        exchange.give(web_limits.LINGER_SECONDS)
        self._when_ready(exchange, selectors.EVENT_READ, self._leaves)

    def _leaves(self, exchange: Exchange) -> None:
        try:
            if exchange.raw.recv(_BLOCK):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._close(exchange)

    def _try_to_send(self, exchange: Exchange, data: bytes) -> int | None:
        """Return how many bytes went, None where the connection is gone."""
        try:
            return exchange.raw.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            return None

    # --- Ending

    def set_accept_enabled(self, enabled: bool) -> None:
        """Take connections or not; of a worker that stops, those that came before that are the last ones."""
        stops = not self.alive and self.stops_since is None
        if stops:
            self.stops_since = time.monotonic()
            for listener in self.sockets if self._accepting else ():
                # Not without end: others may come meanwhile.
                any(not self.accept(listener) for _ in range(self.worker_connections))
        super().set_accept_enabled(enabled)
        if stops:
            # Whoever comes now is told so, and does not wait in a queue that nobody looks at.
            for listener in self.sockets:
                listener.close()

    def murder_pending(self) -> None:
        """End the connections whose time is over, and those for which there is no more room on the disk."""
        now = time.monotonic()
        for exchange in list(self.exchanges):
            if exchange.behind(now) > exchange.patience or self._is_too_late(exchange, now):
                self._close(exchange)
        for exchange in list(web_room.make_room_on_disk(self.exchanges)):
            self._go_on(exchange, self._gives_up_its_room)

    def _gives_up_its_room(self, exchange: Exchange) -> None:
        if exchange.sock.answer.taken:
            # Of an answer that has begun no other can be given.
            self._close(exchange)
        elif exchange.future is None or exchange.future.cancel():
            exchange.future = None
            self._refuse(exchange, 503, "Service Unavailable")
        else:
            # The thread that has it is told at its next piece.
            exchange.sock.failure = OSError(errno.ENOSPC, "others need the room")

    def _is_too_late(self, exchange: Exchange, now: float) -> bool:
        """Tell whether a worker that stops waits no more for a request: half of its time is for what arrived."""
        if self.stops_since is None or not exchange.is_arriving:
            return False
        seconds = web_limits.SILENT_SECONDS if exchange.is_idle else self.cfg.graceful_timeout / 2
        return now - self.stops_since > seconds

    def _unregister(self, exchange: Exchange) -> None:
        if exchange.raw in self.poller.get_map():
            self.poller.unregister(exchange.raw)

    def _close(self, exchange: Exchange) -> None:
        if exchange in self.exchanges:
            del self.exchanges[exchange]
            self.nr_conns -= 1
            self._unregister(exchange)
            exchange.sock.body.clear()
            exchange.sock.answer.clear()
            util.close(exchange.raw)


def _without_needless_body(app: Any, environ: dict[str, Any], start_response: Any) -> Any:
    """Answer as the app does, to HEAD without making the body: gunicorn would have it made, drop it, and warn."""
    response = app(environ, start_response)
    return _closed(response) if environ["REQUEST_METHOD"] == "HEAD" else response


def _closed(response: Any) -> Iterator[bytes]:
    try:
        yield from ()
    finally:
        getattr(response, "close", lambda: None)()
