"""The page of one request: what was asked, the register of today, the history, and the acts (BEHAVIOUR X7, X8)."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import BadRequest
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from acts.errors import ActError, Changed, RegisterDown
from audit import readings
from enterprises.models import Enterprise
from formats import enterprise_number, insz
from htb.desk import actor_of
from htb.desk.comparison import compare, for_desk, signatories, why_not_approved
from htb.desk.forms import FORMS, ActForm, ApproveForm, said_of
from htb.enums import CodeCheck, RequestAct, RequestState
from htb.evidence import compare_code, compared, open_evidence
from htb.facts import MOST_REPRESENTATIVES, Facts, Representative, read_facts_about, representatives_of
from htb.models import Document, Request, RequestStep
from htb.policies import is_open_to, takes_scan
from htb.transitions import EXPIRES_AFTER, allows
from identity.actor import Actor
from ui.components import Row

ROUTE = "admin:htb_request_change"
SHOW_NUMBERS, OPEN = "show_numbers", "open"
# What a scan begins with, and what it then is; `htb.document.scans` lets in nothing else.
_KINDS = ((b"%PDF", "application/pdf", "pdf"), (b"\xff\xd8", "image/jpeg", "jpg"), (b"\x89PNG", "image/png", "png"))


def case_page(admin: "ModelAdmin[Request]", request: HttpRequest, pk: str) -> HttpResponse:
    """Show a request; carry out the act that a form of the page asks for. Who may be here, the admin has seen to."""
    actor, case = actor_of(request), case_of(pk)
    bound, error, status = None, "", 200
    asked = request.POST.get("act", "") if request.method == "POST" else None
    if asked == OPEN:
        error, status = _open(actor, case)
        if status == 200:
            return redirect("admin:htb_request_opened", case.pk)
    elif asked not in {SHOW_NUMBERS, None}:
        bound = _form(asked, case, request)
        error, status = _carry_out(request, actor, case, bound)
        if status == 200:
            return redirect(ROUTE, case.pk)
        case = case_of(pk)
    full_numbers = asked == SHOW_NUMBERS
    facts, representatives = facts_about(case)
    if full_numbers:
        note_reading(actor, case, *(one.insz for one in representatives))
    show = insz.show if full_numbers else insz.mask
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Request of the exception procedure"),
        "opts": admin.opts,
        "case": case,
        "about": _about(case),
        "compared": compare(case, facts, show=show) if facts else None,
        "signatories": signatories(case, representatives, show=show),
        "not_shown": max(0, len(representatives) - MOST_REPRESENTATIVES),
        "register_down": RegisterDown().sentence,
        "full_numbers": full_numbers,
        "show_numbers": SHOW_NUMBERS,
        "open": OPEN,
        "is_open": is_open_to(actor, case),
        "openings": case.openings.filter(sha256=case.evidence_sha256).select_related("by"),
        "differs": case.code_check == CodeCheck.DIFFERS and str(said_of(CodeCheck.DIFFERS)),
        "steps": case.steps.select_related("by"),
        "seen": _last_step(case),
        "forms": _forms(case, bound),
        "approve": ApproveForm.act,
        "blocked": why_not_approved(actor, case, facts) if case.state == RequestState.RECEIVED else "",
        "error": error,
        "is_wrong": status != 200,
    }
    return TemplateResponse(request, "admin/htb/request/case.html", context, status=status)


def document(request: HttpRequest, pk: str) -> HttpResponse:
    """The sealed document as it was made; it shows national numbers, which leaves a reading."""
    case = case_of(pk)
    found = Document.objects.filter(request=case).first()
    if found is None:
        raise Http404
    note_reading(actor_of(request), case)
    return _download(bytes(found.content), "application/pdf", f"{case.ticket}.pdf")


def scan(request: HttpRequest, pk: str) -> HttpResponse:
    """The scan of the letter, to be kept as a file: nothing that came from outside is opened by the portal's pages."""
    case = case_of(pk)
    if case.scan is None:
        raise Http404
    content = bytes(case.scan)
    note_reading(actor_of(request), case)
    kind, ending = next((kind, ending) for start, kind, ending in _KINDS if content.startswith(start))
    return _download(content, kind, f"{case.ticket}-scan.{ending}")


def signed_file(request: HttpRequest, pk: str) -> HttpResponse:
    """The file that came back signed electronically, as a file to keep."""
    case = case_of(pk)
    if not case.is_signed_electronically:
        raise Http404
    note_reading(actor_of(request), case)
    return _download(bytes(case.signed_file.content), "application/pdf", f"{case.ticket}-signed.pdf")


def case_of(pk: str) -> Request:
    """Return a request for a page of the desk. Raises Http404."""
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        raise Http404
    has_scan = ExpressionWrapper(Q(scan__isnull=False), output_field=BooleanField())
    cases = Request.objects.defer("signed_file__content").annotate(has_scan=has_scan)
    cases = cases.select_related("received_by", "decided_by", "signed_file")
    case = cases.filter(pk=pk).first()
    if case is None:
        raise Http404
    return case


def _open(actor: Actor, case: Request) -> tuple[str, int]:
    try:
        open_evidence(actor=actor, request=case.public_id)
    except ActError as refusal:
        return str(refusal.sentence), refusal.status
    return "", 200


def compare_found(request: HttpRequest, case: Request, scanned: str) -> None:
    """Say what the QR code that led to a case says of its letter (T13); the comparison is recorded while that can matter."""
    check = compared(case, scanned) or CodeCheck.DIFFERS
    if allows(RequestAct.COMPARE_CODE, RequestState(case.state)) and takes_scan(case):
        compare_code(actor=actor_of(request), request=case.public_id, text=scanned)
    say = messages.success if check == CodeCheck.SAME else messages.error
    say(request, said_of(check))


def _form(asked: str, case: Request, request: HttpRequest | None = None) -> ActForm:
    form_class = next((one for one in FORMS if one.act == asked), None)
    if form_class is None:
        raise BadRequest("no act of the desk")
    ids = f"id_{form_class.act}_%s"
    form = form_class(request.POST, request.FILES, auto_id=ids) if request else form_class(auto_id=ids)
    form.suit(case)
    return form


def _forms(case: Request, bound: ActForm | None) -> list[ActForm]:
    """Return a form for every act that the table of states allows; the one just sent keeps what was typed."""
    allowed = [one.act for one in FORMS if allows(one.act, RequestState(case.state))]
    if not takes_scan(case):
        allowed = [act for act in allowed if act not in {RequestAct.ATTACH_SCAN, RequestAct.COMPARE_CODE}]
    return [bound if bound is not None and bound.act == act else _form(act, case) for act in allowed]


def _carry_out(request: HttpRequest, actor: Actor, case: Request, form: ActForm) -> tuple[str, int]:
    """Do what a form asks; return why not, and the status: 200 where it is done."""
    if not form.is_valid():
        return "", 422
    try:
        if changed := _moved_on(request, case.steps.all()):
            raise changed
        done = form.carry_out(actor, case)
    except ActError as refusal:
        # A colleague may have come in between: who and when says more than the state does.
        reason = _moved_on(request, case.steps.exclude(by=actor.person)) or refusal
        field = getattr(reason, "field", None)
        if field in form.fields:
            form.add_error(field, str(reason.sentence))
            return "", reason.status
        return str(for_desk(reason)), reason.status
    say = messages.error if form.is_alarm else messages.success
    say(request, done)
    return "", 200


def _moved_on(request: HttpRequest, steps: "QuerySet[RequestStep]") -> Changed | None:
    """Return who did what meanwhile, where a case has steps that this form's page did not show."""
    seen = request.POST.get("seen", "")
    shown = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else 0
    step = steps.filter(pk__gt=shown).select_related("by").last()
    if step is None:
        return None
    moment = date_format(localtime(step.at), "SHORT_DATETIME_FORMAT")
    return Changed(
        _("Meanwhile, on %(moment)s, %(who)s did this: %(act)s. Nothing of yours was done. Look at how it stands now.")
        % {"moment": moment, "who": step.by.full_name, "act": RequestAct(step.act).label},
        who=step.by.full_name,
        when=step.at,
        code="moved_on",
    )


def _last_step(case: Request) -> int:
    return RequestStep.objects.filter(request=case).order_by("-pk").values_list("pk", flat=True).first() or 0


def facts_about(case: Request) -> tuple[Facts | None, list[Representative]]:
    """Return what the register says of a request, and who represents the enterprise today; nothing where it is down."""
    try:
        facts = read_facts_about(case)
        return facts, representatives_of(facts.enterprise)
    except RegisterDown:
        return None, []


def note_reading(actor: Actor, case: Request, *others: str) -> None:
    """Note that somebody read the numbers of a request in full. others: numbers shown besides the two that it names."""
    enterprise = Enterprise.objects.filter(number=case.enterprise_number).values_list("public_id", flat=True).first()
    readings.note(
        actor=str(actor.public_id),
        page=ROUTE,
        count=len({case.applicant_insz, case.chief_insz, *others}),
        enterprise=str(enterprise or ""),
    )


def _download(content: bytes, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=kind, headers=headers)


def _about(case: Request) -> list[Row]:
    """Return what the desk needs beside the comparison: where it stands, how both are reached."""

    def moment(value: Any) -> str:
        return date_format(localtime(value), "SHORT_DATETIME_FORMAT")

    rows = [
        Row(_("Ticket number"), case.ticket_shown),
        Row(_("Enterprise"), f"{case.enterprise_name}, {enterprise_number.show(case.enterprise_number)}"),
        Row(_("State"), RequestState(case.state).label),
        Row(_("Registered"), moment(case.registered_at)),
        Row(_("Language"), case.get_language_display()),
    ]
    if case.state in (RequestState.REGISTERED, RequestState.REPLACED):
        rows.append(Row(_("Ends without document on"), date_format(localtime(case.registered_at + EXPIRES_AFTER))))
    if case.received_at and case.received_by:
        on = date_format(case.received_on) if case.received_on else _("signed electronically, verified")
        rows.append(Row(_("Document received"), f"{on} ({case.received_by.full_name}, {moment(case.received_at)})"))
    if case.is_signed_electronically:
        signed = case.signed_file
        rows.append(
            Row(
                _("Electronic signature"),
                _("%(name)s, %(moment)s; certificate of %(issuer)s")
                % {"name": signed.signer_name, "moment": moment(signed.signed_at), "issuer": signed.issuer},
            )
        )
    if case.code_check:
        rows.append(Row(_("QR code of the letter"), CodeCheck(case.code_check).label))
    if case.decided_at and case.decided_by:
        rows.append(Row(_("Decided"), f"{moment(case.decided_at)} ({case.decided_by.full_name})"))
    if case.reason:
        rows.append(Row(_("Reason, as the applicant reads it"), case.reason))
    return [
        *rows,
        Row(_("Applicant: e-mail, telephone"), f"{case.applicant_email}, {case.applicant_telephone}"),
        Row(_("Chief Access Manager: e-mail, telephone"), f"{case.chief_email}, {case.chief_telephone}"),
    ]
