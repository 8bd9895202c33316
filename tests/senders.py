"""Senders as tests need them: registered without the pages, with certificates and keys of their own."""

import base64
import hashlib
import subprocess
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from django.utils import timezone

from enterprises.models import Application, Capacity
from identity.models import Person
from senders.enums import ChannelKind
from senders.models import Carried, Certificate, Channel, Sender, SshKey, TechnicalUser
from senders.passwords import hash_password
from tests import cast
from tests.messages import Signer, new_signer

PASSWORD = "a-technical-password-1"


@dataclass
class Registered:
    """A sender with its channels, and what belongs to them and only its owner has."""

    sender: Sender
    signer: Signer
    channels: dict[ChannelKind, Channel] = field(default_factory=dict)

    @property
    def number(self) -> str:
        return self.sender.number

    def user(self, kind: ChannelKind) -> str:
        """The name of a channel's technical user."""
        return TechnicalUser.objects.get(channel=self.channels[kind]).name


def capacity_of(enterprise: str = cast.BRASSERIE) -> Capacity:
    """Return "Werkgever RSZ" of an enterprise of the demo world."""
    return Capacity.objects.get(enterprise__number=enterprise, kind__code="employer-rsz", retired_at=None)


def register(
    *kinds: ChannelKind,
    enterprise: str = cast.BRASSERIE,
    number: str = "654321",
    signer: Signer | None = None,
    applications: tuple[str, ...] = ("dmfa",),
) -> Registered:
    """Register a sender for an enterprise, ending the one that it has; its technical users are EXP, kind and number."""
    capacity, now = capacity_of(enterprise), timezone.now()
    portal = Person.objects.portal()
    Sender.objects.filter(capacity=capacity, ended_at=None).update(ended_at=now, ended_by=portal)
    sender = Sender.objects.create(
        capacity=capacity, number=number, contact_last_name="Dubois", contact_first_name="Marie", contact_title="",
        contact_function="Comptable", contact_language="en", contact_telephone="+3242000000",
        contact_email_1="marie@example.be", created_at=now, created_by=portal,
    )  # fmt: skip
    registered = Registered(sender, signer or new_signer())
    for kind in kinds:
        _add_channel(registered, kind, applications)
    return registered


def _add_channel(registered: Registered, kind: ChannelKind, applications: tuple[str, ...]) -> None:
    sender, now = registered.sender, timezone.now()
    portal = Person.objects.portal()
    channel = Channel.objects.create(sender=sender, kind=kind, created_at=now, created_by=portal)
    add_certificate(channel, registered.signer)
    if kind != ChannelKind.WEB_SERVICE:
        name = f"EXP{kind.upper()}{sender.number}"
        password_hash = hash_password(PASSWORD) if kind == ChannelKind.FTP else ""
        TechnicalUser.objects.create(channel=channel, name=name, name_key=name.lower(), password_hash=password_hash)
    for application in Application.objects.filter(kind=sender.capacity.kind, code__in=applications):
        Carried.objects.create(
            sender=sender, channel=channel, application=application, created_at=now, created_by=portal,
            is_preferred=not Carried.objects.filter(sender=sender, application=application, is_preferred=True).exists(),
        )  # fmt: skip
    registered.channels[kind] = channel


def add_certificate(channel: Channel, signer: Signer) -> Certificate:
    """Register a signer's certificate for a channel."""
    certificate = x509.load_der_x509_certificate(signer.der)
    return Certificate.objects.create(
        channel=channel, content=signer.der, sha256=hashlib.sha256(signer.der).hexdigest(), key_type="RSA", key_bits=2048,
        added_at=timezone.now(), added_by=Person.objects.portal(), owner=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(), serial=str(certificate.serial_number),
        valid_from=certificate.not_valid_before_utc, valid_to=certificate.not_valid_after_utc,
    )  # fmt: skip


def add_ssh_key(channel: Channel, folder: Path, *, kind: str = "ed25519") -> Path:
    """Make a key pair with ssh-keygen, register its public half for a channel; return the private half's file."""
    path = folder / f"{channel.public_id}-{kind}"
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(path)], check=True)
    public = path.with_suffix(".pub")
    content = base64.b64decode(public.read_text().split()[1])
    rfc4716 = subprocess.run(
        ["ssh-keygen", "-e", "-m", "RFC4716", "-f", str(public)], check=True, capture_output=True, text=True
    ).stdout
    SshKey.objects.create(
        channel=channel, content=content, sha256=hashlib.sha256(content).hexdigest(), key_type=kind, key_bits=256,
        rfc4716=rfc4716, added_at=timezone.now() - timedelta(days=1), added_by=Person.objects.portal(),
    )  # fmt: skip
    return path
