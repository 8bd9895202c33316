"""Certificates, keys and passwords of a channel: replaced with overlap, retired (BEHAVIOUR M9)."""

from acts.act import perform
from enterprises.models import Capacity
from identity.actor import Actor
from senders.actions.held import hold
from senders.actions.register import add_certificate, add_ssh_key
from senders.models import Certificate, Channel, SshKey, TechnicalUser
from senders.policies import channel_in, check_not_loaded, check_others_work
from senders.reading.certificates import ReadCertificate
from senders.reading.ssh_keys import ReadSshKey


def load_certificate(*, actor: Actor, capacity: Capacity, channel: Channel, read: ReadCertificate) -> Certificate:
    """Register a further certificate for a channel; those that are there go on working until they end or are retired.

    Raises Missing, NotAllowed, LevelTooLow, Refused (this very one is there already).
    """
    with perform("certificate.add", actor=actor) as act:
        held = hold(act, capacity, actor=actor)
        standing = held.standing()
        found = channel_in(standing, channel)
        check_not_loaded(read.sha256, found.certificates)
        certificate = add_certificate(held, found.channel, read)
        held.event("certificate.add", standing.sender, channel=str(found.channel.public_id), certificate=read.sha256)
        return certificate


def load_ssh_key(*, actor: Actor, capacity: Capacity, channel: Channel, read: ReadSshKey) -> SshKey:
    """Register a further public key for an SFTP channel. See `load_certificate`."""
    with perform("ssh_key.add", actor=actor) as act:
        held = hold(act, capacity, actor=actor)
        standing = held.standing()
        found = channel_in(standing, channel)
        check_not_loaded(read.sha256, found.ssh_keys)
        key = add_ssh_key(held, found.channel, read)
        held.event("ssh_key.add", standing.sender, channel=str(found.channel.public_id), ssh_key=read.sha256)
        return key


def retire(*, actor: Actor, capacity: Capacity, thing: Certificate | SshKey, anyway: bool) -> None:
    """Retire a certificate or key: nothing is taken with it from now on. Who was first does not matter: retired is retired.

    anyway: told twice, so also where it is the only one that works. Raises Missing, NotAllowed, LevelTooLow, Refused.
    """
    noun = "certificate" if isinstance(thing, Certificate) else "ssh_key"
    with perform(f"{noun}.retire", actor=actor) as act:
        held = hold(act, capacity, actor=actor)
        standing = held.standing()
        found = channel_in(standing, thing.channel)
        loaded = found.certificates if isinstance(thing, Certificate) else found.ssh_keys
        fresh = next((one for one in loaded if one.pk == thing.pk), None)
        if fresh is None:
            act.is_repeated = True
            return
        check_others_work(fresh, loaded, now=held.at, anyway=anyway)
        fresh.retired_at, fresh.retired_by = held.at, held.by
        fresh.save(update_fields=["retired_at", "retired_by"])
        held.event(
            f"{noun}.retire",
            standing.sender,
            channel=str(found.channel.public_id),
            anyway=anyway,
            **{noun: fresh.sha256},
        )


def change_password(*, actor: Actor, capacity: Capacity, channel: Channel, password_hash: str) -> None:
    """Give an FTP channel's technical user another password. password_hash: as of `senders.passwords`.

    Raises Missing, also for a channel without password, NotAllowed, LevelTooLow.
    """
    with perform("technical_user.password", actor=actor) as act:
        held = hold(act, capacity, actor=actor)
        standing = held.standing()
        found = channel_in(standing, channel)
        TechnicalUser.objects.filter(channel=found.channel).update(password_hash=password_hash)
        held.event("technical_user.password", standing.sender, channel=str(found.channel.public_id))
