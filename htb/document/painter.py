"""Draws files that came from outside, as a program of its own with little time and memory (docs/adr/0019-drawing-in-a-cage.md).

`htb.document.drawing` starts it and nothing else does: it imports neither Django nor more of the portal than
`htb.document.judging` and what that reads with. A command and its numbers are the arguments; files stand one behind the other
in the standard input, each after its length on a line of its own. It answers with one JSON text or one JPEG picture. Whatever
goes wrong ends it with a status other than 0.
"""

import json
import resource
import signal
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any

CPU_SECONDS = 4
MEMORY = 1536 * 1024 * 1024
# What a document that came back signed may take, until its signature is found to be a trusted issuer's.
SECONDS_TO_JUDGE, MEMORY_TO_JUDGE = 0.5, 512 * 1024 * 1024
LARGEST_ANSWER = 8 * 1024 * 1024
# The status with which it ends where memory ran out.
NO_MEMORY = 3
# A letter is one page; its back, its envelope and what came along are a few more.
MOST_PAGES = 10
# The longer side in pixels of what is judged and shown: A4 at 200 dots per inch.
LONG_SIDE = 2340
# What a page may measure: PDF's own limit is 14,400 points; no letter is six times as long as wide.
LONGEST_POINTS, MOST_STRETCHED = 14_400, 6
# A picture of a letter: legible, and no larger than A4 at 720 dots per inch.
SMALLEST_SIDE, MOST_PIXELS = 480, 50_000_000
# The share of a page that must stand out from its ground to be writing: a blank sheet's specks are less, two lines are more.
LEAST_INK, STANDS_OUT = 0.001, 40
MOST_OBJECTS, DEEPEST = 20_000, 60
MOST_CODES, LONGEST_CODE = 20, 300
# What a reader of PDFs would carry out, or files inside the file.
ACTIVE = {
    "/JS", "/JavaScript", "/Launch", "/AA", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/EmbeddedFile", "/EmbeddedFiles",
    "/RichMedia", "/Movie", "/Sound", "/Rendition", "/XFA",
}  # fmt: skip


class UnfitError(Exception):
    """A file that is no scan of a letter. The code says why."""


def main() -> None:
    """Carry out one command: `scan`, `page NUMBER`, `same LEFT BOTTOM RIGHT TOP`, `judge TRUST` (JSON)."""
    command, *numbers = sys.argv[1:]
    _into_the_cage(MEMORY_TO_JUDGE if command == "judge" else MEMORY)
    files = list(_files())
    if command == "scan":
        answer = _as_json(_scan(files[0]))
    elif command == "page":
        answer = _page(files[0], int(numbers[0]))
    elif command == "judge":
        answer = _as_json(_judged(files[0], files[1], json.loads(numbers[0])))
    else:
        answer = _as_json({"same": _same(files[0], files[1], [float(one) for one in numbers])})
    sys.stdout.buffer.write(answer)


def _into_the_cage(memory: int) -> None:
    """Give up what is not needed: time, memory, files, children, a trace of the memory on the disk."""
    for limit, most in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, LARGEST_ANSWER),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))


def _files() -> Iterator[bytes]:
    while line := sys.stdin.buffer.readline(20):
        yield sys.stdin.buffer.read(int(line))


def _as_json(answer: Any) -> bytes:
    return json.dumps(answer).encode()


# --- A scan -----------------------------------------------------------------------------------------------------------------


def _scan(content: bytes) -> dict[str, Any]:
    """Return how many pages there are and which texts their QR codes hold, or the code of what is wrong."""
    import zxingcpp

    try:
        has_writing, codes = [], list[str]()
        for picture in _pictures(content):
            has_writing.append(_has_writing(picture))
            found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
            codes += [one.text[:LONGEST_CODE] for one in found]
        if not any(has_writing):
            raise UnfitError("blank")
    except UnfitError as unfit:
        return {"unfit": str(unfit)}
    return {"pages": len(has_writing), "codes": codes[:MOST_CODES]}


def _pictures(content: bytes) -> Iterator[Any]:
    """Yield every page in grey. Raises UnfitError."""
    if not content.startswith(b"%PDF-"):
        yield _photograph(content).convert("L")
        return
    document = _opened(content)
    if not 0 < len(document) <= MOST_PAGES:
        raise UnfitError("too_many_pages" if len(document) else "unreadable")
    _refuse_active(content)
    for page in document:
        yield _drawn(page, LONG_SIDE, grayscale=True)


def _photograph(content: bytes) -> Any:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        picture = Image.open(BytesIO(content), formats=("PNG", "JPEG"))
        width, height = picture.size
        if picture.format == "PNG" and getattr(picture, "is_animated", False):
            raise UnfitError("active")
        if min(width, height) < SMALLEST_SIDE:
            raise UnfitError("too_small")
        if width * height > MOST_PIXELS or max(width, height) > MOST_STRETCHED * min(width, height):
            raise UnfitError("too_large")
        picture.draft("RGB", (LONG_SIDE, LONG_SIDE))
        picture.thumbnail((LONG_SIDE, LONG_SIDE))
        upright = ImageOps.exif_transpose(picture)
        if upright.mode in {"RGBA", "LA", "PA", "P"}:
            upright = upright.convert("RGBA")
            paper = Image.new("RGBA", upright.size, "white")
            upright = Image.alpha_composite(paper, upright)
        return upright.convert("RGB")
    except (UnfitError, MemoryError):
        raise
    except Image.DecompressionBombError as error:
        raise UnfitError("too_large") from error
    except Exception as error:  # a decoder fails at a stranger's file in whichever way the file likes
        raise UnfitError("unreadable") from error


def _opened(content: bytes) -> Any:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise UnfitError("encrypted" if "password" in str(error).lower() else "unreadable") from error
    if document.get_formtype() != pypdfium2.raw.FORMTYPE_NONE:
        document.init_forms()
    return document


def _drawn(page: Any, long_side: int, **how: Any) -> Any:
    """Return a page as a picture whose longer side has so many pixels. Raises UnfitError."""
    import pypdfium2

    try:
        width, height = page.get_size()
        short, long = sorted((width, height))
        if short <= 0 or long > LONGEST_POINTS or long > MOST_STRETCHED * short:
            raise UnfitError("too_large")
        return page.render(scale=long_side / long, **how).to_pil()
    except pypdfium2.PdfiumError as error:
        raise UnfitError("unreadable") from error


def _has_writing(picture: Any) -> bool:
    """Tell whether enough of a grey picture stands out from its ground, whatever the ground's own shade."""
    tones = picture.histogram()
    pixels = sum(tones)
    ground = next(tone for tone in range(256) if 2 * sum(tones[: tone + 1]) >= pixels)
    ink = sum(count for tone, count in enumerate(tones) if abs(tone - ground) > STANDS_OUT)
    return bool(ink >= LEAST_INK * pixels)


def _refuse_active(content: bytes) -> None:
    """Look at every object of a PDF for what a reader would carry out. Raises UnfitError."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        reader = PdfFileReader(BytesIO(content), strict=False)
        if reader.encrypted:
            raise UnfitError("encrypted")
        references = set()
        for revision in range(reader.total_revisions):
            references |= reader.xrefs.explicit_refs_in_revision(revision)
            if len(references) > MOST_OBJECTS:
                raise UnfitError("too_heavy")
        found = (name for one in references for name in names_in(reader.get_object(one)))
        if not ACTIVE.isdisjoint(found):
            raise UnfitError("active")
    except (UnfitError, MemoryError):
        raise
    except Exception as error:  # as above
        raise UnfitError("unreadable") from error


def names_in(thing: Any, depth: int = 0) -> Iterator[str]:
    """Yield every name in an object of a PDF, keys and values alike. What it refers to is looked at by itself.

    Raises ValueError where it is nested too deeply.
    """
    from pyhanko.pdf_utils import generic

    if depth > DEEPEST:
        raise ValueError("nested too deeply")
    if isinstance(thing, generic.DictionaryObject):
        yield from map(str, thing)
        inside = [thing.raw_get(key) for key in thing]
    elif isinstance(thing, generic.ArrayObject):
        inside = [thing.raw_get(place) for place in range(len(thing))]
    else:
        inside = []
        if isinstance(thing, generic.NameObject):
            yield str(thing)
    for one in inside:
        yield from names_in(one, depth + 1)


# --- To be looked at ----------------------------------------------------------------------------------------------------------


def _page(content: bytes, number: int) -> bytes:
    """Return a page (from 1) as a JPEG picture: for a PDF exactly as `_same` compares it on a screen."""
    if content.startswith(b"%PDF-"):
        picture = _drawn(_opened(content)[number - 1], LONG_SIDE)
    else:
        picture = _photograph(content)
    answer = BytesIO()
    picture.convert("RGB").save(answer, "JPEG", quality=80)
    return answer.getvalue()


# --- A document before and after it was signed ------------------------------------------------------------------------------


def _same(before: bytes, after: bytes, place: list[float]) -> bool:
    """Tell whether two PDFs look the same, on a screen and on paper, beside one place of their first page.

    place: left, bottom, right, top in points; none where nothing may differ at all.
    """
    from PIL import ImageChops

    one, other = _opened(before), _opened(after)
    if len(one) != len(other):
        return False
    for number in range(len(one)):
        pages = one[number], other[number]
        if pages[0].get_size() != pages[1].get_size() or pages[0].get_rotation() != pages[1].get_rotation():
            return False
        for how in ({}, {"optimize_mode": "print"}):
            pictures = [_drawn(page, LONG_SIDE, **how).convert("RGB") for page in pages]
            if place and number == 0:
                box = _in_pixels(place, pages[0].get_size())
                for picture in pictures:
                    picture.paste((255, 255, 255), box)
            if ImageChops.difference(*pictures).getbbox() is not None:
                return False
    return True


def _in_pixels(place: list[float], size: tuple[float, float]) -> tuple[int, int, int, int]:
    """Return a place as left, upper, right, lower pixels, with one more around it where an edge is smoothed."""
    left, bottom, right, top = place
    scale = LONG_SIDE / max(size)
    return (
        int(left * scale) - 1,
        int((size[1] - top) * scale) - 1,
        int(right * scale) + 2,
        int((size[1] - bottom) * scale) + 2,
    )


# --- A document that came back signed, judged ---------------------------------------------------------------------------------


def _judged(before: bytes, after: bytes, trust: dict[str, Any]) -> dict[str, Any]:
    """Judge a signed document; what the file itself makes of it has less time than the lists of what is revoked."""
    from htb.document.judging import Trust, judge

    signal.setitimer(signal.ITIMER_PROF, SECONDS_TO_JUDGE)  # its signal ends this program
    return judge(after, before, Trust(**trust), at_ease=lambda: signal.setitimer(signal.ITIMER_PROF, 0))


def run() -> None:
    """Run as the program of a process; a lack of memory has a status of its own."""
    try:
        main()
    except MemoryError:
        sys.exit(NO_MEMORY)
