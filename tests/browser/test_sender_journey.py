"""A sender as a person registers it, over each of the three channels, in a browser without JavaScript, 320 px wide."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from senders.models import Sender
from tests import cast, sending
from tests.browser.fixtures import Check, check_page, how_many
from tests.certificates import certificate, pem, private_pem, signing_key, ssh_line

pytestmark = pytest.mark.django_db(transaction=True)

# The words of the guide on the pages of the journey (LABELS), and of the glossary in French.
WORDS = {
    "nl": {
        "none": ["Er is geen actieve verzender voor deze hoedanigheid.", "Mijn configuratiegegevens registreren"],
        "information": ["Creatie van een technische gebruiker", "Informatie", "Annuleren", "Volgende"],
        "contact": [
            "Gegevens van de contactpersoon voor de uitwisseling van gestructureerde berichten", "Identificatiegegevens",
            "Naam", "Voornaam", "Titel", "Functie", "Taalregime", "Telefoon", "Fax", "Gsm", "E-mailadressen",
            "* Verplichte velden", "** Ten minste één e-mailadres", "Annuleren", "Vorige", "Volgende",
        ],
        "kind": ["Kanalen", "FTP-kanaal", "SFTP-kanaal", "WBS-kanaal"],
        "channel": ["Oplading van het certificaat", "Beveiligde toepassingen", "Lijst van de toepassingen"],
        "user": [
            "Technisch gebruiker", "Voer de naam van de technische gebruiker twee keer in.", "Gebruikersnaam", "EXP",
            "Bevestig de gebruikersnaam.",
        ],
        "check": [
            "Contactpersoon", "Kanaal", "Type verbinding", "Eigenaar van het certificaat", "Naam van de onderneming",
            "Leverancier van het certificaat", "Vervaldatum van het certificaat", "Reeksnummer (decimaal formaat)",
            "Reeksnummer (hexadecimaal formaat)", "voorkeurkanaal", "Bevestigen",
        ],
        "done": ["De verzender werd met succes aangemaakt.", "Verzendernummer"],
    },
    "fr": {
        "none": ["Il n’y a pas d’expéditeur actif pour cette qualité."],
        "information": ["messages structurés"],
        "contact": ["Personne de contact", "Régime linguistique"],
        "kind": ["Canal SFTP"],
        "channel": ["Applications sécurisées"],
        "user": ["Utilisateur technique"],
        "check": ["Propriétaire du certificat", "canal préférentiel"],
        "done": ["L’expéditeur a été créé avec succès."],
    },
}  # fmt: skip


@pytest.mark.parametrize("language", ["nl", "fr"])
@pytest.mark.parametrize("kind", ["ftp", "sftp", "wbs"])
def test_M2_to_M7_the_journey_of_a_sender(
    live_server: LiveServer, page: Page, axe: Check, log_in_browser: Callable[..., None], tmp_path: Path, kind: str,
    language: str,
) -> None:  # fmt: skip
    file = tmp_path / "mine.cer"
    file.write_bytes(pem(certificate()))

    def look(step: str) -> None:
        check_page(page)
        axe(page)
        text = page.locator("body").inner_text()
        for word in WORDS[language][step]:
            assert word in text, f"{step}: {word}"

    def submit() -> None:
        page.locator("main form button[type=submit]").click()

    log_in_browser(cast.SOPHIE)
    page.goto(live_server.url + sending.address("senders").replace("/nl/", f"/{language}/"))
    look("none")
    page.locator("main .empty a").click()
    look("information")
    page.locator("main a.govuk-button").click()
    for name, value in sending.CONTACT.items():
        field = page.locator(f"[name={name}]")
        if field.count() > 1:
            page.locator(f"[name={name}][value={value}]").check()
        else:
            field.fill(value)
    look("contact")
    submit()
    page.locator(f"[name=kind][value={kind}]").check()
    look("kind")
    submit()
    _channel(page, kind, file)
    look("channel")
    submit()
    if kind != "wbs":
        for name, value in sending.user_data(kind, "TEST012").items():
            page.locator(f"[name={name}]").fill(value)
        look("user")
        submit()
    look("check")
    submit()
    look("done")
    sender = Sender.objects.get(capacity=sending.capacity_of(), ended_at=None)
    assert sender.number in page.locator("main").inner_text()
    page.locator("main li a").click()
    check_page(page)
    axe(page)


def _channel(page: Page, kind: str, file: Path) -> None:
    """Fill in a channel's page; a private key first, which the page must not show again."""
    secret = private_pem(signing_key()).decode()
    page.locator("[name=certificate_text]").fill(secret)
    page.locator("main form button[type=submit]").click()
    check_page(page)
    assert secret.splitlines()[1] not in page.content()
    # The error's link leads to the field.
    page.locator(".govuk-error-summary a[href='#id_certificate_text']").click()
    assert how_many(page.locator("[name=certificate_text]:focus")) == 1
    page.locator("[name=certificate_file]").set_input_files(file)
    if kind == "sftp":
        page.locator("[name=ssh_key_text]").fill(ssh_line())
    page.locator("[name=applications]").first.check()


def test_M9_what_comes_later_in_the_browser(
    live_server: LiveServer, page: Page, axe: Check, log_in_browser: Callable[..., None], tmp_path: Path
) -> None:
    """The brasserie's sender: another certificate beside the first, then one of the two retired, then blocked and unblocked."""
    file = tmp_path / "next.cer"
    file.write_bytes(pem(certificate()))
    log_in_browser(cast.THOMAS)
    overview = live_server.url + sending.address("senders", sending.capacity_of(cast.BRASSERIE))

    def go_on() -> None:
        check_page(page)
        axe(page)
        page.locator("main form button[type=submit]").click()

    page.goto(overview)
    page.locator("main a[href$='/load/certificate']").click()
    page.locator("[name=certificate_file]").set_input_files(file)
    go_on()
    go_on()
    page.locator("main .notice--success").wait_for()
    assert how_many(page.locator("main a[href*='/retire/']")) == 3, "two certificates and a key"
    page.locator("main a[href*='/retire/']").last.click()
    go_on()
    assert how_many(page.locator("main a[href*='/retire/']")) == 2
    for _time in range(2):
        page.locator("main a[href$='/senders/block']").click()
        go_on()
        check_page(page)
        axe(page)
