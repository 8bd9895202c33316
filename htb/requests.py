"""The acts on a request by the exception procedure; each obeys the table in `htb.transitions` (BEHAVIOUR X4 to X8)."""

import hashlib
import secrets
from datetime import date
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access_admins.enums import Procedure
from access_admins.holdings import current_chief
from access_admins.succession import plan_succession
from acts.act import perform
from acts.errors import Changed, Refused
from acts.runs import hold_run
from enterprises.models import Enterprise
from formats import ticket
from htb import letters
from htb.actions import Appointed, appoint, lock_enterprise, person_in
from htb.asked import Asked
from htb.document import make
from htb.document.signed import check_signed
from htb.enums import CodeCheck, RequestAct, RequestState
from htb.facts import Facts, read_facts_about
from htb.models import Document, DownloadLink, RefusalTemplate, Request, RequestWord, SignedFile
from htb.moving import locked_by_desk, move, note_step
from htb.permissions import check_approve
from htb.policies import (
    check_chief_eligible,
    check_code,
    check_compared,
    check_enterprise,
    check_evidence,
    check_not_already_chief,
    check_opened,
    check_represents,
    check_returnable,
    check_signer,
)
from htb.transitions import EXPIRES_AFTER, REMINDED_AFTER, allows
from identity.actions.activation import open_again
from identity.actions.means import hold
from identity.actor import Actor, portal_actor
from identity.enums import Role
from identity.limits import spend
from ui import journeys
from ui.models import Run

OPEN = (RequestState.REGISTERED, RequestState.RECEIVED)


# --- By the applicant ---------------------------------------------------------------------------------------------------


def confirm(*, asked: Asked, facts: Facts, confirmed: str, run: Run, language: str) -> Request:
    """Make a request of what an applicant confirmed: ticket, sealed document, mail with the link (X4 to X6, X8).

    facts: the register's answers, at most ten seconds old. confirmed: the digest that the check page showed. The same run again
    returns the request it made. Raises Refused (a rule; one of the applicant's requests is being processed), Changed or
    TooMany (an applicant makes a few for an enterprise in a day).
    """
    if asked.digest_of_request(facts) != confirmed:
        raise Changed(_("What you confirmed is no longer how things stand. Check the data below and confirm again."))
    check_enterprise(facts.enterprise)
    check_represents(facts)
    check_chief_eligible(facts)
    if run.finished_at is None:
        # Each makes a mail and a document, and replaces the one before.
        spend(("exception.request", f"{asked.representative_insz} {asked.enterprise_number}"))
    request = _draft(asked, facts, run, language)
    content, unsealed_sha256 = make(request)
    with perform("request.confirm", actor=portal_actor(), chain=f"request:{request.public_id}") as act:
        run = hold_run(run)
        if run.finished_at is not None:
            act.is_repeated = True
            return Request.objects.get(run=run.public_id)
        facts.refuse_when_old()
        for older in _of_same_applicant(request).select_for_update():
            if older.state == RequestState.RECEIVED:
                raise Refused(
                    _(
                        "A request of yours for this enterprise is being processed. You get a message when it is decided."
                    ),
                    code="being_processed",
                )
            if older.state == RequestState.REGISTERED:
                move(act, older, RequestAct.REPLACE)
        request.save()
        RequestWord.objects.bulk_create(RequestWord.of(request))
        Document.objects.create(
            request=request,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            unsealed_sha256=unsealed_sha256,
            made_at=request.registered_at,
        )
        note_step(act, request, RequestAct.CONFIRM)
        secret = secrets.token_urlsafe(32)
        DownloadLink.objects.create(
            request=request, secret_hash=_hash(secret), expires_at=request.registered_at + EXPIRES_AFTER
        )
        act.mail(request, address=request.applicant_email, letter=letters.request_registered(request, secret=secret))
        journeys.finish(run, {"request": str(request.public_id)})
    return request


def _draft(asked: Asked, facts: Facts, run: Run, language: str) -> Request:
    """Return the request before it is written: the document needs its ticket number."""
    enterprise, applicant = facts.enterprise, facts.representative.person
    chief = facts.chief.person if facts.chief else None
    if enterprise is None or applicant is None or chief is None:
        raise ValueError("the policies let a request through that the register does not know")
    current = current_chief(asked.enterprise_number)
    return Request(
        ticket=ticket.make(),
        enterprise_number=asked.enterprise_number,
        enterprise_name=enterprise.name_in(language),
        enterprise_address=enterprise.address_in(language),
        applicant_insz=asked.representative_insz,
        applicant_name=f"{applicant.first_names} {applicant.last_name}",
        applicant_email=asked.own_email,
        applicant_telephone=asked.own_telephone,
        chief_insz=asked.chief_insz,
        chief_name=f"{chief.first_names} {chief.last_name}",
        chief_email=asked.chief_email,
        chief_telephone=asked.chief_telephone,
        language=language,
        run=run.public_id,
        chief_before=current.public_id if current else None,
        state=RequestState.REGISTERED,
        registered_at=timezone.now(),
    )


def made_by(run: Run) -> Request:
    """Return the request that a finished run made, with its document."""
    return Request.objects.select_related("document").get(public_id=run.result["request"])


def with_ticket(number: str) -> Request | None:
    """Return the request with a ticket number (thirteen characters), None where there is none."""
    return Request.objects.filter(ticket=number).first()


def with_document(public_id: UUID) -> Request | None:
    """Return a request with its document, None where there is none."""
    return Request.objects.select_related("document").filter(public_id=public_id).first()


def request_of_link(secret: str) -> Request | None:
    """Return the request to which a mailed link leads, None where it is unknown or too old."""
    link = DownloadLink.objects.filter(secret_hash=_hash(secret), expires_at__gt=timezone.now())
    return next((found.request for found in link.select_related("request__document").defer("request__scan")), None)


def return_signed(*, request: Request, content: bytes) -> Request:
    """Take our document back, signed electronically: the portal itself records the receipt (X9). A person still approves.

    Raises Refused with what is wrong with the file, its signer or the request (the code names it), RegisterDown.
    """
    check_returnable(request)
    signature = check_signed(content, original=bytes(request.document.content), since=request.registered_at)
    facts = read_facts_about(request, signer=signature.insz)
    public_id = request.public_id
    with perform("request.return_signed", actor=portal_actor(), chain=f"request:{public_id}") as act:
        locked = Request.objects.select_for_update().get(public_id=public_id)
        check_returnable(locked)
        _refuse_when_another_came(locked)
        facts.refuse_when_old()
        check_signer(facts)
        locked.received_at, locked.received_by = timezone.now(), portal_actor().person
        locked.is_signed_electronically = True
        sha256 = hashlib.sha256(content).hexdigest()
        SignedFile.objects.create(
            request=locked,
            content=content,
            sha256=sha256,
            signer_insz=signature.insz,
            signer_name=signature.name,
            issuer=signature.issuer,
            signed_at=signature.signed_at,
            returned_at=locked.received_at,
        )
        move(act, locked, RequestAct.RETURN_SIGNED, sha256=sha256, issuer=signature.issuer)
    return locked


# --- By the contact centre ------------------------------------------------------------------------------------------------


def receive(*, actor: Actor, request: UUID, received_on: date) -> Request:
    """Record that the original letter came (X7, X8). Raises Refused where a newer one of the same applicant came first."""
    with locked_by_desk(RequestAct.RECEIVE, actor, request) as (act, locked):
        _refuse_when_another_came(locked)
        check_code(locked)
        if received_on > timezone.localdate():
            raise Refused(_("This day is still to come."), field="received_on", code="in_future")
        if received_on < timezone.localdate(locked.registered_at):
            raise Refused(_("On this day the request was not made yet."), field="received_on", code="before_registered")
        locked.received_at, locked.received_by, locked.received_on = timezone.now(), actor.person, received_on
        move(act, locked, RequestAct.RECEIVE, received_on=received_on)
    return locked


def approve(*, actor: Actor, request: UUID, facts: Facts, reason: str, is_compared: bool = False) -> Appointed:
    """Approve: everything is checked against the register of today, then exactly what the standard procedure does (X7, S7).

    facts: the register's answers about the request's enterprise, applicant and chief, at most ten seconds old.
    reason: what the approver checked, for the history and the record. is_compared: the approver compared the letter with the
    document by hand, which is needed where the scan's QR code could not be read (T13).
    """
    with locked_by_desk(RequestAct.APPROVE, actor, request) as (act, locked):
        enterprise_row = lock_enterprise(check_enterprise(facts.enterprise))
        facts.refuse_when_old()
        check_approve(actor, locked)
        check_still_holds(locked, facts)
        check_opened(actor, locked)
        check_compared(locked, is_compared=is_compared)
        if not reason.strip():
            raise Refused(_("Write what you checked."), field="reason", code="no_reason")
        plan = plan_succession(check_enterprise(facts.enterprise), chief_insz=locked.chief_insz)
        applicant = facts.representative.person
        if applicant is None:
            raise ValueError("the policies let an applicant through whom the register does not know")
        appointed = appoint(
            act,
            asked_in(locked),
            facts,
            plan,
            enterprise=enterprise_row,
            representative=person_in(applicant),
            by=actor.person,
            role=Role.STAFF,
        )
        locked.decided_at, locked.decided_by = timezone.now(), actor.person
        move(
            act,
            locked,
            RequestAct.APPROVE,
            note=reason,
            enterprise=enterprise_row,
            reason=reason,
            opened=locked.evidence_sha256,
            code=CodeCheck.BY_HAND if is_compared else locked.code_check,
        )
    return appointed


def check_still_holds(request: Request, facts: Facts) -> None:
    """Raise Refused where the register of today, or what happened here since, no longer lets this request through (X7)."""
    check_enterprise(facts.enterprise)
    check_represents(facts)
    check_chief_eligible(facts)
    current = current_chief(request.enterprise_number)
    if (current.public_id if current else None) != request.chief_before:
        raise Refused(
            _("Another Chief Access Manager was appointed since this request was made."), code="chief_changed_since"
        )
    check_not_already_chief(current, chief_insz=request.chief_insz, representative_insz=request.applicant_insz)
    _refuse_when_newer_came(request)
    if request.is_signed_electronically:
        check_signer(facts)
    check_evidence(request)


def asked_in(request: Request) -> Asked:
    """Return what was asked, as the act of appointing takes it."""
    return Asked(
        procedure=Procedure.EXCEPTION,
        enterprise_number=request.enterprise_number,
        representative_insz=request.applicant_insz,
        chief_insz=request.chief_insz,
        chief_email=request.chief_email,
        chief_telephone=request.chief_telephone,
        own_email=request.applicant_email,
        own_telephone=request.applicant_telephone,
        run=request.run,
    )


def refuse(*, actor: Actor, request: UUID, template: RefusalTemplate, note: str = "") -> Request:
    """Refuse with a reason that the applicant reads in the request's language; the note stays inside (X7)."""
    with locked_by_desk(RequestAct.REFUSE, actor, request) as (act, locked):
        locked.decided_at, locked.decided_by = timezone.now(), actor.person
        locked.reason = template.text_in(locked.language)
        move(act, locked, RequestAct.REFUSE, note=note, template=template.code)
        act.mail(locked, address=locked.applicant_email, letter=letters.request_refused(locked))
    return locked


def reopen(*, actor: Actor, request: UUID, reason: str) -> Request:
    """Take a refused request up again (X8). reason: for the history. Raises Refused while another one is open."""
    with locked_by_desk(RequestAct.REOPEN, actor, request) as (act, locked):
        if not reason.strip():
            raise Refused(_("Say why the request is taken up again."), field="reason", code="no_reason")
        if _of_same_applicant(locked).filter(state__in=OPEN).exists():
            raise Refused(_("This applicant has another open request for this enterprise."), code="other_open")
        locked.decided_at, locked.decided_by, locked.reason = None, None, ""
        move(act, locked, RequestAct.REOPEN, note=reason, reason=reason)
    return locked


def new_code(*, actor: Actor, request: UUID, reason: str) -> str:
    """Open the activation anew for the chief whom this request brought; return the code, to be shown once (L7).

    The earlier link, code and means end; a new link goes to the chief. reason: for the history and the record. Raises
    Refused where the role has ended, was not opened with an activation, or its holder logs in by themselves; TooMany.
    """
    with locked_by_desk(RequestAct.NEW_CODE, actor, request) as (act, locked):
        if not reason.strip():
            raise Refused(_("Say why a new code is needed."), field="reason", code="no_reason")
        enterprise = Enterprise.objects.select_for_update().get(number=locked.enterprise_number)
        chief = current_chief(enterprise.number)
        if chief is None or chief.run != locked.run:
            raise Refused(_("The Chief Access Manager of this request is no longer in office."), code="role_ended")
        person = hold(chief.person)
        act.chain = f"enterprise:{enterprise.public_id}"
        code = open_again(act, person=person, enterprise_public_id=enterprise.public_id, address=chief.email)
        move(act, locked, RequestAct.NEW_CODE, note=reason, enterprise=enterprise, reason=reason)
    return code


def note(*, actor: Actor, request: UUID, text: str) -> Request:
    """Add an internal note to the history."""
    with locked_by_desk(RequestAct.NOTE, actor, request) as (act, locked):
        if not text.strip():
            raise Refused(_("Write the note."), field="note", code="no_note")
        move(act, locked, RequestAct.NOTE, note=text)
    return locked


# --- By the portal, daily: safe to run twice or late -------------------------------------------------------------------------


def expire_and_remind() -> int:
    """End requests whose document did not come in 90 days; write a fortnight before (X8). Return how many were due."""
    now = timezone.now()
    waiting = Request.objects.filter(state__in=(RequestState.REGISTERED, RequestState.REPLACED))
    over = list(waiting.filter(registered_at__lte=now - EXPIRES_AFTER).values_list("public_id", flat=True))
    for due in over:
        _daily(RequestAct.EXPIRE, due)
    soon = list(
        waiting.filter(
            state=RequestState.REGISTERED, registered_at__lte=now - REMINDED_AFTER, reminded_at=None
        ).values_list("public_id", flat=True)
    )
    for due in soon:
        _daily(RequestAct.REMIND, due)
    return len(over) + len(soon)


def _daily(what: RequestAct, request: UUID) -> None:
    with perform(f"request.{what}", actor=portal_actor(), chain=f"request:{request}") as act:
        locked = Request.objects.select_for_update().get(public_id=request)
        was_registered = locked.state == RequestState.REGISTERED
        if not allows(what, RequestState(locked.state)) or (what == RequestAct.REMIND and locked.reminded_at):
            # Done, or replaced, received or decided, since the list was read.
            act.is_repeated = True
            return
        if what == RequestAct.REMIND:
            locked.reminded_at = timezone.now()
        move(act, locked, what)
        if what == RequestAct.REMIND:
            act.mail(locked, address=locked.applicant_email, letter=letters.request_expires_soon(locked))
        elif was_registered:
            act.mail(locked, address=locked.applicant_email, letter=letters.request_expired(locked))


# --- What the acts share ------------------------------------------------------------------------------------------------------


def _of_same_applicant(request: Request) -> QuerySet[Request]:
    same = Request.objects.filter(enterprise_number=request.enterprise_number, applicant_insz=request.applicant_insz)
    return same.exclude(public_id=request.public_id)


def _refuse_when_another_came(request: Request) -> None:
    _refuse_when_newer_came(request)
    if _of_same_applicant(request).filter(state=RequestState.RECEIVED).exists():
        raise Refused(_("Another request of this applicant is being processed."), code="other_received")


def _refuse_when_newer_came(request: Request) -> None:
    """Raise Refused once a document of a newer request came, whatever was decided on it since (X8)."""
    newer = _of_same_applicant(request).filter(registered_at__gt=request.registered_at)
    if newer.filter(received_at__isnull=False).exists():
        raise Refused(_("The document of a newer request of this applicant was received."), code="newer_received")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
