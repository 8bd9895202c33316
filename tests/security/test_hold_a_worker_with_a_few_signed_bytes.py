"""Whoever knows a ticket wants the portal to stand still: a few bytes behind our document make a reader of PDFs count to a
billion, or a reader of certificates try all orders of seven (BEHAVIOUR X9, T14, T17). The road: return the file. No certificate
that counts, no login. And a sender, who hands in a signature that takes longer to read than to make (M11)."""

import base64
import time
import zlib
from collections.abc import Callable
from contextlib import nullcontext, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import ascii_letters
from typing import Any

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from htb.document import painter
from htb.document.demo_keys import Issued, issue
from htb.models import Request
from senders.messages.faults import FaultError
from senders.messages.signature import MAX_SIGNATURE_BYTES, Candidate, Standing, signer_of
from tests import cast
from tests.certificates import name
from tests.messages import Signer, new_signer
from tests.messages import sign as sign_message
from tests.requesting import demo_request
from tests.signing import sign, use_new_citizen_ca
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


# --- Signatures that bring certificates along ---------------------------------------------------------------------------------


def crowd(number: int, names: str = "A") -> list[Issued]:
    """Authorities that may all have issued one another, as far as their names go: paths are made of them in every order."""
    before = issue(names[-1], is_authority=True)
    made = [before]
    for place in range(number - 1):
        before = issue(names[place % len(names)], issuer=before, is_authority=True)
        made.append(before)
    return made


def with_a_crowd(original: bytes, number: int, names: str = "A") -> bytes:
    made = crowd(number, names)
    return sign(original, issue("Ingrid", number=cast.INGRID, issuer=made[-1]), *made)[len(original) :]


def with_giant_keys(original: bytes) -> bytes:
    """A chain of authorities whose keys are as large as the library takes, or larger: what it verifies with them is wrong."""
    above = issue("CA 0", is_authority=True)
    chain, now = [above], datetime.now(UTC)
    for place, (bits, exponent) in enumerate([(16384, 2**64 - 59), (3072, 2**3071 - 1), (16384, 3), (65536, 65537)]):
        key = rsa.RSAPublicNumbers(exponent, (1 << bits) - 159).public_key()
        names = name(f"CA {place + 1}"), name(f"CA {place}")
        builder = x509.CertificateBuilder(*names, key, place + 1, now - timedelta(days=1), now + timedelta(days=1))
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        chain.append(Issued(above.key, builder.sign(above.key, hashes.SHA256())))
    card = issue("Ingrid", number=cast.INGRID, issuer=chain[-1])
    return sign(original, card, *chain)[len(original) :]


TAILS |= {
    "seven authorities of one name": lambda ours: with_a_crowd(ours, 7),
    "twenty authorities of one name": lambda ours: with_a_crowd(ours, 20),
    "pairs of authorities of one name": lambda ours: with_a_crowd(ours, 9, "ABCDE"),
    "thirty authorities, each of another name": lambda ours: with_a_crowd(ours, 30, ascii_letters),
    "keys of many thousand bits": with_giant_keys,
}


@pytest.mark.paper
@pytest.mark.parametrize("what", TAILS)
def test_T14_no_tail_holds_a_worker(what: str, settings: Any, tmp_path: Path) -> None:
    use_new_citizen_ca(settings, tmp_path / "authority")
    made: Request = demo_request()
    original = bytes(made.document.content)
    content = original + TAILS[what](original)
    assert len(content) <= 5 * 1024 * 1024
    client = following(made)
    before, begun = time.process_time(), time.monotonic()
    answer = upload(client, content)
    spent = time.process_time() - before
    assert answer.status_code == 422
    assert spent < painter.SECONDS_TO_JUDGE + 1, "of the worker's own time, the page around it too"
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


# --- Signatures of senders ----------------------------------------------------------------------------------------------------


def der(tag: int, *pieces: bytes) -> bytes:
    content = b"".join(pieces)
    length = len(content).to_bytes(3)
    return bytes([tag, 0x83]) + length + content


class Made:
    """A good signature of a declaration, and what an attacker makes of it."""

    def __init__(self, signer: Signer) -> None:
        self.signature = cms.ContentInfo.load(base64.b64decode(sign_message(b"declaration", signer)))
        self.signed = self.signature["content"]
        (info,) = self.signed["signer_infos"]
        self.info = {key: info[key].dump() for key in info}

    def signer(self, **changes: bytes) -> bytes:
        return der(0x30, *(self.info | changes).values())

    def around(self, *signers: bytes) -> bytes:
        before = (self.signed[key].dump() for key in ("version", "digest_algorithms", "encap_content_info"))
        signed = der(0x30, *before, der(0x31, *signers))
        return der(0x30, self.signature["content_type"].dump(), der(0xA0, signed))

    def stamped(self) -> bytes:
        """A time stamp in a time stamp, forty times."""
        made, kind = self.around(self.signer()), cms.CMSAttributeType("signature_time_stamp_token").dump()
        for _ in range(40):
            made = self.around(self.signer(unsigned=der(0xA1, der(0x30, kind, der(0x31, made)))))
        return made

    def by(self, *names: bytes, serial: bytes = b"\x01") -> bytes:
        """Somebody's whose name or number is long."""
        return self.around(self.signer(sid=der(0x30, der(0x30, *names), der(0x02, serial))))


# An identifier of a kind, one number of 100,000 digits.
LONG = der(0x06, b"\x2a" + b"\xff" * 40_000 + b"\x01")
NAME = der(0x31, der(0x30, bytes.fromhex("0603550403"), der(0x0C, b"a")))
SIGNATURES: dict[str, Callable[[Made], bytes]] = {
    "a good one": lambda made: made.around(made.signer()),
    "many signers": lambda made: made.around(*[made.signer()] * 80),
    "time stamps in time stamps": Made.stamped,
    "a long serial number": lambda made: made.by(NAME, serial=b"\x7f" * 40_000),
    "a name of many parts": lambda made: made.by(*[NAME] * 1_500),
    "an attribute of a kind that the library cannot show": lambda made: made.around(
        made.signer(signed_attrs=der(0xA0, der(0x30, b"\x06\x02\x2a\x03", der(0x31, b"\x67\x01\x40"))))
    ),
    "a long kind of content": lambda _made: der(0x30, LONG, der(0xA0)),
    "a long kind of attribute": lambda made: made.around(
        made.signer(signed_attrs=der(0xA0, der(0x30, LONG, der(0x31))))
    ),
}


@pytest.mark.parametrize("what", SIGNATURES)
def test_M11_no_signature_of_a_sender_holds_who_reads_it(what: str) -> None:
    """What stands beside what is signed is not read; a number, name or list is measured before it is."""
    signer = new_signer(kind="ec")
    given = base64.b64encode(SIGNATURES[what](Made(signer)))
    assert len(given) <= MAX_SIGNATURE_BYTES
    before = time.process_time()
    with suppress(FaultError) if what != "a good one" else nullcontext():
        signer_of(given, b"declaration", [Candidate(1, signer.der, Standing.IN_USE)] * 50)
    assert time.process_time() - before < 0.6
