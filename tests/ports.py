"""Ports for the servers that tests and benchmarks start: no two calls on this machine give the same one, whoever calls.

A port that was bound, closed and forgotten belongs to whoever is quicker. Here a process takes blocks of ports, below those
that the kernel gives by itself to connections and to whoever asks for port 0. A name in the kernel's own list of sockets says
whose a block is; it goes when the process ends, however it ends, so that nothing is left to clear up.
"""

import os
import secrets
import socket
import threading
from collections.abc import Iterator

# Neither the kernel's own (32768 and up) nor the gateway's usual passive ports (29000 and up).
FIRST, LAST = 12_000, 27_999
_BLOCK = 32
_BLOCKS = (LAST + 1 - FIRST) // _BLOCK

_lock = threading.Lock()
_held: list[socket.socket] = []
_current: Iterator[int] = iter(())


def free_port() -> int:
    """Return a port that nobody listens at and that no other call returns while this process lives.

    Raises RuntimeError where every block is taken.
    """
    global _current  # noqa: PLW0603 - one place for the whole process is what it is for
    with _lock:
        while True:
            for port in _current:
                if _is_free(port):
                    return port
            _current = iter(_take_block())


def free_ports(count: int) -> range:
    """Return as many ports in a row (32 at most), each as `free_port` gives them."""
    if not 0 < count <= _BLOCK:
        raise ValueError(f"between 1 and {_BLOCK} ports in a row")
    with _lock:
        while True:
            ports = _take_block()[:count]
            if all(map(_is_free, ports)):
                return ports


def free_address(host: str = "127.0.0.1") -> str:
    """Return the address of a free port, as a browser would type it."""
    return f"http://{host}:{free_port()}"


def _take_block() -> range:
    """Return the ports of a block that was nobody's, from a place that chance chooses: what just ended may still close."""
    begin = secrets.randbelow(_BLOCKS)
    for number in (*range(begin, _BLOCKS), *range(begin)):
        owner = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            owner.bind(f"\0portal-test-ports-{number}")
        except OSError:
            owner.close()
            continue
        _held.append(owner)
        first = FIRST + number * _BLOCK
        return range(first, first + _BLOCK)
    raise RuntimeError("every block of ports is taken")


def _is_free(port: int) -> bool:
    """Tell whether nobody listens there: a server that knows nothing of this module."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True


def _begin_anew() -> None:
    """In a forked process: leave the parent's block to the parent."""
    global _current, _lock
    _current, _lock = iter(()), threading.Lock()


os.register_at_fork(after_in_child=_begin_anew)
