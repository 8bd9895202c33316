"""Bulk acts as an access manager walks them, with the keyboard alone, on a telephone's screen (BEHAVIOUR U4, E3)."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from csam_portal.demo.roles import BLOCKED
from tests import cast
from tests.browser.fixtures import Check, check_page, how_many
from tests.bulk import account_of, address, capacity_of
from users.bulk import queue
from users.enums import BulkAct
from users.models import Account, Grant

pytestmark = pytest.mark.django_db(transaction=True)
LogInBrowser = Callable[..., None]
CONFIRM = "main form button[type=submit]:not([name])"
# The heading of the check page and the sentence of the summary.
WORDS = {
    ("block", "nl"): ("Blokkeren van de gebruiker", "De gebruiker(s) werd(en) met succes geblokkeerd"),
    ("block", "fr"): ("Blocage de l’utilisateur", "Blocage réussi des utilisateurs"),
    ("unblock", "nl"): ("Deblokkeren van de gebruiker", "De gebruiker(s) werd(en) met succes gedeblokkeerd"),
    ("unblock", "fr"): ("Déblocage de l’utilisateur", "Déblocage réussi des utilisateurs"),
    ("delete", "nl"): ("Verwijderen van de gebruiker", "De gebruiker(s) werd(en) met succes verwijderd"),
    ("delete", "fr"): ("Suppression de l’utilisateur", "Suppression réussie des utilisateurs"),
    ("add-applications", "nl"): (
        "Een of meerdere toepassingen toekennen aan een groep gebruikers",
        "De toepassingen die u heeft aangevinkt werden toegevoegd aan de gebruikers die u heeft aangevinkt",
    ),
    ("add-applications", "fr"): (
        "Accorder une ou plusieurs applications à un groupe d’utilisateurs",
        "Les applications que vous avez cochées ont été accordées aux utilisateurs que vous avez cochés",
    ),
    ("remove-applications", "nl"): (
        "Verwijderen van een toepassing(en) aan een groep van gebruikers",
        "De toepassingen die u heeft aangevinkt werden verwijderd bij de gebruikers die u heeft aangevinkt",
    ),
    ("remove-applications", "fr"): (
        "Retirer une ou plusieurs applications à un groupe d’utilisateurs",
        "Les applications que vous avez cochées ont été retirées aux utilisateurs que vous avez cochés",
    ),
}


def seen(page: Page, axe: Check) -> Page:
    """Hold the page to what every page promises, and show it to axe."""
    check_page(page)
    axe(page)
    return page


def press(page: Page, locator: str, key: str) -> None:
    """Focus something and press a key on it; what cannot be focused fails."""
    page.locator(locator).first.focus()
    assert page.locator(locator).first.evaluate("element => element === document.activeElement")
    page.keyboard.press(key)


def enter(page: Page, locator: str) -> None:
    """Press Enter on something that leads to another page, and wait for that."""
    with page.expect_navigation():
        press(page, locator, "Enter")


def choose(page: Page, act: str, *accounts: Account) -> None:
    """Tick rows of the list and carry an act out."""
    for account in accounts:
        press(page, f'input[name=account][value="{account.public_id}"]', "Space")
    page.locator("[name=act]").focus()
    page.locator("[name=act]").select_option(act)
    enter(page, ".acts button.govuk-button")


@pytest.mark.parametrize("language", ["nl", "fr"])
# Renewing first passwords goes on to the link that each gets: test_vouched_means.py.
@pytest.mark.parametrize("act", [act for act in BulkAct if act is not BulkAct.RENEW_FIRST_PASSWORD])
def test_U4_a_bulk_act_with_the_keyboard_alone(
    act: str, language: str, live_server: LiveServer, page: Page, log_in_browser: LogInBrowser, axe: Check
) -> None:
    log_in_browser(cast.MARIE)
    noor, other = account_of(cast.NOOR), account_of(BLOCKED.insz)
    title, done = WORDS[act, language]
    page.goto(live_server.url + address(capacity_of(), "users").replace("/nl/", f"/{language}/"))
    seen(page, axe)
    choose(page, act, noor, other)
    if act.endswith("applications"):
        enter(seen(page, axe), CONFIRM)
        assert how_many(seen(page, axe).locator(".govuk-error-summary")) == 1
        press(page, ".govuk-error-summary a", "Enter")
        assert page.locator("[name=applications]").first.evaluate("element => element === document.activeElement")
        press(page, "[name=applications]", "Space")
        enter(page, CONFIRM)
    assert seen(page, axe).locator("h1").inner_text() == title
    enter(page, CONFIRM)
    assert seen(page, axe).locator("h1").inner_text() == done
    noor.refresh_from_db()
    match act:
        case "block":
            assert noor.blocked_at is not None
        case "unblock":
            assert not Account.objects.filter(capacity=noor.capacity, is_blocked=True).exists()
        case "delete":
            assert noor.ended_at is not None
        case "add-applications":
            assert Grant.objects.filter(account=other, ended_at=None).count() == 1
        case "remove-applications":
            assert Grant.objects.filter(account=noor, ended_at=None).count() == 1
    enter(page, "main a.govuk-button")
    assert "/users/" in page.url
    check_page(page)


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_U4_a_large_act_is_left_found_again_and_stopped(
    language: str, live_server: LiveServer, page: Page, log_in_browser: LogInBrowser, axe: Check, settings: Any
) -> None:
    settings.BULK_AT_ONCE = 50
    groot = capacity_of(cast.GROOT)
    log_in_browser(cast.SOPHIE)
    page.goto(live_server.url + address(groot, "users").replace("/nl/", f"/{language}/"))
    press(page, "[name=all]", "Space")
    choose(page, "block")
    seen(page, axe)
    enter(page, CONFIRM)
    assert seen(page, axe).locator("progress").get_attribute("value") == "0"
    queue.take_one()
    page.goto(live_server.url + address(groot, "users").replace("/nl/", f"/{language}/"))
    enter(page, 'a[href$="/users/bulk"]')
    enter(seen(page, axe), "table a")
    assert page.locator("progress").get_attribute("value") == "50"
    enter(page, "main form button[type=submit]")
    assert how_many(seen(page, axe).locator("progress")) == 0
    assert Account.objects.filter(capacity=groot, is_blocked=True).count() == 50


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_U3_view_and_edit_an_account(
    language: str, live_server: LiveServer, page: Page, log_in_browser: LogInBrowser, axe: Check
) -> None:
    log_in_browser(cast.THOMAS)
    noor = account_of(cast.NOOR)
    page.goto(
        live_server.url + address(capacity_of(), "account", account_id=noor.public_id).replace("/nl/", f"/{language}/")
    )
    seen(page, axe)
    enter(page, 'main a[href$="/edit"]')
    seen(page, axe).locator("[name=email]").fill("noor")
    enter(page, "main form button[type=submit]")
    press(seen(page, axe), ".govuk-error-summary a", "Enter")
    page.keyboard.type("x@example.be")
    page.locator("[name=email]").fill("noor@example.be")
    press(page, "[name=applications]", "Space")
    enter(page, "main form button[type=submit]")
    enter(seen(page, axe), "main form button[name=back]")
    assert page.locator("[name=email]").input_value() == "noor@example.be"
    enter(page, "main form button[type=submit]")
    enter(page, CONFIRM)
    assert how_many(seen(page, axe).locator(".notice--success")) == 1
    noor.refresh_from_db()
    assert noor.email == "noor@example.be"
    assert Grant.objects.filter(account=noor, ended_at=None).count() == 3
