"""The users of a capacity out to a spreadsheet and in again, as a browser does it (BEHAVIOUR U2, U9)."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests import cast
from tests.browser.fixtures import Check, Visit, check_page
from tests.bulk import account_of, address, capacity_of
from tests.sheets import changed, file_of, lines_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("width", [320, 1280])
def test_U9_out_to_a_spreadsheet_and_in_again(
    page: Page, log_in_browser: Callable[..., None], visit: Visit, axe: Check, tmp_path: Path, width: int
) -> None:
    """Export, a slip, the mended file, what would change, carried out, undone; every page on the way is clean for axe."""
    log_in_browser(cast.MARIE)
    visit(address(capacity_of(), "users"), width)
    with page.expect_download() as download:
        page.get_by_role("button", name="De gebruikers exporteren (.csv)").click()
    assert download.value.suggested_filename.startswith("gebruikers-")
    lines = lines_of(Path(download.value.path()).read_bytes())

    page.get_by_role("link", name="De gebruikers importeren (.csv)").click()
    look(page, axe)
    send(page, tmp_path, changed(lines, cast.NOOR, email="no address", status="Misschien"))
    look(page, axe)
    assert page.title().startswith("Fout: ")
    page.locator(".govuk-error-summary a").click()
    assert page.evaluate("document.activeElement.name") == "file"

    lines = changed(lines, cast.NOOR, email="noor@example.be", status="Geblokkeerd")
    send(page, tmp_path, changed(lines, cast.THOMAS, local_email="t@intern.example.be"))
    look(page, axe)
    assert page.get_by_text("vermeulen@example.be wordt noor@example.be").is_visible()
    page.get_by_role("button", name="Bevestigen").click()
    look(page, axe)
    assert account_of(cast.NOOR).is_blocked
    page.get_by_role("button", name="De import ongedaan maken").click()
    look(page, axe)
    assert page.locator("h1").inner_text() == "De import werd ongedaan gemaakt"
    assert not account_of(cast.NOOR).is_blocked


def send(page: Page, folder: Path, lines: list[dict[str, str]]) -> None:
    """Choose a file with these lines and go on."""
    file = folder / "gebruikers.csv"
    file.write_bytes(file_of(lines))
    page.locator("[name=file]").set_input_files(file)
    page.locator("main form [type=submit]").click()


def look(page: Page, axe: Check) -> None:
    """Hold a page to what every page promises; SHOTS names a folder for pictures."""
    check_page(page)
    axe(page)
    if folder := os.environ.get("SHOTS"):
        number = len(list(Path(folder).glob("*.png")))
        page.screenshot(path=f"{folder}/{number:02}.png", full_page=True)
