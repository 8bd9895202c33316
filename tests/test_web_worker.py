"""T18: what the web server's worker does when it or its disk is full, and when it stops; tests/security tries the rest."""

import itertools
import logging
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import pytest
from gunicorn.workers.gthread import ThreadWorker

from csam_portal import web_limits
from csam_portal.web_exchange import Exchange
from csam_portal.web_worker import Worker
from tests.web_workers import answer_of, connect, request, running, until

# More than the kernel takes for somebody who reads nothing.
LARGE = 12_000_000
PIECE = b"x" * 50_000


def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answers with so many bytes as the query says, piece by piece, or with the number of bytes that came."""
    size = int(environ["QUERY_STRING"] or 0)
    came = len(environ["wsgi.input"].read())
    start_response("200 OK", [("Content-Length", str(size))] if size else [])
    return itertools.repeat(PIECE, size // len(PIECE)) if size else [b"%d came" % came]


def large_body(path: str = "/api/v1/submissions", size: int = 30_000_000) -> bytes:
    return request(path, b"Content-Length: %d" % size, method=b"POST")


def is_answered(address: str, source: str = "127.0.0.9") -> bool:
    with connect(address, source=source) as one:
        one.sendall(request())
        return answer_of(one).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("addresses", [1, 20])
def test_T18_who_never_reads_an_answer_shuts_nobody_out(monkeypatch: pytest.MonkeyPatch, addresses: int) -> None:
    """However many addresses they come from; and threads are free as soon as an answer is made."""
    # They do not go by themselves.
    monkeypatch.setattr(web_limits, "BEHIND_SECONDS", 3600)
    with running(app, worker_connections=15) as (address, worker), ExitStack() as stack:
        for number in range(20):
            one = stack.enter_context(connect(address, source=f"127.0.1.{1 + number % addresses}", receives=2048))
            one.sendall(request(f"/nl/?{LARGE}"))
        assert all(is_answered(address) for _ in range(5))
        until(lambda: all(one.future is None for one in worker.exchanges))
        assert len(worker.exchanges) < 15
        assert all(is_answered(address, source="127.0.1.1") for _ in range(3)), "nor those at the same address"


def test_T18_an_address_has_its_share_of_the_connections_and_a_proxy_is_many(settings: Any) -> None:
    with running(app, worker_connections=30) as (address, worker), ExitStack() as stack:
        for behind_proxy, most in ((False, 10), (True, 29)):
            settings.TRUSTED_PROXIES, settings.PROXY_ADDRESSES = int(behind_proxy), ["127.0.2.0/24"]
            source = f"127.0.2.{1 + behind_proxy}"
            for number in range(35):
                stack.enter_context(connect(address, source=source)).sendall(b"%d of %d" % (number, most))
            until(lambda: b"34 of %d" % most in [bytes(one.head) for one in worker.exchanges])  # noqa: B023 - at once
            assert sum(one.client[0] == source for one in worker.exchanges) == most


def test_T18_who_asks_for_nothing_goes_before_who_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_limits, "STILL_SECONDS", 0)
    with running(app, worker_connections=6, threads=1) as (address, worker), ExitStack() as stack:
        sends = [stack.enter_context(connect(address, source=f"127.0.3.{n}")) for n in (1, 2, 3)]
        for one in sends:
            one.sendall(large_body(size=1_000) + b"x")
        until(lambda: sum(one.request is not None for one in worker.exchanges) == 3)
        for number in range(10):
            stack.enter_context(connect(address, source=f"127.0.4.{1 + number}"))
        assert is_answered(address)
        for one in sends:
            one.sendall(b"x" * 999)
            assert answer_of(one).endswith(b"1000 came\r\n0\r\n\r\n")


def test_T18_bodies_that_stand_still_make_room_on_the_disk_and_forms_are_no_matter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(web_limits, "MOST_ON_DISK", 1_000_000)
    monkeypatch.setattr(web_limits, "STILL_SECONDS", 0.2)
    with running(app) as (address, worker), ExitStack() as stack:

        def kept() -> int:
            return sum(one.on_disk for one in worker.exchanges)

        forms = [stack.enter_context(connect(address, source="127.0.5.1")) for _ in range(5)]
        for one in forms:
            one.sendall(large_body("/nl/login", 60_000) + b"x" * 50_000)
        attackers = [stack.enter_context(connect(address, source=f"127.0.5.{2 + n % 4}")) for n in range(8)]
        for one in attackers:
            one.sendall(large_body() + b"x" * 300_000)
        # Three have room, the others are told so.
        until(lambda: sum(not one.is_arriving for one in worker.exchanges) == 5 and kept() == 900_000)
        until(lambda: all(one.behind(time.monotonic()) > 0.2 for one in worker.exchanges if one.on_disk))
        with connect(address, source="127.0.5.9") as honest:
            honest.sendall(large_body(size=950_000) + b"x" * 950_000)
            assert b"950000 came" in answer_of(honest)
        for one in forms:
            one.sendall(b"x" * 10_000)
            assert b"60000 came" in answer_of(one)
        assert kept() <= 1_000_000


def test_T18_a_body_ends_by_how_far_it_is_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was sent fast gives no time to stand still in."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        exchange = Exchange(ours, ("127.0.0.1", 1), ("127.0.0.1", 2), "")
        now = exchange.since
        monkeypatch.setattr(time, "monotonic", lambda: now)
        exchange.moved(40_000_000)
        now += 5
        assert exchange.behind(now) == 5
        exchange.moved(3 * web_limits.SLOWEST)
        assert exchange.behind(now) == 2


def full_file(**_options: object) -> IO[bytes]:
    return Path("/dev/full").open("w+b")


@pytest.mark.parametrize("sent", [large_body(size=500_000) + b"x" * 500_000, request("/nl/?500000")])
def test_T18_a_full_disk_costs_one_answer(monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    """Of what is too large for memory; all others are served."""
    with running(app) as (address, _worker):
        with monkeypatch.context() as full:
            full.setattr(tempfile, "TemporaryFile", full_file)
            with connect(address) as one:
                one.sendall(sent)
                assert answer_of(one).startswith(b"HTTP/1.1 503 ")
            assert is_answered(address)
        with connect(address) as one:
            one.sendall(sent)
            assert answer_of(one).startswith(b"HTTP/1.1 200 ")


def test_T18_an_error_on_one_connection_ends_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_what: object) -> Callable[..., Any]:
        raise ZeroDivisionError

    with running(app) as (address, worker):
        for place in ("_arrives", "_length", "_finish", "_sends", "_leaves"):
            with monkeypatch.context() as broken:
                broken.setattr(Worker, place, fails)
                with connect(address) as one:
                    one.sendall(request())
                    if place == "_leaves":
                        answer_of(one)
                        one.sendall(b"x")
                    until(lambda: not worker.exchanges)
            assert is_answered(address), place
    assert "A connection ended for an error of ours." in caplog.text


def test_T18_a_worker_that_stops_answers_what_arrived(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a thread has, what waits for one, what is half sent, and who was about to be let in; not who says nothing."""
    monkeypatch.setattr(web_limits, "SILENT_SECONDS", 0)
    goes_on, loop_waits, loop_goes_on = threading.Event(), threading.Event(), threading.Event()

    def waits(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        assert goes_on.wait(30)
        return app(environ, start_response)

    with running(waits, threads=1) as (address, worker), ExitStack() as stack:
        answered, queued, half, silent = (stack.enter_context(connect(address)) for _ in range(4))
        answered.sendall(request())
        queued.sendall(request())
        half.sendall(large_body("/nl/login", 10) + b"x")
        until(lambda: sum(one.request is not None for one in worker.exchanges) == 3 and len(worker.exchanges) == 4)
        worker.method_queue.defer(loop_waits.set)
        worker.method_queue.defer(loop_goes_on.wait)
        assert loop_waits.wait(30)
        worker.handle_exit(None, None)
        newest = stack.enter_context(connect(address))
        newest.sendall(request())
        loop_goes_on.set()
        assert silent.recv(1) == b""
        with pytest.raises(ConnectionRefusedError):
            connect(address)
        half.sendall(b"x" * 9)
        goes_on.set()
        for one in (answered, queued, half, newest):
            assert answer_of(one).startswith(b"HTTP/1.1 200 ")


def test_T18_a_worker_that_stops_waits_for_half_a_request_only_so_long() -> None:
    with running(app, graceful_timeout=1) as (address, worker), connect(address) as half:
        half.sendall(large_body("/nl/login", 10) + b"x")
        until(lambda: any(one.request is not None for one in worker.exchanges))
        worker.handle_exit(None, None)
        assert half.recv(1) == b""


def test_T18_the_answer_to_head_has_no_body(caplog: pytest.LogCaptureFixture) -> None:
    """Nor is one made: gunicorn would warn that it is dropped. What the server refuses by itself has none either."""
    caplog.set_level(logging.WARNING)
    with running(app) as (address, _worker):
        for sent, status in (
            (request("/nl/?500000", method=b"HEAD"), 200),
            (request("/nl/", b"X: " + b"x" * 9_000, method=b"HEAD"), 431),
            (request("/nl/", b"X: " + b"x" * 60_000, method=b"HEAD"), 431),
        ):
            with connect(address) as one:
                one.sendall(sent)
                answer = answer_of(one)
            assert answer.startswith(b"HTTP/1.1 %d " % status)
            assert answer.endswith(b"\r\n\r\n") and answer.count(b"\r\n\r\n") == 1
    assert "no-body" not in caplog.text


def test_T18_a_large_answer_arrives_whole() -> None:
    with running(app) as (address, _worker), connect(address) as one:
        one.sendall(request(f"/nl/?{LARGE}"))
        assert len(answer_of(one).partition(b"\r\n\r\n")[2]) == LARGE


@pytest.mark.parametrize(("seconds", "is_alive"), [(1, True), (99, False)])
def test_T18_a_worker_whose_answer_takes_too_long_gives_no_sign_of_life(
    monkeypatch: pytest.MonkeyPatch, seconds: float, is_alive: bool
) -> None:
    """Then gunicorn replaces it."""
    signs: list[Any] = []
    monkeypatch.setattr(ThreadWorker, "notify", lambda self: signs.append(self))  # noqa: PLW0108 - a method
    ours, theirs = socket.socketpair()
    with ours, theirs:
        exchange = Exchange(ours, ("127.0.0.1", 1), ("127.0.0.1", 2), "")
        exchange.began = time.monotonic() - seconds
        worker = Worker.__new__(Worker)
        worker.exchanges = {exchange: None}
        worker.notify()
    assert bool(signs) is is_alive
    assert web_limits.ANSWER_SECONDS < 99
