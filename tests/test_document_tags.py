"""BEHAVIOUR X5: the document is PDF/UA-1 (ISO 14289-1), as far as a program can tell; the numbers are that standard's clauses.

No validator of PDF/UA can be installed from where the tests' tools come, so the file itself is walked: every operator
that paints, every element of the structure.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from htb.document import make, render
from htb.document.content import content_of
from tests.documents import a_request, use_new_seal

LANGUAGES = ("nl", "fr", "de", "en")
# ISO 32000-1, 14.8.4: what an element may be.
STANDARD = {
    "/Document", "/Div", "/P", "/H1", "/H2", "/Span", "/Table", "/TBody", "/TR", "/TH", "/TD", "/L", "/LI", "/LBody", "/Figure",
    "/NonStruct", "/Sect", "/Form",
}  # fmt: skip
PAINTS = {"Tj", "TJ", "'", '"', "f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh", "Do"}
TOKEN = re.compile(r"<<.*?>>|\[.*?\]|<[^<>]*>|\((?:\\.|[^\\)])*\)|\S+", re.DOTALL)
# Where an element may stand (14.8.4.3).
PARENTS = {
    "/TBody": {"/Table"},
    "/TR": {"/TBody", "/Table"},
    "/TH": {"/TR"},
    "/TD": {"/TR"},
    "/LI": {"/L"},
    "/LBody": {"/LI"},
    "/Document": {""},
}


@dataclass(frozen=True)
class Element:
    """An element of the structure. kind: e.g. "/H1". marks: the marked contents that stand in it directly."""

    kind: str
    parent: str
    facts: generic.DictionaryObject
    marks: tuple[int, ...]


def inside(array: generic.ArrayObject) -> list[Any]:
    """Return what an array holds or refers to."""
    return [array[place] for place in range(len(array))]


def elements(node: Any, parent: str = "") -> Iterator[Element]:
    """Yield every element, in reading order."""
    kids = node.get("/K", generic.ArrayObject())
    kids = inside(kids) if isinstance(kids, generic.ArrayObject) else [kids]
    kind = str(node.get("/S", ""))
    if kind:
        yield Element(kind, parent, node, tuple(int(one) for one in kids if isinstance(one, int)))
    for one in kids:
        if isinstance(one, generic.DictionaryObject):
            yield from elements(one, kind)


@pytest.fixture(params=LANGUAGES)
def reader(request: pytest.FixtureRequest) -> PdfFileReader:
    return PdfFileReader(BytesIO(render.pdf_of(content_of(a_request(language=request.param)))))


def all_of(reader: PdfFileReader) -> list[Element]:
    return list(elements(reader.root["/StructTreeRoot"]))


def page_of(reader: PdfFileReader) -> Any:
    (page,) = inside(reader.root["/Pages"]["/Kids"])
    return page


def test_7_1_all_that_is_painted_is_tagged_or_an_artifact_and_each_tag_is_used_once(reader: PdfFileReader) -> None:
    open_: list[str | int] = []
    marked: list[int] = []
    tokens = TOKEN.findall(page_of(reader)["/Contents"].data.decode("latin-1"))
    for before, token in pairwise(tokens):
        if token == "BMC":
            open_.append(before)
        elif token == "BDC":
            marked.append(int(before.removeprefix("<</MCID").removesuffix(">>")))
            open_.append(marked[-1])
        elif token == "EMC":
            open_.pop()
        elif token in PAINTS:
            assert len(open_) == 1, f"{token} stands in {open_}"
            assert open_[0] == "/Artifact" or isinstance(open_[0], int)
    assert open_ == []
    in_structure = [mark for element in all_of(reader) for mark in element.marks]
    assert sorted(in_structure) == sorted(marked)
    assert len(set(marked)) == len(marked) > 40


def test_7_1_the_catalogue_says_language_title_and_that_it_is_tagged(reader: PdfFileReader) -> None:
    root = reader.root
    assert str(root["/Lang"]) in LANGUAGES
    assert root["/MarkInfo"] == {"/Marked": True}
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    metadata = root["/Metadata"].data.decode()
    assert 'pdfuaid:part="1"' in metadata
    assert "<dc:title>" in metadata
    assert "/Encrypt" not in reader.trailer
    assert page_of(reader)["/Tabs"] == "/S"


def test_7_2_7_5_7_6_elements_are_standard_and_stand_where_they_may(reader: PdfFileReader) -> None:
    found = all_of(reader)
    assert {element.kind for element in found} <= STANDARD
    assert "/RoleMap" not in reader.root["/StructTreeRoot"]
    wrong = [(one.kind, one.parent) for one in found if one.parent not in PARENTS.get(one.kind, {one.parent})]
    assert wrong == []
    assert [one.kind for one in found if one.parent == "/L" and one.kind != "/LI"] == []


def test_7_3_pictures_have_words(reader: PdfFileReader) -> None:
    (figure,) = (element for element in all_of(reader) if element.kind == "/Figure")
    assert len(str(figure.facts["/Alt"])) > 20
    assert len(figure.facts["/A"]["/BBox"]) == 4


def test_7_4_headings_begin_with_the_first_and_skip_none(reader: PdfFileReader) -> None:
    headings = [element.kind for element in all_of(reader) if element.kind.startswith("/H")]
    assert headings == ["/H1", *["/H2"] * 5]


def test_7_5_every_cell_has_its_head(reader: PdfFileReader) -> None:
    heads = {str(one.facts["/ID"]): one for one in all_of(reader) if one.kind == "/TH"}
    cells = [one for one in all_of(reader) if one.kind == "/TD"]
    assert len(heads) == len(cells) == 9
    assert {str(head.facts["/A"]["/Scope"]) for head in heads.values()} == {"/Row"}
    assert [str(cell.facts["/A"]["/Headers"][0]) for cell in cells] == list(heads)


def test_7_21_every_letter_has_its_unicode(reader: PdfFileReader) -> None:
    fonts = page_of(reader)["/Resources"]["/Font"]
    for name in fonts:
        assert "/ToUnicode" in fonts[name]
        descriptor = fonts[name]["/DescendantFonts"][0]["/FontDescriptor"]
        assert any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))


def test_7_18_the_place_for_a_signature_is_tagged_and_has_a_name(reader: PdfFileReader) -> None:
    (form,) = (element for element in all_of(reader) if element.kind == "/Form")
    (field,) = inside(page_of(reader)["/Annots"])
    assert form.facts["/K"].raw_get("/Obj") == reader.root["/AcroForm"]["/Fields"].raw_get(0)
    assert form.facts["/K"]["/Type"] == "/OBJR"
    owners = inside(reader.root["/StructTreeRoot"]["/ParentTree"]["/Nums"])
    assert owners[2 * int(field["/StructParent"])] == field["/StructParent"]
    assert owners[2 * int(field["/StructParent"]) + 1]["/S"] == "/Form"
    assert len(str(field["/TU"])) > 20


def test_7_18_the_seal_leaves_it_as_it_was(settings: Any, tmp_path: Path) -> None:
    use_new_seal(settings, tmp_path)
    reader = PdfFileReader(BytesIO(make(a_request())[0]))
    page = page_of(reader)
    signature, seal = inside(page["/Annots"])
    assert int(seal["/F"]) & 2, "hidden: it stands in no tag"
    assert (signature["/T"], "/V" in signature) == ("Signature", False)
    assert page["/Tabs"] == "/S"
    assert reader.root["/MarkInfo"] == {"/Marked": True}
    assert len(all_of(reader)) > 80
