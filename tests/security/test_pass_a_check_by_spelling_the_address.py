"""The attacker spells a request so that what checks it and what answers it do not see the same: headers that only a proxy may
write, an address in another spelling, a second host. T26: one place judges, and every address has one spelling.
"""

import re
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from csam_portal.spelling import SpellingMiddleware
from csam_portal.starting.serving import HELD
from identity.forwarded import judge
from identity.limits import client_address
from tests import starting
from tests.ports import free_address
from tests.servers import serving

PAGE = "/nl/contact"
# One that is a proxy's, beside one that is not.
PROXY, STRANGER = "127.0.0.2", "127.0.0.1"


@pytest.fixture(scope="module")
def without_proxy() -> Iterator[str]:
    """The documented start, as somebody runs it who forgot what gunicorn believes by itself."""
    address = free_address()
    with serving(address, "--workers=1", SECURE_SSL_REDIRECT="true", FORWARDED_ALLOW_IPS="*"):
        yield address


@pytest.fixture(scope="module")
def behind_proxy() -> Iterator[str]:
    address = free_address()
    settings = {"SECURE_SSL_REDIRECT": "true", "TRUSTED_PROXIES": "1", "PROXY_ADDRESSES": f"{PROXY}/32"}
    with serving(address, "--workers=1", **settings):
        yield address


def ask(
    address: str, target: str, *headers: str, host: str = "Host: 127.0.0.1", version: str = "1.1", by: str = PROXY
) -> tuple[int, str]:
    """Send exactly this from an address of this machine; return the status and all that came."""
    name, port = address.removeprefix("http://").split(":")
    lines = [f"GET {target} HTTP/{version}", *([host] if host else []), *headers, "", ""]
    with socket.create_connection((name, int(port)), timeout=60, source_address=(by, 0)) as one:
        one.sendall("\r\n".join(lines).encode())
        answer = b"".join(iter(lambda: one.recv(65536), b"")).decode()
    return int(answer[9:12]), answer


SAYS_HTTPS = [
    ("X-Forwarded-Proto: https",),
    ("x-forwarded-proto: https", "X-Forwarded-For: 127.0.0.1"),
    ("X_Forwarded_Proto: https",),
    ("X-Forwarded-Protocol: ssl",),
    ("X-Forwarded-Ssl: on",),
    ("X-Forwarded-Scheme: https",),
    ("Front-End-Https: on",),
    ("X-Url-Scheme: https",),
    ("Forwarded: for=127.0.0.1;proto=https",),
    ("wsgi.url_scheme: https",),
]


def test_T26_nobody_says_of_themselves_that_they_came_by_https(without_proxy: str, behind_proxy: str) -> None:
    for headers in SAYS_HTTPS:
        status, answer = ask(without_proxy, PAGE, *headers)
        assert (status, "Location: https://" in answer) == (301, True), headers
        assert ask(without_proxy, "/api/v1/openapi.json", *headers)[0] == 403, headers
        assert ask(behind_proxy, PAGE, *headers, by=STRANGER)[0] == 301, headers


def test_T26_what_the_last_proxy_wrote_counts(behind_proxy: str) -> None:
    said = {
        ("X-Forwarded-Proto: https",): 200,
        ("X-Forwarded-Proto: http, https",): 200,
        ("X-Forwarded-Proto: http", "X-Forwarded-Proto: https"): 200,
        ("X-Forwarded-Proto: https, http",): 301,
        ("X-Forwarded-Proto: https,http",): 301,
        ("X-Forwarded-Proto: https", "X-Forwarded-Proto: http"): 301,
        ("X-Forwarded-Proto: https,",): 301,
        ("X-Forwarded-Proto: https https",): 301,
        ("X-Forwarded-Proto: http", "X-Forwarded-Ssl: on"): 301,
    }
    assert {headers: ask(behind_proxy, PAGE, *headers)[0] for headers in said} == said


HTTPS = "X-Forwarded-Proto: https"
PREFIXES = [
    ("Script-Name: /evil",), ("SCRIPT_NAME: /evil",), ("SCRIPT_NAME: /nl",), ("PATH_INFO: /healthz",), ("X-Host: evil",),
    ("X-Script-Name: /evil",), ("X-Forwarded-Prefix: /evil",), ("X-Forwarded-Host: evil.example",), ("X-Forwarded-Port: 6",),
    ("X-Original-URL: /healthz",), ("X-Rewrite-URL: /healthz",), ("Forwarded: host=evil.example",), ("REMOTE_ADDR: 192.0.2.1",),
]  # fmt: skip


def test_T26_no_header_moves_the_portal(without_proxy: str, behind_proxy: str) -> None:
    usual = _addresses(ask(behind_proxy, PAGE, HTTPS)[1])
    assert usual
    for headers in PREFIXES:
        assert _addresses(ask(behind_proxy, PAGE, HTTPS, *headers)[1]) == usual, headers
        status, answer = ask(without_proxy, PAGE, *headers)
        assert (status, _addresses(answer)) == (301, {"https://127.0.0.1/nl/contact"}), headers


def _addresses(answer: str) -> set[str]:
    return set(re.findall(r'(?:href="|src="|action="|Location: )([^"\r]*)', answer))


SPELLINGS = [
    "//nl/contact", "/nl//contact", "/nl/contact//", "/./nl/contact", "/nl/./contact", "/nl/../nl/contact", "/nl/x/../contact",
    "/nl/%2e/contact", "/nl/x/%2e%2e/contact", "/%2e%2e/nl/contact", "/nl%2fcontact", "/nl%2Fcontact", "/%6el/contact",
    "/nl/contac%74", "/nl/contact.", "/nl./contact", "/nl/contact;x=1", "/nl;/contact", "/nl/contact%20", "/nl\\contact",
    "/nl/contact%23", "/NL/contact", "/nl/Contact", "/nl/contact/", "/nl/%2563ontact", "//oidc/callback", "/oidc//callback",
    "/oidc/callback/", "/OIDC/callback", "/%6fidc/callback", "//healthz", "/healthz/", "/healthz/../admin/", "/%61dmin/login/",
    "/admin/./login/", "/admin;/login/", "//admin/login/", "/admin//login/", "/api//v1/openapi.json", "/api/v1/openapi.json.",
    "/static/..%2fnl/contact", "//evil.example/nl",
]  # fmt: skip


def test_T26_an_address_has_one_spelling(behind_proxy: str, without_proxy: str) -> None:
    assert ask(behind_proxy, PAGE, HTTPS)[0] == 200
    for target in SPELLINGS:
        status, answer = ask(behind_proxy, target, HTTPS)
        assert (status, "Location" in answer) == (404, False), target
    for secret in (
        "//oidc/callback",
        "/nl/%6cink/s",
        "//nl/link/s",
        "/nl/link//s",
        "/NL/link/s",
        "/nl/LINK/s",
        "/api%2fv1/token",
    ):
        status, answer = ask(without_proxy, secret + "?code=c")
        assert (status, "Location" in answer) == (403, False), "over plain http no spelling of a secret is sent on"
    assert ask(without_proxy, "/healthz")[0] == 200, "machines ask it inside"
    assert ask(without_proxy, "//healthz")[0] == 404, "and no other spelling"


def test_T26_a_request_names_one_host(behind_proxy: str) -> None:
    def status(target: str = PAGE, *headers: str, host: str = "Host: 127.0.0.1", version: str = "1.1") -> int:
        return ask(behind_proxy, target, HTTPS, *headers, host=host, version=version)[0]

    assert status() == 200
    for host in (
        "",
        "Host: evil.example",
        "Host:",
        "Host: 127.0.0.1@evil.example",
        "Host: 127.0.0.1/evil",
        "Host: 127.0.0.1 evil",
    ):
        assert status(host=host) == 400, host
        assert status(host=host, version="1.0") == 400, host
    assert status(PAGE, "Host: evil.example") == 400
    assert status(PAGE, "Host: 127.0.0.1") == 400
    for target in (
        "http://evil.example/nl/contact",
        "http://127.0.0.1/nl/contact",
        "https:///nl/contact",
        "x://y/nl/contact",
        "*",
    ):
        assert status(target) == 400, target


# --- The judges themselves, also under another web server than gunicorn


@pytest.mark.parametrize(
    ("proxies", "remote", "proto", "by_tls", "scheme"),
    [
        (0, "10.0.0.1", "https", "http", "http"),
        (0, "10.0.0.1", "http", "https", "https"),
        (1, "10.0.0.1", "https", "http", "https"),
        (1, "::ffff:10.0.0.1", "https", "http", "https"),
        (1, "", "https", "http", "https"),
        (1, "10.0.0.1", "HTTPS", "http", "https"),
        (1, "10.0.0.1", "http", "https", "http"),
        (1, "192.0.2.7", "https", "http", "http"),
        (1, "2001:db8::7", "https", "http", "http"),
        (1, "nonsense", "https", "http", "http"),
        (1, "10.0.0.1", "", "http", "http"),
        (2, "10.0.0.1", "https", "http", "https"),
        (2, "10.0.0.1", "http, https, https", "http", "https"),
        (2, "10.0.0.1", "https, http, https", "http", "http"),
        (2, "10.0.0.1", "https, https, http", "http", "http"),
    ],
)
def test_T26_by_which_way_a_request_came(
    settings: Any, proxies: int, remote: str, proto: str, by_tls: str, scheme: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get(PAGE, headers={"X-Forwarded-Proto": proto, "X-Forwarded-Host": "evil.example"})
    request.META.update({"REMOTE_ADDR": remote, "wsgi.url_scheme": by_tls, "HTTP_FORWARDED": "proto=https"})
    judge(request.META)
    assert request.scheme == scheme
    assert not [name for name in request.META if "FORWARDED" in name and name != "HTTP_X_FORWARDED_FOR"]


def test_L6_who_passes_by_the_proxy_does_not_choose_the_address_that_counts(settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    found = set()
    for forwarded in ("198.51.100.1", "198.51.100.2", "198.51.100.3, 198.51.100.4"):
        request = HttpRequest()
        request.META = {"REMOTE_ADDR": "192.0.2.7", "HTTP_X_FORWARDED_FOR": forwarded}
        found.add(client_address(request))
        judge(request.META)
        assert "HTTP_X_FORWARDED_FOR" not in request.META
    assert found == {"192.0.2.7"}


@pytest.mark.parametrize("path", ["//nl/contact", "/nl//contact", "/nl/../nl/contact", "/nl/contact;x", "/nl/contact."])
def test_T26_under_any_server_a_path_has_one_spelling(path: str) -> None:
    answer = Client().generic("GET", "/", PATH_INFO=path, SCRIPT_NAME="/evil")
    assert answer.status_code == 404


def test_T26_no_server_sets_a_prefix() -> None:
    page = Client().get(PAGE, SCRIPT_NAME="/evil").content.decode()
    assert page.count("/evil") == 0


OURS = [
    "/", "/nl/", "/.well-known/security.txt", "/mock-idp/.well-known/openid-configuration", "/admin/a/b/1_2F/change/",
    "/nl/link/aZ-_09", "/api/v1/receipts/GO.DMFA.654321.20240131.00001.R.1", "/static/ui/portal.0a1b.css", "/nl/e/calendar.ics",
]  # fmt: skip


@pytest.mark.parametrize("path", OURS)
def test_T26_our_own_addresses_are_spelt_so(path: str) -> None:
    answered = HttpResponse()
    assert SpellingMiddleware(lambda _request: answered)(RequestFactory().get(path)) is answered


@pytest.mark.parametrize(
    "options",
    [("--proxy-protocol",), ("--forwarder-headers=SCRIPT_NAME", "--header-map=dangerous"), ("--strip-header-spaces",)],
)
def test_T26_a_gunicorn_that_believes_its_callers_does_not_start(options: tuple[str, ...]) -> None:
    done = starting.run({}, "-m", "gunicorn", "csam_portal.wsgi", "--bind=127.0.0.1:0", *options)
    assert done.returncode != 0
    assert all(name in HELD for name in re.findall(r"\(([\w, ]+)\): the portal", done.stderr)[0].split(", "))


def test_T26_no_variable_sets_a_prefix(tmp_path: Any) -> None:
    done = starting.run({"SCRIPT_NAME": "/evil"}, "-c", "from csam_portal.wsgi import application")
    assert done.returncode != 0 and "SCRIPT_NAME is set" in done.stderr
