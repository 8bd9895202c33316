"""The trail that makes a sender, and the shorter one that adds a channel (BEHAVIOUR M2-M8; the guide's chapter VI)."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from acts.attempts import attempt, refuse
from acts.errors import Missing, Refused, TooMany
from identity.actor import ActorRequest
from identity.limits import spend
from senders import trail as steps
from senders.actions.register import add_channel, create_sender
from senders.asked import AskedChannel
from senders.enums import HAS_PASSWORD, ChannelKind
from senders.fields import MATERIAL, MaterialForm
from senders.forms import ConfirmForm, TechnicalUserForm
from senders.policies import check_kind_free, check_user_name_free
from senders.presenters import asked_application_rows, certificate_rows, channel_rows, contact_rows, ssh_key_rows
from senders.standing import applications_for
from senders.trail import Walk
from senders.views.place import Place, place_of
from ui import journeys
from ui.components import Row
from ui.forms import PortalForm
from ui.kept import take
from ui.models import Run
from ui.pages import page

TEMPLATES = {
    steps.CONTACT: "senders/contact.html",
    steps.KIND: "senders/kind.html",
    steps.CHANNEL: "senders/channel.html",
    steps.USER: "senders/technical_user.html",
}


@dataclass(frozen=True)
class Trail:
    """One of the two trails in a capacity. is_first: the one that makes a sender; the other adds a channel to it."""

    request: ActorRequest
    place: Place
    is_first: bool

    @property
    def journey(self) -> str:
        """The journey of this trail in this capacity."""
        return steps.journey_of(self.place.capacity, is_first=self.is_first)

    @property
    def owner(self) -> str:
        """Whose runs they are."""
        return str(self.request.actor.public_id)

    @property
    def is_open(self) -> bool:
        """Whether one can set out: no sender yet but something to send, or a kind of channel that the sender has not."""
        if self.is_first:
            return self.place.standing is None and bool(applications_for(self.place.capacity))
        return bool(self.place.sender.free_kinds)

    @property
    def information(self) -> str:
        """The address of the first page, which asks nothing."""
        return self.place.frame.address(self._route)

    @property
    def begin(self) -> str:
        """The address of the page whose answers start a run."""
        return self.place.frame.address(f"{self._route}-begin")

    def address(self, run: Run, step: str) -> str:
        """Return the address of a step of a run."""
        return self.place.frame.address(f"{self._route}-step", run_id=run.public_id, name=step)

    @property
    def _route(self) -> str:
        """What the names of its pages begin with (senders.urls)."""
        return "sender-register" if self.is_first else "channel-add"

    def walk(self, run: Run) -> Walk:
        """Return the walk of a run. Raises Missing where the sender that was to get a channel is gone."""
        return Walk(run, self.place.capacity, None if self.is_first else self.place.sender)

    def show(self, template: str, step: str, *, status: int = 200, **context: Any) -> HttpResponse:
        """Return a step's page."""
        context |= {
            "frame": self.place.frame,
            "is_first": self.is_first,
            "trail": steps.trail(is_first=self.is_first),
            "place_in_trail": steps.place_in_trail(step, is_first=self.is_first),
            "leave": self.place.address,
        }
        return render(self.request, template, context, status=status)


@page(level="manage")
def information(
    request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID, *, is_first: bool
) -> HttpResponse:
    """M2, Information: what sending structured messages is for; of the shorter trail, what a further channel is (M7)."""
    trail = Trail(request, place_of(request, enterprise_id, capacity_id), is_first)
    if not trail.is_open:
        return redirect(trail.place.address)
    return trail.show("senders/information.html", steps.INFORMATION, next_address=trail.begin)


@page(level="manage", methods=("GET", "POST"), keeps_form=True)
def begin(request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID, *, is_first: bool) -> HttpResponse:
    """The first step that asks something: M2, Contact person, or M7, which channel. Good answers start a run."""
    trail = Trail(request, place_of(request, enterprise_id, capacity_id), is_first)
    if not trail.is_open:
        return redirect(trail.place.address)
    name, following = (steps.CONTACT, steps.KIND) if is_first else (steps.KIND, steps.CHANNEL)
    is_post = request.method == "POST"
    kept = Run(answers={name: take(request)})
    form = trail.walk(kept).form(name, request.POST if is_post else None)
    if is_post and form.is_valid():
        run = journeys.begin(trail.journey, owner=trail.owner, step=name, form=form)
        return redirect(trail.address(run, following))
    return trail.show(TEMPLATES[name], name, form=form, previous=trail.information, status=422 if is_post else 200)


@page(level="manage", methods=("GET", "POST"), body=MATERIAL)
def step(
    request: ActorRequest,
    enterprise_id: uuid.UUID,
    capacity_id: uuid.UUID,
    run_id: uuid.UUID,
    name: str,
    *,
    is_first: bool,
) -> HttpResponse:
    """A further step. A finished run only shows its end, an unfinished one no step too early."""
    trail = Trail(request, place_of(request, enterprise_id, capacity_id), is_first)
    run = journeys.find(trail.journey, run_id, owner=trail.owner)
    if run is None:
        raise Missing
    if (run.finished_at is not None) != (name == steps.DONE):
        return redirect(trail.address(run, steps.DONE if run.finished_at else steps.CHECK))
    if name == steps.DONE:
        return trail.show("senders/done.html", name, standing=trail.place.sender)
    walk = trail.walk(run)
    order = [*walk.steps, steps.CHECK]
    if name not in order:
        raise Missing
    open_step = journeys.first_open(walk.answered())
    if open_step is not None and order.index(open_step) < order.index(name):
        return redirect(trail.address(run, open_step))
    at = order.index(name)
    previous = trail.address(run, order[at - 1]) if at else trail.information
    if name == steps.CHECK:
        return _check_page(trail, walk, previous)
    return _form_page(trail, walk, name, previous)


def _form_page(trail: Trail, walk: Walk, name: str, previous: str) -> HttpResponse:
    request, status = trail.request, 200
    if request.method == "POST":
        form = walk.form(name, request.POST, request.FILES)
        status = _judge(request, walk, form)
        if status == 200:
            journeys.keep(walk.run, step=name, form=form)
            following = [*walk.steps, steps.CHECK]
            return redirect(trail.address(walk.run, following[following.index(name) + 1]))
    else:
        form = walk.form(name)
    kind = walk.kind if name in {steps.CHANNEL, steps.USER} else None
    return trail.show(
        TEMPLATES[name], name, form=form, previous=previous, status=status, kind=kind, is_ftp=kind in HAS_PASSWORD,
        is_web_service=kind == ChannelKind.WEB_SERVICE,
    )  # fmt: skip


def _judge(request: ActorRequest, walk: Walk, form: PortalForm) -> int:
    """Return the status of a posted step, 200 where it holds; uploads are counted (section 11)."""
    try:
        if isinstance(form, MaterialForm):
            spend(("upload.actor", str(request.actor.public_id)))
            return 200 if form.is_valid() else 422
        if not form.is_valid():
            return 422
        if isinstance(form, TechnicalUserForm):
            check_user_name_free(form.whole_name)
        if walk.standing is not None and "kind" in form.cleaned_data:
            check_kind_free(walk.standing, ChannelKind(form.cleaned_data["kind"]))
    except (Refused, TooMany) as refusal:
        form.is_valid()
        return refuse(form, refusal)
    return 200


def _check_page(trail: Trail, walk: Walk, previous: str) -> HttpResponse:
    """M7: all that was asked; confirming does it."""
    asked = walk.asked()
    form = ConfirmForm(trail.request.POST if trail.request.method == "POST" else None)
    status, changed = 200, None
    if trail.request.method == "POST":
        tried = attempt(form, lambda: _carry_out(trail, walk, asked, form.cleaned_data["plan"]))
        if tried.done:
            return redirect(trail.address(walk.run, steps.DONE))
        status, changed = tried.status, tried.changed
    return trail.show(
        "senders/check.html", steps.CHECK, form=form, status=status, changed=changed, previous=previous,
        plan_digest=walk.digest(asked), **_check_rows(trail, walk, asked),
    )  # fmt: skip


def _carry_out(trail: Trail, walk: Walk, asked: AskedChannel, confirmed: str) -> None:
    actor, capacity = trail.request.actor, trail.place.capacity
    if walk.is_first:
        create_sender(
            actor=actor, capacity=capacity, contact=walk.contact, asked=asked, confirmed=confirmed, run=walk.run
        )
    else:
        add_channel(actor=actor, capacity=capacity, asked=asked, confirmed=confirmed, run=walk.run)


def _check_rows(trail: Trail, walk: Walk, asked: AskedChannel) -> dict[str, list[Row]]:
    def change(step: str) -> str:
        return trail.address(walk.run, step)

    return {
        "contact_rows": contact_rows(walk.contact, change=change(steps.CONTACT)) if walk.is_first else [],
        "channel_rows": channel_rows(asked.kind, change=change(steps.KIND)),
        "ssh_key_rows": ssh_key_rows(asked.ssh_key, change=change(steps.CHANNEL)) if asked.ssh_key else [],
        "certificate_rows": certificate_rows(asked.certificate, change=change(steps.CHANNEL)),
        "user_rows": [Row(_("User name"), asked.user_name, change(steps.USER))] if asked.user_name else [],
        "application_rows": asked_application_rows(asked, walk.standing, change=change(steps.CHANNEL)),
    }
