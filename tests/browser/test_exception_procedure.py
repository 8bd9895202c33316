"""The exception procedure as an applicant makes it, from the home page to the document in hand."""

from pathlib import Path

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from formats import ticket
from tests.browser.fixtures import Check, check_page

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_X1_to_X6_from_the_home_page_to_the_document(
    live_server: LiveServer, page: Page, axe: Check, language: str, tmp_path: Path
) -> None:
    def look() -> None:
        check_page(page)
        axe(page)

    page.goto(f"{live_server.url}/{language}/")
    page.locator("main a[href$='/access-administration']").click()
    page.locator("main a[href$='/appoint']").first.click()
    page.locator("main a[href$='/appoint/exception']").click()
    look()
    page.locator("main button[type=submit]").click()
    look()
    page.locator("[name=insz]").fill("75.47.19-997.46")
    page.locator("[name=first_name]").fill("piotr")
    page.locator("[name=last_name]").fill("NOWAK")
    page.locator("[name=enterprise_number]").fill("0999 000 624")
    page.locator("[name=nobody_has_eid]").check()
    page.locator("main button[type=submit]").click()
    look()
    page.locator("[name=who][value=self]").check()
    page.locator("[name=own_email]").fill("piotr@buurthuis.example.be")
    page.locator("[name=own_telephone]").fill("+48 22 123 45 67")
    page.locator("main form button[type=submit]").first.click()
    look()
    page.locator("[name=confirmed]").check()
    page.locator("main form button[type=submit]").first.click()
    look()
    number = page.locator("main strong.number").inner_text()
    assert ticket.parse(number) == number
    with page.expect_download() as download:
        page.locator("main a[href$='/document']").click()
    file = tmp_path / "document.pdf"
    download.value.save_as(file)
    assert file.read_bytes().startswith(b"%PDF-")

    page.locator("main a[href$='/tickets/follow']").click()
    look()
    page.locator("[name=ticket]").fill(f"{number[:4]} {number[4:8]} {number[8:]}".lower())
    page.locator("[name=insz]").fill("75471999746")
    page.locator("main button[type=submit]").click()
    look()
    assert "Buurthuis De Brug" in page.locator("main").inner_text()
