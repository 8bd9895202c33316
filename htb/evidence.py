"""What came signed: the acts of attaching the letter's scan, comparing its QR code, opening it (BEHAVIOUR X7, T12, T13)."""

import hashlib
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from acts.act import perform
from acts.errors import Refused
from htb.document.content import content_of, read_code
from htb.document.scans import check_scan
from htb.enums import CodeCheck, RequestAct
from htb.models import Opening, Request
from htb.moving import locked_by_desk, move
from htb.permissions import check_process, check_process_this
from htb.policies import check_takes_scan
from identity.actor import Actor
from identity.enums import Role


def attach_scan(*, actor: Actor, request: UUID, content: bytes) -> Request:
    """Attach the scan of the letter: a PDF, JPEG or PNG of at most 10 MB whose pages can be drawn and show something.

    A QR code of ours on it is compared with the document that was made; one that differed before stands until the right one
    is found. Raises Refused with what is wrong with the scan (the
    code names it), or where its code is another document's: a code of this ticket that differs is recorded besides.
    """
    check_process(actor)
    scan = check_scan(content)  # before anything is locked: drawing takes a second
    checks = {compared(Request.objects.get(public_id=request), text) for text in scan.codes if read_code(text)}
    if None in checks:
        raise Refused(
            _("The QR code on this scan belongs to another request. Attach the scan of this request's letter."),
            field="scan",
            code="other_letter",
        )
    if CodeCheck.DIFFERS in checks:
        _record_comparison(actor, request, CodeCheck.DIFFERS)
        raise Refused(
            _(
                "The QR code on this scan is NOT that of the document that we made: its digest differs. The letter was made by "
                "somebody else, or changed. It was not attached, and nobody can approve this request now."
            ),
            field="scan",
            code="other_code",
        )
    with locked_by_desk(RequestAct.ATTACH_SCAN, actor, request) as (act, locked):
        check_takes_scan(locked)
        locked.scan, locked.scan_pages = content, scan.pages
        locked.scan_sha256 = hashlib.sha256(content).hexdigest()
        _note_code(actor, locked, CodeCheck.SAME if checks else CodeCheck.UNREAD)
        move(act, locked, RequestAct.ATTACH_SCAN, sha256=locked.scan_sha256, code=locked.code_check)
    return locked


def compare_code(*, actor: Actor, request: UUID, text: str) -> CodeCheck:
    """Compare what a reader made of the letter's QR code with the document that was made; return what came of it.

    A code that differs blocks receipt and approval until the right one is compared. Raises Refused where the text is no code
    of this request's.
    """
    check_process(actor)
    if not (read_code(text) or ("", ""))[1]:
        raise Refused(_("This is not what the QR code of our documents holds."), field="scanned", code="no_code")
    check = compared(Request.objects.get(public_id=request), text)
    if check is None:
        raise Refused(_("This is the QR code of another request."), field="scanned", code="other_letter")
    _record_comparison(actor, request, check)
    return check


def open_evidence(*, actor: Actor, request: UUID) -> Opening:
    """Open the scan or the signed file, which approving it asks for (T12). Raises Refused while there is none."""
    with perform("request.open", actor=actor, chain=f"request:{request}") as act:
        check_process(actor)
        opened = Request.objects.select_for_update().get(public_id=request)
        check_process_this(actor, opened)
        sha256 = opened.evidence_sha256
        if not sha256:
            raise Refused(_("There is no signed document to open yet."), code="no_scan")
        opening = Opening.objects.create(request=opened, by=actor.person, sha256=sha256, at=timezone.now())
        act.event(role=Role.STAFF, about=f"request:{request}", details={"sha256": sha256})
    return opening


def evidence_of(request: Request) -> tuple[bytes, int]:
    """Return the scan or the signed file, and how many pages it has. The signed file has as many as our document: one."""
    if request.is_signed_electronically:
        return bytes(request.signed_file.content), 1
    return bytes(request.scan or b""), request.scan_pages


def compared(request: Request, text: str) -> CodeCheck | None:
    """Return what a code says of a request, without recording it: SAME, DIFFERS, or None where it is another ticket's."""
    number, code = read_code(text) or ("", "")
    if number != request.ticket:
        return None
    return CodeCheck.SAME if code == content_of(request).digest else CodeCheck.DIFFERS


def _record_comparison(actor: Actor, request: UUID, check: CodeCheck) -> None:
    with locked_by_desk(RequestAct.COMPARE_CODE, actor, request) as (act, locked):
        check_takes_scan(locked)
        _note_code(actor, locked, check)
        move(act, locked, RequestAct.COMPARE_CODE, note=str(check.label), code=check)


def _note_code(actor: Actor, request: Request, check: CodeCheck) -> None:
    """Write what came of a comparison, and who lifted a difference: a letter without a code lifts none (T13)."""
    if request.code_check == CodeCheck.DIFFERS:
        if check == CodeCheck.UNREAD:
            return
        if check == CodeCheck.SAME:
            request.difference_lifted_by = actor.person
    request.code_check = check
