"""A sender as it stands: its channels and what is in use on each, read whole in a constant number of queries."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from acts.act import digest
from enterprises.models import Application, Capacity
from senders.enums import ChannelKind
from senders.models import IN_USE, Carried, Certificate, Channel, Sender, SshKey, TechnicalUser
from users.models import LIVE


@dataclass(frozen=True)
class StandingChannel:
    """A live channel. certificates, ssh_keys: not retired, the newest first; carried: live, in the applications' order."""

    channel: Channel
    user: TechnicalUser | None
    certificates: list[Certificate] = field(default_factory=list)
    ssh_keys: list[SshKey] = field(default_factory=list)
    carried: list[Carried] = field(default_factory=list)

    @property
    def kind(self) -> ChannelKind:
        """FTP, SFTP or web service."""
        return ChannelKind(self.channel.kind)

    def working_certificates(self, now: datetime | None = None) -> list[Certificate]:
        """Return the certificates with which files are taken now."""
        return [one for one in self.certificates if works(one, now or timezone.now())]


@dataclass(frozen=True)
class Standing:
    """A live sender and its live channels, the oldest first."""

    sender: Sender
    channels: list[StandingChannel]

    def of_kind(self, kind: ChannelKind) -> StandingChannel | None:
        """Return the channel of a kind, None where there is none."""
        return next((one for one in self.channels if one.kind == kind), None)

    @property
    def free_kinds(self) -> list[ChannelKind]:
        """The kinds of which a channel can be added."""
        return [kind for kind in ChannelKind if self.of_kind(kind) is None]

    @property
    def applications(self) -> list[Application]:
        """What the sender sends, each application once, in the order of the staff's list."""
        found = {row.application_id: row.application for one in self.channels for row in one.carried}
        return sorted(found.values(), key=lambda application: (application.position, application.code))

    def carriers(self, application: Application) -> list[Channel]:
        """Return the channels that carry an application."""
        return [one.channel for one in self.channels if application.pk in {row.application_id for row in one.carried}]

    def preferred(self, application: Application) -> Channel | None:
        """Return the preferred channel of an application, None where no channel carries it."""
        return next(
            (
                one.channel
                for one in self.channels
                for row in one.carried
                if row.is_preferred and row.application_id == application.pk
            ),
            None,
        )

    @property
    def shared_applications(self) -> dict[Application, list[ChannelKind]]:
        """The applications that several channels carry, with the kinds of those, the preferred one first (M6)."""
        shared = {}
        for application in self.applications:
            carriers = self.carriers(application)
            if len(carriers) > 1:
                preferred = self.preferred(application)
                shared[application] = [
                    ChannelKind(one.kind) for one in sorted(carriers, key=lambda one: one != preferred)
                ]
        return shared

    def as_plan(self) -> dict[str, Any]:
        """Return what a check page showed of the sender, JSON-able: part of the plan that is confirmed."""
        return {
            "sender": self.sender.number,
            "blocked": self.sender.blocked_at is not None,
            "channels": {
                str(one.channel.public_id): {
                    "certificates": sorted(row.sha256 for row in one.certificates),
                    "ssh_keys": sorted(row.sha256 for row in one.ssh_keys),
                    "carried": sorted((row.application_id, row.is_preferred) for row in one.carried),
                }
                for one in self.channels
            },
        }

    @property
    def digest(self) -> str:
        """The digest of all that: whoever confirms an end has seen what ends."""
        return digest(self.as_plan())


def works(certificate: Certificate, now: datetime) -> bool:
    """Tell whether files are taken with a certificate at a moment."""
    return (
        certificate.retired_at is None
        and certificate.revoked_at is None
        and certificate.valid_from <= now < certificate.valid_to
    )


def sender_of(capacity: Capacity) -> Sender | None:
    """Return the live sender of a capacity, None where there is none (BEHAVIOUR M1)."""
    return Sender.objects.filter(LIVE, capacity=capacity).select_related("created_by").first()


def standing_in(capacity: Capacity) -> Standing | None:
    """Return the live sender of a capacity with all that is live on it, None where there is none (BEHAVIOUR M1)."""
    # A live sender has a live channel: its row comes along with those.
    channels = list(_channels().filter(sender__capacity=capacity, sender__ended_at=None).select_related("sender"))
    return _standing(channels[0].sender, channels) if channels else None


def standing_of(sender: Sender) -> Standing:
    """Return a live sender with all that is live on it."""
    return _standing(sender, list(_channels().filter(sender=sender)))


def _channels() -> QuerySet[Channel]:
    return Channel.objects.filter(LIVE).select_related("technical_user").order_by("created_at", "pk")


def _standing(sender: Sender, channels: list[Channel]) -> Standing:
    standing = [StandingChannel(one, getattr(one, "technical_user", None)) for one in channels]
    of_channel = {one.channel.pk: one for one in standing}
    for certificate in Certificate.objects.filter(IN_USE, channel__in=of_channel).order_by("-valid_to", "pk"):
        of_channel[certificate.channel_id].certificates.append(certificate)
    if any(one.kind == ChannelKind.SFTP for one in standing):
        for key in SshKey.objects.filter(IN_USE, channel__in=of_channel).order_by("-added_at", "pk"):
            of_channel[key.channel_id].ssh_keys.append(key)
    # A channel that somebody added meanwhile is not of this standing.
    carried = Carried.objects.filter(LIVE, sender=sender, channel__in=of_channel).select_related("application")
    for row in carried.order_by("application__position", "application__code"):
        of_channel[row.channel_id].carried.append(row)
    return Standing(sender, standing)


def applications_for(capacity: Capacity) -> list[Application]:
    """Return the applications that a sender of this capacity can be registered for, in the staff's order."""
    return list(Application.objects.filter(kind=capacity.kind_id, retired_at=None).order_by("position", "code"))
