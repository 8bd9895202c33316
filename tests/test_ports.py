"""No two tests meet at one port, whichever processes they run in."""

import ast
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests import ports

ROOT = Path(__file__).resolve().parent.parent
PROCESSES = 8
EACH = 250
# Takes half of them, splits in two, and both take on: all at the same moment, until told to end.
TAKER = f"""
import os, sys
from tests.ports import free_port, free_ports
taken = [free_port() for _ in range({EACH // 2} - 8)] + list(free_ports(8))
child = os.fork()
if child == 0:
    taken = []
taken += [free_port() for _ in range({EACH // 4})]
os.write(1, (" ".join(map(str, taken)) + " ").encode())
os.write(1, b"| ")
sys.stdin.read()
if child:
    os.waitpid(child, 0)
"""


def test_two_thousand_calls_in_sixteen_processes_never_repeat() -> None:
    takers = [
        subprocess.Popen(
            [sys.executable, "-c", TAKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        for _number in range(PROCESSES)
    ]
    taken: list[int] = [ports.free_port() for _number in range(PROCESSES)]
    for taker in takers:
        assert taker.stdout is not None
        said = ""
        while said.count("|") < 2:
            letter = taker.stdout.read(1)
            assert letter, "a taker ended by itself"
            said += letter
        taken += [int(word) for word in said.replace("|", " ").split()]
    for taker in takers:
        taker.communicate("", timeout=20)
    assert len(taken) >= 1_950
    assert len(set(taken)) == len(taken)
    assert all(ports.FIRST <= port <= ports.LAST for port in taken)


def test_a_port_that_somebody_else_listens_at_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    port = ports.free_port()
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", port))
        somebody.listen()
        monkeypatch.setattr(ports, "_current", iter([port]))
        assert ports.free_port() != port


def test_the_kernel_gives_none_of_them_by_itself() -> None:
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split()[0])
    assert first > ports.LAST


def binds_any_port(source: str) -> list[int]:
    """The lines that bind port 0 by hand. A server that binds it and listens on that socket says so in one call of its own."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "bind"
        and any(
            isinstance(part, ast.Constant) and part.value == 0 for argument in node.args for part in ast.walk(argument)
        )
    ]


def test_nobody_binds_any_port_and_forgets_it() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for folder in ("tests", "benchmarks", "scripts")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line in binds_any_port(path.read_text(encoding="utf-8"))
    ]
    assert not found, "take a port of tests.ports"
    assert binds_any_port('probe.bind(("127.0.0.1", 0))') == [1], "the guard bites"
