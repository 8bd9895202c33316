"""Two supervisors let somebody in, who sets up their means with an eID: in Chromium without JavaScript (BEHAVIOUR T7, T8)."""

import re

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from tests.browser.fixtures import Check, check_page, how_many
from tests.browser.test_desk import is_well_made
from tests.logging_in import NEW_PASSWORD, PASSWORD, code_of, link_in, mails_to, person_called
from tests.staffing import ACCOUNTS, PROPOSALS, card, card_of, key_of

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "nele.nieuw@example.be"


def log_in(page: Page, live_server: LiveServer, user_name: str, where: str, password: str = PASSWORD) -> None:
    page.goto(f"{live_server.url}{where}")
    page.locator("[name=username]").fill(user_name)
    page.locator("[name=password]").fill(password)
    page.locator("[name=code]").fill(code_of(key_of(user_name)))
    page.locator("#login-form [type=submit]").click()
    assert page.url.endswith(where)


def press(page: Page) -> None:
    page.locator("main form button[type=submit]").first.click()


def show_card(page: Page, insz: str) -> None:
    """Type the number of a card and its PIN at the mock provider."""
    page.locator("[name=insz]").fill(insz)
    page.locator("[name=pin]").fill("1234")
    page.locator("main form button[type=submit]").first.click()


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_T7_from_a_proposal_to_the_first_login(
    live_server: LiveServer, browser: Browser, axe: Check, language: str
) -> None:
    settings = {"java_script_enabled": False, "locale": f"{language}-BE", "viewport": {"width": 1280, "height": 900}}
    one, two, nele = (browser.new_context(**settings).new_page() for _person in range(3))  # type: ignore[arg-type]  # a TypedDict
    card()

    log_in(one, live_server, "eranova5", ACCOUNTS)
    is_well_made(one, axe)
    one.goto(f"{live_server.url}{ACCOUNTS}add/")
    for name, value in {
        "user_name": "nele.nieuw", "first_names": "Nele", "last_name": "Nieuw", "email": ADDRESS,
    }.items():  # fmt: skip
        one.locator(f"[name={name}]").fill(value)
    one.locator("[name=groups]").first.check()
    is_well_made(one, axe)
    one.locator(".submit-row [type=submit]").first.click()
    assert how_many(one.locator(".messagelist .warning")) == 1

    log_in(two, live_server, "eranova6", PROPOSALS)
    is_well_made(two, axe)
    two.locator("#result_list th a").first.click()
    is_well_made(two, axe)
    two.locator("button[value=confirm]").click()
    said = two.locator(".messagelist .warning").inner_text()
    is_well_made(two, axe)
    code = re.search(r"[a-z0-9]{4}-[a-z0-9]{4}", said)
    assert code is not None

    link = link_in([mail for mail in mails_to(ADDRESS) if "/link/" in mail.text][-1])
    nele.goto(live_server.url + link.replace("/nl/", f"/{language}/", 1))
    press(nele)
    check_page(nele)
    nele.locator("[name=code]").fill(code[0])
    press(nele)
    check_page(nele)
    press(nele)
    show_card(nele, card_of("eranova1"))
    assert "eID" in nele.locator("main").inner_text()
    check_page(nele)
    press(nele)
    show_card(nele, card())
    check_page(nele)
    for name in ("password", "password_again"):
        nele.locator(f"[name={name}]").fill(NEW_PASSWORD)
    press(nele)
    check_page(nele)
    secret = nele.context.cookies()
    assert secret
    from identity.models import Session

    key = next(
        row.get_decoded()["draft.app"]["key"]
        for row in Session.objects.all()
        if row.get_decoded().get("draft.app", {}).get("person") == person_called("nele.nieuw").pk
    )
    nele.locator("[name=code]").fill(code_of(key))
    press(nele)
    assert nele.url.endswith("/admin/login/")


@pytest.mark.parametrize("language", ["nl", "de"])
def test_T8_an_account_from_before_proves_its_number(
    live_server: LiveServer, browser: Browser, axe: Check, language: str
) -> None:
    from identity.models import StaffNumber

    StaffNumber.objects.filter(person=person_called("eranova2")).delete()
    settings = {"java_script_enabled": False, "locale": f"{language}-BE", "viewport": {"width": 1280, "height": 900}}
    page = browser.new_context(**settings).new_page()  # type: ignore[arg-type]  # a TypedDict
    log_in(page, live_server, "eranova2", "/admin/")
    assert how_many(page.locator(".messagelist .warning")) == 1
    is_well_made(page, axe)
    page.locator("a[href='/admin/prove/']").click()
    is_well_made(page, axe)
    page.locator("#content [type=submit]").click()
    show_card(page, card_of("eranova2"))
    is_well_made(page, axe)
    page.locator("#content [type=submit]").click()
    assert how_many(page.locator(".messagelist .success")) == 1
    assert StaffNumber.objects.filter(person=person_called("eranova2")).exists()
