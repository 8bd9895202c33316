"""The sender of a capacity (BEHAVIOUR M1), and its calendar."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from identity.actor import ActorRequest
from senders.calendar import calendar_of
from senders.enums import HAS_PASSWORD, HAS_SSH_KEY, ChannelKind
from senders.forms import KIND_NAMES
from senders.models import Certificate, SshKey
from senders.presenters import (
    application_table,
    certificate_table,
    contact_rows,
    contact_values,
    ssh_key_table,
    standing_channel_rows,
    state_of,
)
from senders.standing import Standing, StandingChannel, applications_for
from senders.views.place import Place, place_of
from ui.components import Row, Table
from ui.pages import page


@page(level="manage")
def overview(request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID) -> HttpResponse:
    """M1: no active sender, or the sender with all it has."""
    place = place_of(request, enterprise_id, capacity_id)
    context: dict[str, Any] = {"frame": place.frame, "standing": place.standing}
    if place.standing is None:
        has_applications = bool(applications_for(place.capacity))
        context["register_address"] = place.frame.address("sender-register") if has_applications else ""
    else:
        context |= _context(place, place.standing)
    return render(request, "senders/overview.html", context)


def _context(place: Place, standing: Standing) -> dict[str, Any]:
    certificates = [(one, row, state_of(row)) for one in standing.channels for row in one.certificates]
    return {
        "contact_rows": contact_rows(contact_values(standing.sender)),
        "contact_address": place.frame.address("sender-contact"),
        "channels": [_channel(place, one) for one in standing.channels],
        "ending": [
            (KIND_NAMES[one.kind], row.owner, *state) for one, row, state in certificates if state[1] != "success"
        ],
        "add_address": place.frame.address("channel-add") if standing.free_kinds else "",
        "preferred_address": place.frame.address("sender-preferred") if standing.shared_applications else "",
        "calendar_address": place.frame.address("sender-calendar"),
        "traffic_address": place.frame.address("sender-traffic"),
        "test_address": place.frame.address("sender-test"),
        "block_address": place.frame.address("sender-block"),
        "delete_address": place.frame.address("sender-delete"),
    }


@dataclass(frozen=True)
class ShownChannel:
    """A channel as templates/senders/_channel.html shows it. links: what can be done, each with its words."""

    kind: ChannelKind
    rows: list[Row]
    certificates: Table
    ssh_keys: Table
    applications: Table
    links: list[tuple[str, str]]

    @property
    def title(self) -> Any:
        """As the guide names it."""
        return KIND_NAMES[self.kind]

    @property
    def is_ftp(self) -> bool:
        """Whether the page says that plain FTP is refused."""
        return self.kind in HAS_PASSWORD

    @property
    def has_ssh_key(self) -> bool:
        """Whether keys open it."""
        return self.kind in HAS_SSH_KEY


def _channel(place: Place, one: StandingChannel) -> ShownChannel:
    def address(route: str, **arguments: object) -> str:
        return place.frame.address(route, channel_id=one.channel.public_id, **arguments)

    def retire(thing: Certificate | SshKey) -> str:
        return address("sender-material-retire", material_id=thing.public_id)

    links = [(address("channel-load", material="certificate"), _("Replace the certificate"))]
    if one.kind in HAS_SSH_KEY:
        links.append((address("channel-load", material="ssh-key"), _("Replace the SSH key")))
    if one.kind in HAS_PASSWORD:
        links.append((address("channel-password"), _("Change the password")))
    links.append((address("channel-applications"), _("Change the applications")))
    links.append((address("channel-retire"), _("Retire the channel")))
    return ShownChannel(
        kind=one.kind,
        rows=standing_channel_rows(one),
        certificates=certificate_table(one.certificates, retire),
        ssh_keys=ssh_key_table(one.ssh_keys, retire),
        applications=application_table(place.sender, one.channel),
        links=links,
    )


@page(level="manage")
def calendar(request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID) -> HttpResponse:
    """M9: the ends of the sender's certificates as a calendar file."""
    place = place_of(request, enterprise_id, capacity_id)
    certificates = [row for one in place.sender.channels for row in one.certificates]
    content = calendar_of(place.sender.sender, certificates, address=settings.SITE_URL + place.address)
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="csam-{place.sender.sender.number}.ics"'
    return answer
