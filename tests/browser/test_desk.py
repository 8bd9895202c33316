"""A day at the contact centre's desk, as two members of staff see it in a browser (BEHAVIOUR X7, X11, E9)."""

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from access_admins.models import ChiefRole
from tests import cast
from tests.browser.fixtures import Check, how_many
from tests.logging_in import PASSWORD, code_of
from tests.requesting import SCAN, demo_request
from tests.staffing import key_of

pytestmark = pytest.mark.django_db(transaction=True)

QUEUE = "/admin/htb/request/"


def log_in(page: Page, live_server: LiveServer, user_name: str) -> None:
    """By the admin's own page: user name, password, code."""
    page.goto(f"{live_server.url}{QUEUE}")
    page.locator("[name=username]").fill(user_name)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=code]").fill(code_of(key_of(user_name)))
    page.locator("#login-form [type=submit]").click()
    assert page.url.endswith(QUEUE)


def act(page: Page, name: str) -> None:
    """Send the form of an act."""
    page.locator(f"form:has([name=act][value={name}]) [type=submit]").click()


def is_well_made(page: Page, axe: Check) -> None:
    """One h1, a title, nothing for axe to find, no sideways scrolling at 320 px (E3)."""
    page.wait_for_load_state()
    assert how_many(page.locator("h1")) == 1
    assert page.title().strip()
    axe(page)
    page.set_viewport_size({"width": 320, "height": 900})
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{page.url}: {wider} px too wide"
    page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_X7_from_the_letter_to_the_appointment(
    live_server: LiveServer, browser: Browser, axe: Check, language: str
) -> None:
    """One opens the letter, another decides; every page on the way is clean for axe, without JavaScript and under our CSP."""
    settings = {"java_script_enabled": False, "locale": f"{language}-BE", "viewport": {"width": 1280, "height": 900}}
    ticket = demo_request().ticket
    first, second = (browser.new_context(**settings).new_page() for _person in range(2))  # type: ignore[arg-type]  # a TypedDict

    log_in(first, live_server, "eranova1")
    assert first.locator("html").get_attribute("lang") == language
    is_well_made(first, axe)
    first.locator("[name=_selected_action]").first.check()
    first.locator("[name=action]").select_option("receive")
    first.locator("#changelist-form button[name=index]").click()
    is_well_made(first, axe)
    first.locator(".submit-row [type=submit]").click()
    is_well_made(first, axe)
    first.goto(live_server.url + QUEUE)
    first.locator("[name=q]").fill("buurthuis")
    first.locator("#desk-find [type=submit]").click()
    is_well_made(first, axe)
    first.locator("#content th a").first.click()
    is_well_made(first, axe)
    act(first, "attach_scan")
    assert how_many(first.locator(".errorlist")) == 1
    is_well_made(first, axe)
    first.locator("[name=scan]").set_input_files({"name": "brief.pdf", "mimeType": "application/pdf", "buffer": SCAN})
    act(first, "attach_scan")
    assert how_many(first.locator("form:has([name=act][value=approve])")) == 0, "a colleague decides"

    log_in(second, live_server, "eranova2")
    second.locator("[name=q]").fill(ticket.lower())
    second.locator("#desk-find [type=submit]").click()
    assert second.url.endswith("/change/")
    is_well_made(second, axe)
    act(second, "show_numbers")
    is_well_made(second, axe)
    with second.expect_download() as download:
        second.locator("#content a[href$='/scan/']").click()
    assert download.value.path().read_bytes() == SCAN
    act(second, "open")
    assert second.url.endswith("/opened/")
    second.wait_for_load_state("networkidle")
    assert second.locator(".drawn img").first.evaluate("picture => picture.naturalWidth") > 1000
    is_well_made(second, axe)
    second.locator("#content p a").last.click()
    is_well_made(second, axe)
    second.locator("form:has([name=act][value=approve]) [name=reason]").fill("Brief")
    second.locator("[name=is_compared]").check()
    act(second, "approve")
    assert how_many(second.locator(".messagelist .success")) == 1
    is_well_made(second, axe)
    assert ChiefRole.objects.get(enterprise__number=cast.BUURTHUIS).person.insz == cast.EMMA

    first.locator("[name=template]").select_option(index=1)
    act(first, "refuse")
    assert how_many(first.locator(".errornote")) == 1, "the second is told"
    assert "Eranova 2" in first.locator(".errornote").inner_text()
    is_well_made(first, axe)


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_X11_a_caller_asks(live_server: LiveServer, browser: Browser, axe: Check, language: str) -> None:
    settings = {"java_script_enabled": False, "locale": f"{language}-BE", "viewport": {"width": 1280, "height": 900}}
    page = browser.new_context(**settings).new_page()  # type: ignore[arg-type]  # a TypedDict
    log_in(page, live_server, "eranova1")
    page.locator(".object-tools a").click()
    is_well_made(page, axe)
    for number in (cast.BRASSERIE, cast.BUURTHUIS, cast.KARIM, "0999000723"):
        page.locator("[name=number]").fill(number)
        page.locator("[name=reason]").fill("Vraagt wie beheert")
        page.locator("#content form [type=submit]").click()
        is_well_made(page, axe)
    assert how_many(page.locator(".errorlist")) == 1
