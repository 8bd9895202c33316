"""The demo world's sender (BEHAVIOUR section 10): the brasserie delivers over SFTP, with keys that `load_demo` makes."""

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.conf import settings

from csam_portal.demo.roles import MAILBOX, TELEPHONE, person
from csam_portal.demo.world import BRASSERIE, MARIE, THOMAS
from enterprises.models import Capacity
from htb.document.demo_keys import appearing_at_once, issue
from identity.actor import Actor
from identity.enums import LEVEL_OF, Means
from senders.actions.material import load_certificate, load_ssh_key
from senders.actions.register import create_sender
from senders.asked import AskedChannel, plan_digest
from senders.enums import ChannelKind
from senders.issuers import read_admitted
from senders.reading.ssh_keys import read_ssh_key
from senders.standing import applications_for, sender_of, standing_of
from senders.trail import journey_of
from ui.models import Run

USER_NAME = "EXPBRASSERIE"
APPLICATIONS = ("dmfa", "dimona", "social-risks")
CONTACT = {
    "last_name": THOMAS.last_name, "first_name": THOMAS.first_names, "title": "mr", "function": "Payroll", "language": "nl",
    "telephone": TELEPHONE, "fax": "", "mobile": "", "email_1": MAILBOX.format("payroll"), "email_2": "", "email_3": "",
}  # fmt: skip


@dataclass(frozen=True)
class DemoSender:
    """What somebody needs to deliver as the brasserie. folder: holds ssh_key, key.pem and certificate.pem."""

    number: str
    user_name: str
    folder: Path


def load_sender() -> DemoSender:
    """Register the brasserie's sender by the very act that people use. Idempotent: a sender that is there stays.

    Where the keys were lost, the sender gets the new ones beside its old ones.
    """
    folder = Path(settings.DEMO_SENDER_DIR)
    if not folder.exists():
        with appearing_at_once(folder) as made:
            for name, content in _new_keys().items():
                (made / name).touch(mode=0o600)  # SSH refuses a key that others may read
                (made / name).write_bytes(content)
    capacity = Capacity.objects.select_related("enterprise", "kind").get(
        enterprise__number=BRASSERIE.number, identification=BRASSERIE.numbers[0][1], retired_at=None
    )
    actor = Actor(person=person(MARIE), level=LEVEL_OF[Means.EID], means=Means.EID)
    certificate = read_admitted((folder / "certificate.pem").read_bytes())
    ssh_key = read_ssh_key((folder / "ssh_key.pub").read_bytes())
    sender = sender_of(capacity)
    if sender is None:
        asked = AskedChannel(
            kind=ChannelKind.SFTP,
            certificate=certificate,
            ssh_key=ssh_key,
            applications=tuple(one for one in applications_for(capacity) if one.code in APPLICATIONS),
            user_name=USER_NAME,
        )
        sender = create_sender(
            actor=actor,
            capacity=capacity,
            contact=CONTACT,
            asked=asked,
            confirmed=plan_digest(channel=asked, contact=CONTACT),
            run=Run.objects.create(journey=journey_of(capacity, is_first=True), owner=str(actor.public_id)),
        )
    one = standing_of(sender).of_kind(ChannelKind.SFTP)
    if one is not None and ssh_key.sha256 not in {key.sha256 for key in one.ssh_keys}:
        load_ssh_key(actor=actor, capacity=capacity, channel=one.channel, read=ssh_key)
        load_certificate(actor=actor, capacity=capacity, channel=one.channel, read=certificate)
    return DemoSender(sender.number, USER_NAME, folder)


def _new_keys() -> dict[str, bytes]:
    """Return the pairs that open the channel and sign the files, by the names of their files."""
    issued = issue("Brasserie du Canal - payroll", is_seal=True)
    ssh_key = ed25519.Ed25519PrivateKey.generate()
    return {
        "key.pem": issued.key_pem,
        "certificate.pem": issued.pem,
        "ssh_key.pub": ssh_key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH) + b"\n",
        "ssh_key": ssh_key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()),
    }
