"""A browser for journeys: Debian's Chromium without JavaScript, which no page needs, and the checks that every page passes."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page
from pytest_django.live_server_helper import LiveServer

from identity.enums import Means
from tests.conftest import session_key

AXE = Path(__file__).parent.parent / "vendor" / "axe-core" / "axe.min.js"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# What a browser knows of a page that its HTML alone does not say. Once its font is there: until then another one, which may be
# wider, stands in, and a browser does not always wait for it before it calls a page loaded.
FACTS = """() => document.fonts.load("1em 'Atkinson Hyperlegible Next'").then(() => ({
    lang: document.documentElement.lang,
    title: document.title,
    headings: [...document.querySelectorAll("h1")].map((h) => h.innerText.trim()),
    wider: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    links: [...document.querySelectorAll("a[href]")].map((a) => [
        (a.getAttribute("aria-label") || a.innerText || a.textContent).trim().replace(/\\s+/g, " "), a.href]),
    ids: [...document.querySelectorAll("[id]")].map((e) => e.id),
    errors: [...document.querySelectorAll(".govuk-error-summary a[href^='#']")].map((a) => a.getAttribute("href").slice(1)),
}))"""

Visit = Callable[..., Page]
Check = Callable[[Page], None]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium: Playwright's own build is never downloaded."""
    chromium = shutil.which("chromium")
    assert chromium is not None, "these tests need the system package chromium"
    return {**browser_type_launch_args, "executable_path": chromium, "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Without JavaScript, in Dutch, on a telephone's narrow screen."""
    return {
        **browser_context_args,
        "java_script_enabled": False,
        "locale": "nl-BE",
        "viewport": {"width": 320, "height": 800},
    }


@pytest.fixture
def log_in_browser(live_server: LiveServer, context: BrowserContext) -> Callable[..., None]:
    """Return `log_in_browser(insz, means=Means.EID)`: the browser is in a session of that person, without the login pages."""

    def make(insz: str, means: Means = Means.EID) -> None:
        cookie = {"name": "session", "value": session_key(insz, means), "url": live_server.url}
        context.add_cookies([cookie])  # type: ignore[list-item]  # a TypedDict, written as what it is

    return make


@pytest.fixture
def visit(live_server: LiveServer, page: Page) -> Visit:
    """Return `visit(path, width=320) -> Page`: goes there and holds the page to what every page promises (E3)."""

    def go(path: str, width: int = 320) -> Page:
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(live_server.url + path)
        check_page(page)
        return page

    return go


def how_many(locator: Locator) -> int:
    """Return how many of these a page holds once it is there: a click returns when the next page begins."""
    locator.page.wait_for_load_state()
    return locator.count()


def check_page(page: Page) -> None:
    """Assert what every page promises (BEHAVIOUR E3), whichever way the browser came there."""
    page.wait_for_load_state()
    facts = page.evaluate(FACTS)
    where = page.url
    assert len(facts["headings"]) == 1, f"{where}: one h1, not {facts['headings']}"
    assert facts["headings"][0], f"{where}: the h1 is empty"
    assert facts["title"].strip(), f"{where}: no title"
    assert not re.search(r"\d{2}\.\d{2}\.\d{2}|\d{9}", facts["title"]), f"{where}: a number in the title (E4)"
    language = re.match(r"https?://[^/]+/(nl|fr|de|en)(/|$)", where)
    assert not language or facts["lang"] == language[1], f"{where}: lang is {facts['lang']}"
    assert facts["wider"] <= 0, f"{where}: {facts['wider']} px too wide at {page.viewport_size}"
    assert len(set(facts["ids"])) == len(facts["ids"]), f"{where}: an id stands twice"
    missing = [target for target in facts["errors"] if target not in facts["ids"]]
    assert not missing, f"{where}: errors that lead to no field: {missing}"
    addresses: dict[str, set[str]] = {}
    for text, address in facts["links"]:
        assert text, f"{where}: a link to {address} without words"
        addresses.setdefault(text, set()).add(address)
    ambiguous = {text: where_to for text, where_to in addresses.items() if len(where_to) > 1}
    assert not ambiguous, f"{where}: one link text, several addresses: {ambiguous}"


@pytest.fixture(scope="session")
def axe(browser: Browser) -> Iterator[Check]:
    """Return `axe(page)`, which fails for whatever axe finds by WCAG 2.2 AA and by its own best practices.

    axe is JavaScript and the page's browser has none: the page as it stands is shown to a second browser context that has.
    """
    context = browser.new_context()
    other = context.new_page()

    def check(page: Page) -> None:
        page.wait_for_load_state()  # a click returns when the next page begins, not when it is there
        address, html = page.url.split("#")[0], page.content()
        other.set_viewport_size(page.viewport_size or {"width": 320, "height": 800})
        other.route(address, lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
        other.goto(address)
        other.unroute(address)
        other.evaluate(AXE.read_text(encoding="utf-8"))
        found = other.evaluate(
            "(tags) => axe.run({runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", AXE_RULES
        )
        lines = [
            f"{violation['id']}: {violation['help']}: {node['html'][:200]}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]
        assert not lines, f"{page.url}:\n" + "\n".join(lines)

    yield check
    context.close()
