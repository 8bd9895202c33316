"""The whole journey as a person makes it: from the home page through the mock eID to the message of confirmation."""

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.core.management import call_command
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from access_admins.models import ChiefRole
from enterprises.models import RegisterEnterprise
from outbox.models import Mail
from tests import cast
from tests.browser.fixtures import Check, check_page, how_many

pytestmark = pytest.mark.django_db(transaction=True)

# The words of the guide on the pages of the journey (LABELS), and of the glossary in the other languages.
CHIEF = {
    "nl": "Hoofdtoegangsbeheerder",
    "fr": "Gestionnaire d’Accès Principal",
    "de": "Hauptzugangsverwalter",
    "en": "Chief Access Manager",
}
DUTCH = {
    "number": ["Een Hoofdtoegangsbeheerder aanstellen", "KBO Public Search", "Ondernemingsnummer", "Afmelden"],
    "chief": [
        "Registratie onderneming in CSAM", "De onderneming", "Naam onderneming", "Adres", "Andere persoon",
        "Rijksregisternummer", "Uw contactgegevens", "E-mail", "Telefoon", "Volgende",
    ],
    "check": [
        "Registratie onderneming in CSAM - Bevestiging", "Activeringsvoorwaarden", "Ja, ik bevestig", "Verbeteren", "Bevestig",
    ],
    "done": [
        "Hoofdtoegangsbeheerder aangesteld!", "gebruikershandleiding", "Toegangsbeheer voor Ondernemingen en Organisaties",
    ],
}  # fmt: skip


def reach_the_number(page: Page, start: str, insz: str) -> None:
    """From the home page to the first step, by the links a person follows and a card of the mock provider."""
    page.goto(start)
    page.locator("main a[href$='/access-administration']").click()
    page.locator("main a[href$='/appoint']").first.click()
    page.locator("main a[href$='/appoint/standard']").click()
    page.locator("[name=means][value=eid]").check()
    page.locator("main button[type=submit]").click()
    page.locator(f"[name=card][value='{insz}']").check()
    page.locator("[name=pin]").fill("1234")
    page.locator("main button[type=submit]").first.click()
    assert page.url.endswith("/appoint/standard"), "L5: exactly the page that was asked for"


def submit(page: Page) -> None:
    page.locator("main form:not([action$='logout']) button[type=submit]").first.click()


def test_the_whole_journey(live_server: LiveServer, page: Page, axe: Check, language: str) -> None:
    def look(step: str) -> None:
        check_page(page)
        axe(page)
        text = page.locator("body").inner_text()
        for label in DUTCH[step] if language == "nl" else []:
            assert label in text, f"{step}: {label}"

    reach_the_number(page, f"{live_server.url}/{language}/", cast.AN)
    look("number")
    page.locator("[name=enterprise_number]").fill("BE 0999.000.129")
    submit(page)
    page.locator("[name=who][value=other]").check()
    page.locator("[name=chief_insz]").fill("90.01.30-997.97")
    page.locator("[name=chief_email]").fill("toegang@atelier.example.be")
    page.locator("[name=chief_telephone]").fill("0470/12.34.56")
    page.locator("[name=own_email]").fill("directie@atelier.example.be")
    page.locator("[name=own_telephone]").fill("+32 3 201 23 45")
    look("chief")
    submit(page)
    look("check")
    assert "+32 470 12 34 56" in page.locator("main").inner_text()
    page.locator("[name=confirmed]").check()
    submit(page)
    look("done")
    assert CHIEF[language] in page.locator("h1").inner_text()
    page.reload()
    page.go_back()
    assert ChiefRole.objects.filter(enterprise__number=cast.ATELIER).count() == 1

    Mail.objects.filter(sent_at=None).exclude(to__endswith="@atelier.example.be").delete()
    call_command("work", "--once")
    sent = {message.to[0]: message for message in mail.outbox}
    assert set(sent) == {"toegang@atelier.example.be", "directie@atelier.example.be"}
    assert "Atelier Noord BV" in sent["toegang@atelier.example.be"].body


@pytest.fixture(params=["nl", "fr", "de", "en"])
def language(request: pytest.FixtureRequest) -> str:
    """Each language of the portal."""
    return str(request.param)


def test_E3_the_keyboard_alone_does(live_server: LiveServer, page: Page, log_in_browser: Callable[..., None]) -> None:
    """From the top of the page to the field by Tab, the answer, and Enter."""
    log_in_browser(cast.AN)
    page.goto(f"{live_server.url}/nl/appoint/standard")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "enterprise_number":
            break
    page.keyboard.type("0999000129")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/chief$"))


NUMBERS = {
    "impossible": "0999000130",
    "an establishment": "2147812701",
    "unknown": "0999000723",
    "stopped": cast.DRUKKERIJ,
    "no function": cast.TRANSPORT,
    "cancelled": cast.GROOT,
    "in bankruptcy": cast.BRASSERIE,
}


def test_E3_every_refusal_of_the_number_leads_to_its_field(
    live_server: LiveServer, page: Page, axe: Check, log_in_browser: Callable[..., None]
) -> None:
    """S2: each reason has a page state of its own, clean for axe; its title says so, its link focuses the field."""
    RegisterEnterprise.objects.filter(number=cast.GROOT).update(situation="999")
    RegisterEnterprise.objects.filter(number=cast.BRASSERIE).update(situation="050")
    log_in_browser(cast.AN)
    sentences = set()
    for number in NUMBERS.values():
        page.goto(f"{live_server.url}/nl/appoint/standard")
        page.locator("[name=enterprise_number]").fill(number)
        submit(page)
        check_page(page)
        axe(page)
        assert page.title().startswith("Fout:")
        link = page.locator(".govuk-error-summary a")
        sentences.add(link.inner_text())
        link.click()
        assert page.evaluate("document.activeElement.name") == "enterprise_number"
        assert page.locator("[name=enterprise_number]").input_value() == number
    assert len(sentences) == len(NUMBERS)


def test_S3_S5_the_states_of_the_second_step(
    live_server: LiveServer, page: Page, axe: Check, log_in_browser: Callable[..., None]
) -> None:
    """S3: registered already, and being the HTB oneself. S5: somebody who may not be chief. Each clean for axe."""
    for insz in (cast.LUC, cast.MARIE):
        log_in_browser(insz)
        page.goto(f"{live_server.url}/nl/appoint/standard")
        page.locator("[name=enterprise_number]").fill(cast.BRASSERIE)
        submit(page)
        check_page(page)
        axe(page)
        assert "Deze onderneming is al geregistreerd in CSAM." in page.locator("main").inner_text()
        page.locator("[name=who][value=other]").check()
        page.locator("[name=chief_insz]").fill(cast.KARIM)
        page.locator("[name=chief_email]").fill("toegang@example.be")
        page.locator("[name=chief_telephone]").fill("0470 12 34 56")
        page.locator("[name=own_email]").fill("directie@example.be")
        page.locator("[name=own_telephone]").fill("04 220 00 00")
        submit(page)
        check_page(page)
        axe(page)
        assert page.title().startswith("Fout:")
        assert page.locator("[name=own_email]").input_value() == "directie@example.be"
    assert how_many(page.locator("[name=who][value=self]")) == 0
