"""T18: what the web server's worker does when an answer is large or takes long; tests/security tries the rest from outside."""

import socket
import threading
import time
from contextlib import suppress
from typing import Any

import pytest
from gunicorn.workers.gthread import ThreadWorker

from csam_portal import web_exchange
from csam_portal.web_exchange import MOST_ANSWER, Exchange, Wire
from csam_portal.web_worker import ANSWER_SECONDS, Worker

LARGE = b"x" * 65_536


def read_all(reader: socket.socket, into: bytearray) -> None:
    while piece := reader.recv(65_536):
        into += piece


def test_T18_an_answer_is_kept_until_the_loop_sends_it() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire = Wire(ours)
        wire.sendall(LARGE)
        theirs.setblocking(False)
        with pytest.raises(BlockingIOError):
            theirs.recv(1)
        assert bytes(wire.answer) == LARGE


def test_T18_a_large_answer_is_sent_as_it_is_made() -> None:
    ours, theirs = socket.socketpair()
    read = bytearray()
    with theirs:
        reader = threading.Thread(target=read_all, args=(theirs, read))
        reader.start()
        with ours:
            wire = Wire(ours)
            for _ in range(200):
                wire.sendall(LARGE)
                assert len(wire.answer) <= MOST_ANSWER
            ours.sendall(wire.answer)
        reader.join(timeout=20)
    assert len(read) == 200 * len(LARGE)


def test_T18_who_does_not_read_a_large_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """However it drips: the patience is for all of it."""
    monkeypatch.setattr(web_exchange, "SEND_SECONDS", 0.5)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire, begin = Wire(ours), time.monotonic()
        theirs.setblocking(False)
        with pytest.raises(ConnectionResetError):
            for _ in range(1_000):
                with suppress(BlockingIOError):
                    theirs.recv(10)
                wire.sendall(LARGE)
        assert time.monotonic() - begin < 10
        assert wire.is_broken
        assert wire.waited > 0.4


@pytest.mark.parametrize(("seconds", "waited", "is_alive"), [(1, 0, True), (99, 0, False), (99, 90, True)])
def test_T18_a_worker_whose_answer_takes_too_long_gives_no_sign_of_life(
    monkeypatch: pytest.MonkeyPatch, seconds: float, waited: float, is_alive: bool
) -> None:
    """Then gunicorn replaces it. What somebody takes for reading is not counted."""
    signs: list[Any] = []
    monkeypatch.setattr(ThreadWorker, "notify", lambda self: signs.append(self))  # noqa: PLW0108 - a method
    ours, theirs = socket.socketpair()
    with ours, theirs:
        exchange = Exchange(ours, ("127.0.0.1", 1), ("127.0.0.1", 2))
        exchange.began, exchange.sock.waited = time.monotonic() - seconds, waited
        worker = Worker.__new__(Worker)
        worker.exchanges = {exchange: None}
        worker.notify()
    assert bool(signs) is is_alive
    assert ANSWER_SECONDS < 99
