"""What a sender's pages say of contacts, channels, certificates and keys; no queries."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from enterprises.models import Application
from identity.enums import Language, Title
from senders.asked import CONTACT, AskedChannel
from senders.enums import CONNECTION_OF, ChannelKind
from senders.models import Certificate, Channel, Sender, SshKey
from senders.reading.certificates import hexadecimal
from senders.reading.ssh_keys import fingerprint
from senders.standing import Standing, StandingChannel
from ui.components import Column, Row, Table
from ui.templatetags.ui import day, day_and_time

# Days before its end from which a certificate is shown as one that needs care.
CARE = 60


class ShownKey(Protocol):
    """A public key that was read, or one that is kept."""

    @property
    def key_type(self) -> str: ...
    @property
    def key_bits(self) -> int: ...
    @property
    def sha256(self) -> str: ...


class ShownCertificate(ShownKey, Protocol):
    """A certificate that was read, or one that is kept."""

    @property
    def owner(self) -> str: ...
    @property
    def organisation(self) -> str: ...
    @property
    def issuer(self) -> str: ...
    @property
    def serial(self) -> str: ...
    @property
    def valid_to(self) -> datetime: ...


def contact_values(sender: Sender) -> dict[str, str]:
    """Return a sender's contact by the names of `asked.CONTACT`."""
    return {name: getattr(sender, f"contact_{name}") for name in CONTACT}


def contact_rows(contact: Mapping[str, str], *, change: str = "") -> list[Row]:
    """Return a contact's data in the guide's order; what may stay empty is shown as a dash."""
    emails = [contact[name] for name in ("email_1", "email_2", "email_3") if contact[name]]
    return [
        Row(_("Name"), contact["last_name"], change),
        Row(_("First name"), contact["first_name"], change),
        Row(_("Title"), Title(contact["title"]).label, change),
        Row(pgettext("of a contact person", "Function"), contact["function"], change),
        Row(pgettext("of a contact person", "Language"), Language(contact["language"]).label, change),
        Row(_("Telephone"), _number(contact["telephone"]), change),
        Row(_("Fax"), _number(contact["fax"]) or "—", change),
        Row(_("Mobile phone"), _number(contact["mobile"]) or "—", change),
        Row(_("E-mail addresses"), _lines(emails), change),
    ]


def channel_rows(kind: ChannelKind, *, change: str = "") -> list[Row]:
    """Return a channel's kind and connection (M7)."""
    return [Row(_("Channel"), kind.label, change), Row(_("Connection type"), CONNECTION_OF[kind].label)]


def ssh_key_rows(key: ShownKey, *, change: str = "") -> list[Row]:
    """Return a public key's panel (M7)."""
    return [
        Row(_("Public SSH key"), _("Loaded"), change),
        Row(_("Type and size"), key_text(key)),
        Row(_("Fingerprint (SHA-256)"), fingerprint(key.sha256)),
    ]


def certificate_rows(certificate: ShownCertificate, *, change: str = "") -> list[Row]:
    """Return a certificate's panel (M7). What the certificate says of itself is text and nothing else."""
    return [
        Row(_("Owner of the certificate"), certificate.owner, change),
        Row(pgettext("certificate", "Name of the enterprise"), certificate.organisation or _("Not specified")),
        Row(_("Issuer of the certificate"), certificate.issuer),
        Row(_("Expiry date of the certificate"), day_and_time(certificate.valid_to)),
        Row(_("Serial number (decimal format)"), certificate.serial),
        Row(_("Serial number (hexadecimal format)"), hexadecimal(certificate.serial)),
        Row(_("Type and size of the key"), key_text(certificate)),
        Row(_("Fingerprint (SHA-256)"), _pairs(certificate.sha256)),
    ]


def key_text(key: ShownKey) -> str:
    """Return a key's kind and size, in words."""
    return _("%(type)s, %(bits)d bits") % {"type": key.key_type, "bits": key.key_bits}


def asked_application_rows(asked: AskedChannel, standing: Standing | None, *, change: str) -> list[Row]:
    """Return what the new channel will carry, each with its preferred channel (M6, M7)."""
    if not asked.applications and standing is not None:
        return [
            Row(one.name, _preferred_text(ChannelKind(preferred.kind)))
            for one in standing.applications
            if (preferred := standing.preferred(one)) is not None
        ]
    return [
        Row(one.name, _preferred_text(asked.preferred.get(one.pk, asked.kind)), change) for one in asked.applications
    ]


def standing_channel_rows(one: StandingChannel) -> list[Row]:
    """Return a channel's connection, and its technical user where it has one."""
    user = [Row(_("Technical user"), _number(one.user.name))] if one.user else []
    return [Row(_("Connection type"), CONNECTION_OF[one.kind].label), *user]


def certificate_table(certificates: Iterable[Certificate], retire: Callable[[Certificate], str]) -> Table:
    """Return the certificates in use on a channel. retire: where one is retired."""
    columns = (
        _("Owner of the certificate"), _("Issuer of the certificate"), _("Serial number (decimal format)"), _("Status"),
        _("Last used"), _("Action"),
    )  # fmt: skip
    rows = [
        [
            one.owner,
            one.issuer,
            _breakable(one.serial),
            _tag(*state_of(one)),
            used_text(one.last_used_at),
            _retire(retire(one), one.serial),
        ]
        for one in certificates
    ]
    return Table(_("Certificates"), [Column(label) for label in columns], rows)


def ssh_key_table(keys: Iterable[SshKey], retire: Callable[[SshKey], str]) -> Table:
    """Return the public keys in use on a channel. retire: where one is retired."""
    columns = _("Type and size"), _("Fingerprint (SHA-256)"), _("Registered"), _("Last used"), _("Action")
    rows = [
        [
            key_text(one), _breakable(fingerprint(one.sha256)), day(one.added_at), used_text(one.last_used_at),
            _retire(retire(one), fingerprint(one.sha256)),
        ]
        for one in keys
    ]  # fmt: skip
    return Table(_("Public SSH keys"), [Column(label) for label in columns], rows)


def application_table(standing: Standing, channel: Channel) -> Table:
    """Return what a channel carries, each with its preferred channel (M6)."""
    rows = [
        [row.application.name, ChannelKind(preferred.kind).label]
        for one in standing.channels
        if one.channel.pk == channel.pk
        for row in one.carried
        if (preferred := standing.preferred(row.application)) is not None
    ]
    return Table(_("Secured applications"), [Column(_("Application")), Column(_("preferred channel"))], rows)


def _tag(text: str, kind: str) -> SafeString:
    return render_to_string("ui/tag.html", {"text": text, "kind": kind})


def _breakable(text: str) -> SafeString:
    """Return a long number that a narrow column may break between groups."""
    groups = ((text[at : at + 6],) for at in range(0, len(text), 6))
    return format_html_join(SafeString("<wbr>"), "{}", groups)


def _retire(address: str, which: str) -> SafeString:
    return format_html(
        '<a class="govuk-link" href="{}">{}<span class="govuk-visually-hidden"> {}</span></a>',
        address,
        pgettext("sender", "Retire"),
        which,
    )


def _preferred_text(kind: ChannelKind) -> str:
    return _("preferred channel: %(channel)s") % {"channel": kind.label}


def state_of(certificate: Certificate, now: datetime | None = None) -> tuple[str, str]:
    """Return a certificate's state in words, and the kind of its tag ("success", "warning", "error")."""
    now = now or timezone.now()
    if certificate.revoked_at is not None:
        return _("revoked by its issuer"), "error"
    if certificate.valid_to <= now:
        return _("ended on %(day)s") % {"day": day(certificate.valid_to)}, "error"
    left = (timezone.localdate(certificate.valid_to) - timezone.localdate(now)).days
    if left <= CARE:
        text = ngettext("ends in %(days)d day", "ends in %(days)d days", left) % {"days": left}
        return (_("ends today") if left == 0 else text), "warning"
    return _("valid until %(day)s") % {"day": day(certificate.valid_to)}, "success"


def used_text(moment: datetime | None) -> str:
    """Return when a certificate or key was last used."""
    return day_and_time(moment) if moment else _("not used yet")


def names_of(applications: Iterable[Application]) -> str:
    """Return applications in one line."""
    return ", ".join(application.name for application in applications)


def _lines(texts: Iterable[str]) -> SafeString:
    return format_html_join(SafeString("<br>"), "{}", ((text,) for text in texts))


def _number(text: str) -> Any:
    return format_html('<span class="number">{}</span>', text) if text else ""


def _pairs(digits: str) -> str:
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2)).upper()
