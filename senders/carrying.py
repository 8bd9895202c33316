"""Which channels carry which application, and which of them is preferred (BEHAVIOUR M5, M6).

Every act that changes it makes the whole it wants, settles it by the rules, and lets `write` find the difference.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from identity.models import Person
from senders.enums import ChannelKind
from senders.models import Carried, Channel, Sender
from users.models import LIVE


@dataclass(frozen=True)
class Carriage:
    """channels: by application (id) the channels (ids) that carry it; preferred: by application its preferred channel."""

    channels: Mapping[int, frozenset[int]]
    preferred: Mapping[int, int]

    def on(self, channel: int) -> frozenset[int]:
        """Return the applications that a channel carries."""
        return frozenset(application for application, carriers in self.channels.items() if channel in carriers)


NOTHING = Carriage({}, {})


def carriage_of(sender: Sender) -> Carriage:
    """Return how it is now."""
    channels: dict[int, frozenset[int]] = {}
    preferred = {}
    rows = Carried.objects.filter(LIVE, sender=sender).values_list("application_id", "channel_id", "is_preferred")
    for application, channel, is_preferred in rows:
        channels[application] = channels.get(application, frozenset()) | {channel}
        if is_preferred:
            preferred[application] = channel
    return Carriage(channels, preferred)


def carrying(carriage: Carriage, channel: int, applications: Iterable[int]) -> Carriage:
    """Return it with exactly these applications on a channel."""
    wanted = frozenset(applications)
    channels = {
        application: carriage.channels.get(application, frozenset()) - {channel}
        | ({channel} if application in wanted else frozenset())
        for application in wanted | carriage.channels.keys()
    }
    return Carriage(channels, carriage.preferred)


def preferring(carriage: Carriage, choices: Mapping[int, int]) -> Carriage:
    """Return it with these preferred channels; choices: by application."""
    return Carriage(carriage.channels, {**carriage.preferred, **choices})


def settle(carriage: Carriage, channels: Iterable[Channel]) -> Carriage:
    """Return it as the rules want it, for these live channels, the oldest first.

    A web service carries all that the sender sends (M5). Exactly one of the carrying channels is preferred: the one that was,
    else the oldest (M6). An application that no channel carries is gone.
    """
    order = [(one.pk, ChannelKind(one.kind)) for one in channels]
    live = frozenset(channel for channel, _kind in order)
    web_service = frozenset(channel for channel, kind in order if kind == ChannelKind.WEB_SERVICE)
    carriers = {
        application: (there & live) | web_service for application, there in carriage.channels.items() if there & live
    }
    preferred = {
        application: (
            carriage.preferred[application]
            if carriage.preferred.get(application) in there
            else next(channel for channel, _kind in order if channel in there)
        )
        for application, there in carriers.items()
    }
    return Carriage(carriers, preferred)


def write(sender: Sender, after: Carriage, *, by: Person, now: datetime) -> None:
    """Bring the rows to what is wanted, inside an act that has locked the sender.

    In an order that at no moment has two preferred channels for one application.
    """
    rows = {(row.application_id, row.channel_id): row for row in Carried.objects.filter(LIVE, sender=sender)}
    wanted = {
        (application, channel): after.preferred[application] == channel
        for application, channels in after.channels.items()
        for channel in channels
    }
    gone = [row.pk for pair, row in rows.items() if pair not in wanted]
    Carried.objects.filter(pk__in=gone).update(ended_at=now, ended_by=by)
    for is_preferred in (False, True):
        changed = [
            row.pk
            for pair, row in rows.items()
            if wanted.get(pair) is is_preferred and row.is_preferred is not is_preferred
        ]
        Carried.objects.filter(pk__in=changed).update(is_preferred=is_preferred)
    Carried.objects.bulk_create(
        Carried(
            sender=sender,
            channel_id=channel,
            application_id=application,
            is_preferred=is_preferred,
            created_at=now,
            created_by=by,
        )
        for (application, channel), is_preferred in sorted(wanted.items())
        if (application, channel) not in rows
    )
