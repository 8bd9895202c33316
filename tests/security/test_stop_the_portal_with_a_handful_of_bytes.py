"""The attacker wants: that nobody else gets an answer, by some connections that are slow in whatever way (BEHAVIOUR T18)."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from csam_portal import web_limits
from csam_portal.starting.serving import OTHER_WORKER
from tests import starting
from tests.ports import free_address
from tests.servers import serving
from tests.web_workers import answer_of, connect, request, running, until

# Many more than there are threads.
CONNECTIONS = 60
# A second is what it takes; the rest is for a machine that does other things too. Without the mend it is 20 and more.
PROMPT = 3.0


@pytest.fixture(scope="module")
def portal() -> Iterator[str]:
    """The documented start, of one worker."""
    address = free_address()
    with serving(address, "--workers=1"):
        yield address


SLOW: dict[str, bytes] = {
    "says nothing": b"",
    "does not end its first line": b"GET /nl/",
    "does not end its headers": request("/nl/")[:-2],
    "does not send the form it promised": request("/nl/login", b"Content-Length: 60000", method=b"POST") + b"x=1",
    "does not send the file it promised": request("/api/v1/submissions", b"Content-Length: 40000000", method=b"POST")
    + b"x",
    "sends too large a form": request("/nl/login", b"Content-Length: 40000000", method=b"POST") + b"x" * 10_000,
    "sends pieces without a length": request("/nl/login", b"Transfer-Encoding: chunked", method=b"POST") + b"5\r\nx",
    "never closes": request(),
    "keeps alive": request("/nl/contact", b"Connection: keep-alive"),
    "asks before it sends": request("/nl/login", b"Content-Length: 60000", b"Expect: 100-continue", method=b"POST"),
    "reads nothing": request("/nl/help"),
}


def others_wait(address: str) -> float:
    """Return the longest time in which somebody else was answered, of some tries."""
    longest = 0.0
    for path in ("/nl/contact", "/healthz", "/nl/login"):
        begin = time.monotonic()
        assert requests.get(f"{address}{path}", timeout=20).status_code == 200
        longest = max(longest, time.monotonic() - begin)
    return longest


@pytest.mark.parametrize("way", SLOW)
def test_T18_whoever_is_slow_keeps_nobody_waiting(portal: str, way: str) -> None:
    before = others_wait(portal)
    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            one = stack.enter_context(connect(portal, receives=2048 if way == "reads nothing" else 0))
            one.sendall(SLOW[way])
        # What the machine takes for other reasons is no fault of the slow.
        assert others_wait(portal) < PROMPT + 5 * before


def test_T18_more_connections_than_a_worker_takes_push_out_the_slow(portal: str) -> None:
    with ExitStack() as stack:
        for _ in range(700):
            stack.enter_context(connect(portal)).sendall(b"GET /nl/ HTTP/1.1\r\n")
        assert others_wait(portal) < 2 * PROMPT


@pytest.mark.parametrize("addresses", [1, 60])
def test_T18_answers_that_nobody_reads_shut_nobody_out(portal: str, addresses: int) -> None:
    """More than a worker takes, each with a page that it does not read. Their own neighbours are let in too."""
    large = request("/nl/help")
    with ExitStack() as stack:
        for number in range(302):
            source = f"127.0.1.{1 + number % addresses}"
            stack.enter_context(connect(portal, source=source, receives=2048)).sendall(large)
        assert others_wait(portal) < 2 * PROMPT
        with connect(portal, source="127.0.1.1") as one:
            one.sendall(request())
            assert answer_of(one).startswith(b"HTTP/1.1 200 ")


def drip(one: socket.socket, piece: bytes) -> float:
    """Send a piece again and again, a byte at a time; return how long that was let happen."""
    begin = time.monotonic()
    one.settimeout(0.1)
    while time.monotonic() - begin < 60:
        try:
            one.sendall(piece)
            if not one.recv(1):
                break
            time.sleep(0.01)
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - begin


def test_T18_head_body_and_reading_have_an_end_however_they_drip(monkeypatch: pytest.MonkeyPatch) -> None:
    """Together: each takes its whole time."""
    monkeypatch.setattr(web_limits, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(web_limits, "BEHIND_SECONDS", 1.0)
    monkeypatch.setattr(web_limits, "LINGER_SECONDS", 0.2)
    took: dict[str, float] = {}

    def let(name: str, one: socket.socket) -> threading.Thread:
        thread = threading.Thread(target=lambda: took.__setitem__(name, drip(one, b"x")))
        thread.start()
        return thread

    def large(_environ: object, start_response: Callable[..., object]) -> list[bytes]:
        start_response("200 OK", [])
        return [b"x" * 12_000_000]

    sent = {
        "head": b"GET /nl/ HTTP/1.1\r\nX-",
        "body": request("/nl/login", b"Content-Length: 60000", method=b"POST"),
        "answer": request(),
    }
    with running(large) as (address, _worker), ExitStack() as stack:
        waits = []
        for name, first in sent.items():
            one = stack.enter_context(connect(address, receives=2048))
            one.sendall(first)
            waits.append(let(name, one))
        for wait in waits:
            wait.join()
    assert 0.4 < took["head"] < 20
    assert 0.9 < took["body"] < 20
    assert 0.9 < took["answer"] < 20


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (request("/nl/login", b"Content-Length: 40000000", method=b"POST") + b"x" * 300_000, 413),
        (request("/nl/login", b"Transfer-Encoding: chunked", method=b"POST") + b"3\r\nx=1\r\n0\r\n\r\n", 411),
        (request("/nl/login", b"Content-Length: 3", b"Content-Length: 4", method=b"POST") + b"x=1", 400),
        (request("/nl/login", b"Content-Length: 3", b"Transfer-Encoding: chunked", method=b"POST") + b"0\r\n\r\n", 400),
        (request("/nl/login", b"Content-Length: -3", method=b"POST"), 400),
        (request("/nl/login", b"Content-Length: 3x", method=b"POST"), 400),
        (b"GET /" + b"x" * 5_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 414),
        (request("/nl/", *(b"X-%d: 1" % n for n in range(100))), 431),
        (request("/nl/", *(b"X-%d: " % n + b"x" * 8_000 for n in range(5))), 431),
        (request("/nl/", b"X: " + b"x" * 9_000), 431),
        (b"x" * 100_000, 431),
        (b"nonsense\r\n\r\n", 400),
        (b"\r\n\r\n\r\n\r\n", 400),
        (request("/nl/contact", b"Content-Length: 4", method=b"GET") + b"GET ", 200),
        (request() + request("/nl/login"), 200),
    ],
)
def test_T18_what_is_refused_is_answered_and_the_connection_closed(portal: str, sent: bytes, status: int) -> None:
    with connect(portal) as one:
        one.sendall(sent)
        answer = answer_of(one)
    assert answer.startswith(b"HTTP/1.1 %d " % status), answer[:100]
    assert b"Connection: close" in answer
    assert answer.count(b"HTTP/1.1 ") == 1, "what follows on the same connection is no request"


def test_T18_a_body_arrives_whole_however_it_is_cut(portal: str) -> None:
    """A form in pieces, and a file that is kept on disk meanwhile."""
    form = b"means=password&next=" + b"x" * 30_000
    for size, kind in ((7_000, form), (65_536, form), (100_000, b"x" * 5_000_000)):
        page = "/nl/login" if kind is form else "/nl/documents/verify"
        with connect(portal) as one:
            one.sendall(request(page, b"Content-Length: %d" % len(kind), method=b"POST"))
            for begin in range(0, len(kind), size):
                one.sendall(kind[begin : begin + size])
            # Without the token of the form: it was read, and refused for that alone.
            assert answer_of(one).startswith(b"HTTP/1.1 403 ")


def test_T18_who_asks_before_sending_is_told_to_go_on_or_not(portal: str) -> None:
    for length, first in ((3, b"HTTP/1.1 100 Continue"), (40_000_000, b"HTTP/1.1 413 ")):
        with connect(portal) as one:
            one.sendall(request("/nl/login", b"Content-Length: %d" % length, b"Expect: 100-continue", method=b"POST"))
            assert one.recv(65536).startswith(first)


@pytest.mark.parametrize(
    "options",
    [("--worker-class=sync", "--preload"), ("--threads=8", "--worker-class=gthread"), ("--config=/dev/null",)],
)
def test_T18_production_does_not_start_with_a_worker_that_can_be_held(tmp_path: Path, options: tuple[str, ...]) -> None:
    done = starting.run(
        starting.production(tmp_path), "-m", "gunicorn", "csam_portal.wsgi", "--bind=127.0.0.1:0", *options
    )
    assert done.returncode != 0
    assert OTHER_WORKER in done.stderr


def test_T18_the_documented_start_stops_when_what_came_is_answered(tmp_path: Path) -> None:
    """And it opens no control socket: a process of its own, because another gunicorn of this machine may have one."""
    address = free_address()
    home = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    with serving(address, "--workers=1", **home) as process, connect(address) as one:
        assert list(tmp_path.rglob("*")) == []
        one.sendall(request("/nl/login", b"Content-Length: 10", b"Expect: 100-continue", method=b"POST"))
        assert one.recv(65536).startswith(b"HTTP/1.1 100 ")
        process.terminate()
        until(lambda: refuses(address))
        one.sendall(b"x" * 10)
        # Without the token of the form: it was read, and refused for that alone.
        assert answer_of(one).startswith(b"HTTP/1.1 403 ")
        one.close()
        assert process.wait(timeout=20) == 0


def refuses(address: str) -> bool:
    try:
        connect(address).close()
    except ConnectionRefusedError:
        return True
    return False
