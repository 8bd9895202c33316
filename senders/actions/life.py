"""The life of a sender after it was made: contact, applications, preferred channels, block, retire, delete (BEHAVIOUR M9)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from acts.act import Recorder, about, perform
from enterprises.models import Application, Capacity
from identity.actor import Actor
from identity.models import Person
from senders import carrying, letters
from senders.actions.held import Held, hold, tell
from senders.actions.register import refuse_when_changed
from senders.asked import CONTACT
from senders.models import IN_USE, Carried, Certificate, Channel, Sender, SshKey
from senders.policies import channel_in, check_applications, check_blocked, check_not_only
from senders.standing import sender_of, standing_of
from users.models import LIVE


def change_contact(*, actor: Actor, capacity: Capacity, contact: Mapping[str, str]) -> None:
    """Put another contact person or other data in the place of what is there. contact: by the names of `asked.CONTACT`.

    Raises Missing, NotAllowed, LevelTooLow.
    """
    with perform("sender.contact", actor=actor) as act:
        held = hold(act, capacity, actor=actor)
        sender = held.sender()
        before = {name: getattr(sender, f"contact_{name}") for name in CONTACT}
        after = {name: contact[name] for name in CONTACT if contact[name] != before[name]}
        if not after:
            act.is_repeated = True
            return
        for name, value in after.items():
            setattr(sender, f"contact_{name}", value)
        sender.save(update_fields=[f"contact_{name}" for name in after])
        held.event("sender.contact", sender, before={name: before[name] for name in after}, after=after)


def change_applications(
    *, actor: Actor, capacity: Capacity, channel: Channel, applications: Sequence[Application]
) -> None:
    """Let a channel carry these applications and no others.

    A web service keeps what the other channels carry (M5). An application that staff retired is not offered any more, and stays
    where it is carried.

    Raises Missing, NotAllowed, LevelTooLow, Refused (none chosen).
    """
    with perform("channel.applications", actor=actor) as act:
        held = hold(act, capacity, actor=actor)
        standing = held.standing()
        found = channel_in(standing, channel)
        check_applications(found.kind, applications, joins_others=len(standing.channels) > 1)
        retired = [row.application for row in found.carried if row.application.retired_at is not None]
        wanted = carrying.carrying(
            carrying.carriage_of(standing.sender),
            found.channel.pk,
            [application.pk for application in (*applications, *retired)],
        )
        _carry(held, standing.sender, wanted, [one.channel for one in standing.channels])


def change_preferred(*, actor: Actor, capacity: Capacity, preferred: Mapping[Application, Channel]) -> None:
    """Prefer another channel for applications that several carry (M6). Raises Missing, NotAllowed, LevelTooLow.

    A choice that does not hold any more, because the channel no longer carries the application, changes nothing.
    """
    with perform("sender.preferred", actor=actor) as act:
        held = hold(act, capacity, actor=actor)
        standing = held.standing()
        wanted = carrying.preferring(
            carrying.carriage_of(standing.sender),
            {application.pk: channel.pk for application, channel in preferred.items()},
        )
        _carry(held, standing.sender, wanted, [one.channel for one in standing.channels])


def _carry(held: Held, sender: Sender, wanted: carrying.Carriage, channels: Sequence[Channel]) -> None:
    before = _carried(sender)
    carrying.write(sender, carrying.settle(wanted, channels), by=held.by, now=held.at)
    after = _carried(sender)
    if before == after:
        held.act.is_repeated = True
        return
    held.event(held.act.name, sender, before=before, after=after)


def _carried(sender: Sender) -> dict[str, Any]:
    """Return what each kind of channel carries, by code, as the record keeps it; the preferred ones with a star."""
    rows = Carried.objects.filter(LIVE, sender=sender).values_list("channel__kind", "application__code", "is_preferred")
    carried: dict[str, list[str]] = {}
    for kind, code, is_preferred in sorted(rows):
        carried.setdefault(kind, []).append(f"{code}*" if is_preferred else code)
    return carried


def end_channel(*, actor: Actor, capacity: Capacity, channel: Channel, confirmed: str) -> None:
    """Retire a channel with its technical user, certificates and keys. What it alone carried is carried no more (M9).

    confirmed: the digest that the check page showed. Raises Missing, NotAllowed, LevelTooLow, Refused (only_channel), Changed.
    """
    with perform("channel.end", actor=actor) as act:
        held = hold(act, capacity, actor=actor)
        standing = held.standing()
        found = channel_in(standing, channel)
        refuse_when_changed(confirmed, standing.digest)
        check_not_only(standing)
        others = [one.channel for one in standing.channels if one.channel.pk != found.channel.pk]
        wanted = carrying.settle(carrying.carriage_of(standing.sender), others)
        carrying.write(standing.sender, wanted, by=held.by, now=held.at)
        _end_channels([found.channel], by=held.by, now=held.at)
        held.event("channel.end", standing.sender, channel=str(found.channel.public_id), kind=found.kind)


def block_sender(*, actor: Actor, capacity: Capacity) -> None:
    """Block the capacity's sender: from now on nothing is taken from it. Raises Missing, NotAllowed, LevelTooLow, Changed."""
    with perform("sender.block", actor=actor) as act:
        held = hold(act, capacity, actor=actor)
        sender = held.sender()
        check_blocked(sender, is_blocked=False)
        sender.blocked_at, sender.blocked_by = held.at, held.by
        sender.save(update_fields=["blocked_at", "blocked_by"])
        held.event("sender.block", sender)
        tell(held, sender, letters.blocked)


def unblock_sender(*, actor: Actor, capacity: Capacity) -> None:
    """Let a blocked sender deliver again. Raises Missing, NotAllowed, LevelTooLow, Changed."""
    with perform("sender.unblock", actor=actor) as act:
        held = hold(act, capacity, actor=actor)
        sender = held.sender()
        check_blocked(sender, is_blocked=True)
        sender.blocked_at = sender.blocked_by = None
        sender.save(update_fields=["blocked_at", "blocked_by"])
        held.event("sender.unblock", sender)
        tell(held, sender, letters.unblocked)


def delete_sender(*, actor: Actor, capacity: Capacity, confirmed: str) -> None:
    """End the capacity's sender with all that hangs on it; its history, number and names stay, given to nobody again (M9, M10).

    confirmed: the digest that the check page showed. Raises Missing, NotAllowed, LevelTooLow, Changed.
    """
    with perform("sender.end", actor=actor) as act:
        held = hold(act, capacity, actor=actor)
        standing = held.standing()
        refuse_when_changed(confirmed, standing.digest)
        end_sender(held.record, held.capacity, by=held.by, now=held.at)
        tell(held, standing.sender, letters.ended)


def end_sender(record: Recorder, capacity: Capacity, *, by: Person, now: datetime) -> None:
    """End what a capacity sends with, where it sends at all, inside an act that has locked the capacity.

    What retires a capacity calls it too (`enterprises.hanging`), so that no sender outlives its capacity (H6, U7).
    """
    sender = sender_of(capacity)
    if sender is None:
        return
    _end_channels([one.channel for one in standing_of(sender).channels], by=by, now=now)
    Carried.objects.filter(LIVE, sender=sender).update(ended_at=now, ended_by=by)
    sender.ended_at, sender.ended_by = now, by
    sender.save(update_fields=["ended_at", "ended_by"])
    record("sender.end", None, about("sender", sender), capacity=capacity, number=sender.number)


def _end_channels(channels: Sequence[Channel], *, by: Person, now: datetime) -> None:
    """End channels; what is loaded on them works no more."""
    ids = [channel.pk for channel in channels]
    Channel.objects.filter(pk__in=ids).update(ended_at=now, ended_by=by)
    for loaded in (Certificate, SshKey):
        loaded.objects.filter(IN_USE, channel__in=ids).update(retired_at=now, retired_by=by)
