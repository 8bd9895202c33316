"""The web server's worker in a thread of the test, with an app of the test's own, over real connections."""

import logging
import os
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from gunicorn.config import Config

from csam_portal.web_worker import Worker
from tests.ports import free_port


class Log(logging.LoggerAdapter[logging.Logger]):
    """gunicorn's own would take over the test's logging."""

    def access(self, *_what: Any) -> None: ...


class App:
    """What gunicorn takes for an app."""

    def __init__(self, app: Any) -> None:
        self.wsgi = lambda: app


@contextmanager
def running(app: Any, **settings: Any) -> Iterator[tuple[str, Worker]]:
    """Serve a WSGI app; yield its address and the worker. settings: gunicorn's own."""
    config = Config()
    for name, value in {
        "threads": 2,
        "worker_connections": 30,
        "keepalive": 0,
        "graceful_timeout": 20,
        **settings,
    }.items():
        config.set(name, value)
    listener = socket.create_server(("127.0.0.1", free_port()), backlog=500)
    address = "http://{}:{}".format(*listener.getsockname())
    worker = Worker(0, os.getppid(), [listener], App(app), 30, config, Log(logging.getLogger("gunicorn.error")))
    worker.tpool, worker.poller = worker.get_thread_pool(), selectors.DefaultSelector()
    worker.method_queue.init()
    worker.load_wsgi()
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield address, worker
    finally:
        # What a test left open is not waited for.
        worker.cfg.set("graceful_timeout", 0)
        worker.handle_exit(None, None)
        thread.join(timeout=30)
        for exchange in worker.exchanges:
            exchange.raw.close()
            exchange.sock.body.clear()
            exchange.sock.answer.clear()
        worker.tmp.close()
    assert not thread.is_alive(), "the worker ends"


def connect(address: str, *, source: str = "", receives: int = 0) -> socket.socket:
    """Open a connection. source: whence; receives: how many bytes its own side takes before somebody reads them."""
    host, port = address.removeprefix("http://").split(":")
    one = socket.socket()
    if receives:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
    if source:
        one.bind((source, free_port()))
    one.settimeout(60)
    try:
        one.connect((host, int(port)))
    except OSError:
        one.close()
        raise
    return one


def request(path: str = "/nl/contact", *further: bytes, method: bytes = b"GET") -> bytes:
    """Return the head of a request."""
    head = (method + b" " + path.encode() + b" HTTP/1.1", b"Host: 127.0.0.1", b"X-Slow: 1")
    return b"\r\n".join([*head, *further, b"", b""])


def answer_of(one: socket.socket) -> bytes:
    """Return all that comes until the other side closes."""
    pieces = []
    while piece := one.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < end, "it never came so far"
        time.sleep(0.005)
