"""A legal representative sends the chief, who cannot log in for the role yet, a new activation (BEHAVIOUR L7)."""

import uuid

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from access_admins.holdings import current_chief
from access_admins.models import ChiefRole
from access_admins.presenters import chief_role_rows
from acts.errors import Missing
from htb import steps
from htb.actions import renew_activation
from htb.facts import Facts
from htb.views.standard import JOURNEY, StandardWalk
from identity.actor import ActorRequest
from ui import journeys
from ui.pages import page
from users.adding.renewing import renewal_page, sent_page

LAYOUT = "base.html"


@page(level="appoint", methods=("GET", "POST"), fresh=True)
def renew(request: ActorRequest, run_id: uuid.UUID) -> HttpResponse:
    """What a new activation does, and the confirmation."""
    walk, facts, role = _reached(request, run_id)
    return renewal_page(
        request,
        person=role.person,
        enterprise=role.enterprise.public_id,
        held=role.public_id,
        carry_out=lambda confirmed: renew_activation(actor=request.actor, facts=facts, confirmed=confirmed),
        sent=reverse("chief-activation-sent", args=[run_id]),
        layout=LAYOUT,
        help="standard-procedure",
        rows=chief_role_rows(role),
        back=walk.address(steps.CHIEF),
    )


@page(level="appoint")
def sent(request: ActorRequest, run_id: uuid.UUID) -> HttpResponse:
    """The code, once."""
    walk, _facts, role = _reached(request, run_id)
    return sent_page(
        request,
        person=role.person,
        held=role.public_id,
        layout=LAYOUT,
        back=walk.address(steps.CHIEF),
        back_text=_("go back to the enterprise"),
    )


def _reached(request: ActorRequest, run_id: uuid.UUID) -> tuple[StandardWalk, Facts, ChiefRole]:
    """Return the actor's own run, what the register says of its enterprise now, and the chief's role.

    Raises Missing, and Refused where the actor no longer represents the enterprise.
    """
    run = journeys.find(JOURNEY, run_id, owner=str(request.actor.public_id))
    if run is None or run.finished_at is not None:
        raise Missing
    walk = StandardWalk.of(request, run)
    facts, role = walk.facts(), current_chief(walk.number)
    if role is None:
        raise Missing
    return walk, facts, role
