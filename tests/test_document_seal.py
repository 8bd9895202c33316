"""BEHAVIOUR X5, X10: the seal, checked by another program; and what the portal says of files that were tampered with."""

import re
import subprocess
import sys
import threading
import tracemalloc
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from htb.document import make, seal
from htb.document.verify import MAX_BYTES, Verdict, verify
from tests.documents import TICKET, a_request, use_new_seal

PAGE = "/en/documents/verify"
# What Adobe's and any other reader does: the whole PDF, against this one certificate, without the network.
OTHER_PROGRAM = """
import sys
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

with open(sys.argv[1], "rb") as file:
    signature, = PdfFileReader(file).embedded_signatures
    trust = ValidationContext(trust_roots=[load_cert_from_pemder(sys.argv[2])], allow_fetching=False)
    status = validate_pdf_signature(signature, trust)
    print(signature.sig_object["/SubFilter"], status.bottom_line, status.coverage.name, status.docmdp_ok)
"""


@pytest.fixture
def certificate(settings: Any, tmp_path: Path) -> Path:
    return use_new_seal(settings, tmp_path / "ours")


@pytest.fixture
def sealed(certificate: Path) -> bytes:
    return make(a_request())[0]


def other_program(content: bytes, certificate: Path, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    file = tmp_path / "document.pdf"
    file.write_bytes(content)
    command = [sys.executable, "-c", OTHER_PROGRAM, str(file), str(certificate)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def place_of_seal(content: bytes) -> tuple[int, int]:
    """Return where the seal's own place begins and ends."""
    found = re.search(rb"/ByteRange\s?\[0 (\d+) (\d+) ", content)
    assert found is not None
    return int(found[1]), int(found[2])


def test_X5_another_process_finds_the_seal_good_and_covering_the_whole_file(
    sealed: bytes, certificate: Path, tmp_path: Path
) -> None:
    assert other_program(sealed, certificate, tmp_path).stdout == "/ETSI.CAdES.detached True ENTIRE_FILE True\n"


def test_X5_another_process_refuses_a_changed_copy(sealed: bytes, certificate: Path, tmp_path: Path) -> None:
    changed = sealed.replace(b"%PDF-1.7", b"%PDF-1.6", 1)
    assert changed != sealed
    assert " False " in other_program(changed, certificate, tmp_path).stdout


def test_X10_a_document_of_ours_is_intact_and_says_when_it_was_sealed(sealed: bytes) -> None:
    verified = verify(sealed)
    assert verified.verdict == Verdict.INTACT
    assert verified.sealed_at is not None
    assert abs(datetime.now(UTC) - verified.sealed_at) < timedelta(minutes=1)


def test_X10_what_a_former_certificate_sealed_stays_ours(
    sealed: bytes, certificate: Path, settings: Any, tmp_path: Path
) -> None:
    use_new_seal(settings, tmp_path / "next")
    assert verify(sealed).verdict == Verdict.NOT_OURS
    settings.SEAL_FORMER_CERTIFICATE_FILES = [str(certificate)]
    assert verify(sealed).verdict == Verdict.INTACT


def test_X10_the_seal_of_somebody_else_is_not_ours(certificate: Path, settings: Any, tmp_path: Path) -> None:
    """Not even in our certificate's name."""
    with_ours = settings.SEAL_KEY_FILE, settings.SEAL_CERTIFICATE_FILE
    use_new_seal(settings, tmp_path / "theirs", name="CSAM test seal")
    theirs, _sha256 = make(a_request())
    settings.SEAL_KEY_FILE, settings.SEAL_CERTIFICATE_FILE = with_ours
    assert verify(theirs).verdict == Verdict.NOT_OURS


def test_X10_any_byte_changed_shows(sealed: bytes) -> None:
    start, end = place_of_seal(sealed)

    @given(st.integers(0, len(sealed) - 1), st.integers(1, 255))
    def try_one(at: int, difference: int) -> None:
        changed = bytearray(sealed)
        changed[at] ^= difference
        if start < at < end - 1:
            return  # the seal's own place, see below
        assert verify(bytes(changed)).verdict in {Verdict.CHANGED, Verdict.NOT_OURS}

    try_one()


def test_E7_X10_whatever_stands_in_the_seals_own_place_gets_an_answer(sealed: bytes) -> None:
    """Some digits of a signature's wrapping vouch for nothing; what the seal covers is the same in each of these."""
    start, end = place_of_seal(sealed)
    seen = set()
    for at in range(start, end):
        changed = bytearray(sealed)
        changed[at] ^= 0x01 if chr(changed[at] ^ 0x01) in "0123456789abcdef" else 0x57
        seen.add(verify(bytes(changed)).verdict)
        if sealed[at : at + 64] == b"0" * 64:
            break  # zeros from here on
    assert Verdict.CHANGED in seen


def test_X10_a_file_cut_off_anywhere_is_not_intact(sealed: bytes) -> None:
    start, end = place_of_seal(sealed)
    for length in {*range(0, len(sealed), 997), start, start + 9, end - 1, end, len(sealed) - 1}:
        assert verify(sealed[:length]).verdict in {Verdict.CHANGED, Verdict.NOT_OURS}
    assert verify(sealed[:-1]).verdict == Verdict.CHANGED


def test_X10_bytes_before_or_behind_show(sealed: bytes) -> None:
    assert verify(b"%PDF-1.7\n" + sealed).verdict == Verdict.CHANGED
    assert verify(sealed + b"\n").verdict == Verdict.ADDED_TO


def with_script(content: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(content))
    script = generic.DictionaryObject(
        {
            generic.pdf_name("/S"): generic.pdf_name("/JavaScript"),
            generic.pdf_name("/JS"): generic.pdf_string("app.alert(1)"),
        }
    )
    writer.root["/OpenAction"] = writer.add_object(script)
    writer.update_root()
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def test_X10_an_update_behind_the_seal_shows_a_script_for_example(sealed: bytes) -> None:
    changed = with_script(sealed)
    assert changed.startswith(sealed)
    assert "/OpenAction" in PdfFileReader(BytesIO(changed)).root
    verified = verify(changed)
    assert verified.verdict == Verdict.ADDED_TO
    assert verified.sealed_at is not None


def test_X10_a_script_put_in_before_somebody_elses_seal_is_not_ours(
    sealed: bytes, certificate: Path, settings: Any, tmp_path: Path
) -> None:
    ours = settings.SEAL_CERTIFICATE_FILE
    use_new_seal(settings, tmp_path / "theirs")
    forged = seal.put_on(with_script(sealed[: sealed.index(b"%%EOF") + 6]))
    settings.SEAL_CERTIFICATE_FILE = ours
    assert verify(forged).verdict == Verdict.NOT_OURS


def test_X10_a_second_signature_shows(sealed: bytes, settings: Any, tmp_path: Path) -> None:
    from pyhanko.sign import PdfSignatureMetadata, SimpleSigner, sign_pdf

    ours = settings.SEAL_CERTIFICATE_FILE
    theirs = use_new_seal(settings, tmp_path / "theirs")
    signer = SimpleSigner.load(settings.SEAL_KEY_FILE, str(theirs))
    settings.SEAL_CERTIFICATE_FILE = ours
    # In a thread of its own: pyHanko signs in an event loop, and a browser's tests leave one running in this thread.
    with ThreadPoolExecutor(1) as pool:
        signed = pool.submit(
            sign_pdf, IncrementalPdfFileWriter(BytesIO(sealed)), PdfSignatureMetadata(field_name="Other"), signer
        ).result()
    assert len(PdfFileReader(BytesIO(signed.getvalue())).embedded_signatures) == 2
    assert verify(signed.getvalue()).verdict == Verdict.ADDED_TO


def test_X10_our_seal_moved_into_another_file_does_not_count(sealed: bytes) -> None:
    start, end = place_of_seal(sealed)
    another, _sha256 = make(a_request(chief_name="Mallory"))
    a_start, a_end = place_of_seal(another)
    moved = sealed[start:end].rstrip(b"0>").ljust(a_end - a_start - 1, b"0") + b">"
    assert verify(another[:a_start] + moved + another[a_end:]).verdict == Verdict.CHANGED


def test_X10_a_range_that_leaves_out_more_than_the_seal_does_not_count(sealed: bytes) -> None:
    """A signature's place is the one part that nobody vouches for: nothing may hide there."""
    start, end = place_of_seal(sealed)
    for hidden in (b"<</JS (app.alert(1))>>", b"> /OpenAction <", b"zz"):
        place = b"<" + hidden + sealed[start + 1 + len(hidden) : end]
        assert verify(sealed[:start] + place + sealed[end:]).verdict != Verdict.INTACT
    filled = sealed[: end - 3] + b"ff" + sealed[end - 1 :]
    assert verify(filled).verdict == Verdict.CHANGED, "not even behind the seal, in the room that it leaves"


def test_X10_a_copy_with_a_password_is_not_intact(sealed: bytes) -> None:
    writer = copy_into_new_writer(PdfFileReader(BytesIO(sealed)))
    writer.encrypt("secret")
    output = BytesIO()
    writer.write(output)
    assert PdfFileReader(BytesIO(output.getvalue())).encrypted
    assert verify(output.getvalue()).verdict in {Verdict.CHANGED, Verdict.NOT_OURS}


def bomb() -> bytes:
    """A PDF whose one stream unpacks to a gigabyte."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(1024)) + packer.flush()
    head = b"%%PDF-1.7\n1 0 obj\n<</Length %d/Filter/FlateDecode/Type/ObjStm/N 1/First 4>>stream\n" % len(packed)
    return head + packed + b"\nendstream endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"


def test_X10_a_bomb_is_never_unpacked(certificate: Path) -> None:
    content = bomb()
    assert len(content) < MAX_BYTES
    tracemalloc.start()
    try:
        assert verify(content).verdict == Verdict.NOT_OURS
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@given(st.binary(max_size=300), st.integers(0, 99_999_999), st.integers(0, 99_999_999))
def test_X10_nonsense_gets_an_answer(noise: bytes, second: int, third: int) -> None:
    from htb.document.verify import _end_of_sealed

    content = b"%PDF-1.7 /Contents <" + noise.hex().encode() + b"> /ByteRange [0 19 %d %d]" % (second, third)
    assert _end_of_sealed(content, []) is None


@given(st.data())
def test_X10_a_seal_of_nonsense_gets_an_answer(data: st.DataObject) -> None:
    """The place of the signature holds our own, with a few of its bytes others: whatever a parser makes of that."""
    sealed, ours = _one_sealed()
    start, end = place_of_seal(sealed)
    raw = bytearray.fromhex(sealed[start + 1 : end - 1].decode())
    length = len(raw.rstrip(b"\0"))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, length - 1))] ^= data.draw(st.integers(1, 255))
    from htb.document.verify import _end_of_sealed

    _end_of_sealed(sealed[: start + 1] + raw.hex().encode() + sealed[end - 1 :], ours)


_kept: list[tuple[bytes, tuple[object, ...]]] = []


def _one_sealed() -> tuple[bytes, tuple[object, ...]]:
    """One sealed document and our certificates, for tests of many examples."""
    if not _kept:
        seal.make_demo_seal()
        _kept.append((make(a_request())[0], seal.own_certificates()))
    return _kept[0]


def test_X5_without_a_seal_nothing_is_made(settings: Any, tmp_path: Path) -> None:
    settings.SEAL_CERTIFICATE_FILE = str(tmp_path / "none.pem")
    with pytest.raises(ImproperlyConfigured, match="load_demo"):
        make(a_request())
    (tmp_path / "empty.pem").write_bytes(b"nothing")
    settings.SEAL_CERTIFICATE_FILE = str(tmp_path / "empty.pem")
    with pytest.raises(ImproperlyConfigured):
        make(a_request())


def test_X5_demo_seals_made_at_the_same_moment_end_as_one_pair(settings: Any, tmp_path: Path) -> None:
    target = tmp_path / "var" / "seal"
    threads = [threading.Thread(target=seal.make_demo_seal, args=(target,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [path.name for path in target.parent.iterdir()] == ["seal"]
    settings.SEAL_KEY_FILE, settings.SEAL_CERTIFICATE_FILE = str(target / "key.pem"), str(target / "certificate.pem")
    assert verify(make(a_request())[0]).verdict == Verdict.INTACT
    assert list(seal.faults()) == [seal.DEMONSTRATION]


# --- The page -------------------------------------------------------------------------------------------------------------


def upload(content: bytes, name: str = "document.pdf") -> Iterator[object]:
    response = Client().post(PAGE, {"file": SimpleUploadedFile(name, content)})
    yield response.status_code
    yield response.content.decode()


@pytest.mark.django_db
def test_X10_the_page_says_what_a_file_is_and_nothing_of_the_request(sealed: bytes) -> None:
    for content, sentence in (
        (sealed, "This document is ours and was not changed."),
        (sealed + b" ", "Something was added to this document."),
        (sealed[:-9], "This document was changed."),
        (make(a_request())[0].split(b"/ByteRange")[0][:9000], "This is not a document of ours."),
    ):
        status, page = upload(content)
        assert (status, sentence in str(page)) == (200, True), sentence
        assert "De Brug" not in str(page) and TICKET not in str(page)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This file is empty."),
        (b"GIF89a", "This is not a PDF file."),
        (b"%PDF-" + bytes(MAX_BYTES), "larger than 5 MB"),
    ],
)
def test_X10_the_page_refuses_what_cannot_be_a_document(certificate: Path, content: bytes, sentence: str) -> None:
    status, page = upload(content)
    assert status == 422
    assert sentence in str(page)
    assert "Error:" in str(page)


@pytest.mark.django_db
def test_X10_uploads_are_limited_per_address(settings: Any, sealed: bytes) -> None:
    settings.LIMITS = {**settings.LIMITS, "upload.actor": (2, 3600)}
    assert [next(upload(sealed)) for _ in range(3)] == [200, 200, 429]


@pytest.mark.django_db
def test_X10_the_page_asks_for_a_file(certificate: Path) -> None:
    assert Client().get(PAGE).status_code == 200
    response = Client().post(PAGE, {})
    assert response.status_code == 422
    assert "Choose the PDF file." in response.content.decode()
