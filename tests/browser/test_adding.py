"""Giving roles as a person does it: another TB, a co-TB, a user, in Dutch and French; by keyboard, at 320 px, past axe."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from identity.enums import Means
from tests import adding, cast
from tests.browser.fixtures import Check, check_page
from tests.conftest import LogIn
from users.models import Account

pytestmark = pytest.mark.django_db(transaction=True)

# The words of the guide on the pages of the journey (LABELS); in French those of the glossary.
START = {
    "nl": ["Een gebruiker toevoegen", "Van lokale beheerder veranderen", "Een Co-Lokale Beheerder toevoegen", "INSZ"],
    "fr": ["Ajouter un utilisateur", "Changer de gestionnaire local", "Ajouter un co-gestionnaire local", "NISS"],
}
TB_FORM = {
    "nl": [
        "De velden met een * moeten verplicht worden ingevuld", "Identificatiegegevens", "Gebruikersnaam", "Naam", "Voornaam",
        "Titel", "INSZ", "Taalkeuze", "E-mailadres *", "Lokaal e-mailadres", "Beveiligde toepassingen", "Opslaan",
    ],
    "fr": ["Données d’identification", "Nom d’utilisateur", "Adresse e-mail *", "Applications sécurisées", "Enregistrer"],
}  # fmt: skip
USER_FORM = {
    "nl": [
        "Een gebruiker aanmaken", "Voer twee keer de gebruikersnaam in", "Gebruikersnaam (eerste keer) *",
        "Gebruikersnaam (bevestiging) *", "Voer twee keer het wachtwoord in", "Wachtwoord (eerste keer) *",
        "Wachtwoord (bevestiging) *", "Titel", "Taalkeuze",
    ],
    "fr": ["Créer un utilisateur", "Entrez deux fois le nom d’utilisateur", "Entrez deux fois le mot de passe"],
}  # fmt: skip
CHECK = {
    "nl": [
        "Creatiedatum",
        "Wijzigingsdatum",
        "Status",
        "Actief",
        "Vorige",
        "Bevestigen",
        "Wat er gebeurt als u bevestigt",
    ],
    "fr": ["Date de création", "Date de modification", "Précédent", "Confirmer"],
}
SAVED = {
    ("nl", "LB"): "De gegevens van de Lokale Beheerder werden opgeslagen",
    ("nl", "CO"): "De gegevens van de Co-Lokale Beheerder werden opgeslagen",
    ("nl", "USER"): "De gegevens van de gebruiker werden opgeslagen",
    ("fr", "LB"): "Les données du gestionnaire local ont été enregistrées",
    ("fr", "CO"): "Les données du co-gestionnaire local ont été enregistrées",
    ("fr", "USER"): "Les données de l’utilisateur ont été enregistrées",
}
TITLES = {"LB": "Een lokale beheerder aanmaken", "CO": "Een Co-Lokale Beheerder aanmaken"}


@pytest.fixture(params=["nl", "fr"])
def language(request: pytest.FixtureRequest) -> str:
    """The two languages of most administrators."""
    return str(request.param)


@pytest.fixture
def look(page: Page, axe: Check) -> Callable[..., None]:
    """Hold the page as it stands to what every page promises, to axe, and to the guide's words."""

    def at(words: list[str]) -> None:
        check_page(page)
        axe(page)
        text = page.locator("main").inner_text() + " ".join(page.locator("main option").all_inner_texts())
        text = text.replace("\xa0", " ")  # the mark of a required field keeps to its word
        assert [word for word in words if word not in text] == []

    return at


def submit(page: Page) -> None:
    page.locator("main form:not([action$='logout']) button[type=submit]").first.click()


def start(page: Page, live_server: LiveServer, language: str) -> None:
    page.goto(live_server.url + adding.address("person-add").replace("/nl/", f"/{language}/", 1))


@pytest.mark.parametrize("kind", ["LB", "CO"])
def test_H3_H4_another_tb_and_a_co_tb(
    live_server: LiveServer,
    page: Page,
    log_in_browser: Callable[..., None],
    look: Callable[..., None],
    language: str,
    kind: str,
) -> None:
    log_in_browser(cast.MARIE)
    start(page, live_server, language)
    look(START[language])
    page.locator("[name=kind]").select_option(kind)
    page.locator("[name=insz]").fill("95.07.07-998.60")
    submit(page)
    look([*TB_FORM[language], *([TITLES[kind]] if language == "nl" else []), "Vermeulen", "nvermeulen"])
    page.locator("[name=email]").fill("beheer@brasserie.example.be")
    page.locator("[name=applications][value=publiato]").check()
    if kind == "LB":
        page.locator("[name=former_stays]").check()
    submit(page)
    look([*CHECK[language], "beheer@brasserie.example.be", "Publiato"])
    page.locator(".govuk-button--secondary").click()
    assert page.locator("[name=email]").input_value() == "beheer@brasserie.example.be"
    assert page.locator("[name=applications][value=publiato]").is_checked()
    submit(page)
    submit(page)
    look([SAVED[language, kind], "Noor Vermeulen"])
    page.reload()
    page.go_back()
    accounts = Account.objects.filter(capacity=adding.capacity(), ended_at=None)
    assert accounts.get(person__insz=cast.NOOR).type == kind
    assert accounts.get(person__insz=cast.THOMAS).type == ("USER" if kind == "LB" else "LB")


def test_U3_a_new_user_and_the_first_login(
    live_server: LiveServer,
    page: Page,
    log_in_browser: Callable[..., None],
    look: Callable[..., None],
    language: str,
) -> None:
    """From the TB's page to the user who chooses an own password."""
    log_in_browser(cast.THOMAS, Means.TOTP)
    start(page, live_server, language)
    page.locator("[name=insz]").fill(cast.AN)
    submit(page)
    page.locator("[name=last_name]").fill("peeters")
    page.locator("[name=first_name]").fill("AN")
    look([])
    submit(page)
    look(USER_FORM[language])
    submit(page)
    look([])
    assert page.title().startswith({"nl": "Fout:", "fr": "Erreur"}[language])
    page.locator(".govuk-error-summary a").first.click()
    assert page.evaluate("document.activeElement.name") == "user_name"
    for name, value in adding.MEANS.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=title]").select_option("ms")
    page.locator("[name=email]").fill(adding.EMAIL)
    submit(page)
    look(CHECK[language])
    submit(page)
    look([])
    page.locator("[name=knows_no_tie]").check()
    submit(page)
    look([SAVED[language, "USER"], adding.MEANS["user_name"]])

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/{language}/login/password?means=password")
    page.locator("[name=user_name]").fill(adding.MEANS["user_name"])
    page.locator("[name=password]").fill(adding.MEANS["password"])
    submit(page)
    page.wait_for_url(re.compile("/first-password$"))
    page.locator("[name=password]").fill("mijn eigen wachtwoord")
    page.locator("[name=password_again]").fill("mijn eigen wachtwoord")
    submit(page)
    page.wait_for_url(re.compile("/(home$|home\\?|e/)"))
    assert "Brasserie du Canal" in page.locator("body").inner_text()


def test_E3_the_keyboard_alone_does(live_server: LiveServer, page: Page, log_in_browser: Callable[..., None]) -> None:
    """From the top of the page to the number, over the form and the check page, by Tab, arrows and Enter."""
    log_in_browser(cast.MARIE)
    start(page, live_server, "nl")
    press_to(page, "kind")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    press_to(page, "insz")
    page.keyboard.type(cast.NOOR)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/form$"))
    press_to(page, "email")
    page.keyboard.press("Control+A")
    page.keyboard.type(adding.EMAIL)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/check$"))
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Bevestigen":
            break
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/done$"))
    assert Account.objects.get(person__insz=cast.NOOR, ended_at=None).type == adding.CO_LB


def press_to(page: Page, name: str) -> None:
    """Press Tab until a field has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == name:
            return
    raise AssertionError(f"the keyboard does not come to {name}")


def test_S8_the_page_of_who_came_second(
    live_server: LiveServer,
    page: Page,
    log_in_browser: Callable[..., None],
    log_in: LogIn,
    look: Callable[..., None],
) -> None:
    """H3: two administrators at once; the second reads who was first, on a page clean for axe."""
    log_in_browser(cast.BART)
    start(page, live_server, "nl")
    page.locator("[name=kind]").select_option("CO")
    page.locator("[name=insz]").fill(cast.LUC)
    submit(page)
    page.locator("[name=email]").fill(adding.EMAIL)
    submit(page)
    adding.give(log_in(cast.MARIE), cast.LUC, adding.CO_LB, **adding.PERSON)
    submit(page)
    look(["Iemand was u voor", "Marie Dubois", "Deze persoon is al Co-toegangsbeheerder"])
