"""Retiring a channel; blocking, unblocking and deleting a sender: each with its check page (BEHAVIOUR M9)."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from acts.attempts import attempt
from identity.actor import ActorRequest
from senders.actions.life import block_sender, delete_sender, end_channel, unblock_sender
from senders.forms import KIND_NAMES, ConfirmForm
from senders.presenters import names_of
from senders.views.place import Place, place_of
from ui.components import Row
from ui.pages import page


@page(level="manage", methods=("GET", "POST"))
def retire_channel(
    request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID, channel_id: uuid.UUID
) -> HttpResponse:
    """What ends with a channel, and what goes on over another."""
    place = place_of(request, enterprise_id, capacity_id)
    one = place.channel(channel_id)
    standing = place.sender
    applications = [row.application for row in one.carried]
    alone = [app for app in applications if standing.carriers(app) == [one.channel]]
    return _page(
        request, place, "senders/retire_channel.html", done=_("The channel is retired."),
        channel_title=KIND_NAMES[one.kind], is_only=len(standing.channels) == 1, alone=names_of(alone),
        shared=names_of(app for app in applications if app not in alone), user_name=one.user.name if one.user else "",
        carry_out=lambda confirmed: end_channel(
            actor=request.actor, capacity=place.capacity, channel=one.channel, confirmed=confirmed
        ),
    )  # fmt: skip


@page(level="manage", methods=("GET", "POST"))
def block(request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID) -> HttpResponse:
    """Block the sender at once, or let it deliver again."""
    place = place_of(request, enterprise_id, capacity_id)
    is_blocked = place.sender.sender.blocked_at is not None
    act = unblock_sender if is_blocked else block_sender
    done = _("The sender is not blocked any more.") if is_blocked else _("The sender is blocked.")
    return _page(
        request, place, "senders/block.html", done=done, is_blocked=is_blocked,
        carry_out=lambda _confirmed: act(actor=request.actor, capacity=place.capacity),
    )  # fmt: skip


@page(level="manage", methods=("GET", "POST"))
def delete(request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID) -> HttpResponse:
    """Delete the sender with all that hangs on it; its history stays."""
    place = place_of(request, enterprise_id, capacity_id)
    standing = place.sender
    users = [one.user.name for one in standing.channels if one.user]
    rows = [
        Row(_("Sender number"), standing.sender.number),
        Row(_("Channels"), ", ".join(str(one.kind.label) for one in standing.channels)),
        Row(_("Technical users"), ", ".join(users) or "—"),
        Row(_("Secured applications"), names_of(standing.applications)),
    ]
    return _page(
        request, place, "senders/delete.html", done=_("The sender is deleted."), rows=rows,
        carry_out=lambda confirmed: delete_sender(actor=request.actor, capacity=place.capacity, confirmed=confirmed),
    )  # fmt: skip


def _page(
    request: ActorRequest, place: Place, template: str, *, carry_out: Callable[[str], None], done: str, **context: Any
) -> HttpResponse:
    """Show what confirming does; then back to the sender, which says that it is done."""
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    standing = place.sender
    status, changed = 200, None
    if request.method == "POST":
        tried = attempt(form, lambda: carry_out(form.cleaned_data["plan"]))
        if tried.done:
            messages.success(request, done)
            return redirect(place.address)
        status, changed = tried.status, tried.changed
    context |= {
        "frame": place.frame,
        "form": form,
        "leave": place.address,
        "changed": changed,
        "plan_digest": standing.digest,
        "number": standing.sender.number,
    }
    return render(request, template, context, status=status)
