"""BEHAVIOUR X9: what the portal says of a file that comes back signed electronically; each refusal with its own reason."""

import logging
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign.fields import SigFieldSpec

from acts.errors import Refused
from htb.document import appearance, drawing, judging, make, render
from htb.document.content import content_of
from htb.document.demo_keys import Issued, issue, revocation_list
from htb.document.signed import check_signed
from htb.document.verify import Verdict, verify
from tests import cast
from tests.documents import a_request, use_new_seal
from tests.signing import CitizenCa, judged_here, sign, updated, use_new_citizen_ca

SINCE = datetime.now(UTC) - timedelta(days=10)
name = generic.pdf_name


@dataclass
class Case:
    """The document, the authority that is trusted, and a card of Ingrid De Smet's that it issued."""

    original: bytes
    authority: CitizenCa
    card: Issued
    folder: Path
    settings: Any

    def signed(self, **options: Any) -> bytes:
        return sign(self.original, self.card, **options)

    def judged(self, content: bytes) -> str:
        """Return the code of the refusal, "" where the file is accepted."""
        try:
            check_signed(content, original=self.original, since=SINCE)
        except Refused as refusal:
            assert refusal.field == "file"
            assert str(refusal.sentence)
            return refusal.code
        return ""


@pytest.fixture
def case(settings: Any, tmp_path: Path) -> Case:
    use_new_seal(settings, tmp_path / "seal")
    authority = use_new_citizen_ca(settings, tmp_path / "authority")
    return Case(make(a_request())[0], authority, authority.card(cast.INGRID), tmp_path, settings)


# --- What is done to a file -------------------------------------------------------------------------------------------------


def script(writer: IncrementalPdfFileWriter) -> None:
    action = {name("/S"): name("/JavaScript"), name("/JS"): generic.pdf_string("app.alert(1)")}
    writer.root["/OpenAction"] = writer.add_object(generic.DictionaryObject(action))
    writer.update_root()


def launch(writer: IncrementalPdfFileWriter) -> None:
    """An action that starts a program, on the page rather than on the document."""
    page, _resources = writer.find_page_for_modification(0)
    page.get_object()["/AA"] = generic.DictionaryObject(
        {name("/O"): generic.DictionaryObject({name("/S"): name("/Launch")})}
    )
    writer.mark_update(page)


def overpaint(writer: IncrementalPdfFileWriter) -> None:
    """Other words over ours."""
    stream = generic.StreamObject(stream_data=b"q 1 0 0 rg 100 500 200 40 re f Q")
    writer.add_stream_to_page(0, writer.add_object(stream))


def bomb(writer: IncrementalPdfFileWriter) -> None:
    """A stream that unpacks to a gigabyte."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(1024)) + packer.flush()
    stream = generic.StreamObject({name("/Filter"): name("/FlateDecode")}, encoded_data=packed)
    writer.add_object(stream)


def harmless(writer: IncrementalPdfFileWriter) -> None:
    writer.add_object(generic.DictionaryObject({name("/Note"): generic.pdf_string("nothing")}))


def with_password(content: bytes) -> bytes:
    writer = copy_into_new_writer(PdfFileReader(BytesIO(content)))
    writer.encrypt("secret")
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def another(case: Case) -> bytes:
    return sign(make(a_request(chief_name="Mallory"))[0], case.card)


def with_a_hole(content: bytes) -> bytes:
    """A byte of the update that holds the signature, and that it covers, is another."""
    place = content.rindex(b"/Adobe.PPKLite")
    return content[:place] + b"/Adobe.PPKLit_" + content[place + 14 :]


def flipped(content: bytes) -> bytes:
    """The last signature's own value, changed near its end."""
    place = content.rindex(b"/Contents <")
    end = place + 11 + len(content[place + 11 :].split(b">")[0].rstrip(b"0")) - 10
    digit = b"0" if content[end : end + 1] != b"0" else b"1"
    return content[:end] + digit + content[end + 1 :]


def hidden(content: bytes) -> bytes:
    """Something in the room behind the signature, for which nobody vouches."""
    place = content.rindex(b"/Contents <")
    end = place + content[place:].index(b">")
    assert content[end - 9 : end] == b"0" * 9
    return content[: end - 9] + b"deadbeef0" + content[end:]


def beside(case: Case, *names: str) -> bytes:
    """Signed with a card that counts; certificates of these names come along, which have nothing to do with it."""
    return sign(case.original, case.card, *(issue(one, is_authority=True) for one in names))


def signed_at(case: Case, moment: timedelta) -> bytes:
    with time_machine.travel(datetime.now(UTC) + moment):
        return case.signed()


def without_list(case: Case) -> bytes:
    case.settings.SIGNER_CRL_FILES = []
    return case.signed()


def with_old_list(case: Case) -> bytes:
    case.authority.revoke(lifetime=timedelta(hours=-1))
    return case.signed()


def revoked(case: Case) -> bytes:
    case.authority.revoke(case.card)
    return case.signed()


def by(case: Case, number: str = cast.INGRID, **changes: Any) -> bytes:
    return sign(case.original, case.authority.card(number, **changes))


def from_issuer(case: Case, issuer: str) -> bytes:
    return sign(case.original, issue("Ingrid", number=cast.INGRID, issuer=issue(issuer, is_authority=True)))


PAGE = (0, 0, 595, 842)
REFUSED: list[tuple[str, str, Callable[[Case], bytes]]] = [
    ("not_signed", "as we made it", lambda case: case.original),
    ("not_signed", "with nonsense behind it", lambda case: case.original + b"nonsense"),
    ("unreadable", "with a broken end", lambda case: case.original + b"\nstartxref\n99999999\n%%EOF\n"),
    ("not_signed", "with an update and no signature", lambda case: updated(case.original, harmless)),
    ("not_ours", "without our seal", lambda case: sign(render.pdf_of(content_of(a_request())), case.card)),
    ("not_ours", "another PDF", lambda case: b"%PDF-1.7 nothing"),
    ("another_document", "another request's", another),
    ("another_document", "another request's, not signed", lambda case: make(a_request(chief_name="Mallory"))[0]),
    ("changed", "a word of ours changed", lambda case: case.signed().replace(b"%PDF-1.7", b"%PDF-1.6", 1)),
    ("encrypted", "with a password", lambda case: with_password(case.signed())),
    ("two_signatures", "signed twice", lambda case: sign(case.signed(), case.card, field="Second")),
    ("javascript", "a script, then signed", lambda case: sign(updated(case.original, script), case.card)),
    ("javascript", "a script in the signature's own update", lambda case: case.signed(change=script)),
    ("javascript", "a script behind the signature", lambda case: updated(case.signed(), script)),
    ("javascript", "a page that starts a program", lambda case: case.signed(change=launch)),
    ("added_before", "an update, then signed", lambda case: sign(updated(case.original, harmless), case.card)),
    ("added_before", "overpainted, then signed", lambda case: sign(updated(case.original, overpaint), case.card)),
    ("added_before", "overpainted with the signature", lambda case: case.signed(change=overpaint)),
    ("out_of_place", "a picture over the page", lambda case: case.signed(field="Mine", spec=SigFieldSpec("Mine", box=PAGE))),
    ("added_after", "an update behind the signature", lambda case: updated(case.signed(), harmless)),
    ("added_after", "bytes behind the signature", lambda case: case.signed() + b"\n"),
    ("bomb", "a bomb", lambda case: case.signed(change=bomb)),
    ("broken", "a byte under the signature changed", lambda case: with_a_hole(case.signed())),
    ("broken", "the signature itself changed", lambda case: flipped(case.signed())),
    ("broken", "something hidden behind the signature", lambda case: hidden(case.signed())),
    ("too_many_certificates", "eleven certificates", lambda case: beside(case, *"ABCDEFGHIJ")),
    ("too_many_certificates", "three of one name", lambda case: beside(case, "A", "A", "A")),
    ("revoked", "a revoked certificate", revoked),
    ("expired", "an expired certificate", lambda case: by(case, lifetime=timedelta(days=-1))),
    ("unknown_issuer", "an issuer nobody knows", lambda case: from_issuer(case, "CA")),
    ("unknown_issuer", "an issuer in our issuer's name", lambda case: from_issuer(case, "Citizen CA")),
    ("not_qualified", "a certificate of one's own", lambda case: sign(case.original, issue("Ingrid", number=cast.INGRID))),
    ("not_established", "no list of what is revoked", without_list),
    ("not_established", "an old list of what is revoked", with_old_list),
    ("not_qualified", "a certificate for logging in", lambda case: by(case, statements=b"")),
    ("no_number", "no number", lambda case: by(case, "")),
    ("no_number", "no possible number", lambda case: by(case, "12345678901")),
    ("wrong_time", "signed before the request", lambda case: signed_at(case, timedelta(days=-11))),
    ("wrong_time", "signed tomorrow", lambda case: signed_at(case, timedelta(days=1))),
]  # fmt: skip


@pytest.mark.parametrize(("code", "what"), [one[:2] for one in REFUSED], ids=[one[1] for one in REFUSED])
def test_X9_whatever_is_wrong_with_a_file_has_its_own_reason(case: Case, code: str, what: str) -> None:
    content = next(make_it for _code, one, make_it in REFUSED if one == what)(case)
    assert case.judged(content) == code


def test_X9_every_reason_reads_differently(case: Case) -> None:
    from htb.document.refusals import SENTENCES

    by_looks = {"looks_changed", "not_drawn"}  # tests of their own
    assert {code for code, _what, _make_it in REFUSED} == set(SENTENCES) - by_looks
    assert len({str(sentence) for sentence in SENTENCES.values()}) == len(SENTENCES)


def test_X9_a_signed_document_tells_who_signed_and_when(case: Case) -> None:
    content = case.signed()
    assert content.startswith(case.original)
    signature = check_signed(content, original=case.original, since=SINCE)
    assert (signature.insz, signature.name, signature.issuer) == (
        cast.INGRID,
        "Ingrid De Smet (Signature)",
        "Citizen CA",
    )
    assert abs(datetime.now(UTC) - signature.signed_at) < timedelta(minutes=1)
    assert verify(content).verdict == Verdict.ADDED_TO, "the page for anybody says what it is: ours, with an addition"


def test_X9_the_number_may_be_written_as_etsi_has_it(case: Case) -> None:
    content = by(case, f"PNOBE-{cast.PIOTR}")
    assert check_signed(content, original=case.original, since=SINCE).insz == cast.PIOTR


def test_X9_a_seal_put_in_place_of_ours_does_not_count(case: Case) -> None:
    """The tail writes another signature into our seal's own field and a second one beside it."""

    def usurp(writer: IncrementalPdfFileWriter) -> None:
        fields = writer.root["/AcroForm"]["/Fields"]
        reference = next(one for one in map(fields.raw_get, range(len(fields))) if one.get_object()["/T"] == "Seal")
        field = reference.get_object()
        usurper = generic.DictionaryObject(dict(field["/V"].get_object()))
        usurper[name("/Contents")] = generic.ByteStringObject(bytes.fromhex("3000"))
        field[name("/V")] = writer.add_object(usurper)
        writer.mark_update(reference)

    content = case.signed(change=usurp)
    fields = PdfFileReader(BytesIO(content)).root["/AcroForm"]["/Fields"]
    values = [fields[place]["/V"]["/Contents"] for place in range(len(fields)) if fields[place]["/T"] == "Seal"]
    assert [bytes(one) for one in values] == [b"\x30\x00"]
    assert case.judged(content) in {"added_before", "unreadable"}


def test_X9_the_issuers_are_read_at_every_upload(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    content = case.signed()
    assert case.judged(content) == ""
    case.authority.revoke(case.card)
    assert case.judged(content) == "revoked"
    case.settings.SIGNER_REVOCATION = "soft-fail"
    case.settings.SIGNER_CRL_FILES = []
    assert case.judged(content) == ""
    for files, sentence in (([str(case.folder / "none.pem")], "cannot be read"), ([], "names no issuer")):
        case.settings.SIGNER_TRUST_FILES = files
        assert case.judged(content) == "not_established"
        assert sentence in caplog.text, "who runs the portal reads it"


def test_X9_a_signature_that_shows_on_the_page_counts_alike(case: Case) -> None:
    """Most signing programs draw one."""
    mine = {"field": "Mine", "spec": SigFieldSpec("Mine", box=(345, 205, 540, 230))}
    content = case.signed(**mine)
    assert len(PdfFileReader(BytesIO(content)).root["/Pages"]["/Kids"][0]["/Annots"]) == 3
    assert case.judged(content) == ""
    assert case.judged(case.signed(**mine, change=overpaint)) == "added_before", "and nothing is drawn beside it"


def test_T14_what_cannot_be_drawn_is_not_taken(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_files: bytes, **_place: object) -> bool:
        raise drawing.NotDrawnError(is_too_heavy=False)

    content = case.signed()
    with monkeypatch.context() as patch:
        patch.setattr(drawing, "look_the_same", fails)
        assert case.judged(content) == "not_drawn"
    assert case.judged(content) == ""


def test_T14_what_looks_otherwise_is_not_taken(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "check_places", lambda *_files: None)
    monkeypatch.setattr(drawing, "judge", judged_here)
    assert case.judged(case.signed(field="Mine", spec=SigFieldSpec("Mine", box=PAGE))) == "looks_changed"


def test_T14_nothing_is_drawn_for_who_has_no_certificate_that_counts(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "look_the_same", lambda *_files, **_place: pytest.fail("drawn"))
    assert case.judged(from_issuer(case, "CA")) == "unknown_issuer"


def test_T14_the_box_is_the_one_that_is_printed(case: Case) -> None:
    """Its left and its right side, measured on the drawn page, in every language and however long the names are."""
    for changes in (
        {"language": "nl"},
        {"language": "fr"},
        {"language": "de"},
        {"enterprise_name": "Vereniging " * 30},
    ):
        document = make(a_request(**changes))[0]
        box = appearance.box_of(PdfFileReader(BytesIO(document)))
        assert box is not None
        page = Image.open(BytesIO(drawing.picture_of(document, 1))).convert("L")
        scale = page.height / 841.89
        middle = int((841.89 - (box[1] + box[3]) / 2) * scale)
        beside = int((box[0] - 6) * scale)
        row = [x for x in range(beside, page.width) if page.getpixel((x, middle)) < 128]  # type: ignore[operator]
        assert (abs(row[0] - box[0] * scale) < 4, abs(row[-1] - box[2] * scale) < 4) == (True, True)


def test_X9_who_signs_issues_no_certificates(case: Case) -> None:
    under = issue("Root", issuer=case.authority.issued)
    assert case.judged(sign(case.original, issue("Ingrid", number=cast.INGRID, issuer=under))) == "unknown_issuer"


def test_E4_a_refused_certificate_leaves_no_name_in_the_log(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    assert logging.getLogger("pyhanko.sign.validation.generic_cms").getEffectiveLevel() == logging.CRITICAL
    with caplog.at_level(logging.DEBUG, logger="root"):
        assert case.judged(by(case, lifetime=timedelta(days=-1))) == "expired"
    assert "Ingrid" not in caplog.text


def test_X9_the_certificates_that_a_program_brings_along_count_for_nothing(case: Case) -> None:
    """A whole chain, an issuer that two roots signed, the same certificate twice."""
    assert case.judged(beside(case, *"ABCDEFG", "G")) == ""


def test_X9_a_card_of_an_issuer_below_the_trusted_one_counts_while_neither_is_revoked(case: Case) -> None:
    below = issue("Citizen CA 2026", issuer=case.authority.issued, is_authority=True)
    content = sign(case.original, issue("Ingrid", number=cast.INGRID, issuer=below), below)
    assert case.judged(content) == "not_established"
    (case.folder / "below.pem").write_bytes(revocation_list(below))
    case.settings.SIGNER_CRL_FILES = [*case.settings.SIGNER_CRL_FILES, str(case.folder / "below.pem")]
    assert case.judged(content) == ""
    case.authority.revoke(below)
    assert case.judged(content) == "revoked"


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """A document and the same signed, for tests of many examples."""
    from django.test import override_settings

    folder = tmp_path_factory.mktemp("signed")
    with override_settings():
        from django.conf import settings

        use_new_seal(settings, folder / "seal")
        authority = use_new_citizen_ca(settings, folder / "authority")
        original = make(a_request())[0]
        return original, sign(original, authority.card(cast.INGRID))


@given(st.data())
def test_E7_a_tail_of_nonsense_gets_an_answer(one: tuple[bytes, bytes], data: st.DataObject) -> None:
    """Bytes of what stands behind our document are changed or gone: a refusal, whatever a parser makes of them."""
    original, signed = one
    tail = bytearray(signed[len(original) :])
    for _ in range(data.draw(st.integers(1, 6))):
        tail[data.draw(st.integers(0, len(tail) - 1))] = data.draw(st.integers(0, 255))
    tail = tail[: data.draw(st.integers(1, len(tail)))]
    if not signed[len(original) :].lower().startswith(bytes(tail).lower()) or len(tail) < len(signed) - len(original):
        # A process for each example takes too long.
        with mock.patch.object(drawing, "judge", judged_here), pytest.raises(Refused):
            check_signed(original + bytes(tail), original=original, since=SINCE)
