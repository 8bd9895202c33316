"""BEHAVIOUR X5: what the document of a request says and how it is made, seen in the file itself and on the rendered page."""

import hashlib
import os
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader

from htb.document import make, render
from htb.document.content import Content, content_of, read_code
from htb.document.render import html_of, pdf_of
from htb.models import Request
from tests.documents import TICKET, a_request, use_new_seal

LANGUAGES = ("nl", "fr", "de", "en")


def pdf(**changes: object) -> bytes:
    return pdf_of(content_of(a_request(**changes)))


def poppler(tool: str, content: bytes, *options: str, output: str = "-") -> bytes:
    """Give a PDF to one of poppler's tools and return what it prints."""
    names = ["-", output] if output else ["-"]
    return subprocess.run([tool, *options, *names], input=content, capture_output=True, check=True).stdout


def text_of(content: bytes) -> str:
    """Return the document's text, its lines joined."""
    return " ".join(poppler("pdftotext", content, "-layout").decode().split())


def image_of(content: bytes) -> Image.Image:
    """Return the first page as a picture of 150 dots an inch."""
    return Image.open(BytesIO(poppler("pdftoppm", content, "-r", "150", "-png", output="")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_X5_it_is_one_tagged_a4_page_in_the_requests_language(language: str) -> None:
    content = pdf(language=language)
    facts = poppler("pdfinfo", content, output="").decode()
    assert re.search(r"Pages:\s+1\n", facts)
    assert re.search(r"Tagged:\s+yes\n", facts)
    assert re.search(r"Page size:.*\(A4\)", facts)
    assert re.search(r"Title:\s+\S", facts)
    assert re.search(r"JavaScript:\s+no\n", facts)
    root = PdfFileReader(BytesIO(content)).root
    assert root["/Lang"] == language
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid:part" in root["/Metadata"].data


def test_X5_it_says_who_asks_what_for_whom_and_where_to_post_it() -> None:
    content = pdf(language="en")
    text = " ".join(poppler("pdftotext", content, "-raw").decode().split())
    for said in (
        "ABCD EFGH JKMN3",
        "20 November 2026",
        "0999.000.624",
        "Buurthuis De Brug VZW",
        "Brugstraat 1, 2800 Mechelen",
        "Ingrid De Smet",
        "59.02.28-998.94",
        "Emma Claes",
        "01.04.17-998.25",
        "emma@debrug.example",
        "+32 15 20 00 01",
        "correct and complete",
        "eID or an electronic foreigner card",
        "law of 30 July 2018",
        "signature of a legal representative",
        "copies, scans and faxes are not accepted",
        "Give the ticket number whenever you contact us",
    ):
        assert said in text, said
    assert "Contactcenter Eranova Smals Fonsnylaan 20 1060 Brussel" in text
    assert "ingrid@debrug.example" not in text, "the applicant's own details serve messages alone"


@pytest.mark.parametrize("language", LANGUAGES)
def test_X5_an_ordinary_request_needs_no_smaller_type(
    language: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which would cost a second layout, too. The site's address is as long as a real one."""
    settings.SITE_URL = "https://toegangsbeheer.csam.fgov.example.be"
    sizes: list[str] = []

    def noted(content: Content, size: str) -> str:
        sizes.append(size)
        return html_of(content, size)

    monkeypatch.setattr(render, "html_of", noted)
    pdf(language=language)
    assert sizes == ["normal"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_X5_a_reader_finds_ticket_and_digest_in_the_qr_code_of_the_rendered_page(language: str) -> None:
    request = a_request(language=language)
    (code,) = zxingcpp.read_barcodes(image_of(pdf_of(content_of(request))).convert("1").convert("L"))
    assert code.format == zxingcpp.BarcodeFormat.QRCode
    assert code.text == f"{TICKET} {content_of(request).digest}"
    assert read_code(code.text) == (TICKET, content_of(request).digest)


def test_X5_the_digest_is_of_all_that_is_said() -> None:
    said = content_of(a_request())
    changes = {
        "ticket": "22222222222A2",
        "language": "fr",
        "enterprise_name": "B",
        "enterprise_address": "B",
        "applicant_name": "B",
        "chief_insz": "B",
        "chief_name": "B",
        "chief_email": "B",
        "chief_telephone": "B",
    }
    digests = {content_of(a_request(**{name: value})).digest for name, value in changes.items()}
    assert len(digests | {said.digest}) == len(changes) + 1


@pytest.mark.parametrize(
    ("scanned", "ticket"),
    [("abcd efgh jkmn3", TICKET), (f"{TICKET} {'0' * 64}", TICKET), ("ABCDEFGHJKMN2", None), ("", None), (" ", None)],
)
def test_X5_a_scan_and_a_typed_number_lead_to_the_same_ticket(scanned: str, ticket: str | None) -> None:
    assert (read_code(scanned) or (None,))[0] == ticket


def test_T13_a_typed_ticket_brings_no_digest_and_a_scanned_one_does() -> None:
    assert read_code(" abcd-efgh-jkmn3 ") == (TICKET, "")
    assert read_code(f"{TICKET.lower()} {'a' * 64}\n") == (TICKET, "A" * 64)
    assert read_code(f"{TICKET} x") == (TICKET, "X"), "whatever stands there is to be compared"


@pytest.mark.parametrize("language", LANGUAGES)
def test_X5_the_same_request_gives_the_same_bytes_in_another_process_too(language: str) -> None:
    script = (
        "import django; django.setup()\n"
        "import hashlib; from tests.test_document import pdf\n"
        f"print(hashlib.sha256(pdf(language={language!r})).hexdigest())"
    )
    from django.conf import settings

    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "csam_portal.settings", "PYTHONHASHSEED": "7", "SITE_URL": settings.SITE_URL
    }  # fmt: skip
    other = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    ).stdout
    once, again = pdf(language=language), pdf(language=language)
    assert once == again
    assert hashlib.sha256(once).hexdigest() == other.split()[-1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_X5_it_has_at_most_40_kb_and_every_font_in_it(language: str) -> None:
    content = pdf(
        language=language, applicant_name="Γεώργιος Παπαδόπουλος", chief_name="Иван Wałęsa Çağlar Şahin İnönü Łódź"
    )
    assert len(content) <= 40_000
    fonts = poppler("pdffonts", content, output="").decode().splitlines()[2:]
    assert {re.split(r"\s+", line)[0].split("+")[1] for line in fonts} == {
        "Atkinson",
        "Atkinson-Bold",
        "DejaVu-Sans-Bold",
    }
    assert all(re.search(r"\byes yes yes\b", line) for line in fonts), "embedded, a subset, with Unicode"
    text = text_of(content)
    for name in ("Γεώργιος Παπαδόπουλος", "Иван", "Wałęsa", "Çağlar Şahin İnönü", "Łódź"):
        assert name in text


def test_X5_the_longest_names_still_stand_on_one_page() -> None:
    content = pdf(
        language="de",
        enterprise_name="Vereniging " * 29,
        enterprise_address="Langestraat " * 25,
        applicant_name="Maximiliaan-" * 33,
        chief_name="W" * 401,
        chief_email="a" * 242 + "@example.com",
        chief_telephone="1" * 30,
    )
    assert re.search(r"Pages:\s+1\n", poppler("pdfinfo", content, output="").decode())
    assert text_of(content).count("Vereniging") == 29


HOSTILE = (
    '<img src="file://{file}">',
    '<img src="{server}">',
    '<link rel="stylesheet" href="{server}">',
    "<style>@import url({server}); body {{ background: url({server}) }}</style>",
    '<object data="file://{file}"></object><link rel="attachment" href="file://{file}">',
    "</td></tr></table><h1>Approved</h1><script>alert(1)</script>",
    "{{% include '/etc/passwd' %}} {{{{ settings.DEBUG }}}}",
)


@pytest.mark.parametrize("attack", HOSTILE)
def test_X5_a_name_can_fetch_nothing_and_is_only_text(
    attack: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import weasyprint

    fetched: list[str] = []
    fetch = weasyprint.URLFetcher.fetch

    def noted(self: weasyprint.URLFetcher, url: str, *args: object, **kwargs: object) -> object:
        fetched.append(url)
        return fetch(self, url, *args, **kwargs)

    monkeypatch.setattr(weasyprint.URLFetcher, "fetch", noted)
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>SECRET</text></svg>')
    name = attack.format(file=secret, server="http://127.0.0.1:9/x.css")
    content = pdf(enterprise_name=name, enterprise_address=name, chief_name=name[:400], chief_email=name[:250])
    assert all(url.startswith("data:") for url in fetched)
    assert "SECRET" not in text_of(content)
    assert b"/EmbeddedFile" not in content
    html = html_of(content_of(a_request(enterprise_name=name)))
    assert name not in html or "<" not in name, "what was typed is escaped"
    assert html.count("<h1>") == 1


def test_X5_even_markup_of_ours_could_fetch_nothing(tmp_path: Path) -> None:
    """Were escaping to fail, the fetcher would still refuse: files and servers alike."""
    from htb.document.render import _nothing_but_data

    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    for address in (
        secret.as_uri(),
        "http://127.0.0.1:9/",
        "https://127.0.0.1:9/",
        "ftp://127.0.0.1:9/",
        "FILE:///etc/hosts",
    ):
        with pytest.raises(ValueError, match="disallowed protocol"):
            _nothing_but_data().fetch(address)


def test_X5_make_seals_what_it_made_and_writes_nothing(settings: Any, tmp_path: Path) -> None:
    use_new_seal(settings, tmp_path)
    request: Request = a_request()
    sealed, unsealed_sha256 = make(request)  # without the database: a query would fail this test
    assert request._state.adding
    unsealed = pdf_of(content_of(request))
    assert sealed.startswith(unsealed)
    assert hashlib.sha256(unsealed).hexdigest() == unsealed_sha256
