"""The exception procedure, for representatives without eID (BEHAVIOUR X1-X6; the guide's chapter II). No login."""

import hashlib
import secrets
import time
import uuid
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from access_admins.enums import Procedure
from access_admins.succession import Succession
from acts.attempts import attempt
from acts.errors import Missing, Refused
from enterprises.enums import State
from formats.names import same, same_first_name
from htb import requests, steps
from htb.asked import Asked
from htb.facts import Facts, read_facts, some_representative_has_eid
from htb.forms import ApplicantForm, FollowForm, SignedForm
from htb.models import Request
from htb.policies import check_enterprise, check_represents, returnable
from htb.presenters import life_of
from htb.transitions import EXPIRES_AFTER
from htb.views.signed import remember_followed
from identity.limits import client_address, counted
from ui import journeys
from ui.models import Run
from ui.pages import public_page

JOURNEY = "appoint-exception"
# The session's place for the secret that its runs belong to; the database knows its hash alone.
OWN_RUNS = "exception"

NO_MATCH = _(
    "The register knows no legal representative with these data in this enterprise. Check the four answers; they must be as on "
    "the identity document and in the register."
)


class ExceptionWalk(steps.Walk):
    """The representative is known by four facts alone, so the page says little: never who the chief is."""

    procedure = Procedure.EXCEPTION
    names_chief = False

    @classmethod
    def of(cls, request: HttpRequest, run: Run) -> "ExceptionWalk":
        """Return the walk of the run's applicant."""
        answers = run.answers[steps.ENTERPRISE]
        return cls(request, run, answers["insz"], f"{answers['first_name']} {answers['last_name']}", "applicant")

    def address(self, step: str) -> str:
        """Under /appoint/exception."""
        return reverse("exception-step", args=[self.run.public_id, step])

    def check(self, facts: Facts) -> None:
        """S2, once more: a function may have ended meanwhile."""
        check_enterprise(facts.enterprise)
        check_represents(facts)

    def places(self) -> tuple[tuple[str, str], ...]:
        """Tries at another person's number count with those at one's own (X3)."""
        return _places(self.request, self.insz, self.number)

    def digest(self, asked: Asked, plan: Succession, facts: Facts) -> str:
        """What is there now is no part of it: it would tell an applicant that something changed."""
        return asked.digest_of_request(facts)

    def consequences(self, plan: Succession, *, chief_name: str, is_self: bool) -> list[str]:
        """Nothing yet."""
        return [
            str(_("You get a ticket number and a document to sign and post.")),
            str(_("The Chief Access Manager is appointed once the contact centre has approved the signed document.")),
        ]


@public_page(methods=("GET", "POST"))
def start(request: HttpRequest) -> HttpResponse:
    """X1, X2: who asks, for which enterprise."""
    return _applicant_page(request, ApplicantForm(request.POST if request.method == "POST" else None))


@public_page(methods=("GET", "POST"))
def step(request: HttpRequest, run_id: uuid.UUID, name: str) -> HttpResponse:
    """A step of a run that this session began."""
    if _is_over(request):
        return redirect("appoint-exception")
    run = journeys.find(JOURNEY, run_id, owner=_owner(request))
    if run is None or name not in steps.NAMES:
        raise Missing
    return _step(request, run, name)


def _step(request: HttpRequest, run: Run, name: str) -> HttpResponse:
    walk = ExceptionWalk.of(request, run)
    if (run.finished_at is not None) != (name == steps.DONE):
        return redirect(walk.address(steps.DONE if run.finished_at else steps.CHECK))
    if name == steps.DONE:
        return _ticket_page(request, run)
    if name == steps.ENTERPRISE:
        return _applicant_page(request, ApplicantForm(request.POST or None, initial=run.answers[steps.ENTERPRISE]))
    try:
        if name == steps.CHIEF:
            return steps.chief_page(walk)
        if not walk.holds():
            return redirect(walk.address(steps.CHIEF))
        return steps.check_page(walk, carry_out=lambda asked, facts, confirmed: _confirm(walk, asked, facts, confirmed))
    except Refused as refusal:
        if journeys.is_finished(run):
            return redirect(walk.address(steps.DONE))
        if refusal.field != "enterprise_number":
            raise
        # What was known of the applicant holds no longer: the four facts are asked again, and nothing is said of why.
        form = ApplicantForm(run.answers[steps.ENTERPRISE])
        form.add_error(None, str(NO_MATCH))
        return _show(request, form, status=refusal.status)


def _confirm(walk: steps.Walk, asked: Asked, facts: Facts, confirmed: str) -> None:
    requests.confirm(asked=asked, facts=facts, confirmed=confirmed, run=walk.run, language=walk.language)


def _applicant_page(request: HttpRequest, form: ApplicantForm) -> HttpResponse:
    status = 200
    if request.method == "POST":
        tried = attempt(form, lambda: _check_applicant(request, form))
        if tried.done:
            # Whoever planted this session in the browser holds it no longer (BEHAVIOUR T27).
            request.session.cycle_key()
            run = journeys.begin(JOURNEY, owner=_owner(request), step=steps.ENTERPRISE, form=form)
            return redirect("exception-step", run.public_id, steps.CHIEF)
        status = tried.status
    return _show(request, form, status=status)


def _show(request: HttpRequest, form: ApplicantForm, *, status: int) -> HttpResponse:
    return render(request, "htb/applicant.html", {"form": form, "action": reverse("appoint-exception")}, status=status)


def _check_applicant(request: HttpRequest, form: ApplicantForm) -> None:
    """X1: one answer and the same work for every mismatch, counted. X2: where the register knows of an eID, it says so."""
    insz, number = form.cleaned_data["insz"], form.cleaned_data["enterprise_number"]
    with counted(*_places(request, insz, number)) as tries:
        facts = read_facts(number, representative=insz)
        person, enterprise = facts.representative.person, facts.enterprise
        # Every part is judged, whatever the others said.
        judged = [
            same(form.cleaned_data["last_name"], person.last_name if person else ""),
            same_first_name(form.cleaned_data["first_name"], person.first_names if person else ""),
            person is not None and person.died_on is None,
            enterprise is not None and enterprise.state in (State.ACTIVE, State.WINDING_UP),
            bool(facts.representative_functions),
        ]
        if not all(judged):
            tries.miss()
            raise Refused(NO_MATCH, code="no_match")
    if some_representative_has_eid(number, facts):
        raise Refused(
            _(
                "The register knows a legal representative of this enterprise who has an eID or electronic foreigner card. "
                "That person can appoint the Chief Access Manager at once by the standard procedure."
            ),
            code="somebody_has_eid",
        )


def _places(request: HttpRequest, insz: str, number: str) -> tuple[tuple[str, str], ...]:
    return (
        ("exception.address", client_address(request)),
        ("exception.insz", insz),
        ("exception.enterprise", number),
    )


def _owner(request: HttpRequest) -> str:
    """Return whose runs these are: the hash of a secret that this session alone holds; made with the first answers.

    It serves no longer than a session may lie idle after the last answer: others sit down at the same computer.
    """
    own: dict[str, Any] | None = None if _is_over(request) else request.session.get(OWN_RUNS)
    if request.method == "POST":
        secret = own["secret"] if own else secrets.token_urlsafe(32)
        own = request.session[OWN_RUNS] = {"secret": secret, "until": time.time() + settings.SESSION_IDLE_SECONDS}
    return hashlib.sha256(own["secret"].encode()).hexdigest() if own else ""


def _is_over(request: HttpRequest) -> bool:
    own = request.session.get(OWN_RUNS)
    return own is not None and own["until"] < time.time()


# --- The ticket and its document ----------------------------------------------------------------------------------------------


def _ticket_page(request: HttpRequest, run: Run) -> HttpResponse:
    made = requests.made_by(run)
    context = {"request_made": made, "document": reverse("exception-document", args=[run.public_id])}
    return render(request, "htb/ticket.html", context)


@public_page()
@never_cache
def document(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """X6: the document, for the session that made the request."""
    run = journeys.find(JOURNEY, run_id, owner=_owner(request))
    if run is None or run.finished_at is None:
        raise Missing
    return _download(requests.made_by(run))


@public_page(methods=("GET", "POST"), has_secret=True)
def document_link(request: HttpRequest, secret: str) -> HttpResponse:
    """X6: where the mailed link leads. A button; its POST gives the document."""
    if request.method != "POST":
        return render(request, "htb/document_link.html")
    made = requests.request_of_link(secret)
    if made is None or not _may_download(made):
        return render(request, "htb/document_gone.html", status=404)
    return _download(made)


def _may_download(made: Request) -> bool:
    return timezone.now() < made.registered_at + EXPIRES_AFTER


def _download(made: Request) -> HttpResponse:
    if not _may_download(made):
        raise Missing
    response = HttpResponse(bytes(made.document.content), content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="csam.pdf"'
    return response


@public_page(methods=("GET", "POST"))
def follow(request: HttpRequest) -> HttpResponse:
    """X6: how a request stands, for who knows its ticket number and the applicant's number."""
    form = FollowForm(request.POST if request.method == "POST" else None)
    made, status = None, 200
    if request.method == "POST":
        tried = attempt(form, lambda: _find(request, form))
        made, status = tried.result, tried.status
        if made is not None:
            remember_followed(request, made)
    context = {
        "form": form,
        "request_made": made,
        "life": life_of(made) if made is not None else (),
        "signed_form": SignedForm(),
        "waits": made is not None and returnable(made),
    }
    return render(request, "htb/follow.html", context, status=status)


def _find(request: HttpRequest, form: FollowForm) -> Request:
    insz = form.cleaned_data["insz"]
    with counted(("exception.address", client_address(request)), ("exception.insz", insz)) as tries:
        made = requests.with_ticket(form.cleaned_data["ticket"])
        if made is None or not secrets.compare_digest(made.applicant_insz, insz):
            tries.miss()
            raise Refused(
                _("We know no request with this ticket number and national register number."), code="no_request"
            )
        return made
