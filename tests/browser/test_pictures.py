"""The pictures of the README and of docs/, taken from the pages themselves: `make images` puts them into docs/images."""

import os
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests import appointing, cast
from tests.browser.fixtures import check_page
from tests.conftest import LogIn


def test_pictures(
    live_server: LiveServer, page: Page, log_in: LogIn, log_in_browser: Callable[..., None], tmp_path: Path
) -> None:
    """The home page, and the check page of an appointment with the enterprise, the chief and what will change."""
    folder = Path(os.environ.get("PICTURES", tmp_path))
    check = appointing.choose_other(log_in(cast.AN), cast.ATELIER, cast.KARIM)
    log_in_browser(cast.AN)
    page.set_viewport_size({"width": 1100, "height": 800})
    for name, address in {"home": "/nl/", "check": check}.items():
        page.goto(live_server.url + address)
        check_page(page)
        page.screenshot(path=folder / f"{name}.png", full_page=True)
        assert (folder / f"{name}.png").stat().st_size > 10_000
