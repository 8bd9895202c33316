"""Somebody with a neighbouring host, or on an open line, plants a cookie of theirs in a visitor's browser."""

from http.cookies import SimpleCookie
from typing import Any

import pytest
import requests
from django.test import Client

from csam_portal.starting import production
from tests import cast
from tests.conftest import session_key
from tests.ports import free_address
from tests.servers import serving
from tests.test_oidc_processes import token_in

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = {"session", "csrftoken", "language"}
# What the proxy in front says, where TLS ends.
OVER_TLS = {"X-Forwarded-Proto": "https"}


def test_T28_over_https_every_cookie_is_bound_to_this_very_host() -> None:
    address = free_address("localhost")
    site = address.replace("http://", "https://")
    key = session_key(cast.KARIM)
    with serving(address, SITE_URL=site, TRUSTED_PROXIES="1", SECURE_SSL_REDIRECT="true"):
        given = _walk(address, site)
        named = {name: _level(address, f"{name}={key}") for name in ("session", "__Host-session")}
    assert set(given) == {f"__Host-{name}" for name in NAMES}
    for name, cookies in given.items():
        for cookie in cookies:
            assert (cookie["secure"], cookie["samesite"], cookie["domain"], cookie["path"]) == (True, "Lax", "", "/"), (
                name
            )
            # What takes a cookie away has no content to keep from a script.
            assert cookie["httponly"] or cookie["max-age"] == "0", name
    assert named == {"session": 302, "__Host-session": 200}, "a planted cookie of another name counts for nothing"


def _walk(address: str, site: str) -> "dict[str, list[dict[str, object]]]":
    """Read, log in, log off, and come to the admin; return every cookie that was set."""
    given: dict[str, list[dict[str, object]]] = {}
    jar: dict[str, str] = {}

    def ask(path: str, form: dict[str, str] | None = None) -> requests.Response:
        headers = {**OVER_TLS, "Cookie": "; ".join(f"{name}={value}" for name, value in jar.items()), "Origin": site}
        answer = requests.request(
            "POST" if form else "GET", address + path, data=form, headers=headers, timeout=20, allow_redirects=False
        )
        for line in answer.raw.headers.getlist("Set-Cookie"):
            for name, morsel in SimpleCookie(line).items():
                given.setdefault(name, []).append(dict(morsel))
                jar[name] = morsel.value
        return answer

    def post(path: str, **typed: str) -> requests.Response:
        """Type into the form that stands there."""
        return ask(path, {"csrfmiddlewaretoken": token_in(ask(path).text), **typed})

    card = post("/fr/login", means="eid", level="500", next="").headers["Location"].removeprefix(site)
    way_back = post(card, insz=cast.KARIM, pin="1234").headers["Location"].removeprefix(site)
    assert ask(way_back).headers["Location"] == "/fr/home"
    mine = ask("/fr/me/data")
    assert mine.status_code == 200
    assert ask("/fr/logout", {"csrfmiddlewaretoken": token_in(mine.text)}).headers["Location"] == "/fr/logged-off"
    assert ask("/admin/login/").status_code == 200
    return given


def _level(address: str, cookie: str) -> int:
    headers = {**OVER_TLS, "Cookie": cookie}
    return requests.get(f"{address}/nl/me/data", headers=headers, timeout=20, allow_redirects=False).status_code


def test_T28_on_this_machine_without_tls_names_are_plain() -> None:
    client = Client()
    client.get("/nl/login")
    assert set(client.cookies) == {"csrftoken", "language"}


def test_T28_production_does_not_start_with_a_cookie_of_another_kind(settings: Any) -> None:
    settings.SITE_URL = "https://csam.fgov.be"
    refused = [sentence for refusal in production.REFUSALS for sentence in refusal.sentences() if "bound" in sentence]
    assert [sentence.split()[0] for sentence in refused] == [
        "SESSION_COOKIE_NAME",
        "CSRF_COOKIE_NAME",
        "LANGUAGE_COOKIE_NAME",
    ]
