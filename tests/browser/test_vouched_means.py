"""What others gave a person to log in with, in Chromium without JavaScript (BEHAVIOUR T2, T4, T5)."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from identity.models import Person, Session
from identity.sessions import PROVED, SessionStore
from tests import adding, cast
from tests.browser.fixtures import Check, check_page, how_many
from tests.conftest import session_key
from tests.logging_in import NEW_PASSWORD, PASSWORD, give_password, link_in, mails_to
from users.bulk import queue

pytestmark = pytest.mark.django_db(transaction=True)

LogInBrowser = Callable[..., None]
NAME, FIRST = adding.MEANS["user_name"], adding.MEANS["password"]


def as_thomas() -> Client:
    client = Client()
    client.cookies["session"] = session_key(cast.THOMAS)
    return client


def submit(page: Page) -> None:
    page.locator("main form button[type=submit]:not([name])").first.click()


def given_and_used() -> None:
    """Thomas Wouters gives Luc Janssens means; somebody uses them and sets an address."""
    adding.give(as_thomas(), cast.LUC, **adding.MEANS, title="mr", language="nl")
    thief = Client()
    give_password(thief, NAME, FIRST)
    thief.post("/nl/login/first-password", {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD})
    answers = {"language": "nl", "title": "", "email": "thief@example.org", "password": NEW_PASSWORD}
    assert thief.post("/nl/me/data/change", answers).status_code == 302


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_T2_the_victim_logs_in_and_says_what_stays(
    live_server: LiveServer, page: Page, axe: Check, language: str
) -> None:
    """By the card; the page comes before every other; closing it keeps nothing; the name alone is kept."""
    given_and_used()
    base = f"{live_server.url}/{language}"
    by_card(page, base)
    check_page(page)
    axe(page)
    page.context.clear_cookies()  # closes the browser
    assert not Person.objects.get(insz=cast.LUC).has_usable_password()
    by_card(page, base)
    page.goto(f"{base}/me/data")
    expect(page).to_have_url(re.compile(r"/me/means/given\?next="))
    assert how_many(page.locator("#found dt")) == 3
    assert how_many(page.locator("[name=keep]:checked")) == 0
    page.locator("[name=keep][value=user_name]").check()
    submit(page)
    expect(page).to_have_url(f"{base}/me/data")
    check_page(page)
    axe(page)
    person = Person.objects.get(insz=cast.LUC)
    assert (person.has_usable_password(), person.email, person.user_name) == (False, "", NAME)


def by_card(page: Page, base: str) -> None:
    page.goto(f"{base}/login")
    page.locator("[name=means][value=eid]").check()
    submit(page)
    page.locator("[name=insz]").fill(cast.LUC)
    page.locator("[name=pin]").fill("1234")
    submit(page)
    expect(page).to_have_url(re.compile(r"/me/means/given\?next="))


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_T4_a_change_after_five_minutes_asks_the_password_and_comes_back(
    live_server: LiveServer, page: Page, axe: Check, log_in_browser: LogInBrowser, language: str
) -> None:
    log_in_browser(cast.KARIM)
    forget_proof()
    page.goto(f"{live_server.url}/{language}/me/means")
    page.locator("main a[href$='/me/means/app']").click()
    expect(page).to_have_url(re.compile(r"/me/prove\?next="))
    check_page(page)
    axe(page)
    submit(page)
    assert how_many(page.locator(".govuk-error-summary a")) == 1
    check_page(page)
    axe(page)
    page.locator("[name=password]").fill(PASSWORD)
    submit(page)
    expect(page).to_have_url(f"{live_server.url}/{language}/me/means/app")


def forget_proof() -> None:
    """Let the session's proof be six minutes old."""
    key = Session.objects.filter(person__insz=cast.KARIM).latest("begun_at").pk
    session = SessionStore(key)
    session[PROVED] = timezone.now().timestamp() - 360
    session.save()


def test_T5_a_first_password_is_renewed_from_the_list_to_the_login(
    live_server: LiveServer, page: Page, axe: Check, log_in_browser: LogInBrowser
) -> None:
    account = adding.give(as_thomas(), cast.LUC, **adding.MEANS, title="mr", language="fr")
    log_in_browser(cast.THOMAS)
    page.goto(live_server.url + adding.address("users"))
    page.locator(f'input[name=account][value="{account.public_id}"]').check()
    page.locator("[name=act]").select_option("renew-first-password")
    page.locator(".acts button.govuk-button").click()
    check_page(page)
    axe(page)
    submit(page)
    check_page(page)
    axe(page)
    code = page.locator("#activation-code .code").inner_text()
    while queue.take_one():
        pass
    page.context.clear_cookies()
    page.goto(live_server.url + link_in(mails_to(adding.EMAIL)[-1]))
    submit(page)
    page.locator("[name=code]").fill(code)
    submit(page)
    expect(page).to_have_url(f"{live_server.url}/fr/activate/password")
    check_page(page)
    axe(page)
    page.locator("[name=password]").fill(NEW_PASSWORD)
    page.locator("[name=password_again]").fill(NEW_PASSWORD)
    submit(page)
    expect(page).to_have_url(f"{live_server.url}/fr/login")
    assert give_password(Client(), NAME, NEW_PASSWORD).status_code == 302
