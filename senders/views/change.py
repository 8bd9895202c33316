"""What can be changed of a sender at once: contact, applications, preferred channels, an FTP password (BEHAVIOUR M9)."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from acts.attempts import attempt
from acts.errors import Missing
from identity.actor import ActorRequest
from senders.actions.life import change_applications, change_contact, change_preferred
from senders.actions.material import change_password
from senders.enums import HAS_PASSWORD, ChannelKind
from senders.forms import KIND_NAMES, ApplicationsForm, ContactForm, PasswordForm, PreferredForm
from senders.presenters import contact_values
from senders.standing import applications_for
from senders.views.place import Place, place_of
from ui.forms import PortalForm
from ui.kept import take
from ui.pages import page


@page(level="manage", methods=("GET", "POST"), keeps_form=True)
def contact(request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID) -> HttpResponse:
    """Another contact person, or other data of the same."""
    place = place_of(request, enterprise_id, capacity_id)
    form = ContactForm(_posted(request), initial=contact_values(place.sender.sender) | take(request))
    return _page(
        request, place, "senders/change_contact.html", form, done=_("The contact person is saved."),
        carry_out=lambda: change_contact(actor=request.actor, capacity=place.capacity, contact=form.cleaned_data),
    )  # fmt: skip


@page(level="manage", methods=("GET", "POST"))
def applications(
    request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID, channel_id: uuid.UUID
) -> HttpResponse:
    """What a channel carries. A web service beside other channels keeps what those carry."""
    place = place_of(request, enterprise_id, capacity_id)
    one = place.channel(channel_id)
    offered = applications_for(place.capacity)
    carried = {row.application_id for row in one.carried}
    form = ApplicationsForm(_posted(request), initial={"applications": sorted(carried)}, applications=offered)
    return _page(
        request, place, "senders/change_applications.html", form, done=_("The applications are saved."),
        channel_title=KIND_NAMES[one.kind], joins_others=one.kind == ChannelKind.WEB_SERVICE and len(place.sender.channels) > 1,
        carry_out=lambda: change_applications(
            actor=request.actor, capacity=place.capacity, channel=one.channel,
            applications=[app for app in offered if str(app.pk) in form.cleaned_data["applications"].split(",")],
        ),
    )  # fmt: skip


@page(level="manage", methods=("GET", "POST"))
def preferred(request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID) -> HttpResponse:
    """M6: which of the channels that carry an application is preferred."""
    place = place_of(request, enterprise_id, capacity_id)
    standing = place.sender
    of_kind = {one.kind: one.channel for one in standing.channels}
    shared = standing.shared_applications
    if not shared:
        return redirect(place.address)
    form = PreferredForm(_posted(request), rivals=shared)
    return _page(
        request, place, "senders/change_preferred.html", form, done=_("The preferred channels are saved."),
        carry_out=lambda: change_preferred(
            actor=request.actor, capacity=place.capacity,
            preferred={application: of_kind[kind] for application, kind in form.chosen_preferred.items()},
        ),
    )  # fmt: skip


@page(level="manage", methods=("GET", "POST"))
def password(
    request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID, channel_id: uuid.UUID
) -> HttpResponse:
    """Another password for an FTP channel's technical user."""
    place = place_of(request, enterprise_id, capacity_id)
    one = place.channel(channel_id)
    if one.kind not in HAS_PASSWORD or one.user is None:
        raise Missing
    form = PasswordForm(_posted(request))
    return _page(
        request, place, "senders/change_password.html", form, done=_("The password is changed."), user_name=one.user.name,
        carry_out=lambda: change_password(
            actor=request.actor, capacity=place.capacity, channel=one.channel,
            password_hash=form.cleaned_data["password_hash"],
        ),
    )  # fmt: skip


def _posted(request: ActorRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _page(
    request: ActorRequest,
    place: Place,
    template: str,
    form: PortalForm,
    *,
    carry_out: Callable[[], None],
    done: str,
    **context: Any,
) -> HttpResponse:
    """Show a form whose answers count at once; then back to the sender, which says so."""
    status, changed = 200, None
    if request.method == "POST":
        tried = attempt(form, carry_out)
        if tried.done:
            messages.success(request, done)
            return redirect(place.address)
        status, changed = tried.status, tried.changed
    context |= {"frame": place.frame, "form": form, "leave": place.address, "changed": changed}
    return render(request, template, context, status=status)
