"""The scan or the signed file, drawn page by page beside what the document says, for who opened it (BEHAVIOUR T12).

What is shown is drawn anew from the very bytes that were checked, by the program that checked them; nothing that came from
outside reaches a browser.
"""

from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from formats import enterprise_number, insz
from htb.desk import actor_of
from htb.desk.case import ROUTE, case_of, facts_about, note_reading
from htb.desk.comparison import signatories
from htb.document.drawing import NotDrawnError, picture_of
from htb.enums import CodeCheck
from htb.evidence import evidence_of
from htb.models import Request
from htb.policies import is_open_to
from ui.components import Row


def opened_page(admin: "ModelAdmin[Request]", request: HttpRequest, pk: str) -> HttpResponse:
    """Show the pages; who has not opened this very file gets back to the case, where it is opened."""
    actor, case = actor_of(request), case_of(pk)
    if not is_open_to(actor, case):
        return redirect(ROUTE, case.pk)
    note_reading(actor, case)
    _facts, representatives = facts_about(case)
    _content, pages = evidence_of(case)
    context = {
        **admin.admin_site.each_context(request),
        "title": _("The signed document"),
        "opts": admin.opts,
        "case": case,
        "rows": _document_rows(case),
        "code": CodeCheck(case.code_check).label if case.code_check else "",
        "signatories": signatories(case, representatives, show=insz.mask),
        "pages": range(1, pages + 1),
    }
    return TemplateResponse(request, "admin/htb/request/opened.html", context)


def picture(request: HttpRequest, pk: str, number: int) -> HttpResponse:
    """Return a page as a JPEG picture."""
    actor, case = actor_of(request), case_of(pk)
    if not is_open_to(actor, case):
        raise Http404
    content, pages = evidence_of(case)
    if not 1 <= number <= pages:
        raise Http404
    try:
        drawn = picture_of(content, number)
    except NotDrawnError:  # it could be drawn when it was taken: the machine is busy
        return HttpResponse(status=503, headers={"Retry-After": "10"})
    note_reading(actor, case)
    return HttpResponse(drawn, content_type="image/jpeg", headers={"X-Content-Type-Options": "nosniff"})


def _document_rows(case: Request) -> list[Row]:
    """Return what our document says, in the order of its page."""
    return [
        Row(_("Ticket number"), case.ticket_shown),
        Row(_("Enterprise number"), enterprise_number.show(case.enterprise_number)),
        Row(_("Name of the enterprise"), case.enterprise_name),
        Row(_("Address"), case.enterprise_address or "—"),
        Row(_("Applicant"), f"{case.applicant_name}, {insz.show(case.applicant_insz)}"),
        Row(_("Chief Access Manager"), f"{case.chief_name}, {insz.show(case.chief_insz)}"),
        Row(_("Chief Access Manager: e-mail, telephone"), f"{case.chief_email}, {case.chief_telephone}"),
    ]
