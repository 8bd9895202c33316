"""Replacing a channel's certificate or key with overlap, and retiring one (BEHAVIOUR M9)."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from acts.attempts import attempt, refuse
from acts.errors import Missing, Refused, TooMany
from identity.actor import ActorRequest
from identity.limits import spend
from senders.actions.material import load_certificate, load_ssh_key, retire
from senders.enums import HAS_SSH_KEY
from senders.fields import MATERIAL
from senders.forms import KIND_NAMES, LoadForm, RetireForm
from senders.models import Certificate
from senders.policies import check_not_loaded, is_last
from senders.presenters import certificate_rows, ssh_key_rows, state_of
from senders.standing import StandingChannel
from senders.views.place import Place, loaded_on, place_of
from ui.pages import page

# In the address, and in the form.
NAMES = {"certificate": "certificate", "ssh-key": "ssh_key"}


@page(level="manage", methods=("GET", "POST"), body=MATERIAL)
def load(
    request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID, channel_id: uuid.UUID, material: str
) -> HttpResponse:
    """One more certificate or key: load, check, confirm. What is there goes on working beside it.

    Between the two pages the text travels with the form: it is public, and is read again.
    """
    place = place_of(request, enterprise_id, capacity_id)
    one = place.channel(channel_id)
    name = NAMES.get(material, "")
    if not name or (name == "ssh_key" and one.kind not in HAS_SSH_KEY):
        raise Missing
    if request.method != "POST":
        return _load_page(request, place, one, name, LoadForm(material=name))
    form = LoadForm(request.POST, request.FILES, material=name)
    status = _judge(request, one, name, form)
    if status != 200:
        return _load_page(request, place, one, name, form, status=status)
    if "confirmed" not in request.POST:
        return _check_page(request, place, one, name, form)
    act = load_certificate if name == "certificate" else load_ssh_key
    tried = attempt(
        form, lambda: act(actor=request.actor, capacity=place.capacity, channel=one.channel, read=form.read[name])
    )
    if not tried.done:
        return _load_page(request, place, one, name, form, status=tried.status, changed=tried.changed)
    done = _("The certificate is registered.") if name == "certificate" else _("The SSH key is registered.")
    messages.success(request, done)
    return redirect(place.address)


def _judge(request: ActorRequest, one: StandingChannel, name: str, form: LoadForm) -> int:
    """Return the status of what was handed in, 200 where it can be taken; uploads are counted (section 11)."""
    try:
        spend(("upload.actor", str(request.actor.public_id)))
        if not form.is_valid():
            return 422
        check_not_loaded(form.read[name].sha256, one.certificates if name == "certificate" else one.ssh_keys)
    except (Refused, TooMany) as refusal:
        if isinstance(refusal, TooMany):
            form.errors.clear()
        return refuse(form, refusal)
    return 200


def _load_page(
    request: ActorRequest,
    place: Place,
    one: StandingChannel,
    name: str,
    form: LoadForm,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    context |= {"form": form, **_common(place, one, name)}
    return render(request, "senders/load.html", context, status=status)


def _check_page(request: ActorRequest, place: Place, one: StandingChannel, name: str, form: LoadForm) -> HttpResponse:
    read = form.read[name]
    rows = certificate_rows(read) if name == "certificate" else ssh_key_rows(read)
    context = {
        "rows": rows,
        "field": f"{name}_text",
        "text": form.cleaned_data[f"{name}_text"],
        "others": len(one.certificates if name == "certificate" else one.ssh_keys),
        **_common(place, one, name),
    }
    return render(request, "senders/load_check.html", context)


def _common(place: Place, one: StandingChannel, name: str) -> dict[str, Any]:
    return {
        "frame": place.frame,
        "leave": place.address,
        "channel_title": KIND_NAMES[one.kind],
        "is_certificate": name == "certificate",
    }


@page(level="manage", methods=("GET", "POST"))
def retire_material(
    request: ActorRequest,
    enterprise_id: uuid.UUID,
    capacity_id: uuid.UUID,
    channel_id: uuid.UUID,
    material_id: uuid.UUID,
) -> HttpResponse:
    """Retire a certificate or key at once; asked twice where it is the only one that works."""
    place = place_of(request, enterprise_id, capacity_id)
    one = place.channel(channel_id)
    thing = loaded_on(one, material_id)
    is_certificate = isinstance(thing, Certificate)
    last = is_last(thing, one.certificates if is_certificate else one.ssh_keys, timezone.now())
    form = RetireForm(request.POST if request.method == "POST" else None, is_last=last)
    status, changed = 200, None
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: retire(
                actor=request.actor, capacity=place.capacity, thing=thing, anyway=form.cleaned_data.get("anyway", False)
            ),
        )
        if tried.done:
            done = _("The certificate is retired.") if is_certificate else _("The SSH key is retired.")
            messages.success(request, done)
            return redirect(place.address)
        status, changed = tried.status, tried.changed
    context = {
        "frame": place.frame,
        "form": form,
        "leave": place.address,
        "changed": changed,
        "channel_title": KIND_NAMES[one.kind],
        "is_certificate": is_certificate,
        "is_last": last,
        "rows": certificate_rows(thing) if isinstance(thing, Certificate) else ssh_key_rows(thing),
        "state": state_of(thing) if isinstance(thing, Certificate) else None,
    }
    return render(request, "senders/retire.html", context, status=status)
