"""Logging in with a real browser, without JavaScript: from the page asked for through the card picker and back (L1, L2, L5)."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from identity.enums import Means
from tests import cast
from tests.browser.fixtures import check_page, how_many

pytestmark = pytest.mark.django_db(transaction=True)

Visit = Callable[..., Page]
Check = Callable[[Page], None]


@pytest.mark.parametrize(("language", "name"), [("nl", "An Peeters"), ("fr", "Marie Dubois")])
def test_L5_from_a_page_through_the_card_picker_back_to_that_page(
    visit: Visit, axe: Check, live_server: LiveServer, language: str, name: str
) -> None:
    asked = f"/{language}/appoint/standard"
    page = visit(asked)
    assert page.url.startswith(f"{live_server.url}/{language}/login?")
    axe(page)
    assert how_many(page.locator("input[name=means]")) == 1
    page.locator("main button[type=submit]").click()

    page.wait_for_url("**/mock-idp/authorise?**")
    check_page(page)
    axe(page)
    assert page.evaluate("document.documentElement.lang") == language
    page.get_by_label(name).check()
    page.fill("#id_pin", "0000")
    page.keyboard.press("Enter")
    page.wait_for_selector("#id_pin_error")
    check_page(page)
    axe(page)
    page.fill("#id_pin", "1234")
    page.keyboard.press("Enter")

    page.wait_for_url(live_server.url + asked)
    check_page(page)
    assert name in page.locator(".who").inner_text()
    page.locator(".who button").click()
    page.wait_for_url(f"{live_server.url}/{language}/logged-off")
    check_page(page)
    axe(page)


def test_E3_the_error_leads_to_the_choice(visit: Visit, axe: Check) -> None:
    page = visit("/nl/login")
    page.locator("main button[type=submit]").click()
    page.wait_for_selector(".govuk-error-summary")
    check_page(page)
    axe(page)
    page.locator(".govuk-error-summary a").click()
    assert page.evaluate("document.activeElement.id") == "id_means_0"
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/mock-idp/authorise?**")


def test_L4_a_stronger_means_is_asked_and_the_page_kept(
    visit: Visit, axe: Check, log_in_browser: Callable[..., None]
) -> None:
    log_in_browser(cast.AN, Means.TOTP)
    page = visit("/nl/appoint/standard")
    axe(page)
    page.check("#id_means_0")
    page.locator("main button[type=submit]").click()
    page.fill("#id_insz", "70.03.14-998.73")
    page.fill("#id_pin", "1234")
    page.keyboard.press("Enter")
    page.wait_for_url("**/nl/appoint/standard")
