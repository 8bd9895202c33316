"""A member of the desk wants to approve without a letter: anything that begins like a PDF passes for its scan. Or a file
stops the desk: a bomb, ten thousand pages (BEHAVIOUR X7, T12). The road: attach it on the page of the case."""

import json
import resource
import subprocess
import sys
import time
import zlib
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from htb.document import drawing, painter
from htb.document.scans import SENTENCES
from htb.models import Request
from tests.requesting import SCAN, a_picture, demo_request, desk
from tests.test_desk import address, attach, send, text

pytestmark = pytest.mark.django_db

WORDS = b"BT /F 30 Tf 60 700 Td (We who represent this enterprise sign) Tj ET 60 300 400 40 re f"


def stream(content: bytes, head: bytes = b"") -> bytes:
    """Return a packed stream."""
    packed = zlib.compress(content, 9)
    return b"<<%s/Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (head, len(packed), packed)


def written(objects: list[bytes]) -> bytes:
    """Return objects as a PDF, numbered from 1; the first is the catalogue."""
    out, places = BytesIO(), []
    out.write(b"%PDF-1.7\n")
    for number, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return out.getvalue()


def pdf(
    content: bytes = WORDS,
    *further: bytes,
    pages: int = 1,
    box: bytes = b"0 0 595 842",
    catalogue: bytes = b"",
) -> bytes:
    """Return a PDF whose pages all show the same. further: objects 5 and on; /P draws the fifth."""
    first = 5 + len(further)
    kids = b" ".join(b"%d 0 R" % (first + number) for number in range(pages))
    resources = b"<</Font<</F 3 0 R>>/XObject<</P 5 0 R>>>>"
    page = b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources%s>>" % resources
    return written(
        [
            b"<</Type/Catalog/Pages 2 0 R%s>>" % catalogue,
            b"<</Type/Pages/Kids[%s]/Count %d/MediaBox[%s]>>" % (kids, pages, box),
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            stream(content),
            *further,
            *[page] * pages,
        ]
    )


def an_image(width: int, height: int) -> bytes:
    """Return a picture object that unpacks to that many bytes, in black."""
    head = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8" % (width, height)
    packer = zlib.compressobj(9)
    block = bytes(1 << 20)
    packed = b"".join(packer.compress(block) for _ in range(width * height >> 20)) + packer.flush()
    return b"<<%s/Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (head, len(packed), packed)


def picture(mode: str, size: tuple[int, int], colour: object, kind: str = "PNG", **how: Any) -> bytes:
    made = BytesIO()
    Image.new(mode, size, colour).save(made, kind, **how)  # type: ignore[arg-type]  # a number or three
    return made.getvalue()


def png_that_lies(width: int, height: int) -> bytes:
    """A PNG whose head says that it is enormous."""
    content = bytearray(picture("L", (600, 800), 255))
    content[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    return bytes(content)


def moving() -> bytes:
    made = BytesIO()
    frames = [Image.new("L", (600, 800), shade) for shade in (0, 255)]
    frames[0].save(made, "PNG", save_all=True, append_images=frames[1:])
    return made.getvalue()


def with_password() -> bytes:
    writer = copy_into_new_writer(PdfFileReader(BytesIO(pdf())))
    writer.encrypt("secret")
    made = BytesIO()
    writer.write(made)
    return made.getvalue()


ACTION = b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"
FILES: dict[str, tuple[str, bytes]] = {
    "fifteen bytes": ("unreadable", b"%PDF-1.7 letter"),
    "the beginning of a PDF": ("unreadable", b"%PDF-"),
    "the beginning of a JPEG": ("unreadable", b"\xff\xd8\xff\xe0 letter"),
    "the beginning of a PNG": ("unreadable", b"\x89PNG\r\n\x1a\n letter"),
    "half a PDF": ("unreadable", pdf()[:300]),
    "half a PNG": ("unreadable", a_picture("PNG")[:2000]),
    "half a JPEG": ("unreadable", a_picture("JPEG")[:9000]),
    "a web page": ("not_a_scan", b"<html>letter</html>"),
    "a text": ("not_a_scan", b"letter"),
    "nothing but PDF's name and noise": ("unreadable", b"%PDF-1.7\n" + bytes(range(256)) * 400),
    "no page": ("unreadable", pdf(pages=0)),
    "an empty page": ("blank", pdf(b" ")),
    "five empty pages": ("blank", pdf(b" ", pages=5)),
    "a white page": ("blank", pdf(b"1 g 0 0 595 842 re f")),
    "a black page": ("blank", pdf(b"0 g 0 0 595 842 re f")),
    "a dot": ("blank", pdf(b"100 100 3 3 re f")),
    "white words": ("blank", pdf(b"1 g " + WORDS)),
    "words outside the page": ("blank", pdf(b"1 0 0 1 900 900 cm " + WORDS)),
    "a white picture": ("blank", picture("L", (800, 1100), 255)),
    "a black picture": ("blank", picture("RGB", (800, 1100), (0, 0, 0), "JPEG")),
    "a picture of nothing": ("blank", picture("RGBA", (800, 1100), (0, 0, 0, 0))),
    "one pixel": ("too_small", picture("L", (1, 1), 0)),
    "an icon": ("too_small", picture("L", (64, 64), 0)),
    "a line of pixels": ("too_small", picture("L", (5000, 1), 0)),
    "a ribbon": ("too_large", picture("L", (6000, 500), 0)),
    "a PNG of a billion pixels": ("too_large", png_that_lies(60_000, 60_000)),
    "a PNG of 2^31 lines": ("too_large", png_that_lies(2**31 - 1, 2**31 - 1)),
    "a true PNG of 60 million pixels": ("too_large", picture("1", (7500, 8000), 0)),
    "a page of a kilometre": ("too_large", pdf(box=b"0 0 2834645 2834645")),
    "a page like a ribbon": ("too_large", pdf(box=b"0 0 10 9000")),
    "eleven pages": ("too_many_pages", pdf(pages=11)),
    "ten thousand pages": ("too_many_pages", pdf(pages=10_000)),
    "more objects than pages need": ("too_heavy", pdf(WORDS, *[b"null"] * 25_000)),
    "a password": ("encrypted", with_password()),
    "a script": ("active", pdf(catalogue=ACTION)),
    "a script by another spelling": ("active", pdf(catalogue=ACTION.replace(b"/JavaScript/JS", b"/Java#53cript/#4a#53"))),
    "a program": ("active", pdf(catalogue=b"/OpenAction<</S/Launch/F(calc.exe)>>")),
    "a form that is sent": ("active", pdf(catalogue=b"/AA<</WC<</S/SubmitForm/F(http://x.example)>>>>")),
    "a file inside": ("active", pdf(WORDS, b"<</Type/Filespec>>", catalogue=b"/Names<</EmbeddedFiles<</Names[(a)5 0 R]>>>>")),
    "a moving picture": ("active", moving()),
    "a content that unpacks to 400 MB": ("too_heavy", pdf(b"0 g " * 100_000_000)),
    "lines without end": ("too_heavy", pdf(b"0 0 m 595 842 l S " * 1_500_000)),
    "a picture of 2.5 GB": ("unreadable|too_heavy|blank", pdf(b"500 0 0 800 0 0 cm /P Do", an_image(50_000, 50_000))),
}  # fmt: skip
BENIGN = {
    "a letter": SCAN,
    "a photograph": a_picture("JPEG"),
    "a PNG": a_picture("PNG"),
    "words in a PDF": pdf(),
    "it opens on its first page": pdf(catalogue=b"/OpenAction[5 0 R/Fit]"),
    "ten pages": pdf(pages=10),
    "points of a scanner": pdf(b"4 0 0 4 0 0 cm " + WORDS, box=b"0 0 2480 3508"),
}


@pytest.fixture
def case() -> Request:
    made = demo_request()
    send(desk("eranova2"), made, "receive", received_on=timezone.localdate().isoformat())
    return made


@pytest.fixture
def one() -> Client:
    return desk("eranova1")


@pytest.mark.paper
@pytest.mark.parametrize("what", FILES)
def test_T12_what_shows_no_letter_is_not_attached(one: Client, case: Request, what: str) -> None:
    codes, content = FILES[what]
    assert len(content) < 10 * 1024 * 1024
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    answer = attach(one, case, content)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert answer.status_code == 422
    said = " ".join(answer.context["forms"][0].errors["scan"])
    assert said in {str(SENTENCES[code]) for code in codes.split("|")}
    case.refresh_from_db()
    assert (case.scan, case.scan_sha256) == (None, "")
    assert after.ru_utime - before.ru_utime < painter.CPU_SECONDS + 2
    assert time.monotonic() - started < drawing.SECONDS + 5


@pytest.mark.parametrize("what", BENIGN)
def test_T12_what_scanners_and_telephones_make_is_attached(one: Client, case: Request, what: str) -> None:
    assert attach(one, case, BENIGN[what]).status_code == 200
    case.refresh_from_db()
    assert bytes(case.scan or b"") == BENIGN[what]


def test_T12_nothing_is_approved_on_fifteen_bytes(one: Client, case: Request) -> None:
    attach(one, case, b"%PDF-1.7 letter")
    one.post(address(case), {"act": "open"})
    answer = send(one, case, "approve", reason="Gezien", is_compared="on")
    assert answer.status_code == 422
    assert "Attach the scan of the signed document first." in text(answer)


def test_T12_a_drawing_that_takes_too_long_is_ended(
    one: Client, case: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "SECONDS", 0.05)
    assert str(SENTENCES["too_heavy"]) in text(attach(one, case, SCAN))


def test_T12_the_painter_knows_nothing_of_the_portal(monkeypatch: pytest.MonkeyPatch) -> None:
    """No environment, no settings, no database, no Django: whoever breaks out of the renderer finds an empty room."""
    monkeypatch.setenv("SECRET_KEY", "known to the portal alone")
    told = "; import json, os; print(json.dumps([sorted(os.environ), sorted(sys.modules), os.getcwd()]))"
    program = drawing.PROGRAM.replace("run()", "import htb.document.reading") + told
    answer = subprocess.run(
        [sys.executable, "-I", "-c", program, str(drawing.ROOT)], env={}, cwd="/", capture_output=True, check=True
    )
    environment, modules, folder = json.loads(answer.stdout)
    assert set(environment) <= {"LC_CTYPE"}
    assert folder == "/"
    ours = {name for name in modules if name.startswith("htb.")}
    assert ours == {"htb.document", "htb.document.painter", "htb.document.reading"}
    assert not [name for name in modules if name.partition(".")[0] in {"django", "csam_portal", "psycopg", "identity"}]
