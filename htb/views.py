"""The standard procedure, page by page (BEHAVIOUR S1-S9; the guide's chapter I)."""

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from access_admins.enums import Procedure
from access_admins.holdings import chief_role
from acts.errors import Missing, Refused, RegisterDown
from htb import steps
from htb.actions import appoint_chief
from htb.asked import Asked
from htb.facts import Facts, read_facts
from htb.forms import ChiefForm, EnterpriseForm
from htb.permissions import check_appoint_chief
from htb.policies import check_enterprise
from htb.presenters import trail
from identity.actor import Actor, ActorRequest
from ui import journeys
from ui.kept import take
from ui.models import Run
from ui.pages import page

JOURNEY = "appoint-standard"
# The session's place for an activation code on its way to the page that shows it.
CODE = "activation_code"


@page(level="appoint", methods=("GET", "POST"), keeps_form=True)
def start(request: ActorRequest) -> HttpResponse:
    """S1, S2: for which enterprise. Only a good answer starts a run."""
    return _enterprise_page(request, None)


@page(level="appoint", methods=("GET", "POST"), keeps_form=True)
def step(request: ActorRequest, run_id: uuid.UUID, name: str) -> HttpResponse:
    """A step of a run that is the actor's own. A finished run only shows its result; an unfinished one no step too early."""
    run = journeys.find(JOURNEY, run_id, owner=str(request.actor.public_id))
    if run is None or name not in steps.NAMES:
        raise Missing
    walk = steps.Walk(request, request.actor, run, Procedure.STANDARD)
    if (run.finished_at is not None) != (name == steps.DONE):
        return redirect(walk.address(steps.DONE if run.finished_at else steps.CHECK))
    if name == steps.DONE:
        return _done_page(walk)
    if name == steps.ENTERPRISE:
        return _enterprise_page(request, run)
    try:
        if name == steps.CHIEF:
            return steps.chief_page(walk)
        if not _holds(walk):
            return redirect(walk.address(steps.CHIEF))
        return steps.check_page(
            walk, carry_out=lambda asked, facts, confirmed: _carry_out(walk, asked, facts, confirmed)
        )
    except Refused as refusal:
        # What held for the first answer no longer does: a function ended, an enterprise stopped. The number is asked again.
        return _enterprise_page(request, run, refusal)


def _enterprise_page(request: ActorRequest, run: Run | None, refusal: Refused | None = None) -> HttpResponse:
    """Show S1. refusal: why the answer of this run is asked again."""
    if refusal is not None and run is not None:
        form = EnterpriseForm(run.answers[steps.ENTERPRISE])
        form.add_error("enterprise_number", str(refusal.sentence))
        context = {"form": form, "action": _address(run, steps.ENTERPRISE), "trail": trail()}
        return render(request, "htb/enterprise.html", context, status=refusal.status)
    typed = request.POST if request.method == "POST" else None
    form = EnterpriseForm(typed, initial=take(request) or (run.answers[steps.ENTERPRISE] if run else None))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _check_number(request.actor, form.cleaned_data["enterprise_number"])
            except Refused as refused:
                form.add_error("enterprise_number", str(refused.sentence))
            except RegisterDown as down:
                form.add_error(None, str(down.sentence))
                status = down.status
            else:
                return redirect(_next_after(request.actor, form, run))
    return render(
        request, "htb/enterprise.html", {"form": form, "action": request.path, "trail": trail()}, status=status
    )


def _check_number(actor: Actor, number: str) -> None:
    facts = read_facts(number, representative=actor.person.insz or "")
    check_enterprise(facts.enterprise)
    check_appoint_chief(actor, facts)


def _next_after(actor: Actor, form: EnterpriseForm, run: Run | None) -> str:
    if run is None:
        run = journeys.begin(JOURNEY, owner=str(actor.public_id), step=steps.ENTERPRISE, form=form)
    else:
        journeys.keep(run, step=steps.ENTERPRISE, form=form)
    return _address(run, steps.CHIEF)


def _address(run: Run, name: str) -> str:
    return reverse("appoint-step", args=[run.public_id, name])


def _holds(walk: steps.Walk) -> bool:
    """Whether the answers so far are whole; what the register says of them is asked again by the page and by the act."""
    form = ChiefForm(walk.answers, own_name=walk.actor.name, is_current_chief=False)
    return journeys.first_open([(steps.CHIEF, form)]) is None


def _carry_out(walk: steps.Walk, asked: Asked, facts: Facts, confirmed: str) -> None:
    appointed = appoint_chief(actor=walk.actor, asked=asked, facts=facts, confirmed=confirmed, run=walk.run)
    if appointed.activation_code:
        # Nowhere kept but hashed: the session carries it to the next page, which shows it once.
        walk.request.session[CODE] = {"run": str(walk.run.public_id), "code": appointed.activation_code}


def _done_page(walk: steps.Walk) -> HttpResponse:
    """S9: who was appointed, where the mail went, what to do next."""
    role = chief_role(walk.run.result["chief_role"])
    shown = walk.request.session.get(CODE, {})
    code = ""
    if shown.get("run") == str(walk.run.public_id):
        code = walk.request.session.pop(CODE)["code"]
    context = {"role": role, "is_self": role.person_id == walk.actor.person.pk, "code": code}
    return render(walk.request, "htb/done.html", context)
