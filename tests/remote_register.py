"""A small HTTP register for tests: right by default, and able to misbehave in every way that a server can."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.cast import AN, ATELIER

ENTERPRISE: dict[str, Any] = {
    "number": ATELIER,
    "situation": "000",
    "legal_form": "610",
    "started_on": "2009-05-04",
    "stopped_on": None,
    "names": [{"language": "nl", "text": "Atelier Noord BV"}, {"language": "", "text": "Noord"}],
    "address_nl": "Noorderzichtstraat 12, 2000 Antwerpen",
    "address_fr": "",
    "numbers": [{"kind": "rsz", "value": "199930482"}],
}
PERSON: dict[str, Any] = {
    "insz": AN,
    "last_name": "Peeters",
    "first_names": "An",
    "language": "nl",
    "died_on": None,
    "has_eid": True,
}
FUNCTION: dict[str, Any] = {"insz": AN, "code": "10002", "starts_on": "2020-01-01", "ends_on": None}
RIGHT: dict[str, Any] = {
    "/enterprise": {"enterprise": ENTERPRISE},
    "/person": {"person": PERSON},
    "/standing": {"person": PERSON, "functions": [FUNCTION], "is_employed": False},
    "/functions": {"functions": [FUNCTION]},
    "/departed": {"departed": [{"insz": AN, "last_day": "2026-01-31"}]},
    "/holders": {"holders": {"people": 1204, "enterprises": 950}},
}

Behaviour = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Does what the server's behaviour says; notes each request as (path, body, authorization)."""

    server: "RemoteServer"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.path, body, self.headers["Authorization"]))
        self.server.behaviour(self)

    def answer(self, answer: Any, *, status: int = 200, kind: str = "application/json") -> None:
        """Send JSON, or bytes as they are."""
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            self.close_connection = True  # the portal hung up, which is what it should do

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


class RemoteServer(ThreadingHTTPServer):
    """Listens on a free port of this machine."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[str, Any, str]] = []
        self.behaviour: Behaviour = right

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def running() -> Iterator[RemoteServer]:
    """Serve in a thread."""
    with RemoteServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def right(request: Handler) -> None:
    """Answer as agreed."""
    request.answer(RIGHT[request.path])


def always(answer: Any, **how: Any) -> Behaviour:
    """Answer this to everything."""
    return lambda request: request.answer(answer, **how)


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """Do one after the other; the last for ever."""
    left = list(behaviours)

    def next_of_them(request: Handler) -> None:
        behaviour = left.pop(0) if len(left) > 1 else left[0]
        behaviour(request)

    return next_of_them


def slow(request: Handler) -> None:
    """Take longer than anybody waits."""
    time.sleep(1.5)
    right(request)


def dripping(request: Handler) -> None:
    """Send a byte of a header now and then: never long enough silent for a read time-out."""
    for letter in b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nX: " + b"x" * 150:
        request.wfile.write(bytes([letter]))
        request.wfile.flush()
        time.sleep(0.03)


def hanging_up(request: Handler) -> None:
    """Close without a word."""
    request.close_connection = True


def truncated(request: Handler) -> None:
    """Promise more than is sent."""
    request.send_response(200)
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", "5000")
    request.end_headers()
    request.wfile.write(json.dumps(RIGHT[request.path]).encode()[:20])
    request.close_connection = True


def endless(request: Handler) -> None:
    """Send spaces without end."""
    request.send_response(200)
    request.send_header("Content-Type", "application/json")
    request.end_headers()
    while True:
        request.wfile.write(b" " * 65_536)
