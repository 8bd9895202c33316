"""Somebody's own site makes a visitor's browser take another session at the portal, or lose the one that it has."""

import re
from typing import Any

import pytest
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from identity.models import Session
from tests import cast, oidc_login
from tests.conftest import LogIn
from tests.logging_in import mails_to
from tests.pages_table import declaration, routes, rows
from tests.requesting import APPLICANT_MAIL, ask, demo_request, desk
from tests.test_activation import opened
from tests.test_exception_procedure import INGRID

pytestmark = pytest.mark.django_db

# What a browser says that another site, a sandboxed frame or a data: address makes send a form; or one that says nothing.
ELSEWHERE = [
    {"Origin": "https://evil.example", "Referer": "https://evil.example/", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    {},
]


def visitor(log_in: LogIn | None = None) -> Client:
    """A browser, logged in as Noor Vermeulen where `log_in` is given; the portal looks for the form's token."""
    client = Client(enforce_csrf_checks=True)
    if log_in is not None:
        client.cookies.update(log_in(cast.NOOR).cookies)
        assert is_logged_in(client)
    return client


def token_in(page: HttpResponse | Any) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())
    assert found is not None
    return found[1]


def press(client: Client, path: str, **fields: str) -> Any:
    """Press the button on the portal's own page, as a browser does: with what the page held and where it stood."""
    typed = {"csrfmiddlewaretoken": token_in(client.get(path)), **fields}
    return client.post(path, typed, headers={"Origin": "http://testserver"})


def is_logged_in(client: Client) -> bool:
    """Whether it is still Noor's browser."""
    return client.get("/nl/me/data").status_code == 200


# --- The link


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_T27_another_site_cannot_press_the_button_of_its_own_link(headers: dict[str, str], log_in: LogIn) -> None:
    link, _code = opened()
    fresh, busy = visitor(), visitor(log_in)
    for client in (fresh, busy):
        before = {name: cookie.value for name, cookie in client.cookies.items()}
        answer = client.post(link, {"log_off": "yes"}, headers=headers)
        assert answer.status_code == 403
        # The browser sends no cookie along there (SameSite): whatever is set takes the place of what it has.
        given = {name: cookie.value for name, cookie in answer.cookies.items() if name != "language"}
        assert given.items() <= before.items()
    assert is_logged_in(busy)
    assert fresh.get("/nl/activate")["Location"] == "/nl/link-gone"


def test_T27_in_a_fresh_browser_the_button_works_without_script() -> None:
    link, _code = opened()
    client = visitor()
    assert press(client, link)["Location"] == "/nl/activate"
    assert client.get("/nl/activate").status_code == 200


def test_T27_who_is_logged_in_is_asked_before_a_link_logs_them_off(log_in: LogIn) -> None:
    link, _code = opened()
    client = visitor(log_in)
    key = client.cookies["session"].value
    page = client.get(link).content.decode()
    assert "Noor Vermeulen" in page and 'name="log_off"' in page
    # A button of a page that did not ask, as it stood in another tab.
    answer = press(client, link)
    assert answer.status_code == 200 and "Noor Vermeulen" in answer.content.decode()
    assert is_logged_in(client) and client.cookies["session"].value == key

    assert press(client, link, log_off="yes")["Location"] == "/nl/activate"
    assert not is_logged_in(client)
    assert not Session.objects.filter(session_key=key).exists(), "logged off, not only put aside"


def test_T27_a_link_that_is_gone_logs_nobody_off(log_in: LogIn) -> None:
    client = visitor(log_in)
    assert press(client, "/nl/link/unknown", log_off="yes")["Location"] == "/nl/link-gone"
    assert is_logged_in(client)


def test_T27_staff_at_work_are_asked_too() -> None:
    link, _code = opened()
    client = desk()
    answer = client.post(link)
    assert answer.status_code == 200 and 'name="log_off"' in answer.content.decode()
    assert client.get("/admin/").status_code == 200


def test_T27_another_site_cannot_press_the_button_of_a_document(log_in: LogIn) -> None:
    ask()
    found = re.search(r"/nl/tickets/link/\S+", mails_to(APPLICANT_MAIL)[-1].text)
    assert found is not None
    link = found[0]
    for headers in ELSEWHERE:
        assert visitor().post(link, headers=headers).status_code == 403
    given = press(visitor(), link)
    assert given.status_code == 200 and given["Content-Type"] == "application/pdf"


# --- Every address


def test_T27_no_form_of_another_site_sets_a_session_or_ends_one(log_in: LogIn) -> None:
    busy, tried = visitor(log_in), 0
    for name, route, row in rows():
        page = declaration(route)
        if "POST" not in page.methods or page.for_programs:
            continue
        address = reverse(name, kwargs=row.arguments(log_in))
        for client in (visitor(), busy):
            answer = client.post(address, headers=ELSEWHERE[0])
            # Files of who may not come are not read, not even to look for a forged form (T16).
            if page.body.files and page.level is not None and client is not busy:
                assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, reverse("login")), name
            else:
                assert answer.status_code == 403, name
            assert "session" not in answer.cookies, name
        tried += 1
    assert tried > 50
    assert is_logged_in(busy)


def test_T27_no_address_gives_a_session_to_who_only_looks(log_in: LogIn) -> None:
    for name, route, row in rows():
        if "GET" in declaration(route).methods:
            answer = Client().get(reverse(name, kwargs=row.arguments(log_in)) + row.query)
            assert "session" not in answer.cookies, name


def test_T27_what_takes_forms_without_a_token_knows_no_session(log_in: LogIn) -> None:
    """An address for programs answers by what the request itself proves."""
    for name, route in routes():
        is_exempt = getattr(route.callback, "csrf_exempt", False)
        assert is_exempt == declaration(route).for_programs, name
        if is_exempt:
            arguments = {"name": "GO.DMFA.654321.20240131.00001.R.1"} if name == "api-receipt" else {}
            method = declaration(route).methods[0]
            answers = [
                client.generic(method, reverse(name, kwargs=arguments)) for client in (visitor(), visitor(log_in))
            ]
            assert answers[0].content == answers[1].content and answers[0].status_code == answers[1].status_code
            assert not answers[1].cookies


@pytest.mark.parametrize("path", ["/nl/logout", "/admin/logout/"])
def test_T27_a_picture_or_link_elsewhere_logs_nobody_off(path: str, log_in: LogIn) -> None:
    client, staff = visitor(log_in), desk()
    for browser in (client, staff):
        assert browser.get(path).status_code in (405, 302)
    assert is_logged_in(client) and staff.get("/admin/").status_code == 200


def test_T27_the_way_back_from_a_login_of_another_browser_opens_nothing(log_in: LogIn) -> None:
    """Login by proxy: the attacker begins, shows a card, and sends the visitor to the last address."""
    attacker = Client()
    at_provider = oidc_login.show_card(attacker, oidc_login.start(attacker), cast.MARIE)
    way_back = oidc_login.path_of(at_provider["Location"])
    fresh, busy = visitor(), visitor(log_in)
    for client in (fresh, busy):
        answer = client.get(way_back, headers={"Sec-Fetch-Site": "cross-site"})
        assert "unknown-login" in answer["Location"] and "session" not in answer.cookies
    assert is_logged_in(busy) and fresh.get("/nl/home").status_code == 302


# --- A session planted beforehand


def planted() -> tuple[Client, SessionBase]:
    """A browser with a session that the attacker began, and that session."""
    attacker = Client()
    attacker.post("/nl/appoint/exception", INGRID)
    assert attacker.cookies["session"].value
    victim = Client()
    victim.cookies["session"] = attacker.cookies["session"].value
    return victim, attacker.session


@pytest.mark.parametrize("step", ["link", "applicant", "follow", "card"])
def test_T27_what_one_proves_is_not_put_into_a_session_that_another_holds(step: str) -> None:
    victim, before = planted()
    if step == "link":
        link, _code = opened()
        victim.post(link)
    elif step == "applicant":
        assert victim.post("/nl/appoint/exception", INGRID).status_code == 302
    elif step == "follow":
        made = demo_request()
        assert (
            victim.post("/nl/tickets/follow", {"ticket": made.ticket, "insz": made.applicant_insz}).status_code == 200
        )
    else:
        oidc_login.log_in_by_card(victim, cast.MARIE)
    assert victim.session.session_key != before.session_key
    assert not Session.objects.filter(session_key=before.session_key).exists()
