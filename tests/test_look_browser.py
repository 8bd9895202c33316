"""The look in a real browser without JavaScript: every state, in light and dark, narrow, wide and on paper."""

import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.browser.fixtures import Check, Visit

pytestmark = pytest.mark.django_db(transaction=True)

GALLERY = "/en/gallery"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 768, 1440])
def test_E3_the_gallery_passes_axe_and_never_scrolls_sideways(
    visit: Visit, axe: Check, page: Page, scheme: str, width: int
) -> None:
    """320 px is also 1280 px at 400 % zoom."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    axe(visit(GALLERY, width))


def test_the_first_view_is_three_requests(live_server: LiveServer, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(live_server.url + "/nl/", wait_until="networkidle")
    assert len(asked) == 3, asked
    assert page.evaluate("document.fonts.check('1rem \"Atkinson Hyperlegible Next\"')")


def test_E3_an_error_link_leads_the_keyboard_to_its_field(visit: Visit) -> None:
    page = visit(GALLERY)
    for link in page.locator(".govuk-error-summary a").all():
        target = str(link.get_attribute("href"))
        link.focus()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == target[1:]


def test_E3_the_skip_link_comes_first_and_leads_to_the_content(visit: Visit) -> None:
    page = visit(GALLERY)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "govuk-skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_E3_everything_that_can_be_pressed_is_large_enough(visit: Visit) -> None:
    """Buttons, inputs and ticks are 44 px high for a thumb; links in running text are not held to that (WCAG 2.5.8)."""
    page = visit(GALLERY)
    small = page.evaluate(
        """() => [...document.querySelectorAll("main .govuk-button, main input, main select, main textarea, .menu a")]
        .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 43.5)
        .map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert not small


def test_lines_hold_at_most_66_characters_or_so(visit: Visit) -> None:
    page = visit(GALLERY, 1440)
    assert page.locator("main").evaluate("e => e.getBoundingClientRect().width") <= 640


def test_a_conditional_block_opens_with_its_choice_alone(visit: Visit) -> None:
    page = visit(GALLERY)
    block = page.locator(".branch")
    assert not block.is_visible()
    page.get_by_label("Other person", exact=True).check()
    assert block.is_visible()
    page.get_by_label("An Peeters", exact=True).check()
    assert not block.is_visible()


def test_E3_paper_has_no_chrome_but_the_address_and_the_date(
    visit: Visit, live_server: LiveServer, tmp_path: Path
) -> None:
    page = visit(GALLERY, 1440)
    page.emulate_media(media="print", color_scheme="dark")
    for gone in (".top", ".bottom", ".demonstration", ".help", "main .govuk-button", ".govuk-back-link"):
        assert not page.locator(gone).first.is_visible(), gone
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(27, 31, 35)", (
        "ink on white, also from a dark screen"
    )
    file = tmp_path / "page.pdf"
    page.pdf(path=file, format="A4")
    text = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True).stdout
    assert re.search(rf"CSAM · {re.escape(live_server.url)} · \d+ \w+ 20\d\d", text)
    assert "Gallery" in text
