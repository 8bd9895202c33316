"""The users of a capacity as their Access Manager uses the list, in Chromium without JavaScript (BEHAVIOUR U1, E3)."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from enterprises.models import Capacity
from tests import cast
from tests.browser.fixtures import Check, check_page

pytestmark = pytest.mark.django_db(transaction=True)

LogInBrowser = Callable[..., None]


def list_address(language: str, number: str) -> str:
    capacity = Capacity.objects.get(enterprise__number=number, kind__code="employer-rsz")
    place = {"enterprise_id": capacity.enterprise.public_id, "capacity_id": capacity.public_id}
    with translation.override(language):
        return reverse("users", kwargs=place)


def rows(page: Page) -> list[str]:
    page.wait_for_load_state()  # a click returns when the next page begins
    return page.locator("tbody th").all_inner_texts()


@pytest.mark.parametrize(
    ("language", "found", "none"),
    [
        ("nl", "Eén item gevonden.", "Niemand voldoet aan deze zoekopdracht"),
        ("fr", "Un élément trouvé.", "Personne ne correspond à cette recherche"),
    ],
)
@pytest.mark.parametrize("width", [320, 1280])
def test_U1_search_and_come_back(
    live_server: LiveServer,
    page: Page,
    axe: Check,
    log_in_browser: LogInBrowser,
    language: str,
    found: str,
    none: str,
    width: int,
) -> None:
    """U1: search with the keyboard, a mistake said at its field, nobody found, and the list as it was left."""
    page.set_viewport_size({"width": width, "height": 800})
    log_in_browser(cast.THOMAS)
    page.goto(live_server.url + list_address(language, cast.BRASSERIE))
    assert len(rows(page)) == 4
    check_page(page)
    axe(page)
    if width == 320:
        page.locator(".filter summary").press("Enter")
    page.locator("#id_insz").fill("abc")
    page.locator("#id_insz").press("Enter")
    expect(page.locator(".govuk-error-summary a")).to_have_count(1)
    page.locator(".govuk-error-summary a").press("Enter")
    expect(page.locator("#id_insz")).to_be_focused()
    check_page(page)
    axe(page)
    page.locator("#id_insz").fill("95.07.07")
    page.locator("[name=name]").fill("verm")
    page.locator("[name=name]").press("Enter")
    expect(page.locator(".found__count")).to_have_text(found)
    assert rows(page) == ["Vermeulen"]
    check_page(page)
    axe(page)
    page.locator("[name=first_name]").fill("nobody")
    page.locator(".filter button[type=submit]").first.click()
    expect(page.locator(".empty h2")).to_have_text(none)
    check_page(page)
    axe(page)
    page.goto(live_server.url + list_address(language, cast.BRASSERIE))
    expect(page.locator("[name=first_name]")).to_have_value("nobody")
    page.locator("[name=clear]").click()
    assert len(rows(page)) == 4


@pytest.mark.parametrize("width", [320, 1280])
def test_U1_sort_and_turn_pages_and_ticks_stay(
    live_server: LiveServer, page: Page, axe: Check, log_in_browser: LogInBrowser, width: int
) -> None:
    """U1, U4: by the keyboard alone; a tick is as large as a thumb."""
    page.set_viewport_size({"width": width, "height": 800})
    log_in_browser(cast.SOPHIE)
    page.goto(live_server.url + list_address("nl", cast.GROOT))
    if width > 640:
        page.get_by_role("link", name="INSZ").press("Enter")
        expect(page.locator("[aria-sort=ascending]")).to_have_text("INSZ")
    first = rows(page)
    tick = page.locator("tbody .govuk-checkboxes__input").nth(2)
    box = tick.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44
    tick.press("Space")
    page.get_by_role("button", name="Volgende pagina").press("Enter")
    expect(page.locator("caption")).to_have_text("Pagina 2")
    assert len(rows(page)) == 25
    check_page(page)
    axe(page)
    page.get_by_role("button", name="Vorige pagina").press("Enter")
    expect(page.locator("caption")).to_have_text("Pagina 1")
    assert rows(page) == first
    expect(page.locator("tbody .govuk-checkboxes__input").nth(2)).to_be_checked()
    expect(page.locator("tbody .govuk-checkboxes__input:checked")).to_have_count(1)


def test_E3_a_row_is_a_card_on_a_telephone(live_server: LiveServer, page: Page, log_in_browser: LogInBrowser) -> None:
    """Each value stands beside its label, and cards of a page fit a telephone's width."""
    page.set_viewport_size({"width": 320, "height": 800})
    log_in_browser(cast.THOMAS)
    page.goto(live_server.url + list_address("nl", cast.BRASSERIE))
    card = page.locator("tbody tr").first
    box = card.bounding_box()
    assert box is not None
    assert box["width"] <= 300
    labels = card.locator("td[data-label]").evaluate_all(
        "cells => cells.map(cell => getComputedStyle(cell, '::before').content)"
    )
    assert labels[:5] == ['"Voornaam"', '"Gebruikersnaam"', '"Type"', '"INSZ"', '"Status"']


def test_E3_the_list_on_paper_says_whose_it_is_and_leaves_out_what_is_for_the_screen(
    live_server: LiveServer, page: Page, log_in_browser: LogInBrowser
) -> None:
    log_in_browser(cast.THOMAS)
    page.goto(live_server.url + list_address("nl", cast.BRASSERIE))
    page.emulate_media(media="print")
    expect(page.locator(".printed")).to_contain_text("Brasserie du Canal SRL 0999.000.228")
    expect(page.locator(".place")).to_contain_text("1999001-21")
    assert len(rows(page)) == 4
    for of_the_screen in (".filter", ".acts", ".person", ".users__tick", ".users__acts", ".side", ".top"):
        expect(page.locator(of_the_screen).first).to_be_hidden()
