"""Whoever knows a ticket wants the portal to stand still: a few bytes behind our document make a reader of PDFs count to a
billion (BEHAVIOUR X9, T14). The road: return the file. No signature, no certificate, no login."""

import time
import zlib
from collections.abc import Callable

import pytest

from htb.document import painter
from htb.models import Request
from tests.requesting import demo_request
from tests.test_return_signed import following, upload

pytestmark = pytest.mark.django_db

# What fits into an upload behind our document.
MOST = 5 * 1024 * 1024 - 60_000


def prev(original: bytes) -> int:
    return int(original[original.rindex(b"startxref") + 9 :].split()[0])


def closed(tail: bytes, start: int) -> bytes:
    return tail + b"\nstartxref\n%d\n%%%%EOF\n" % start


def table(original: bytes, *, widths: bytes, index: bytes, content: bytes = b"") -> bytes:
    """Return an update that is one cross-reference stream."""
    packed = zlib.compress(content, 9)
    head = (
        b"999 0 obj\n<</Type/XRef/Size 2000000000/W %s/Index %s/Root 2 0 R/Prev %d/Filter/FlateDecode/Length %d>>"
        % (
            widths,
            index,
            prev(original),
            len(packed),
        )
    )
    return closed(head + b"stream\n" + packed + b"\nendstream\nendobj\n", len(original))


def an_object(original: bytes, content: bytes, *, root: bytes = b"2 0 R") -> bytes:
    """Return an update that is one object, which nobody needs or which is the catalogue."""
    written = b"999 0 obj\n" + content + b"\nendobj\n"
    trailer = b"xref\n999 1\n%010d 00000 n \ntrailer\n<</Size 1000/Root %s/Prev %d>>\n" % (
        len(original),
        root,
        prev(original),
    )
    return closed(written + trailer, len(original) + len(written))


def revisions(original: bytes) -> bytes:
    tail, before = bytearray(), prev(original)
    while len(tail) < MOST:
        start = len(original) + len(tail)
        tail += b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 200/Root 2 0 R/Prev %d>>\n" % before
        tail += closed(b"", start)
        before = start
    return bytes(tail)


def packed_objects(original: bytes) -> bytes:
    """A stream of objects that unpacks to thirty megabytes of numbers."""
    packed = zlib.compress(b"7 0 [" + b"1 " * 15_000_000 + b"]", 9)
    stream = b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed)
    written = b"999 0 obj\n" + stream + b"\nendobj\n"
    rows = b"\x02\x00\x03\xe7\x00" + b"\x01" + len(original).to_bytes(3, "big") + b"\x00"
    head = b"998 0 obj\n<</Type/XRef/Size 1001/W[1 3 1]/Index[7 1 999 1]/Root 2 0 R/Prev %d/Length %d>>" % (
        prev(original),
        len(rows),
    )
    return closed(written + head + b"stream\n" + rows + b"\nendstream\nendobj\n", len(original) + len(written))


TAILS: dict[str, Callable[[bytes], bytes]] = {
    "a table of a billion rows in no byte": lambda ours: table(ours, widths=b"[0 0 0]", index=b"[0 1000000000]"),
    "a table of a million rows in a few": lambda ours: table(
        ours, widths=b"[1 1 1]", index=b"[0 1000000]", content=bytes(3_000_000)
    ),
    "an array of numbers": lambda ours: an_object(ours, b"[" + b"1 " * (MOST // 2 - 300) + b"]"),
    "an array of names": lambda ours: an_object(ours, b"[" + b"/A" * (MOST // 2 - 300) + b"]"),
    "a catalogue of keys": lambda ours: an_object(
        ours, b"<<" + b"".join(b"/K%d 1 " % number for number in range(380_000)) + b">>", root=b"999 0 R"
    ),
    "nested arrays": lambda ours: an_object(ours, b"[" * 2_000_000),
    "a long hexadecimal text": lambda ours: an_object(ours, b"<" + b"4" * (MOST - 600) + b">"),
    "a long name": lambda ours: an_object(ours, b"/" + b"#41" * (MOST // 3 - 200)),
    "objects packed into one": packed_objects,
    "forty thousand revisions": revisions,
    "brackets": lambda _ours: b"[" * MOST,
    "spaces": lambda _ours: b" " * MOST,
    "comments": lambda _ours: b"%" * MOST,
    "ends": lambda _ours: b"%%EOF\n" * (MOST // 6),
    "ranges": lambda _ours: b"/ByteRange [0 1 2 3 " * (MOST // 20),
}  # fmt: skip


@pytest.mark.parametrize("what", TAILS)
def test_T14_no_tail_holds_a_worker(what: str) -> None:
    made: Request = demo_request()
    original = bytes(made.document.content)
    content = original + TAILS[what](original)
    assert len(content) <= 5 * 1024 * 1024
    client = following(made)
    before, begun = time.process_time(), time.monotonic()
    answer = upload(client, content)
    spent = time.process_time() - before
    assert answer.status_code == 422
    assert spent < painter.SECONDS_TO_READ + 1, "of the worker's own time, the page around it too"
    assert time.monotonic() - begun < 20
    made.refresh_from_db()
    assert made.state == "registered"


@pytest.mark.parametrize(
    "content", [b"/ByteRange [0 1 2 3 " * (MOST // 20), b"%PDF-" + b" " * MOST, b"%PDF-" + b"<" * MOST]
)
def test_X10_nor_does_what_is_not_ours_at_all(content: bytes) -> None:
    client = following(demo_request())
    before = time.process_time()
    assert upload(client, content).status_code == 422
    assert time.process_time() - before < 1.5
