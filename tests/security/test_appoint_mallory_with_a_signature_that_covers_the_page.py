"""An applicant wants the desk to read another name than the request's: by a file that is "our document, signed" and shows
something else (BEHAVIOUR X9, T14). The road: follow the request, return the file."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec
from pyhanko.stamp import TextStampStyle

from htb.document import appearance, drawing, judging
from htb.models import Request, SignedFile
from tests import cast
from tests.requesting import demo_request
from tests.signing import CitizenCa, judged_here, sign, use_new_citizen_ca
from tests.test_return_signed import following, upload

pytestmark = pytest.mark.django_db

name = generic.pdf_name
MALLORY = TextStampStyle(stamp_text="I appoint MALLORY")
WHOLE_PAGE = (0, 0, 595, 842)
# Inside the box for the signature, whatever the document's language.
BOX = (345, 205, 540, 230)
Change = Callable[[IncrementalPdfFileWriter], None]


@pytest.fixture
def authority(settings: Any, tmp_path: Path) -> CitizenCa:
    return use_new_citizen_ca(settings, tmp_path / "authority")


@pytest.fixture
def request_made() -> Request:
    return demo_request()


def a_file(made: Request, authority: CitizenCa, **how: Any) -> bytes:
    """Return the document of a request as a legal representative signs it."""
    return sign(bytes(made.document.content), authority.card(made.applicant_insz), **how)


# --- What is done beside the signature, in the same update ------------------------------------------------------------------


def numbers(*sides: float) -> generic.ArrayObject:
    return generic.ArrayObject(generic.FloatObject(side) for side in sides)


def the_page(writer: IncrementalPdfFileWriter) -> Any:
    reference, _resources = writer.find_page_for_modification(0)
    writer.mark_update(reference)
    return reference.get_object()


def words(writer: IncrementalPdfFileWriter, box: tuple[float, ...] = WHOLE_PAGE) -> generic.StreamObject:
    """What an appearance paints: a white page with Mallory's name."""
    font = {name("/Type"): name("/Font"), name("/Subtype"): name("/Type1"), name("/BaseFont"): name("/Helvetica")}
    resources = {name("/Font"): generic.DictionaryObject({name("/F"): generic.DictionaryObject(font)})}
    return generic.StreamObject(
        {
            name("/Type"): name("/XObject"),
            name("/Subtype"): name("/Form"),
            name("/BBox"): numbers(*box),
            name("/Resources"): generic.DictionaryObject(resources),
        },
        stream_data=b"1 g 0 0 9999 9999 re f 0 g BT /F 40 Tf 20 400 Td (I appoint MALLORY) Tj ET",
    )


def annotation(writer: IncrementalPdfFileWriter, subtype: str, **values: Any) -> generic.IndirectObject:
    """Lay an annotation over the page; return the reference to it."""
    about = {
        name("/Type"): name("/Annot"),
        name("/Subtype"): name(subtype),
        name("/Rect"): numbers(*WHOLE_PAGE),
        name("/F"): generic.NumberObject(4),
        name("/AP"): generic.DictionaryObject({name("/N"): writer.add_object(words(writer))}),
        **{name(f"/{key}"): value for key, value in values.items()},
    }
    made = writer.add_object(generic.DictionaryObject(about))
    the_page(writer)["/Annots"].append(made)
    return made


def second_field(writer: IncrementalPdfFileWriter, **values: Any) -> None:
    """Add a signature field that nobody signs, with an appearance of its own."""
    made = annotation(writer, "/Widget", **{"FT": name("/Sig"), "T": generic.pdf_string("Second"), **values})
    fields = writer.root["/AcroForm"]["/Fields"]
    fields.append(made)
    writer.update_container(fields)


def our_field(writer: IncrementalPdfFileWriter) -> Any:
    fields = writer.root["/AcroForm"]["/Fields"]
    found = next(fields[place] for place in range(len(fields)) if fields[place]["/T"] == "Signature")
    writer.update_container(found)
    return found


def stretched(writer: IncrementalPdfFileWriter) -> None:
    our_field(writer)[name("/Rect")] = numbers(*WHOLE_PAGE)


def flags(value: int) -> Change:
    def change(writer: IncrementalPdfFileWriter) -> None:
        our_field(writer)[name("/F")] = generic.NumberObject(value)

    return change


def page_value(key: str, value: Any) -> Change:
    def change(writer: IncrementalPdfFileWriter) -> None:
        the_page(writer)[name(key)] = value

    return change


def another_page(writer: IncrementalPdfFileWriter) -> None:
    pages = writer.root["/Pages"]
    page = generic.DictionaryObject(dict(the_page(writer)))
    pages["/Kids"].append(writer.add_object(page))
    pages[name("/Count")] = generic.NumberObject(2)
    writer.update_container(pages)


def other_words_on_the_page(writer: IncrementalPdfFileWriter) -> None:
    """The page's own stream, replaced in place."""
    reference = the_page(writer).raw_get("/Contents").reference
    stream = generic.StreamObject(stream_data=b"0 0 0 rg 0 0 100 100 re f")
    writer.objects[(reference.generation, reference.idnum)] = stream


def another_typeface(writer: IncrementalPdfFileWriter) -> None:
    fonts = the_page(writer)["/Resources"]["/Font"]
    first = next(iter(fonts))
    fonts[first][name("/BaseFont")] = name("/Mallory")
    writer.update_container(fonts[first])


def layer(writer: IncrementalPdfFileWriter) -> None:
    """What stands in our box shows by a layer that is on for one reader and off for another."""
    group = generic.DictionaryObject({name("/Type"): name("/OCG"), name("/Name"): generic.pdf_string("Mallory")})
    picture = words(writer, BOX)
    picture[name("/OC")] = writer.add_object(group)
    our_field(writer)[name("/AP")] = generic.DictionaryObject({name("/N"): writer.add_object(picture)})


def layers_of_the_document(writer: IncrementalPdfFileWriter) -> None:
    writer.root[name("/OCProperties")] = generic.DictionaryObject({name("/OCGs"): generic.ArrayObject()})
    writer.update_root()


def a_file_inside(writer: IncrementalPdfFileWriter) -> None:
    content = generic.StreamObject({name("/Type"): name("/EmbeddedFile")}, stream_data=b"I appoint MALLORY")
    about = {
        name("/Type"): name("/Filespec"),
        name("/F"): generic.pdf_string("appointment.txt"),
        name("/EF"): generic.DictionaryObject({name("/F"): writer.add_object(content)}),
    }
    files = {name("/Names"): generic.ArrayObject([generic.pdf_string("a"), generic.DictionaryObject(about)])}
    writer.root[name("/Names")] = generic.DictionaryObject({name("/EmbeddedFiles"): generic.DictionaryObject(files)})
    writer.update_root()


def another_title(writer: IncrementalPdfFileWriter) -> None:
    """What a reader shows above the page, in the place of the file's name."""
    metadata = writer.root["/Metadata"]
    changed = re.sub(rb"(?s)<dc:title.*?</dc:title>", b"<dc:title>Appointment of MALLORY</dc:title>", metadata.data)
    assert changed != metadata.data
    made = generic.StreamObject({name("/Type"): name("/Metadata"), name("/Subtype"): name("/XML")}, stream_data=changed)
    writer.root[name("/Metadata")] = writer.add_object(made)
    writer.update_root()


def under_the_mouse(writer: IncrementalPdfFileWriter) -> None:
    shown = {name("/N"): writer.add_object(words(writer, BOX)), name("/R"): writer.add_object(words(writer, BOX))}
    second_field(writer, Rect=numbers(*BOX), AP=generic.DictionaryObject(shown))


def two_widgets(writer: IncrementalPdfFileWriter) -> None:
    """A field with one widget in the box and one over the page."""
    kids = [annotation(writer, "/Widget", Rect=numbers(*place)) for place in (BOX, WHOLE_PAGE)]
    field = generic.DictionaryObject(
        {
            name("/FT"): name("/Sig"),
            name("/T"): generic.pdf_string("Second"),
            name("/Kids"): generic.ArrayObject(kids),
        }
    )
    reference = writer.add_object(field)
    for kid in kids:
        kid.get_object()[name("/Parent")] = reference
    fields = writer.root["/AcroForm"]["/Fields"]
    fields.append(reference)
    writer.update_container(fields)


def thick_border(writer: IncrementalPdfFileWriter) -> None:
    second_field(writer, Rect=numbers(*BOX), Border=numbers(0, 0, 400))


def new_field(box: tuple[int, int, int, int], **values: Any) -> dict[str, Any]:
    return {"field": "Mallory", "spec": SigFieldSpec("Mallory", box=box, **values), "picture": MALLORY}


TRIES: dict[str, dict[str, Any]] = {
    "a signature over the whole page": new_field(WHOLE_PAGE),
    "a signature over the chief's name": new_field((60, 400, 540, 520)),
    "a signature a little out of the box": new_field((330, 205, 540, 230)),
    "a signature over the box and half the page": new_field((300, 0, 595, 842)),
    "turned corners": new_field((595, 842, 0, 0)),
    "our field made larger": {"change": stretched, "picture": MALLORY},
    "our field as large at every zoom": {"change": flags(4 | 8)},
    "our field on a screen alone": {"change": flags(32 | 256)},
    "a second field, not signed": {"change": second_field},
    "a second field, hidden": {"change": lambda writer: second_field(writer, F=generic.NumberObject(2))},
    "a second field, printed alone": {"change": lambda writer: second_field(writer, F=generic.NumberObject(4 | 32))},
    "a second widget": {"change": two_widgets},
    "other words under the mouse": {"change": under_the_mouse},
    "a border that covers the page": {"change": thick_border},
    "a stamp": {"change": lambda writer: annotation(writer, "/Stamp")},
    "a text": {"change": lambda writer: annotation(writer, "/FreeText", Contents=generic.pdf_string("MALLORY"))},
    "a square in the box": {"change": lambda writer: annotation(writer, "/Square", Rect=numbers(*BOX))},
    "a form field": {
        "change": lambda writer: second_field(writer, FT=name("/Tx"), V=generic.pdf_string("MALLORY"), Rect=numbers(*BOX))
    },
    "another page": {"change": another_page},
    "the page's own words": {"change": other_words_on_the_page},
    "another typeface": {"change": another_typeface},
    "the page turned": {"change": page_value("/Rotate", generic.NumberObject(90))},
    "the page cut": {"change": page_value("/CropBox", numbers(0, 0, 300, 300))},
    "the page larger": {"change": page_value("/MediaBox", numbers(0, 0, 600, 1700))},
    "the page's unit": {"change": page_value("/UserUnit", generic.NumberObject(9))},
    "a layer in the box": {"change": layer},
    "layers": {"change": layers_of_the_document},
    "a file inside": {"change": a_file_inside},
    "another title": {"change": another_title},
}  # fmt: skip


@pytest.mark.paper
@pytest.mark.parametrize("what", TRIES)
def test_T14_a_file_that_shows_something_else_is_not_taken(
    request_made: Request, authority: CitizenCa, what: str
) -> None:
    content = a_file(request_made, authority, **TRIES[what])
    assert content.startswith(bytes(request_made.document.content))
    answer = upload(following(request_made), content)
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]
    request_made.refresh_from_db()
    assert request_made.state == "registered"
    assert not SignedFile.objects.exists()


def test_T14_the_picture_over_the_page_is_named_and_where_it_may_stand(
    request_made: Request, authority: CitizenCa
) -> None:
    content = a_file(request_made, authority, **new_field(WHOLE_PAGE))
    assert "Let it show in the box for the signature" in upload(following(request_made), content).content.decode()


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"picture": MALLORY},
        new_field(BOX),
        {"field": "Mine", "spec": SigFieldSpec("Mine")},
        {"field": "Mine", "spec": SigFieldSpec("Mine", box=(0, 0, 0, 0))},
    ],
    ids=["in our field", "with a picture in our field", "in the box", "invisible", "without extent"],
)
def test_T14_in_its_box_or_invisible_a_signature_is_taken(
    request_made: Request, authority: CitizenCa, how: dict[str, Any]
) -> None:
    assert upload(following(request_made), a_file(request_made, authority, **how)).status_code == 302
    request_made.refresh_from_db()
    assert (request_made.state, request_made.signed_file.signer_insz) == ("received", cast.INGRID)


@pytest.mark.parametrize("what", ["a signature over the whole page", "a second field, not signed"])
def test_T14_what_the_fields_do_not_tell_the_drawn_pages_do(
    request_made: Request, authority: CitizenCa, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Either of the two looks is enough."""
    monkeypatch.setattr(judging, "check_places", lambda *_files: None)
    monkeypatch.setattr(drawing, "judge", judged_here)
    answer = upload(following(request_made), a_file(request_made, authority, **TRIES[what]))
    assert "no longer looks as we made it" in answer.content.decode()


def test_T14_a_document_without_the_box_takes_an_invisible_signature_alone(
    request_made: Request, authority: CitizenCa, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Documents of before the box: nothing of them may be covered."""
    monkeypatch.setattr(appearance, "SIGNATURE_FIELD", "none of this name")
    monkeypatch.setattr(drawing, "judge", judged_here)
    client = following(request_made)
    assert upload(client, a_file(request_made, authority, **new_field(BOX))).status_code == 422
    invisible = {"field": "Mine", "spec": SigFieldSpec("Mine")}
    assert upload(client, a_file(request_made, authority, **invisible)).status_code == 302
