"""The start page and the details of a capacity (BEHAVIOUR U0)."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from acts.attempts import attempt
from enterprises.actions import CONTACT, edit_capacity
from enterprises.forms import CapacityContactForm
from enterprises.models import Capacity
from identity.actor import ActorRequest
from identity.rights import Permission
from ui.components import Row
from ui.pages import page
from ui.templatetags.ui import day
from users.frame import framed


@page(level="manage")
def start(request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID) -> HttpResponse:
    """Enterprise and capacity, each with its number and since when it is here."""
    frame = framed(request.actor, enterprise_id, capacity_id)
    return render(request, "users/start.html", {"frame": frame, **start_rows(frame.capacity)})


@page(level="manage", methods=("GET", "POST"), keeps_form=True)
def details(request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID) -> HttpResponse:
    """What the register says of the capacity, and how the enterprise is reached about it, which can be changed (U0)."""
    frame = framed(request.actor, enterprise_id, capacity_id, Permission.CAPACITY_EDIT)
    capacity = frame.capacity
    initial = dict(zip(CapacityContactForm.base_fields, (getattr(capacity, name) for name in CONTACT), strict=True))
    form = CapacityContactForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 200
    if request.method == "POST":
        tried = attempt(form, lambda: edit_capacity(actor=request.actor, capacity=capacity, **form.cleaned_data))
        if tried.done:
            messages.success(request, _("The details of the capacity are saved."))
            return redirect(frame.address("capacity-details"))
        status = tried.status
    context = {"frame": frame, "form": form, **start_rows(capacity)}
    return render(request, "users/details.html", context, status=status)


def start_rows(capacity: Capacity) -> dict[str, list[Row]]:
    """Return the two blocks of the start page."""
    enterprise = capacity.enterprise
    return {
        "enterprise_rows": [
            Row(pgettext("enterprise", "Name"), enterprise.name),
            Row(_("Enterprise number"), enterprise.number_shown),
            Row(_("Creation date"), day(enterprise.activated_at)),
        ],
        "capacity_rows": [
            Row(_("Domain (capacity)"), capacity.name),
            Row(capacity.kind.get_identified_by_display(), capacity.identification_shown),
            Row(_("Creation date"), day(capacity.activated_at)),
        ],
    }
