"""Making a sender with its first channel, and adding channels to it (BEHAVIOUR M2-M7, M10)."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from acts.act import perform
from acts.errors import Changed
from acts.runs import hold_run
from enterprises.models import Capacity
from formats.names import user_name_key
from identity.actor import Actor
from senders import carrying
from senders.actions.held import Held, hold
from senders.asked import CONTACT, AskedChannel, plan_digest
from senders.enums import ChannelKind
from senders.models import Certificate, Channel, Sender, SshKey, TechnicalUser
from senders.policies import check_applications, check_kind_free, check_none_yet, check_user_name_free, notice_due
from senders.reading.certificates import ReadCertificate
from senders.reading.ssh_keys import ReadSshKey
from senders.standing import Standing, sender_of
from ui import journeys
from ui.models import Run

FIRST_NUMBER, LAST_NUMBER = 100_000, 999_999


def create_sender(
    *, actor: Actor, capacity: Capacity, contact: Mapping[str, str], asked: AskedChannel, confirmed: str, run: Run
) -> Sender:
    """Register a sender with its contact and its first channel; give it a number that no other has or had (M10).

    contact: by the names of `asked.CONTACT`. confirmed: the digest that the check page showed. run: the journey's run; the same
    run again returns the sender that it made. Raises Missing, NotAllowed, LevelTooLow, Refused, Changed.
    """
    with perform("sender.create", actor=actor) as act:
        run = hold_run(run)
        if run.finished_at is not None:
            act.is_repeated = True
            return Sender.objects.get(run=run.public_id)
        held = hold(act, capacity, actor=actor)
        check_none_yet(sender_of(held.capacity))
        refuse_when_changed(confirmed, plan_digest(channel=asked, contact=contact))
        check_applications(asked.kind, asked.applications, joins_others=False)
        sender = Sender.objects.create(
            capacity=held.capacity,
            number=_new_number(),
            run=run.public_id,
            created_at=held.at,
            created_by=held.by,
            **{f"contact_{name}": contact[name] for name in CONTACT},
        )
        held.event("sender.create", sender)
        _open_channel(held, Standing(sender, []), asked, run)
        _finish(run)
        return sender


def add_channel(*, actor: Actor, capacity: Capacity, asked: AskedChannel, confirmed: str, run: Run) -> Channel:
    """Add a channel to the capacity's sender (M7). See `create_sender`; Missing also where there is no sender (any more)."""
    with perform("channel.add", actor=actor) as act:
        run = hold_run(run)
        if run.finished_at is not None:
            act.is_repeated = True
            return Channel.objects.select_related("sender").get(run=run.public_id)
        held = hold(act, capacity, actor=actor)
        standing = held.standing()
        refuse_when_changed(confirmed, plan_digest(channel=asked, standing=standing))
        check_kind_free(standing, asked.kind)
        check_applications(asked.kind, asked.applications, joins_others=True)
        channel = _open_channel(held, standing, asked, run)
        _finish(run)
        return channel


def refuse_when_changed(confirmed: str, today: str) -> None:
    """Raise Changed where what would be done is not what was confirmed."""
    if confirmed != today:
        raise Changed(
            gettext(
                "What you confirmed is no longer how things stand. Nothing was done. Check the data below and confirm again."
            ),
            code="plan_changed",
        )


def _new_number() -> str:
    """Return a number that no sender has or had; the unique index is the last to say so."""
    while True:
        number = str(FIRST_NUMBER + secrets.randbelow(LAST_NUMBER - FIRST_NUMBER + 1))
        if not Sender.objects.filter(number=number).exists():
            return number


def _open_channel(held: Held, standing: Standing, asked: AskedChannel, run: Run) -> Channel:
    sender = standing.sender
    if asked.user_name:
        check_user_name_free(asked.user_name)
    channel = Channel.objects.create(
        sender=sender, kind=asked.kind, run=run.public_id, created_at=held.at, created_by=held.by
    )
    if asked.user_name:
        TechnicalUser.objects.create(
            channel=channel,
            name=asked.user_name,
            name_key=user_name_key(asked.user_name),
            password_hash=asked.password_hash,
        )
    details: dict[str, Any] = {"certificate": add_certificate(held, channel, asked.certificate).sha256}
    if asked.ssh_key is not None:
        details["ssh_key"] = add_ssh_key(held, channel, asked.ssh_key).sha256
    _carry(held, standing, channel, asked)
    held.event(
        "channel.open", sender, channel=str(channel.public_id), kind=asked.kind, user_name=asked.user_name,
        applications=[application.code for application in asked.applications], **details,
    )  # fmt: skip
    return channel


def _carry(held: Held, standing: Standing, channel: Channel, asked: AskedChannel) -> None:
    """Let the new channel carry its applications, and prefer what was chosen (M6)."""
    channels = [*(one.channel for one in standing.channels), channel]
    of_kind = {ChannelKind(one.kind): one.pk for one in channels}
    wanted = carrying.carrying(
        carrying.carriage_of(standing.sender), channel.pk, [application.pk for application in asked.applications]
    )
    wanted = carrying.preferring(wanted, {application: of_kind[kind] for application, kind in asked.preferred.items()})
    carrying.write(standing.sender, carrying.settle(wanted, channels), by=held.by, now=held.at)


def add_certificate(held: Held, channel: Channel, read: ReadCertificate) -> Certificate:
    """Keep a certificate on a channel, inside an act."""
    return Certificate.objects.create(
        channel=channel,
        content=read.content,
        sha256=read.sha256,
        key_type=read.key_type,
        key_bits=read.key_bits,
        owner=read.owner,
        organisation=read.organisation,
        issuer=read.issuer,
        serial=read.serial,
        valid_from=read.valid_from,
        valid_to=read.valid_to,
        added_at=held.at,
        added_by=held.by,
        # Whoever loads a certificate that ends soon has seen so: the next notice is the first.
        noticed_days=notice_due(read.valid_to, held.at),
    )


def add_ssh_key(held: Held, channel: Channel, read: ReadSshKey) -> SshKey:
    """Keep a public key on a channel, inside an act."""
    return SshKey.objects.create(
        channel=channel,
        content=read.content,
        sha256=read.sha256,
        key_type=read.key_type,
        key_bits=read.key_bits,
        rfc4716=read.rfc4716,
        added_at=held.at,
        added_by=held.by,
    )


def _finish(run: Run) -> None:
    """Finish the run; the hash of a password is kept where it is used, and nowhere else."""
    for answers in run.answers.values():
        answers.pop("password_hash", None)
    run.save(update_fields=["answers"])
    journeys.finish(run, {})
