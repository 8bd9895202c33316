"""M11: names, signatures and receipts of structured messages. The signatures are made by the real openssl."""

import base64
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from asn1crypto import cms, core
from hypothesis import given
from hypothesis import strategies as st

from senders.messages import receipt
from senders.messages.faults import Fault, FaultError
from senders.messages.names import Environment, FileKind, MessageName, parse
from senders.messages.signature import Candidate, Standing, signer_of
from tests.messages import Signer, new_signer, openssl, sign

TODAY = date(2024, 2, 1)
DECLARATION = b"<?xml version='1.0'?>\n<DmfAOriginal>\xc3\xa9</DmfAOriginal>\n"
EMPTY = b""


@pytest.fixture(scope="module")
def marie() -> Signer:
    return new_signer()


def candidate(signer: Signer, standing: Standing = Standing.IN_USE) -> Candidate:
    return Candidate(1, signer.der, standing)


def fault_of(signature: bytes, *candidates: Candidate, content: bytes = DECLARATION) -> Fault:
    with pytest.raises(FaultError) as refused:
        signer_of(signature, content, list(candidates))
    return refused.value.fault


@pytest.mark.parametrize(
    "text",
    [
        "FI.DMFA.123456.20240131.00001.R.1.1",
        "FS.DMFA.123456.20240131.00001.R.1.1",
        "GO.DMFA.123456.20240131.00001.R.1",
        "TD.DMFA.123456.20240131.00001.R.1",
        "FI.DIMN.123456.20240131.99999.T.12.3",
        "FO.ACRF.123456.20240131.00001.S.1.1",
    ],
)
def test_M11_a_name_is_read_and_written_alike(text: str) -> None:
    assert str(parse(text, today=TODAY)) == text


def test_M11_a_name_in_its_parts() -> None:
    name = parse("GO.DMFA.123456.20240131.00001.R.2", today=TODAY)
    assert name == MessageName(FileKind.START, "DMFA", "123456", date(2024, 1, 31), 1, Environment.REAL, 2, None)
    assert [str(file) for file in name.files()] == [
        "FI.DMFA.123456.20240131.00001.R.2.1",
        "FS.DMFA.123456.20240131.00001.R.2.1",
        "FI.DMFA.123456.20240131.00001.R.2.2",
        "FS.DMFA.123456.20240131.00001.R.2.2",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault.NAME_SHAPE),
        ("dmfa.xml", Fault.NAME_SHAPE),
        ("fi.dmfa.123456.20240131.00001.r.1.1", Fault.NAME_SHAPE),
        ("FI.DMFA.123456.20240131.00001.R.1", Fault.NAME_SHAPE),  # a declaration is a part
        ("GO.DMFA.123456.20240131.00001.R.1.1", Fault.NAME_SHAPE),  # the start is not
        ("FI.DMFA.123456.20240131.00001.R.1.2", Fault.NAME_SHAPE),  # part two of one
        ("FI.DMFA.123456.20240131.00001.X.1.1", Fault.NAME_SHAPE),
        ("FI.DMFA.12345.20240131.00001.R.1.1", Fault.NAME_SHAPE),
        ("FI.DMFA.123456.2024131.00001.R.1.1", Fault.NAME_SHAPE),
        ("FI.DMFA.123456.20240131.1.R.1.1", Fault.NAME_SHAPE),
        ("FI.DMFA.123456.20240131.00001.R.1.1\n", Fault.NAME_SHAPE),
        ("FI.DMFA.123456.20240131.00001.R.1.1.xml", Fault.NAME_SHAPE),
        ("FI.DMFA.١٢٣٤٥٦.20240131.00001.R.1.1", Fault.NAME_SHAPE),
        ("FI.DMFA.123456.20240131.00001.R.99.1", Fault.NAME_SHAPE),
        ("FI.DMFA.123456.20240231.00001.R.1.1", Fault.NAME_DATE),
        ("FI.DMFA.123456.20240203.00001.R.1.1", Fault.NAME_DATE),  # two days ahead
    ],
)
def test_M11_a_bad_name_gets_its_own_sentence(text: str, fault: Fault) -> None:
    with pytest.raises(FaultError) as refused:
        parse(text, today=TODAY)
    assert refused.value.fault is fault


@given(st.text(max_size=80) | st.from_regex(r"(FI|GO)\.[A-Z]{4}\.\d{6}\.\d{8}\.\d{5}\.[RT]\.\d{1,2}(\.\d{1,2})?"))
def test_M11_whatever_the_name_it_is_read_or_refused(text: str) -> None:
    try:
        name = parse(text, today=TODAY)
    except FaultError:
        return
    assert str(name) == text


@pytest.mark.parametrize("kind", ["rsa", "ec"])
@pytest.mark.parametrize("command", ["cms", "smime"])
@pytest.mark.parametrize("columns", ["", "-A"])
def test_M11_a_signature_by_openssl_stands(kind: str, command: str, columns: str) -> None:
    signer = new_signer(kind=kind)
    signature = sign(DECLARATION, signer, command=command, columns=columns)
    assert signer_of(signature, DECLARATION, [candidate(new_signer()), candidate(signer)]).der == signer.der


@pytest.mark.parametrize(
    "options",
    [("-md", "sha512"), ("-keyopt", "rsa_padding_mode:pss"), ("-keyid",), ("-nocerts",), ("-cades",)],
    ids=lambda options: options[-1],
)
def test_M11_the_ways_of_signing_that_openssl_has(marie: Signer, options: tuple[str, ...]) -> None:
    assert signer_of(sign(DECLARATION, marie, *options), DECLARATION, [candidate(marie)]).id == 1


def test_M11_a_signature_in_lines_of_76_stands(marie: Signer) -> None:
    line = sign(DECLARATION, marie, columns="-A").strip()
    lines = b"\r\n".join(line[start : start + 76] for start in range(0, len(line), 76))
    assert signer_of(lines, DECLARATION, [candidate(marie)])


def test_M11_a_signature_of_another_file_is_refused(marie: Signer) -> None:
    signature = sign(b"another declaration", marie)
    assert fault_of(signature, candidate(marie)) is Fault.OTHER_FILE


def test_M11_a_signature_by_anothers_certificate_is_refused_even_when_it_brings_it(marie: Signer) -> None:
    """What a signature brings along proves nothing: two self-made certificates with one name and serial are two."""
    assert fault_of(sign(DECLARATION, new_signer()), candidate(marie)) is Fault.UNKNOWN_CERTIFICATE


def test_M11_a_certificate_that_borrows_name_and_serial_does_not_pass() -> None:
    assert fault_of(sign(DECLARATION, new_signer(serial=1)), candidate(new_signer(serial=1))) is Fault.WRONG_SIGNATURE


def test_M11_of_two_certificates_with_one_name_and_serial_each_may_sign() -> None:
    """Programs that make their own certificates number them all alike; while one follows the other, both are registered."""
    older, newer = new_signer(serial=1), new_signer(serial=1)
    both = [candidate(older), candidate(newer)]
    for signer in (older, newer):
        assert signer_of(sign(DECLARATION, signer), DECLARATION, both).der == signer.der
        assert fault_of(sign(b"another declaration", signer), *both) is Fault.OTHER_FILE
    retired = candidate(newer, Standing.RETIRED)
    assert fault_of(sign(DECLARATION, newer), retired, candidate(older)) is Fault.CERTIFICATE_RETIRED


@pytest.mark.parametrize("odd", ["\ue000", "\ufffd", "\u0378"])
def test_E7_a_name_with_characters_that_no_name_may_have_is_compared_as_it_stands(odd: str) -> None:
    signer = new_signer(f"Marie{odd}", serial=1)
    signature = sign(DECLARATION, signer)
    assert signer_of(signature, DECLARATION, [candidate(signer)]).der == signer.der
    assert fault_of(signature, candidate(new_signer(serial=1))) is Fault.UNKNOWN_CERTIFICATE


@pytest.mark.parametrize(
    ("standing", "fault"),
    [(Standing.NOT_VALID_TODAY, Fault.CERTIFICATE_EXPIRED), (Standing.RETIRED, Fault.CERTIFICATE_RETIRED)],
)
def test_M11_a_certificate_that_may_no_longer_sign(marie: Signer, standing: Standing, fault: Fault) -> None:
    assert fault_of(sign(DECLARATION, marie), candidate(marie, standing)) is fault


def test_M11_a_certificate_in_use_counts_beside_the_same_one_retired(marie: Signer) -> None:
    both = [candidate(marie, Standing.RETIRED), candidate(marie)]
    assert signer_of(sign(DECLARATION, marie), DECLARATION, both).standing is Standing.IN_USE


@pytest.mark.parametrize(
    ("options", "fault"),
    [(("-nodetach",), Fault.NOT_DETACHED), (("-noattr",), Fault.NOT_ONE_SIGNER), (("-md", "sha1"), Fault.WEAK_DIGEST)],
    ids=lambda value: getattr(value, "name", value[-1]),
)
def test_M11_a_signature_of_the_wrong_kind(marie: Signer, options: tuple[str, ...], fault: Fault) -> None:
    assert fault_of(sign(DECLARATION, marie, *options), candidate(marie)) is fault


def test_E7_a_signature_that_nests_without_end_is_none(marie: Signer) -> None:
    nested = b""
    for _ in range(1_000):
        nested = core.Sequence(contents=nested).dump()
    signature = cms.ContentInfo.load(base64.b64decode(sign(DECLARATION, marie)))
    attribute = cms.CMSAttribute({"type": "1.2.3.4", "values": [core.Any(core.Sequence.load(nested))]})
    signature["content"]["signer_infos"][0]["signed_attrs"] = cms.CMSAttributes([attribute])
    assert fault_of(base64.b64encode(signature.dump(force=True)), candidate(marie)) is Fault.NOT_CMS


@pytest.mark.parametrize(
    ("signature", "fault"),
    [
        (b"", Fault.NOT_CMS),
        (b"-----BEGIN CMS-----\nMII=\n-----END CMS-----", Fault.NOT_BASE64),
        (b"\x30\x82\xff", Fault.NOT_BASE64),
        (b"aGVsbG8=", Fault.NOT_CMS),
        (b"MAA=", Fault.NOT_CMS),
        (b"A" * 70_000, Fault.TOO_LARGE),
    ],
)
def test_M11_an_unreadable_signature_is_refused(marie: Signer, signature: bytes, fault: Fault) -> None:
    assert fault_of(signature, candidate(marie)) is fault


@given(st.data())
def test_M11_a_mutated_signature_is_refused_and_never_breaks(data: st.DataObject) -> None:
    """Flipping, cutting or doubling any byte of the DER gives a refusal, unless the byte says nothing."""
    der, signer = _made()
    place = data.draw(st.integers(0, len(der) - 1))
    mutated = der[:place] + data.draw(st.binary(max_size=3)) + der[place + data.draw(st.integers(0, 3)) :]
    signature = in_base64(mutated)
    try:
        assert signer_of(signature, DECLARATION, [candidate(signer)])
    except FaultError as refused:
        assert refused.fault in Fault
    with pytest.raises(FaultError):
        signer_of(signature, DECLARATION + b" ", [candidate(signer)])


_MADE: list[tuple[bytes, Signer]] = []


def _made() -> tuple[bytes, Signer]:
    if not _MADE:
        signer = new_signer(kind="ec")
        _MADE.append((openssl("base64", "-d", given=sign(DECLARATION, signer)), signer))
    return _MADE[0]


def in_base64(der: bytes) -> bytes:
    return base64.b64encode(der)


def read(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - the portal's own


def test_M11_a_receipt_says_accepted_and_openssl_verifies_it(db: None, tmp_path: Path) -> None:
    """The portal signs its receipts like a sender its declarations: base64 in lines of 76, detached, over the FO file."""
    from django.conf import settings

    answer = receipt.Answer("GO.DMFA.123456.20240131.00001.R.1", "some-reference", datetime.now(UTC))
    content = receipt.text_of(answer).encode()
    assert read(content.decode()).findtext("ResultCode") == "1"
    signature = receipt.signature_of(content)
    assert {len(line) for line in signature.splitlines()[:-1]} == {76}
    (tmp_path / "fo").write_bytes(content)
    der = openssl("base64", "-d", given=signature.encode())
    verified = openssl(
        "cms", "-verify", "-binary", "-inform", "DER", "-content", str(tmp_path / "fo"), "-CAfile",
        settings.SEAL_CERTIFICATE_FILE, "-purpose", "any", given=der,
    )  # fmt: skip
    assert verified == content


def test_M11_a_refusal_names_its_error_and_what_to_mend() -> None:
    answer = receipt.Answer("GO.<&\x00\x1b>", "some-reference", datetime.now(UTC), Fault.OTHER_FILE, "3F")
    root = read(receipt.text_of(answer))
    assert {element.tag: element.text for element in root} | {"CreationTime": ""} == {
        "Submission": "GO.<&??>",
        "Reference": "some-reference",
        "CreationTime": "",
        "ResultCode": "0",
        "ErrorId": "S06",
        "Explanation": str(Fault.OTHER_FILE.label),
        "Detail": "3F",
    }


def test_M11_a_receipts_name_is_one_of_a_message_file() -> None:
    name = receipt.name_of(sender="123456", environment=Environment.TEST, day=TODAY, sequence=7)
    assert str(name) == "FO.ACRF.123456.20240201.00007.T.1.1"
    assert str(name.beside(FileKind.START)) == "GO.ACRF.123456.20240201.00007.T.1"
    assert parse(str(name), today=TODAY) == name
