"""The exception procedure as an applicant makes it, from the home page to the document in hand."""

from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from formats import ticket
from htb.document.demo_keys import file_name, sign
from htb.models import Request
from htb.requests import return_signed
from tests.browser.fixtures import Check, check_page, how_many
from tests.browser.test_desk import act, is_well_made, log_in
from tests.requesting import demo_request

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

    page.locator("main a[href$='/tickets/follow']").last.click()
    look()
    page.locator("[name=ticket]").fill(f"{number[:4]} {number[4:8]} {number[8:]}".lower())
    page.locator("[name=insz]").fill("75471999746")
    page.locator("main button[type=submit]").click()
    look()
    assert "Buurthuis De Brug" in page.locator("main").inner_text()

    # X9: the document comes back, first as it was, then signed.
    page.locator("main [type=file]").set_input_files(file)
    page.locator("main form button[type=submit]").click()
    assert how_many(page.locator(".govuk-error-summary")) == 1
    look()
    signed = tmp_path / "signed.pdf"
    signed.write_bytes(sign(file.read_bytes(), settings.DEMO_SIGNERS_DIR / file_name("Piotr Nowak")))
    page.locator("main [type=file]").set_input_files(signed)
    page.locator("main form button[type=submit]").click()
    page.wait_for_load_state()
    assert how_many(page.locator(".govuk-panel__title")) == 1
    assert how_many(page.locator("main [type=file]")) == 0
    look()
    assert Request.objects.get(ticket=number).is_signed_electronically


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_X9_the_desk_decides_on_a_document_that_was_signed_electronically(
    live_server: LiveServer, browser: Browser, axe: Check, language: str
) -> None:
    case = demo_request()
    content = sign(bytes(case.document.content), settings.DEMO_SIGNERS_DIR / file_name("Piotr Nowak"))
    return_signed(request=case, content=content)
    options = {"java_script_enabled": False, "locale": f"{language}-BE", "viewport": {"width": 1280, "height": 900}}
    page = browser.new_context(**options).new_page()  # type: ignore[arg-type]  # a TypedDict
    log_in(page, live_server, "eranova1")
    is_well_made(page, axe)
    page.locator("#result_list th a").first.click()
    is_well_made(page, axe)
    assert "Piotr Nowak" in page.locator("#content").inner_text()
    with page.expect_download() as download:
        page.locator("#content a[href$='/signed/']").click()
    assert download.value.path().read_bytes() == content
    assert how_many(page.locator("form:has([name=act][value=attach_scan])")) == 0
    assert how_many(page.locator("form:has([name=act][value=approve])")) == 0, "who approves has opened it"
    act(page, "open")
    is_well_made(page, axe)
    page.locator("#content p a").last.click()
    page.locator("form:has([name=act][value=approve]) [name=reason]").fill("Brief")
    act(page, "approve")
    assert how_many(page.locator(".messagelist .success")) == 1
    is_well_made(page, axe)
    page.locator("form:has([name=act][value=new_code]) [name=reason]").fill("Niet genoteerd")
    act(page, "new_code")
    assert how_many(page.locator(".errornote")) == 1, "Emma Claes logs in with her eID"
    is_well_made(page, axe)
