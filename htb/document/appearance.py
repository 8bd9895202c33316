"""What may look different in a document that came back signed: the picture of the signature, in its box (BEHAVIOUR T14).

One of two looks: what the file says of every field. The other is the painter's, the pages as they are drawn before and after: a
file can show one thing to one reader and another to the next. Nothing of Django, as in `htb.document.judging`.
"""

from collections.abc import Iterator
from typing import Any

from lxml import etree
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from htb.document.painter import UnfitError

# The empty field that a signing program finds in the document to be filled in.
SIGNATURE_FIELD = "Signature"

# ISO 32000-1, 12.5.2 and 12.7: what a signature's field and its widget may say; nothing that belongs to a layer, or acts.
_KEYS = {
    "/Type", "/Subtype", "/FT", "/T", "/TU", "/TM", "/Ff", "/V", "/F", "/Rect", "/P", "/AP", "/Lock", "/SV", "/MK", "/DA", "/Q",
    "/Parent", "/Kids", "/StructParent", "/NM", "/M", "/Border", "/BS",
}  # fmt: skip
# 12.5.3: hidden, printed, not to be moved or changed. Not: on a screen alone, or as large at every zoom.
_FLAGS = 2 | 4 | 64 | 128 | 512
# Points by which programs round.
_ROUNDING = 1.0
_THICKEST_BORDER = 3
_TITLE = ".//{http://purl.org/dc/elements/1.1/}title"

Rectangle = tuple[float, float, float, float]


def check_places(reader: PdfFileReader, ours: PdfFileReader) -> None:
    """Raise UnfitError where a field or another annotation of a signed file stands outside the box for the signature.

    reader: the signed file, of which pyHanko has found that only signature fields were added. ours: our document.
    """
    box = box_of(ours)
    before = {reference: _plain(reference.get_object()) for reference in _annotations(ours)}
    for reference in {*_annotations(reader), *_fields(reader)}:
        annotation = reference.get_object()
        if before.get(reference) == _plain(annotation):
            continue
        if not isinstance(annotation, generic.DictionaryObject) or not _is_plain_field(annotation):
            raise UnfitError("added_before")
        if not _is_inside(annotation, box):
            raise UnfitError("out_of_place")
    if _titles(reader) != _titles(ours):
        raise UnfitError("added_before")


def box_of(ours: PdfFileReader) -> Rectangle | None:
    """Return the place of our own empty field; None in a document that was made before it had one."""
    for reference in _fields(ours):
        field = reference.get_object()
        if _value(field, "/T") == SIGNATURE_FIELD:
            return _rectangle(field)
    return None


def _annotations(reader: PdfFileReader) -> Iterator[generic.Reference]:
    pages = reader.root["/Pages"]["/Kids"]
    for place in range(len(pages)):
        yield from _references(_value(pages[place], "/Annots", generic.ArrayObject()))


def _fields(reader: PdfFileReader) -> Iterator[generic.Reference]:
    """Yield every field and every widget below it, wherever it shows."""
    waiting = list(_references(reader.root["/AcroForm"]["/Fields"]))
    seen = set()
    while waiting:
        reference = waiting.pop()
        if reference in seen:
            raise UnfitError("unreadable")
        seen.add(reference)
        yield reference
        waiting += _references(_value(reference.get_object(), "/Kids", generic.ArrayObject()))


def _references(array: Any) -> Iterator[generic.Reference]:
    for place in range(len(array)):
        one = array.raw_get(place)
        if not isinstance(one, generic.IndirectObject):
            raise UnfitError("added_before")
        yield one.reference


def _value(dictionary: Any, key: str, default: Any = None) -> Any:
    """Return a value, wherever in the file it stands; pyHanko's own `get` gives the reference to it."""
    return dictionary[key] if key in dictionary else default  # noqa: SIM401 - see above


def _plain(annotation: Any) -> dict[str, str]:
    """Return what an annotation says itself, comparable between two readings of it."""
    return {str(key): repr(annotation.raw_get(key)) for key in annotation}


def _is_plain_field(annotation: generic.DictionaryObject) -> bool:
    appearance = _value(annotation, "/AP", {})
    return (
        set(annotation) <= _KEYS
        and not int(_value(annotation, "/F", 0)) & ~_FLAGS
        and set(appearance) <= {"/N"}
        and all(isinstance(appearance[key], generic.StreamObject) for key in appearance)
        and all(float(one) <= _THICKEST_BORDER for one in _numbers(_value(annotation, "/Border")))
        and float(_value(_value(annotation, "/BS", {}), "/W", 0)) <= _THICKEST_BORDER
    )


def _numbers(array: Any) -> list[Any]:
    return [one for one in array or [] if not isinstance(one, generic.ArrayObject)]


def _is_inside(annotation: generic.DictionaryObject, box: Rectangle | None) -> bool:
    """Tell whether an annotation shows nowhere, or within the box."""
    if "/Rect" not in annotation and "/Subtype" not in annotation:
        return True  # a field whose widgets are looked at by themselves
    left, bottom, right, top = _rectangle(annotation)
    if left == right and bottom == top:
        return True
    return box is not None and (
        left >= box[0] - _ROUNDING
        and bottom >= box[1] - _ROUNDING
        and right <= box[2] + _ROUNDING
        and top <= box[3] + _ROUNDING
    )


def _rectangle(annotation: Any) -> Rectangle:
    one, two, three, four = (float(side) for side in annotation["/Rect"])
    return min(one, three), min(two, four), max(one, three), max(two, four)


def _titles(reader: PdfFileReader) -> list[str]:
    """Return what a reader of PDFs may show above the page: the title in the catalogue's metadata and in the trailer's."""
    found = [str(_value(_value(reader.trailer, "/Info", {}), "/Title", ""))]
    metadata = _value(reader.root, "/Metadata")
    if metadata is not None:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, encoding="utf-8")
        tree = etree.fromstring(metadata.data, parser=parser)
        found += [text.strip() for title in tree.iterfind(_TITLE) for text in title.itertext() if text.strip()]
    return found
