"""What arrives of a sender: its traffic of thirty days (BEHAVIOUR M11), and the test lane with its ladder (M12)."""

import uuid

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from acts.errors import Missing
from identity.actor import ActorRequest
from identity.rights import Permission
from senders.api.assertions import token_address
from senders.drawing import drawing_of
from senders.enums import ChannelKind
from senders.forms import KIND_NAMES
from senders.gateway.configuration import host_fingerprints
from senders.ladder import climbed
from senders.messages.names import Environment, FileKind, MessageName
from senders.standing import StandingChannel, sender_of
from senders.traffic import days_of, page_of
from senders.views.place import Place, place_of
from ui.addresses import id_in
from ui.components import Row
from ui.pages import page
from users.frame import framed


@page(level="manage")
def traffic(request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID) -> HttpResponse:
    """M11: received, accepted, refused; each refused submission with what to mend."""
    frame = framed(request.actor, enterprise_id, capacity_id, Permission.SENDER_MANAGE)
    sender = sender_of(frame.capacity)
    if sender is None:
        raise Missing
    now = timezone.now()
    days = days_of(sender, now)
    found = page_of(sender, now, after=id_in(request.GET.get("after")), before=id_in(request.GET.get("before")))
    context = {
        "frame": frame,
        "leave": frame.address("senders"),
        "test_address": frame.address("sender-test"),
        "days": [day for day in days if day.received],
        "drawing": drawing_of(days),
        "totals": [
            Row(pgettext("submissions", "Received"), sum(day.received for day in days)),
            Row(pgettext("submissions", "Accepted"), sum(day.accepted for day in days)),
            Row(pgettext("submissions", "Refused"), sum(day.refused for day in days)),
        ],
        "submissions": [(row, row.name.split("."), KIND_NAMES[ChannelKind(row.channel.kind)]) for row in found.rows],
        **found.addresses(),
    }
    return render(request, "senders/traffic.html", context)


@page(level="manage")
def test_lane(request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID) -> HttpResponse:
    """M12: how to try a channel, and how far the last try came. Without ?channel=, the sender's first."""
    place = place_of(request, enterprise_id, capacity_id)
    channels = place.sender.channels
    if not channels:
        raise Missing
    channel = next((one for one in channels if one.kind == request.GET.get("channel")), channels[0])
    address = place.frame.address("sender-test")
    context = {
        "frame": place.frame,
        "leave": place.address,
        "address": f"{address}?channel={channel.kind}",
        "channel": KIND_NAMES[channel.kind],
        "others": [(KIND_NAMES[one.kind], f"{address}?channel={one.kind}") for one in channels if one is not channel],
        "rungs": climbed(place.sender.sender, channel),
        "rows": _connection(place, channel),
        "names": _example_names(place, channel),
    }
    return render(request, "senders/test_lane.html", context)


def _connection(place: Place, channel: StandingChannel) -> list[Row]:
    """Return what a program must be told to connect by a channel."""
    if channel.kind == ChannelKind.WEB_SERVICE:
        return [
            Row(_("Client id"), place.sender.sender.number),
            Row(_("Address for tokens"), token_address()),
            Row(_("Address for submissions"), settings.SITE_URL + reverse("api-submit")),
            Row(_("Description (OpenAPI)"), settings.SITE_URL + reverse("api-description")),
        ]
    is_sftp = channel.kind == ChannelKind.SFTP
    port = settings.GATEWAY_SFTP_PORT if is_sftp else settings.GATEWAY_FTPS_PORT
    rows = [
        Row(_("Server"), settings.GATEWAY_NAME),
        Row(_("Port"), port),
        Row(_("User name"), channel.user.name if channel.user else ""),
        Row(_("Folders"), _("IN to send; OUT and OUTTEST to fetch")),
    ]
    return rows + ([Row(_("Fingerprint of the server"), text) for text in host_fingerprints()] if is_sftp else [])


def _example_names(place: Place, channel: StandingChannel) -> list[str]:
    start = MessageName(
        kind=FileKind.START,
        code="DMFA",
        sender=place.sender.sender.number,
        day=timezone.localdate(),
        sequence=1,
        environment=Environment.TEST,
    )
    names = [*map(str, start.files()), str(start)]
    return names if channel.user else names[:-1]
