"""What was asked for on the way to a sender or a channel, out of the answers of a journey; acts get it whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from acts.act import digest
from enterprises.models import Application
from senders.enums import ChannelKind
from senders.reading.certificates import ReadCertificate
from senders.reading.ssh_keys import ReadSshKey
from senders.standing import Standing

# The fields of a contact, in the order of the guide; Sender keeps each as "contact_<name>".
CONTACT = (
    "last_name", "first_name", "title", "function", "language", "telephone", "fax", "mobile", "email_1", "email_2", "email_3",
)  # fmt: skip


@dataclass(frozen=True)
class AskedChannel:
    """A channel to be made. applications: empty for a web service that joins other channels: it carries what they carry (M5).

    preferred: by application's id, the kind of the channel that is to be preferred (M6). user_name: whole, "EXP…"; "" for a web
    service. password_hash: as of `senders.passwords`; "" where the channel has no password.
    """

    kind: ChannelKind
    certificate: ReadCertificate
    ssh_key: ReadSshKey | None = None
    applications: tuple[Application, ...] = ()
    preferred: Mapping[int, ChannelKind] = field(default_factory=dict)
    user_name: str = ""
    password_hash: str = ""

    def as_plan(self) -> dict[str, Any]:
        """Return what the check page showed of it, JSON-able."""
        return {
            "kind": self.kind,
            "certificate": self.certificate.sha256,
            "ssh_key": self.ssh_key.sha256 if self.ssh_key else "",
            "applications": [application.pk for application in self.applications],
            "preferred": sorted(self.preferred.items()),
            "user_name": self.user_name,
            "password": self.password_hash,
        }


def plan_digest(
    *, channel: AskedChannel, contact: Mapping[str, str] | None = None, standing: Standing | None = None
) -> str:
    """Return the digest of what confirming will do: what is asked, and the sender as it stands now (None: there is none)."""
    return digest(
        {
            "channel": channel.as_plan(),
            "contact": dict(contact or {}),
            "standing": standing.as_plan() if standing else None,
        }
    )
