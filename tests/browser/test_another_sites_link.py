"""T27 in a real browser: another site's form with its own link, and the same link opened by hand."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests import cast
from tests.browser.fixtures import Check, Visit
from tests.test_activation import opened

pytestmark = pytest.mark.django_db(transaction=True)
EVIL = "http://evil.example/"


def session_of(page: Page) -> str | None:
    """The session that the browser holds."""
    return next((cookie.get("value") for cookie in page.context.cookies() if cookie.get("name") == "session"), None)


@contextmanager
def trap(page: Page, address: str, policy: str) -> Iterator[None]:
    """Stand at another site with a form that posts to this address."""
    form = f'<form method="post" action="{address}"><button>Win</button></form>'
    body = f'<!DOCTYPE html><meta name="referrer" content="{policy}">{form}'
    page.route(EVIL, lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(EVIL)
    yield
    page.unroute(EVIL)


def test_T27_a_form_elsewhere_leaves_the_session_alone_and_a_persons_own_click_is_asked_first(
    live_server: LiveServer, page: Page, visit: Visit, axe: Check, log_in_browser: Callable[..., None]
) -> None:
    link, _code = opened()
    log_in_browser(cast.NOOR)
    mine = session_of(page)
    assert mine
    for policy in ("unsafe-url", "no-referrer"):
        with trap(page, f"{live_server.url}{link}", policy), page.expect_response(f"**{link}") as answer:
            page.click("button")
        assert answer.value.status == 403
        assert session_of(page) == mine

    for language, width, height in (("fr", 1366, 768), ("nl", 360, 800)):
        visit(f"/{language}{link[3:]}", width=width)
        axe(page)
        assert "Noor Vermeulen" in page.locator("main").inner_text()
        if folder := os.environ.get("SHOTS"):
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=f"{folder}/link-{language}-{width}.png")
    assert session_of(page) == mine
    page.click("main button")
    page.wait_for_url(f"{live_server.url}/nl/activate")
    assert session_of(page) != mine
    assert page.locator(".who__level").count() == 0, "nobody is logged in any more"
