"""T22: the ways out are `outgoing` and Django's mail; no other module goes out, and the sessions go nowhere else."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from outgoing import http
from tests.test_architecture import SOURCES, id_of, imported, nodes

# Whoever imports one of these can reach another machine.
NETWORK = (
    "aiohttp", "asyncio", "authlib.integrations", "ctypes", "django.core.mail", "ftplib", "http.client", "http.server", "httpx",
    "imaplib", "multiprocessing", "poplib", "requests", "smtplib", "socket", "socketserver", "ssl", "subprocess", "telnetlib",
    "urllib.request", "urllib3", "xmlrpc",
)  # fmt: skip
# What some of them hold besides, and goes nowhere.
HARMLESS = {
    "requests", "requests.PreparedRequest", "requests.Response", "requests.adapters.HTTPAdapter", "requests.auth.AuthBase",
    "urllib3.HTTPResponse", "urllib3.exceptions.HTTPError", "http.client.HTTPException",
    "django.core.mail.EmailMultiAlternatives",
}  # fmt: skip
# Each with its reason.
LET = {
    "outgoing/http.py": "the way out over HTTP",
    "csam_portal/starting/listening.py": "looks at the sockets that are there, and opens none",
    "csam_portal/web_worker.py": "takes connections from the listener of the web server, and makes none",
    "csam_portal/web_exchange.py": "answers on a connection that was made to us",
    "senders/gateway/probe.py": "speaks to the daemon that it started itself, at 127.0.0.1",
    "senders/fields.py": "writes a certificate as text",
    "senders/passwords.py": "asks the system's own library for a hash",
    "senders/management/commands/gateway.py": "becomes the daemon",
    "htb/document/drawing.py": "starts our own painter, without network addresses in what it is given",
}
# Of `requests`, which anybody may import for its exceptions.
GOING_OUT = {"get", "post", "put", "patch", "delete", "head", "options", "request", "Session", "session"}
STARTING = {"system", "popen", "posix_spawn", "posix_spawnp", "fork", "forkpty"}


def ways_out(path: Path) -> Iterator[str]:
    """What in a module could reach another machine by itself."""
    for name in imported(path):
        if name not in HARMLESS and any(name == there or name.startswith(f"{there}.") for there in NETWORK):
            yield name
    for node in nodes(path):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            called = f"{node.value.id}.{node.attr}"
            if (node.value.id == "requests" and node.attr in GOING_OUT and "requests" in set(imported(path))) or (
                node.value.id == "os" and (node.attr in STARTING or node.attr.startswith(("exec", "spawn")))
            ):
                yield called


@pytest.mark.parametrize("path", [path for path in SOURCES if id_of(path) not in LET], ids=id_of)
def test_T22_a_module_goes_out_through_the_ways_out_alone(path: Path) -> None:
    assert list(ways_out(path)) == []


def test_T22_whoever_is_let_is_there_and_needs_it() -> None:
    assert [name for name in LET if not any(id_of(path) == name and list(ways_out(path)) for path in SOURCES)] == []


@pytest.mark.parametrize("path", SOURCES, ids=id_of)
def test_T22_what_could_fetch_is_told_not_to(path: Path) -> None:
    """Certificates are judged, and documents drawn, without the network."""
    for node in nodes(path):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
        if name == "ValidationContext":
            assert given.get("allow_fetching") == "False", f"{path}:{node.lineno}"
        if name == "URLFetcher":
            assert given.get("allowed_protocols") == "['data']", f"{path}:{node.lineno}"
        if name in {"HTML", "CSS"}:
            assert "url_fetcher" in given, f"{path}:{node.lineno}"


NAMED = ["https://idp.fgov.be/fas/oauth2", "http://127.0.0.1:8080"]


@pytest.mark.parametrize(
    "address",
    [
        "https://idp.fgov.be/jwks",
        "https://IDP.fgov.be:443/jwks?x=@evil.example",
        "http://127.0.0.1:8080/",
        "https://idp.fgov.be/@evil.example/",
    ],
)
def test_T22_an_address_at_a_named_origin_is_named(address: str) -> None:
    assert http.is_named(address, NAMED)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/jwks",
        "http://idp.fgov.be/jwks",
        "https://idp.fgov.be:8443/jwks",
        "https://idp.fgov.be.evil.example/",
        "https://evil.example/idp.fgov.be",
        "https://idp.fgov.be@evil.example/",
        "https://idp.fgov.be:443@evil.example/",
        "https://me@idp.fgov.be/",
        "https://evil.example\\@idp.fgov.be/",
        "https://idp.fgov.be\\.evil.example/",
        "https://evil.example#@idp.fgov.be/",
        "https://evil.example?@idp.fgov.be/",
        "https:///idp.fgov.be/",
        "https:idp.fgov.be",
        "//idp.fgov.be/jwks",
        "https://idp.fgov.be\t/",
        " https://idp.fgov.be/",
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:8081/",
        "http://127.0.0.1/",
        "http://localhost:8080/",
        "http://[::1]:8080/",
        "http://0x7f000001:8080/",
        "ftp://idp.fgov.be/",
        "file:///etc/passwd",
        "data:application/json,{}",
        "unix:///run/x",
        "https://idp.fgov.be:99999/",
        "",
    ],
)
def test_T22_any_other_address_is_not(address: str) -> None:
    assert not http.is_named(address, NAMED)
    if address.strip() != address or "\\." in address:
        return  # requests itself reads these as an address at the named host, and asks there
    with pytest.raises((requests.RequestException, ValueError)), http.session(NAMED) as session:
        session.get(address, timeout=1)


def test_T22_a_list_of_nothing_names_nothing() -> None:
    assert http.origins_of(["", "idp.fgov.be", "*", "https://"]) == frozenset()
