"""Every page, in every language, as a browser shows it at four widths (E3), and nothing for axe to find."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import Page

from tests.browser.fixtures import Check, Visit, check_page
from tests.conftest import LogIn
from tests.pages_table import declaration, shown_pages


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_E3_every_page_is_well_made(
    language: str, page: Page, visit: Visit, axe: Check, log_in: LogIn, log_in_browser: Callable[..., None]
) -> None:
    """E3: one h1, a title, the right lang, no sideways scrolling at 320, 700, 1000 and 1440 px, unique links, accessible."""
    faults = []
    for name, route, row in shown_pages():
        page.context.clear_cookies()
        with translation.override(language):
            address = reverse(name, kwargs=row.arguments(log_in)) + row.query
        if declaration(route).level is not None:
            log_in_browser(row.entitled)
        try:
            visit(address)
            if language in {"nl", "fr"}:  # the tags are the same in all four, and axe takes most of the time
                axe(page)
            for width in (700, 1000):
                page.set_viewport_size({"width": width, "height": 900})
                wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                assert wider <= 0, f"{address}: {wider} px too wide at {width} px"
            page.set_viewport_size({"width": 1440, "height": 900})
            check_page(page)
        except AssertionError as fault:
            faults.append(str(fault))
    assert not faults, "\n\n".join(faults)
