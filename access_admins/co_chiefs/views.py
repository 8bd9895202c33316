"""Appointing a co-chief administrator, page by page; ending the role; resigning (BEHAVIOUR H5)."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from access_admins.co_chiefs.actions import (
    Asked,
    appoint_co_chief,
    check_can_be_co_chief,
    digest_of,
    digest_of_end,
    end_co_chief,
    given_meanwhile,
    renew_co_chief_activation,
    resign_co_chief,
    role_of,
)
from access_admins.co_chiefs.forms import CoChiefForm, ContactForm
from access_admins.frame import EnterpriseFrame, framed_enterprise
from access_admins.holdings import chief_role, co_chief_of, own_co_role
from access_admins.models import ChiefRole
from access_admins.planted import about_planted
from access_admins.presenters import chief_role_rows
from acts.attempts import refuse
from acts.errors import ActError, Changed, Missing
from enterprises.models import Enterprise
from identity.actor import ActorRequest
from identity.rights import Permission
from ui import journeys
from ui.components import Row
from ui.forms import PortalForm
from ui.kept import take
from ui.pages import page
from ui.templatetags.ui import day
from users.adding import steps
from users.adding.ending import end_page, finished
from users.adding.plan import WayIn, way_in
from users.adding.presenters import about_way_in, identity_rows
from users.adding.renewing import renewal_page, sent_page
from users.finding import look_up

LAYOUT = "access_admins/frame.html"
START = "access_admins/co_chiefs/start.html"
# A second click comes within this time, and finds that the first was carried out.
JUST_NOW = timedelta(minutes=1)


@page(level="manage", methods=("GET", "POST"), keeps_form=True)
def start(request: ActorRequest, enterprise_id: uuid.UUID) -> HttpResponse:
    """Whose number."""
    frame = framed_enterprise(request.actor, enterprise_id, Permission.CO_CHIEF_APPOINT)
    form = CoChiefForm(request.POST if request.method == "POST" else None, initial=take(request))
    return steps.start_page(request, form, lambda: _begin(request, frame, form), START, {"frame": frame})


def _begin(request: ActorRequest, frame: EnterpriseFrame, form: CoChiefForm) -> str:
    insz, enterprise = form.cleaned_data["insz"], frame.enterprise
    current = role_of(enterprise, insz)
    look_up(request.actor, enterprise, insz, lambda found: check_can_be_co_chief(found, current))
    run = journeys.begin(_journey(enterprise), owner=str(request.actor.public_id), step=steps.PERSON, form=form)
    return frame.address("co-chief-add-step", run_id=run.public_id, name=steps.FORM)


def _journey(enterprise: Enterprise) -> str:
    return f"co:{enterprise.public_id}"


@page(level="manage", methods=("GET", "POST"))
def step(request: ActorRequest, enterprise_id: uuid.UUID, run_id: uuid.UUID, name: str) -> HttpResponse:
    """A step of a run that is the actor's own, for as long as the actor is HTB."""
    frame = framed_enterprise(request.actor, enterprise_id, Permission.CO_CHIEF_APPOINT)
    run = journeys.find(_journey(frame.enterprise), run_id, owner=str(request.actor.public_id))
    if run is None or name not in steps.NAMES[1:]:
        raise Missing
    return steps.step_page(CoChiefWalk(request, run, frame.enterprise, frame), name)


@dataclass
class CoChiefWalk(steps.Walk):
    """Towards the role of co-chief administrator."""

    frame: EnterpriseFrame

    layout = LAYOUT

    def address(self, step: str) -> str:
        """Under the enterprise."""
        if step == steps.PERSON:
            return self.frame.address("co-chief-add")
        return self.frame.address("co-chief-add-step", run_id=self.run.public_id, name=step)

    def context(self) -> dict[str, Any]:
        """The frame, the title, the help's chapter."""
        return {"frame": self.frame, "title": _("Appoint a Co-Chief Access Manager"), "help": "chief-access-manager"}

    @cached_property
    def current(self) -> ChiefRole | None:
        """The role that the person holds already."""
        return role_of(self.enterprise, self.insz)

    @cached_property
    def way(self) -> WayIn:
        """How the person gets in."""
        return way_in(self.found, administers=True, by=self.request.actor)

    @property
    def asked(self) -> Asked:
        """What is asked, out of the answers."""
        return Asked(self.insz, self.answers["email"], self.answers["telephone"])

    def check(self) -> None:
        """S5, and no role yet."""
        check_can_be_co_chief(self.found, self.current)

    def beaten(self) -> Changed | None:
        """By the role that was given."""
        return given_meanwhile(self.current, self.run)

    def form(self, data: Any = None) -> PortalForm:
        """E-mail and telephone."""
        return ContactForm(data, initial=self.answers)

    def digest(self) -> str:
        """Of the person and the contact data."""
        return digest_of(self.asked, self.found, self.current, self.way, self.request.actor)

    def rows(self) -> list[Row]:
        """The role as it will be."""
        return [
            *identity_rows(self.found, keeps_name=not self.found.begins_anew(self.request.actor)),
            Row(_("Creation date"), day(timezone.now())),
            Row(_("E-mail address"), self.asked.email),
            Row(_("Telephone"), self.asked.telephone),
        ]

    def consequences(self) -> list[str]:
        """What the role is."""
        names = {"name": self.found.name}
        return [
            _("%(name)s becomes Co-Chief Access Manager of the enterprise and gets a message about it.") % names,
            _("%(name)s can do all that you can in every capacity, but appoint or end Co-Chief Access Managers.")
            % names,
            *about_way_in(self.way, names, ends=self.found.begins_anew(self.request.actor)),
        ]

    def carry_out(self, *, confirmed: str, knows_no_tie: bool) -> str:
        """Appoint. A tie is asked of everybody: there is nothing to tick."""
        appointed = appoint_co_chief(
            actor=self.request.actor,
            enterprise=self.enterprise,
            asked=self.asked,
            found=self.found,
            confirmed=confirmed,
            run=self.run,
        )
        return appointed.activation_code

    def done(self) -> dict[str, Any]:
        """Who was appointed."""
        role = chief_role(self.run.result["chief_role"])
        return {
            "saved": _("The Co-Chief Access Manager was appointed"),
            "name": role.person.full_name,
            "email": role.email,
            "user_name": "",
            "back": self.frame.address("enterprise-management"),
            "back_text": _("go back to the enterprise"),
        }

    def asked_again(self, refusal: ActError, changed: Changed | None = None) -> HttpResponse:
        """The first page."""
        form = CoChiefForm(self.run.answers[steps.PERSON])
        refuse(form, refusal)
        return steps.start_again(self.request, form, START, {"frame": self.frame}, refusal=refusal, changed=changed)


@page(level="manage", methods=("GET", "POST"))
def end(request: ActorRequest, enterprise_id: uuid.UUID, role_id: uuid.UUID) -> HttpResponse:
    """The HTB ends a co-chief's role."""
    frame = framed_enterprise(request.actor, enterprise_id, Permission.CO_CHIEF_END)
    role = co_chief_of(frame.enterprise, role_id)
    name = role.person.full_name
    return _end_page(
        request,
        frame,
        role,
        carry_out=lambda confirmed: end_co_chief(actor=request.actor, role=role, confirmed=confirmed),
        done=_("%(name)s is no longer Co-Chief Access Manager.") % {"name": name},
        title=_("End the role of a Co-Chief Access Manager"),
        submit=_("Confirm the removal"),
        consequences=[
            _("%(name)s is no longer Co-Chief Access Manager of the enterprise and gets a message about it.")
            % {"name": name},
            _("Accounts that %(name)s has in capacities stay as they are.") % {"name": name},
        ],
        next_address=frame.address("enterprise-management"),
    )


@page(level="manage", methods=("GET", "POST"), fresh=True)
def renew(request: ActorRequest, enterprise_id: uuid.UUID, role_id: uuid.UUID) -> HttpResponse:
    """What a new activation does, and the confirmation (L7)."""
    frame, role = _to_renew(request, enterprise_id, role_id)
    return renewal_page(
        request,
        person=role.person,
        enterprise=frame.enterprise.public_id,
        held=role.public_id,
        carry_out=lambda confirmed: renew_co_chief_activation(actor=request.actor, role=role, confirmed=confirmed),
        sent=frame.address("co-chief-activation-sent", role_id=role.public_id),
        layout=LAYOUT,
        help="chief-access-manager",
        frame=frame,
        rows=chief_role_rows(role),
        back=frame.address("enterprise-management"),
    )


@page(level="manage")
def sent(request: ActorRequest, enterprise_id: uuid.UUID, role_id: uuid.UUID) -> HttpResponse:
    """The code of the new activation, once."""
    frame, role = _to_renew(request, enterprise_id, role_id)
    return sent_page(
        request,
        person=role.person,
        held=role.public_id,
        layout=LAYOUT,
        frame=frame,
        back=frame.address("enterprise-management"),
        back_text=_("go back to the enterprise"),
    )


def _to_renew(request: ActorRequest, enterprise_id: uuid.UUID, role_id: uuid.UUID) -> tuple[EnterpriseFrame, ChiefRole]:
    frame = framed_enterprise(request.actor, enterprise_id, Permission.CO_CHIEF_APPOINT)
    role = co_chief_of(frame.enterprise, role_id)
    if role.ended_at is not None:
        raise Missing
    return frame, role


@page(level="manage", methods=("GET", "POST"))
def resign(request: ActorRequest, enterprise_id: uuid.UUID) -> HttpResponse:
    """A co-chief gives the role back."""
    done = _("You have resigned.")
    if request.method == "POST" and own_co_role(
        request.actor.person, enterprise_id, ended_since=timezone.now() - JUST_NOW
    ):
        return finished(request, done, "management-home")  # a double click: the tie may be gone with the first
    frame = framed_enterprise(request.actor, enterprise_id, Permission.CO_CHIEF_RESIGN)
    role = own_co_role(request.actor.person, frame.enterprise.public_id)
    if role is None:
        raise Missing
    return _end_page(
        request,
        frame,
        role,
        carry_out=lambda confirmed: resign_co_chief(actor=request.actor, role=role, confirmed=confirmed),
        done=done,
        title=_("Resign as Co-Chief Access Manager"),
        submit=_("Resign"),
        consequences=[
            _("You are no longer Co-Chief Access Manager of the enterprise."),
            _(
                "The Chief Access Manager gets a message about it. Accounts that you have in capacities stay as they are."
            ),
        ],
        next_address="management-home",
    )


def _end_page(
    request: ActorRequest, frame: EnterpriseFrame, role: ChiefRole, *, consequences: Sequence[str], **words: Any
) -> HttpResponse:
    def plan() -> dict[str, Any]:
        said = [*consequences, *about_planted(role.person, frame.enterprise)]
        return {"rows": chief_role_rows(role), "consequences": said, "plan_digest": digest_of_end(role)}

    return end_page(
        request,
        ended_at=role.ended_at,
        plan=plan,
        layout=LAYOUT,
        help="chief-access-manager",
        frame=frame,
        back=frame.address("enterprise-management"),
        **words,
    )
