"""The steps that lead a person to a role: name, form, check, done; the same for every role (BEHAVIOUR H3-H5, H7, U3).

Who is to get which role where is asked by the page before them (a run's first answers); a `Walk` says what a role does
differently, the pages below do the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import cached_property

from acts.attempts import attempt
from acts.errors import ActError, Changed, Refused
from enterprises.models import Enterprise
from identity.actor import ActorRequest
from ui import journeys
from ui.components import Row
from ui.forms import PortalForm
from ui.kept import keep_code, take_code
from ui.models import Run
from users.adding.forms import ConfirmForm, NamesForm
from users.adding.presenters import identity_rows, number_row, trail
from users.finding import Found, check_named, find, look_up

NAMES = PERSON, NAME, FORM, CHECK, DONE = "person", "name", "form", "check", "done"


@dataclass
class Walk:
    """One run towards a role. What the roles do differently is overridden by each."""

    request: ActorRequest
    run: Run
    enterprise: Enterprise

    # The template that the pages extend.
    layout: ClassVar[str]

    def address(self, step: str) -> str:
        """Return the address of a step of this run; of PERSON, where a number is asked."""
        raise NotImplementedError

    def context(self) -> dict[str, Any]:
        """Return what every page of the walk needs: at least `title`, the h1."""
        raise NotImplementedError

    def check(self) -> None:
        """Raise Refused where the person found cannot get the role (any more)."""
        raise NotImplementedError

    def beaten(self) -> Changed | None:
        """Return who was first, where somebody gave the role since the run began."""
        raise NotImplementedError

    def form(self, data: Any = None) -> PortalForm:
        """Return the form of the step "form"; without data it shows what was answered before."""
        raise NotImplementedError

    def judge(self, form: PortalForm) -> None:
        """Raise Refused where a valid form's answers are not acceptable."""

    def digest(self) -> str:
        """Return the digest of what the check page shows."""
        raise NotImplementedError

    def rows(self) -> list[Row]:
        """Return all that will be written."""
        raise NotImplementedError

    def consequences(self) -> list[str]:
        """Return what confirming will change."""
        raise NotImplementedError

    def carry_out(self, *, confirmed: str, knows_no_tie: bool) -> str:
        """Perform the act, and return the activation code to show once, "" where there is none."""
        raise NotImplementedError

    def done(self) -> dict[str, Any]:
        """Return what the last page says: `saved`, `name`, `email`, and what to do next."""
        raise NotImplementedError

    def asked_again(self, refusal: ActError, changed: Changed | None = None) -> HttpResponse:
        """Return the page that asks a number, with why this one will not do. changed: what somebody else did first."""
        raise NotImplementedError

    @property
    def answers(self) -> dict[str, str]:
        """The answers of the step "form"; empty while there are none."""
        answers: dict[str, str] = self.run.answers.get(FORM, {})
        return answers

    @property
    def insz(self) -> str:
        """The number of the person."""
        return str(self.run.answers[PERSON]["insz"])

    @cached_property
    def found(self) -> Found:
        """What register and portal say of the person now. Raises RegisterDown."""
        return find(self.enterprise, self.insz)

    @property
    def typed_names(self) -> dict[str, str]:
        """The names that were typed for somebody without a tie: last_name, first_name."""
        names: dict[str, str] = self.run.answers.get(NAME, {"last_name": "", "first_name": ""})
        return names

    @property
    def is_named(self) -> bool:
        """Whether the person's name may be shown: by a tie, or because whoever asks has typed it (H7)."""
        if self.found.is_tied:
            return True
        try:
            check_named(self.found, **self.typed_names)
        except Refused:
            return False
        return True


def step_page(walk: Walk, name: str) -> HttpResponse:
    """Show a step. A finished run only shows its result; an unfinished one no step too early."""
    is_finished = walk.run.finished_at is not None
    if is_finished != (name == DONE):
        return redirect(walk.address(DONE if is_finished else FORM))
    if name == DONE:
        return _page(walk, "done", code=take_code(walk.request, walk.run.public_id), **walk.done())
    try:
        walk.check()
    except Refused as refusal:
        return _refused(walk, refusal)
    if name == NAME and not walk.found.is_tied:
        return _name_page(walk)
    if not walk.is_named:
        return redirect(walk.address(NAME))
    if name == CHECK and walk.answers and walk.form(walk.answers).is_valid():
        return _check_page(walk)
    if name != FORM:
        return redirect(walk.address(FORM))
    return _form_page(walk)


def _refused(walk: Walk, refusal: Refused) -> HttpResponse:
    if journeys.is_finished(walk.run):  # by the other click of two, since the run was read
        return redirect(walk.address(DONE))
    return walk.asked_again(refusal, walk.beaten())


def _name_page(walk: Walk) -> HttpResponse:
    """H7: nothing ties the person to the enterprise, so the names are typed. A wrong one counts."""
    is_post = walk.request.method == "POST"
    form = NamesForm(walk.request.POST if is_post else None, initial=walk.typed_names)
    status = 200
    if is_post:
        tried = attempt(form, lambda: _prove(walk, form))
        if tried.done:
            return redirect(walk.address(FORM))
        status = tried.status
    return _page(walk, "name", status=status, form=form, rows=[number_row(walk.insz)], step=1)


def _prove(walk: Walk, form: NamesForm) -> None:
    names = {name: form.cleaned_data[name] for name in ("last_name", "first_name")}
    look_up(walk.request.actor, walk.enterprise, walk.insz, lambda found: check_named(found, **names))
    journeys.keep(walk.run, step=NAME, form=form)


def _form_page(walk: Walk) -> HttpResponse:
    is_post = walk.request.method == "POST"
    form = walk.form(walk.request.POST) if is_post else walk.form()
    status = 200
    if is_post:
        tried = attempt(form, lambda: _keep(walk, form))
        if tried.done:
            return redirect(walk.address(CHECK))
        status = tried.status
    return _page(walk, "form", status=status, form=form, rows=identity_rows(walk.found), step=2)


def _keep(walk: Walk, form: PortalForm) -> None:
    walk.judge(form)
    journeys.keep(walk.run, step=FORM, form=form)


def _check_page(walk: Walk) -> HttpResponse:
    """All that will be written and what confirming changes; the confirmation."""
    is_post = walk.request.method == "POST"
    form = ConfirmForm(walk.request.POST if is_post else None, asks_tie=not walk.found.is_tied)
    if not is_post:
        return _shown(walk, form, 200, None)
    tried = attempt(form, lambda: _carry_out(walk, form))
    if tried.done:
        return redirect(walk.address(DONE))
    fresh = replace(walk)
    try:
        fresh.check()
    except Refused as refusal:
        return walk.asked_again(refusal, tried.changed)
    return _shown(fresh, form, tried.status, tried.changed)


def _carry_out(walk: Walk, form: ConfirmForm) -> None:
    code = walk.carry_out(
        confirmed=form.cleaned_data["plan"], knows_no_tie=form.cleaned_data.get("knows_no_tie", False)
    )
    keep_code(walk.request, walk.run.public_id, code)


def _shown(walk: Walk, form: ConfirmForm, status: int, changed: Changed | None) -> HttpResponse:
    return _page(
        walk, "check", status=status, form=form, rows=walk.rows(), consequences=walk.consequences(),
        plan_digest=walk.digest(), changed=changed, step=3, is_tied=walk.found.is_tied, name=walk.found.name,
    )  # fmt: skip


def _page(walk: Walk, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    addresses = {name: walk.address(name) for name in NAMES}
    context = {"layout": walk.layout, "trail": trail(), "addresses": addresses, **walk.context(), **context}
    return render(walk.request, f"users/adding/{template}.html", context, status=status)


def start_page(
    request: ActorRequest, form: PortalForm, begin: Callable[[], str], template: str, context: dict[str, Any]
) -> HttpResponse:
    """Ask who gets the role. begin: looks the person up, begins a run, and returns the address of its first step."""
    status = 200
    if request.method == "POST":
        tried = attempt(form, begin)
        if tried.result is not None:
            return redirect(tried.result)
        status = tried.status
    return _start(request, form, template, context, status)


def start_again(
    request: ActorRequest,
    form: PortalForm,
    template: str,
    context: dict[str, Any],
    *,
    refusal: ActError,
    changed: Changed | None,
) -> HttpResponse:
    """Ask again who gets the role: what held when the run began no longer does. The form says why."""
    status = changed.status if changed is not None else refusal.status
    return _start(request, form, template, {**context, "changed": changed}, status)


def _start(
    request: ActorRequest, form: PortalForm, template: str, context: dict[str, Any], status: int
) -> HttpResponse:
    return render(
        request, template, {"form": form, "trail": trail(), "step": 1, "changed": None, **context}, status=status
    )
