"""Activating and retiring a capacity (BEHAVIOUR H6)."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access_admins.actions.capacities import activate_capacities, retire_capacity
from access_admins.capacities import ask_register, offers_for, plan_retirement
from access_admins.forms import ActivationForm, PlanForm
from access_admins.frame import EnterpriseFrame, framed_enterprise
from access_admins.holdings import current_chief
from access_admins.presenters import capacity_rows, retirement_sentences
from acts.act import digest
from acts.attempts import Attempt, attempt
from enterprises.scope import capacity_of
from identity.actor import ActorRequest
from identity.rights import Permission, check_right
from ui.pages import page


@page(level="manage", methods=("GET", "POST"))
def activate(request: ActorRequest, enterprise_id: uuid.UUID) -> HttpResponse:
    """The capacities that the register knows and that are not in use: tick and activate."""
    frame = framed_enterprise(request.actor, enterprise_id, Permission.CAPACITY_ACTIVATE)
    answer = ask_register(frame.enterprise)
    offers = offers_for(frame.enterprise, answer)
    form = ActivationForm(request.POST if request.method == "POST" else None, offers=offers)
    status, changed = 200, None
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: activate_capacities(
                actor=request.actor,
                enterprise=frame.enterprise,
                answer=answer,
                chosen=form.cleaned_data["capacities"],
            ),
        )
        if tried.result is not None:
            count = len(tried.result)
            messages.success(
                request,
                ngettext("%(count)d capacity is activated.", "%(count)d capacities are activated.", count)
                % {"count": count},
            )
            return redirect(frame.address("enterprise-management"))
        status, changed = tried.status, tried.changed
    context = {
        "frame": frame,
        "form": form,
        "offers": offers,
        "is_open": answer.is_open,
        "chief": current_chief(frame.enterprise.number),
        "changed": changed,
    }
    return render(request, "access_admins/activate.html", context, status=status)


@page(level="manage", methods=("GET", "POST"))
def retire(request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID) -> HttpResponse:
    """What ends with a capacity; then it ends."""
    capacity = capacity_of(request.actor, enterprise_id, capacity_id)
    role = check_right(request.actor, Permission.CAPACITY_RETIRE, enterprise=capacity.enterprise_id)
    frame = EnterpriseFrame(capacity.enterprise, role)
    form = PlanForm(request.POST if request.method == "POST" else None)
    tried: Attempt[object] = Attempt(200)
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: retire_capacity(actor=request.actor, capacity=capacity, confirmed=form.cleaned_data["plan"]),
        )
        if tried.done:
            messages.success(request, _("The capacity %(capacity)s has ended.") % {"capacity": capacity.name})
            return redirect(frame.address("enterprise-management"))
    plan = plan_retirement(capacity)
    context = {
        "frame": frame,
        "form": form,
        "capacity_rows": capacity_rows(capacity),
        "sentences": retirement_sentences(plan),
        "plan": digest(plan.as_plan()),
        "changed": tried.changed,
    }
    return render(request, "access_admins/retire.html", context, status=tried.status)
