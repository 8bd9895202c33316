"""The document as PDF/UA: one A4 page, the same bytes for the same content (BEHAVIOUR X5; docs/adr/0007-sealed-document.md)."""

import base64
import hashlib
import threading
from functools import cache
from pathlib import Path

import pydyf
import segno
import weasyprint
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from weasyprint.text.fonts import FontConfiguration

from htb.document.appearance import SIGNATURE_FIELD
from htb.document.content import Content

HERE = Path(__file__).parent
# Very long names and addresses make the type smaller rather than the document longer.
SIZES = ("normal", "small", "smallest")
POINTS_PER_PIXEL = 0.75
# Pango's fonts are shared by the threads of a process, and not made for that.
_one_at_a_time = threading.Lock()


def pdf_of(content: Content) -> bytes:
    """Return the PDF, not yet sealed, in the content's language."""
    identifier = hashlib.sha256(content.qr_text.encode()).digest()[:16]
    with _one_at_a_time:
        sheet, fonts = _style()
        for size in SIZES:
            document = weasyprint.HTML(string=html_of(content, size), url_fetcher=_nothing_but_data()).render(
                stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/ua-1"
            )
            if len(document.pages) == 1:
                break
        return bytes(document.write_pdf(pdf_identifier=identifier, pdf_variant="pdf/ua-1", finisher=_finish))


def html_of(content: Content, size: str = SIZES[0]) -> str:
    """Return the page that the PDF is made of. size: one of SIZES."""
    with translation.override(content.language):
        context = {
            "content": content,
            "size": size,
            "qr_code": _qr_code(content.qr_text),
            "follow_address": f"{settings.SITE_URL}{reverse('follow')}",
            "verify_address": f"{settings.SITE_URL}{reverse('verify-document')}",
        }
        return render_to_string("htb/document.html", context)


def _finish(document: weasyprint.Document, pdf: pydyf.PDF) -> None:
    _say_what_heads_a_row(pdf)
    _keep_a_place_for_a_signature(document, pdf)


def _say_what_heads_a_row(pdf: pydyf.PDF) -> None:
    """Add to every table head which way it heads; WeasyPrint names the cells, which not every screen reader understands."""
    for thing in pdf.objects:
        if isinstance(thing, pydyf.Dictionary) and thing.get("S") == "/TH":
            thing["A"]["Scope"] = "/Row"


def _keep_a_place_for_a_signature(document: weasyprint.Document, pdf: pydyf.PDF) -> None:
    """Lay an empty signature field over the document's one <section>: an electronic signature may show there alone (T14).

    WeasyPrint makes fields of other kinds only. PDF/UA wants the field in a <Form> of the structure, with a name (7.18).
    """
    (page,) = document.pages
    box = next(one for one in page._page_box.descendants() if one.element is not None and one.element.tag == "section")
    left, top = box.position_x, box.position_y
    rectangle = (left, page.height - top - box.border_height(), left + box.border_width(), page.height - top)
    (page_of_pdf,) = (one for one in pdf.objects if isinstance(one, pydyf.Dictionary) and one.get("Type") == "/Page")
    (section,) = (one for one in pdf.objects if isinstance(one, pydyf.Dictionary) and one.get("S") == "/Sect")
    tree = pdf.objects[int(pdf.catalog["StructTreeRoot"].split()[0])]
    owners = pdf.objects[int(tree["ParentTree"].split()[0])]["Nums"]
    place = len(owners) // 2
    field = pydyf.Dictionary(
        {
            "Type": "/Annot",
            "Subtype": "/Widget",
            "FT": "/Sig",
            "T": pydyf.String(SIGNATURE_FIELD),
            "TU": pydyf.String(box.element.get("title")),
            "Rect": pydyf.Array(round(side * POINTS_PER_PIXEL, 2) for side in rectangle),
            "P": page_of_pdf.reference,
            "F": 4,  # printed
            "StructParent": place,
        }
    )
    pdf.add_object(field)
    link = pydyf.Dictionary({"Type": "/OBJR", "Obj": field.reference, "Pg": page_of_pdf.reference})
    pdf.add_object(link)
    form = pydyf.Dictionary(
        {
            "Type": "/StructElem",
            "S": "/Form",
            "K": link.reference,
            "Pg": page_of_pdf.reference,
            "P": section.reference,
        }
    )
    pdf.add_object(form)
    section["K"].append(form.reference)
    owners.extend([place, form.reference])
    page_of_pdf["Annots"] = pydyf.Array([field.reference])
    pdf.catalog["AcroForm"] = pydyf.Dictionary({"Fields": pydyf.Array([field.reference])})


def _qr_code(text: str) -> str:
    """The QR code as a data: address; one SVG path, because several hundred take WeasyPrint three times as long.

    Readers take any of the eight masks; to look for the prettiest costs more than the rest of the code.
    """
    return segno.make_qr(text, error="m", mask=0).svg_data_uri(border=0, omitsize=True)


def _nothing_but_data() -> weasyprint.URLFetcher:
    """A fetcher that reads no file and asks no server, whatever a name or an address would have it do."""
    return weasyprint.URLFetcher(allowed_protocols=["data"])


@cache
def _style() -> tuple[weasyprint.CSS, FontConfiguration]:
    """Return style and typeface, read once per process."""
    faces = "".join(
        f"@font-face {{ font-family: Atkinson; font-weight: {weight}; src: url(data:font/ttf;base64,{_font(name)}) }}\n"
        for weight, name in ((400, "regular"), (700, "bold"))
    )
    fonts = FontConfiguration()
    style = faces + (HERE / "document.css").read_text(encoding="utf-8")
    return weasyprint.CSS(string=style, font_config=fonts, url_fetcher=_nothing_but_data()), fonts


def _font(name: str) -> str:
    return base64.b64encode((HERE / f"fonts/atkinson-{name}.ttf").read_bytes()).decode()
