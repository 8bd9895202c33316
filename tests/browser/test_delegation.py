"""The chief's own journeys, in Dutch and French on a narrow screen: from the home to the enterprise, and what is done there."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from access_admins.models import ChiefRole, Review
from enterprises.enums import IdentifiedBy
from enterprises.models import Capacity, RegisterNumber
from tests import cast, delegating
from tests.browser.fixtures import Check, check_page, how_many
from users.models import Account

pytestmark = pytest.mark.django_db(transaction=True)

# The words of the guide, and of the glossary in French.
WORDS = {
    "nl": {
        "home": "Kies de onderneming of de organisatie",
        "roles": "(Verantwoordelijke Toegangen Entiteit)",
        "management": "Verantwoordelijke voor de Toegangen",
        "capacities": "Lijst van de hoedanigheden",
        "reviews": "Na te kijken personen",
        "history": "Geschiedenis",
        "access": "Mijn toegang",
    },
    "fr": {
        "home": "Choisissez l’entreprise ou l’organisation",
        "roles": "(Responsable Accès Entité)",
        "management": "Responsable des Accès",
        "capacities": "Liste des qualités",
        "reviews": "Personnes à vérifier",
        "history": "Historique",
        "access": "Mes accès",
    },
}


@pytest.fixture(params=["nl", "fr"])
def language(request: pytest.FixtureRequest) -> str:
    """The languages of the cast."""
    return str(request.param)


def submit(page: Page, *, name: str = "") -> None:
    """Send the page's form, not the one that logs out."""
    button = f"main button[value='{name}']" if name else "main form button[type=submit]"
    page.locator(button).first.click()


def menu(page: Page, words: str) -> None:
    """Choose a line of the side menu, which is folded on a narrow screen."""
    page.locator(".side summary").click()
    page.locator(".side a", has_text=words).first.click()


def test_H1_H2_from_the_login_to_the_enterprise_and_its_capacities(
    live_server: LiveServer, page: Page, axe: Check, log_in_browser: Callable[..., None], language: str
) -> None:
    """H1, H2, H8: choose the enterprise, the role; the capacities; how one is reached."""
    words = WORDS[language]
    delegating.co_chief(cast.TRANSPORT, cast.MARIE)
    log_in_browser(cast.MARIE)
    page.goto(f"{live_server.url}/{language}/home")

    def look(what: str) -> None:
        check_page(page)
        axe(page)
        assert words[what] in page.locator("main").inner_text()

    look("home")
    page.locator("main a", has_text="Brasserie du Canal SRL").click()
    look("roles")
    page.locator("main a", has_text=words["roles"]).click()
    look("management")
    assert words["capacities"] in page.locator("main").inner_text()
    page.locator("main a[href$='/professional-data']").click()
    check_page(page)
    axe(page)
    page.locator("[name=telephone]").fill("0470 12 34 56")
    submit(page)
    look("management")
    role = ChiefRole.objects.get(person__insz=cast.MARIE, enterprise__number=cast.BRASSERIE, ended_at=None)
    assert role.telephone == "+32 470 12 34 56"
    page.goto(f"{live_server.url}/{language}/me/access")
    look("access")


def test_H6_a_capacity_is_activated_and_ended(
    live_server: LiveServer, page: Page, axe: Check, log_in_browser: Callable[..., None], language: str
) -> None:
    RegisterNumber.objects.create(number=cast.BRASSERIE, kind=IdentifiedBy.RSZ, value="199900222")
    log_in_browser(cast.MARIE)
    place = delegating.enterprise(cast.BRASSERIE)
    page.goto(f"{live_server.url}/{language}/e/{place.public_id}/capacities/activate")
    check_page(page)
    axe(page)
    submit(page)
    check_page(page)
    axe(page)
    assert page.title().startswith({"nl": "Fout:", "fr": "Erreur"}[language])
    page.locator(".govuk-error-summary a").click()
    assert page.evaluate("document.activeElement.name") == "capacities"
    page.keyboard.press("Space")
    submit(page)
    check_page(page)
    axe(page)
    made = Capacity.objects.get(identification="199900222")
    page.locator(f"main a[href$='/c/{made.public_id}/retire']").click()
    check_page(page)
    axe(page)
    submit(page)
    check_page(page)
    axe(page)
    made.refresh_from_db()
    assert made.retired_at is not None
    assert how_many(page.locator(f"main a[href$='/c/{made.public_id}/retire']")) == 0


def test_S7_people_are_reviewed_and_the_history_tells(
    live_server: LiveServer, page: Page, axe: Check, log_in_browser: Callable[..., None], language: str
) -> None:
    """S7, H9: one is kept, one is ended after a check page; the history says so, and can be narrowed to a person."""
    words, enterprise = WORDS[language], delegating.enterprise(cast.BRASSERIE)
    thomas = Account.objects.get(person__insz=cast.THOMAS)
    bart = ChiefRole.objects.get(person__insz=cast.BART)
    Review.objects.create(enterprise=enterprise, account=thomas, opened_at=thomas.created_at)
    Review.objects.create(enterprise=enterprise, chief_role=bart, opened_at=thomas.created_at)
    log_in_browser(cast.MARIE)
    page.goto(f"{live_server.url}/{language}/e/{enterprise.public_id}/management")
    page.locator("#tasks a").first.click()
    check_page(page)
    axe(page)
    assert words["reviews"] in page.locator("h1").inner_text()
    submit(page, name="end")
    check_page(page)
    axe(page)
    page.locator(".govuk-error-summary a").click()
    assert page.evaluate("document.activeElement.name") == "people"
    page.get_by_label("Bart Maes").check()
    submit(page, name="keep")
    check_page(page)
    page.get_by_label("Thomas Wouters").check()
    submit(page, name="end")
    check_page(page)
    axe(page)
    submit(page)
    check_page(page)
    axe(page)
    thomas.refresh_from_db()
    bart.refresh_from_db()
    assert thomas.ended_at is not None
    assert bart.ended_at is None

    menu(page, words["history"])
    check_page(page)
    axe(page)
    assert "Thomas Wouters" in page.locator("table").inner_text()
    page.locator("[name=insz]").fill("72.05.25-997.91")
    submit(page)
    check_page(page)
    axe(page)
    assert "Bart Maes" in page.locator("table").inner_text()
    assert "Thomas Wouters" not in page.locator("table").inner_text()
    with page.expect_download() as download:
        page.locator("main form[action*='/history/export'] button").click()
    assert download.value.suggested_filename.endswith(".csv")
