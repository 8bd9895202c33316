"""The look: contrast, budgets, no inline code, and one page that shows every component."""

import gzip
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation

from acts.errors import Changed, NotAllowed
from csam_portal.errors import act_error_page, server_error

ROOT = Path(settings.BASE_DIR)
CSS = (ROOT / "ui/static/ui/portal.css").read_text(encoding="utf-8")
FONT = ROOT / "ui/static/ui/fonts/atkinson-hyperlegible-next.woff2"
# Letters of mails stand outside the pages' headers and must carry their own style.
TEMPLATES = [
    path for path in ROOT.glob("**/templates/**/*.html") if not {".venv", "outbox", "node_modules"} & set(path.parts)
]
COMPONENTS = sorted(path.name for path in (ROOT / "ui/templates/ui").glob("[!_]*.html"))

# What stands on what, and how much it must stand out (WCAG 1.4.3: 4.5 for text; 1.4.11: 3 for the edges of controls and marks).
SURFACES = ("paper", "sand")
TEXTS = ("ink", "ink-soft", "petrol", "petrol-deep", "red", "success", "warning")
PAIRS = [
    *[(text, surface, 4.5) for text in TEXTS for surface in SURFACES],
    *[("ink", tint, 4.5) for tint in ("petrol-tint", "red-tint", "success-tint", "warning-tint")],
    ("petrol", "petrol-tint", 4.5), ("petrol-deep", "petrol-tint", 4.5), ("red", "red-tint", 4.5),
    ("success", "success-tint", 4.5), ("warning", "warning-tint", 4.5),
    ("on-petrol", "petrol", 4.5), ("on-petrol", "petrol-deep", 4.5), ("on-red", "red", 4.5), ("on-red", "red-deep", 4.5),
    ("focus-edge", "focus", 4.5), ("paper", "warning", 4.5), ("red-deep", "paper", 4.5),
    ("edge", "paper", 3), ("edge", "sand", 3), ("accent", "paper", 3),
]  # fmt: skip


def tokens(*, dark: bool) -> dict[str, str]:
    """Return the colours of the shipped stylesheet by name; those of the dark scheme stand over the light ones."""
    blocks = re.findall(r":root\{([^}]*--ink:[^}]*)\}", CSS)
    assert len(blocks) == 2, "one block of tokens for light, one for dark"
    found = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{3,6})\b", blocks[0]))
    return {**found, **dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{3,6})\b", blocks[1]))} if dark else found


def luminance(colour: str) -> float:
    """WCAG's relative luminance of #rgb or #rrggbb."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG's contrast of two colours, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_pair_of_colours_can_be_read(dark: bool) -> None:
    colours = tokens(dark=dark)
    too_weak = [
        f"{front} on {back}: {ratio:.2f} < {least}"
        for front, back, least in PAIRS
        if (ratio := contrast(colours[front], colours[back])) < least
    ]
    assert not too_weak, "\n".join(too_weak)


def test_contrast_is_measured_as_WCAG_does() -> None:
    assert round(contrast("#000", "#ffffff"), 2) == 21
    assert round(contrast("#777777", "#fff"), 2) == 4.48


def test_the_first_view_stays_small(client: Client, db: None) -> None:
    """HTML + CSS at most 14 kB compressed, one font of at most 25 kB, three requests in all; no script."""
    html = client.get("/nl/").content
    assert len(gzip.compress(html, 9)) + len(gzip.compress(CSS.encode(), 9)) <= 14 * 1024
    assert FONT.stat().st_size <= 25 * 1000
    fetched = re.findall(rb'<(?:link|script|img|source|iframe)[^>]*(?:href|src)="((?!data:)[^"]*)"', html)
    assert [Path(address.decode()).suffix for address in fetched] == [".css", ".woff2"]
    assert re.findall(r"url\(([^)]*)\)", CSS) == ['"fonts/atkinson-hyperlegible-next.woff2"'], (
        "the CSS asks for nothing else"
    )


def test_what_others_made_comes_with_its_licence() -> None:
    assert "SIL Open Font License" in (FONT.parent / "OFL.txt").read_text(encoding="utf-8")
    assert "MIT License" in (ROOT / "ui/static/ui/LICENSE.govuk-frontend.txt").read_text(encoding="utf-8")
    assert "GDS Transport" not in CSS
    assert "crown" not in CSS.lower()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_holds_style_script_or_handler(path: Path) -> None:
    """The Content-Security-Policy lets none of them through."""
    found = re.findall(
        r"<style|<script|\sstyle=|\son[a-z]+=|javascript:", path.read_text(encoding="utf-8"), re.IGNORECASE
    )
    assert not found


def test_every_component_is_on_the_gallery_and_says_its_options(client: Client, db: None) -> None:
    response = client.get("/nl/gallery")
    shown = {template.name for template in response.templates}
    missing = [name for name in COMPONENTS if f"ui/{name}" not in shown]
    assert not missing
    silent = [
        name
        for name in COMPONENTS
        if name != "gallery.html"
        and "{% comment %}" not in (ROOT / "ui/templates/ui" / name).read_text(encoding="utf-8")[:20]
    ]
    assert not silent


@pytest.mark.parametrize("heading", ["Done", "Partial", "Refused", "Under way", "Empty", "To fill in", "With errors"])
def test_the_gallery_shows_every_state(client: Client, db: None, heading: str) -> None:
    assert f'<h3 class="govuk-heading-s">{heading}</h3>' in client.get("/en/gallery").content.decode()


def test_a_page_without_help_has_no_help_column(client: Client, db: None) -> None:
    assert '<aside class="help"' in client.get("/en/gallery").content.decode()
    assert "<aside" not in client.get("/en/nowhere/").content.decode()


def test_E4_the_printed_address_is_the_services_alone(client: Client, db: None) -> None:
    """Paper carries the service's address and the date, never what stood in the address of the page."""
    printed = re.search(r'<p class="printed">([^<]*)</p>', client.get("/en/gallery?x=secret").content.decode())
    assert printed is not None
    assert settings.SITE_URL in printed[1]
    assert "secret" not in printed[1]


def test_the_language_switch_marks_this_one_and_names_the_others(client: Client, db: None) -> None:
    html = client.get("/fr/gallery").content.decode()
    assert re.search(r'<a href="/fr/gallery" lang="fr" hreflang="fr" aria-current="true">FR', html)
    assert re.search(
        r'<a href="/de/gallery" lang="de" hreflang="de">DE<span class="govuk-visually-hidden"> Deutsch', html
    )


@pytest.fixture
def request_in_english() -> Iterator[HttpRequest]:
    """A request that no middleware has seen."""
    request = RequestFactory().get("/en/")
    request.session = {}  # type: ignore[assignment]  # messages ask for one
    with translation.override("en"):
        yield request


def test_the_500_page_needs_no_database_and_no_context(request_in_english: HttpRequest) -> None:
    """A database that is gone is the likeliest reason for a 500: this test has none."""
    response = server_error(request_in_english)
    assert response.status_code == 500
    assert b"<h1" in response.content
    assert finders.find("ui/portal.css")


def test_E2_an_error_page_says_who_could(request_in_english: HttpRequest) -> None:
    error = NotAllowed("Only they appoint.", roles=("chief access manager",))
    html = act_error_page(request_in_english, error).content.decode()
    assert "Only they appoint." in html
    assert "<li>chief access manager</li>" in html


def test_an_error_page_says_who_was_first_and_when(request_in_english: HttpRequest) -> None:
    error = Changed("It is no longer so.", who="Marie Dubois", when=datetime(2026, 3, 14, 8, 5, tzinfo=UTC))
    html = act_error_page(request_in_english, error).content.decode()
    assert "It is no longer so." in html
    assert "Changed by Marie Dubois on 14 March 2026 09:05" in html


@pytest.mark.parametrize("name", ["400", "403", "404", "409", "422", "429", "503", "csrf"])
def test_every_error_page_has_one_heading_and_a_way_on(name: str, request_in_english: HttpRequest) -> None:
    html = render_to_string(f"errors/{name}.html", request=request_in_english)
    assert html.count("<h1") == 1
    assert "To the home page" in html
