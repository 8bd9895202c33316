"""What every page of a sender begins with: the capacity's frame, and the sender as it stands."""

import uuid
from dataclasses import dataclass

from acts.errors import Missing
from enterprises.models import Capacity
from identity.actor import ActorRequest
from identity.rights import Permission
from senders.models import Certificate, SshKey
from senders.standing import Standing, StandingChannel, standing_in
from users.frame import Frame, framed


@dataclass(frozen=True)
class Place:
    """A sender's page. standing: None where the capacity has no active sender (M1)."""

    frame: Frame
    standing: Standing | None

    @property
    def capacity(self) -> Capacity:
        """Of the address."""
        return self.frame.capacity

    @property
    def sender(self) -> Standing:
        """The sender; raises Missing where there is none."""
        if self.standing is None:
            raise Missing
        return self.standing

    @property
    def address(self) -> str:
        """Of the overview, where every page leads back to."""
        return self.frame.address("senders")

    def channel(self, public_id: uuid.UUID) -> StandingChannel:
        """Return a live channel of the sender; raises Missing."""
        found = next((one for one in self.sender.channels if one.channel.public_id == public_id), None)
        if found is None:
            raise Missing
        return found


def place_of(request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID) -> Place:
    """Return where a page is, the first line of its view. Raises Missing for a stranger, NotAllowed."""
    frame = framed(request.actor, enterprise_id, capacity_id, Permission.SENDER_MANAGE)
    return Place(frame, standing_in(frame.capacity))


def loaded_on(channel: StandingChannel, public_id: uuid.UUID) -> Certificate | SshKey:
    """Return a certificate or key that is in use on a channel; raises Missing."""
    loaded: list[Certificate | SshKey] = [*channel.certificates, *channel.ssh_keys]
    found = next((one for one in loaded if one.public_id == public_id), None)
    if found is None:
        raise Missing
    return found
