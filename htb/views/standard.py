"""The standard procedure, page by page (BEHAVIOUR S1-S9; the guide's chapter I)."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from access_admins.enums import Procedure
from access_admins.holdings import chief_role
from access_admins.models import ChiefRole
from access_admins.succession import Succession
from acts.attempts import attempt, refuse
from acts.errors import Missing, Refused
from htb import steps
from htb.actions import appoint_chief
from htb.asked import Asked
from htb.facts import Facts, read_facts
from htb.forms import EnterpriseForm
from htb.permissions import check_appoint_chief
from htb.policies import check_enterprise
from htb.presenters import consequences, trail
from identity.actions.activation import who_can_be_sent_one
from identity.actor import Actor, ActorRequest
from ui import journeys
from ui.kept import keep_code, take, take_code
from ui.models import Run
from ui.pages import page

JOURNEY = "appoint-standard"


class StandardWalk(steps.Walk):
    """The representative is logged in with an eID."""

    procedure = Procedure.STANDARD
    names_chief = True

    @classmethod
    def of(cls, request: ActorRequest, run: Run) -> "StandardWalk":
        """Return the walk of the request's actor."""
        person = request.actor.person
        return cls(request, run, person.insz or "", person.full_name, str(person.public_id))

    def address(self, step: str) -> str:
        """Under /appoint/standard."""
        return _address(self.run, step)

    def check(self, facts: Facts) -> None:
        """S2: the enterprise and the function."""
        check_enterprise(facts.enterprise)
        check_appoint_chief(_actor(self.request), facts)

    def places(self) -> tuple[tuple[str, str], ...]:
        """By actor and by enterprise."""
        return ("look_up.actor", self.actor_id), ("look_up.enterprise", self.number)

    def renewal(self, current: ChiefRole) -> str:
        """Where one was opened before, and the chief has set up no means of login since."""
        is_lost = current.person_id in who_can_be_sent_one({current.person_id}, current.enterprise.public_id)
        return reverse("chief-activation", args=[self.run.public_id]) if is_lost else ""

    def digest(self, asked: Asked, plan: Succession, facts: Facts) -> str:
        """All that the act will change is part of what is confirmed."""
        return asked.digest_with(plan, facts)

    def consequences(self, plan: Succession, *, chief_name: str, is_self: bool) -> list[str]:
        """S7, sentence by sentence."""
        return consequences(plan, chief_name=chief_name, is_self=is_self)


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]  # PageMiddleware lets nobody else come here
    return actor


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
    walk = StandardWalk.of(request, run)
    if (run.finished_at is not None) != (name == steps.DONE):
        return redirect(walk.address(steps.DONE if run.finished_at else steps.CHECK))
    if name == steps.DONE:
        return _done_page(walk)
    if name == steps.ENTERPRISE:
        return _enterprise_page(request, run)
    try:
        if name == steps.CHIEF:
            return steps.chief_page(walk)
        if not walk.holds():
            return redirect(walk.address(steps.CHIEF))
        return steps.check_page(
            walk, carry_out=lambda asked, facts, confirmed: _carry_out(walk, asked, facts, confirmed)
        )
    except Refused as refusal:
        if journeys.is_finished(run):
            return redirect(walk.address(steps.DONE))
        # What held for the first answer no longer does: a function ended, an enterprise stopped. The number is asked again.
        return _enterprise_page(request, run, refusal)


def _enterprise_page(request: ActorRequest, run: Run | None, refusal: Refused | None = None) -> HttpResponse:
    """Show S1. refusal: why the answer of this run is asked again."""
    if refusal is not None and run is not None:
        form = EnterpriseForm(run.answers[steps.ENTERPRISE])
        status = refuse(form, refusal, "enterprise_number")
        context = {"form": form, "action": _address(run, steps.ENTERPRISE), "trail": trail()}
        return render(request, "htb/enterprise.html", context, status=status)
    typed = request.POST if request.method == "POST" else None
    form = EnterpriseForm(typed, initial=take(request) or (run.answers[steps.ENTERPRISE] if run else None))
    status = 200
    if request.method == "POST":
        tried = attempt(form, lambda: _check_number(request.actor, form.cleaned_data["enterprise_number"]))
        if tried.done:
            return redirect(_next_after(request.actor, form, run))
        status = tried.status
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


def _carry_out(walk: steps.Walk, asked: Asked, facts: Facts, confirmed: str) -> None:
    appointed = appoint_chief(actor=_actor(walk.request), asked=asked, facts=facts, confirmed=confirmed, run=walk.run)
    keep_code(walk.request, walk.run.public_id, appointed.activation_code)


def _done_page(walk: steps.Walk) -> HttpResponse:
    """S9: who was appointed, where the mail went, what to do next."""
    role = chief_role(walk.run.result["chief_role"])
    code = take_code(walk.request, walk.run.public_id)
    context = {"role": role, "is_self": role.person.insz == walk.insz, "code": code}
    return render(walk.request, "htb/done.html", context)
