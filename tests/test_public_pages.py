"""The public pages P1 to P6 and the help (BEHAVIOUR section 2): in every language, no link to nowhere."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse
from django.utils.translation import override

from csam_portal.help import CHAPTERS

pytestmark = pytest.mark.django_db

LANGUAGES = [code for code, _name in settings.LANGUAGES]
PAGES = [
    "home", "what-is-csam", "services", "access-administration", "procedures", "mandates", "contact", "accessibility",
    "privacy", "help",
]  # fmt: skip
# What the guide shows on these screens, in its order.
LABELS = {
    "home": [
        "Home", "Wat is CSAM?", "Diensten", "Contact", "CSAM, de toegangspoort tot de diensten van de overheid",
        "Ontdek de diensten die aangeboden worden door CSAM", "Mijn digitale sleutels", "Aan de slag",
        "Beheer der Toegangsbeheerders", "Aan de slag", "Beheer van de mandaten", "Aan de slag",
    ],
    "access-administration": [
        "Beheer der Toegangsbeheerders", "Een Hoofdtoegangsbeheerder aanstellen", "Toegangsbeheerders aanstellen",
        "Step-by-Step Guide",
    ],
    "procedures": [
        "Standaardprocedure", "Een Hoofdtoegangsbeheerder aanstellen", "Uitzonderingsprocedure",
        "Hebt u geen eID of elektronische vreemdelingenkaart?",
    ],
}  # fmt: skip
HELP_DIR = Path(settings.BASE_DIR) / "templates" / "help"


class Tags(HTMLParser):
    """The tags of a page, each with its attributes, in their order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def values(self, name: str) -> list[str]:
        """Return what an attribute holds, everywhere where it stands."""
        return [value for _tag, attrs in self.found if (value := attrs.get(name))]

    def outside(self) -> set[str]:
        """Return the links that leave the portal."""
        return {value for tag, attrs in self.found if tag == "a" and "://" in (value := attrs["href"] or "")}


def addresses(language: str) -> list[str]:
    """Return the address of every public page and help chapter in a language."""
    with override(language):
        return [*map(reverse, PAGES), *(reverse("help-chapter", args=[name]) for name in CHAPTERS)]


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_P1_to_P6_every_page_is_there_in_every_language(client: Client, language: str) -> None:
    for address in addresses(language):
        html = read(client, address)
        tags = [tag for tag, _attrs in Tags(html).found]
        assert f'<html lang="{language}"' in html, address
        assert tags.count("h1") == 1, address
        assert not {"style", "script"} & set(tags), address
        assert re.search(r"<title>\s*\S.+ - CSAM</title>", html), address


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_leads_somewhere(client: Client, language: str) -> None:
    """No link to nowhere: each leads to a page, or to the login that opens it; fragments exist where they lead."""
    pages = {address: Tags(read(client, address)) for address in addresses(language)}
    for address, tags in pages.items():
        for link in tags.values("href"):
            parts = urlsplit(link)
            if parts.scheme or parts.path.startswith(settings.STATIC_URL):
                continue
            target = parts.path or address
            if target not in pages:
                assert client.get(target, follow=True).status_code == 200, f"{address} -> {link}"
            elif parts.fragment:
                assert parts.fragment in pages[target].values("id"), f"{address} -> {link}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_addresses_of_other_services_come_from_the_settings(client: Client, language: str) -> None:
    elsewhere = {name: f"https://{name.replace('_', '-')}.example/" for name in settings.SERVICES}
    with override_settings(SERVICES=elsewhere, CONTACT_CENTRE_PHONE="081 00 00 01"):
        htmls = [read(client, address) for address in addresses(language)]
    found = set().union(*(Tags(html).outside() for html in htmls))
    of_public_pages = {
        "kbo_public_search", "social_security_contact", "social_security_mandate", "finance_mandate",
        "data_protection_authority", "federal_ombudsman",
    }  # fmt: skip
    assert found == {elsewhere[name] for name in of_public_pages}
    assert not any("3225115151" in html for html in htmls)
    assert 'href="tel:+3281000001">081\u00a000\u00a000\u00a001<' in htmls[PAGES.index("contact")]


@pytest.mark.parametrize("name", LABELS)
def test_P1_to_P3_say_what_the_guide_says_in_its_order(client: Client, name: str) -> None:
    words = re.sub(r"<[^>]+>", "\n", read(client, reverse_in("nl", name)))
    at = 0
    for label in LABELS[name]:
        assert label in words[at:], f"{label} is not there, or out of its order"
        at = words.index(label, at) + len(label)


def test_P1_home_leads_to_the_three_services(client: Client) -> None:
    links = Tags(read(client, "/en/")).values("href")
    assert {reverse_in("en", name) for name in ("own-means", "access-administration", "mandates")} <= set(links)


def test_P2_leads_to_appointing_to_managing_and_to_the_help(client: Client) -> None:
    links = Tags(read(client, reverse_in("nl", "access-administration"))).values("href")
    assert {reverse_in("nl", name) for name in ("procedures", "management-home", "help")} <= set(links)


def test_P3_leads_to_both_procedures(client: Client) -> None:
    links = Tags(read(client, reverse_in("nl", "procedures"))).values("href")
    assert reverse_in("nl", "appoint-standard") in links
    assert reverse_in("nl", "appoint-exception") in links


@pytest.mark.parametrize("language", LANGUAGES)
def test_P4_mandates_lead_to_both_routes_and_say_what_they_are_for(client: Client, language: str) -> None:
    html = read(client, reverse_in(language, "mandates"))
    routes = {settings.SERVICES["social_security_mandate"], settings.SERVICES["finance_mandate"]}
    assert routes <= set(Tags(html).values("href"))
    assert all(word in html for word in ("Tax-on-web", "InterVAT", "eHealth"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_P5_contact_gives_the_telephone_of_the_contact_centre_and_the_social_securitys_page(
    client: Client, language: str
) -> None:
    links = Tags(read(client, reverse_in(language, "contact"))).values("href")
    assert settings.SERVICES["social_security_contact"] in links
    assert any(link.startswith("tel:+32") for link in links)


def test_P6_the_privacy_statement_names_exactly_our_cookies(client: Client) -> None:
    cookies = read(client, reverse_in("en", "privacy")).split('id="cookies"')[1]
    names = {settings.SESSION_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
    assert set(re.findall(r'scope="row">(\w+)</th>', cookies)) == names


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_has_the_same_chapters_in_every_language(language: str) -> None:
    assert {file.stem for file in (HELP_DIR / language).iterdir()} == set(CHAPTERS)


@pytest.mark.parametrize("name", CHAPTERS)
def test_help_chapter_is_built_alike_in_every_language(client: Client, name: str) -> None:
    """The same headings with the same anchors, lists, tables and links, in the same order; the words differ."""
    built = {}
    for language in LANGUAGES:
        text = (HELP_DIR / language / f"{name}.html").read_text(encoding="utf-8")
        built[language] = [(tag, attrs.get("id"), attrs.get("href")) for tag, attrs in Tags(text).found]
        assert any(tag == "h2" for tag, _id, _href in built[language])
        assert all(anchor for tag, anchor, _href in built[language] if tag == "h2")
    assert all(skeleton == built["nl"] for skeleton in built.values())
    assert len({re.sub(r"<[^>]+>", "", read(client, f"/{language}/help/{name}")) for language in LANGUAGES}) == 4


def test_french_punctuation_never_begins_a_line() -> None:
    for file in (HELP_DIR / "fr").iterdir():
        assert not re.search(r" [;:!?»]|« ", file.read_text(encoding="utf-8")), file.name


def test_help_keeps_the_order_of_the_guide(client: Client) -> None:
    links = Tags(read(client, "/en/help").split("<main")[1]).values("href")
    assert [link for link in links if link.startswith("/en/help/")] == [f"/en/help/{name}" for name in CHAPTERS]
    assert [chapter.numeral for chapter in CHAPTERS.values()] == [
        "I",
        "II",
        "III",
        "IV",
        "V",
        "VI",
        "VII",
        "VIII",
        "IX",
    ]


def test_help_without_such_a_chapter_is_not_found(client: Client) -> None:
    assert client.get("/en/help/nothing").status_code == 404


def reverse_in(language: str, name: str) -> str:
    with override(language):
        return reverse(name)
