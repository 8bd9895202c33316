"""A sender as it was registered: contact, channels, technical users, certificates and keys, applications (BEHAVIOUR M1-M10)."""

import uuid

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from enterprises.models import Application, Capacity
from identity.enums import Language, Title
from identity.models import pair
from senders.enums import CONNECTION_OF, ChannelKind, Connection
from users.models import LIVE

# Certificates and keys are retired, and may be registered again later.
IN_USE = Q(retired_at__isnull=True)


class Sender(models.Model):
    """Who delivers files for a capacity. An ended sender stays, as history; its number is never given again."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    capacity = models.ForeignKey(Capacity, on_delete=models.PROTECT, related_name="senders")
    number = models.CharField(max_length=6, unique=True)
    contact_last_name = models.CharField(max_length=100)
    contact_first_name = models.CharField(max_length=100)
    contact_title = models.CharField(max_length=2, choices=Title.choices)
    contact_function = models.CharField(max_length=100)
    contact_language = models.CharField(max_length=2, choices=Language.choices)
    contact_telephone = models.CharField(max_length=30)
    contact_fax = models.CharField(max_length=30, blank=True)
    contact_mobile = models.CharField(max_length=30, blank=True)
    contact_email_1 = models.EmailField(max_length=254, blank=True)
    contact_email_2 = models.EmailField(max_length=254, blank=True)
    contact_email_3 = models.EmailField(max_length=254, blank=True)
    # The run of the journey that made it: one run, one sender.
    run = models.UUIDField(null=True, unique=True, editable=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    blocked_at = models.DateTimeField(null=True, blank=True)
    blocked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("sender")
        verbose_name_plural = _("senders")
        constraints = [
            models.UniqueConstraint(fields=["capacity"], condition=LIVE, name="sender_one_per_capacity"),
            models.CheckConstraint(
                condition=Q(number__regex=r"^[1-9][0-9]{5}$"),
                name="sender_number_digits",
                violation_error_message=_("A sender number has six digits."),
            ),
            models.CheckConstraint(
                condition=~Q(contact_email_1="", contact_email_2="", contact_email_3=""),
                name="sender_can_be_mailed",
                violation_error_message=_("The contact of a sender has at least one e-mail address."),
            ),
            models.CheckConstraint(condition=pair("blocked"), name="sender_blocked_pair"),
            models.CheckConstraint(condition=pair("ended"), name="sender_ended_pair"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def contact_name(self) -> str:
        """First name and name of the contact."""
        return f"{self.contact_first_name} {self.contact_last_name}"

    @property
    def contact_emails(self) -> list[str]:
        """The addresses of the contact: one to three."""
        return [email for email in (self.contact_email_1, self.contact_email_2, self.contact_email_3) if email]


class Channel(models.Model):
    """One way in which a sender delivers; at most one of each kind at a time."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sender = models.ForeignKey(Sender, on_delete=models.PROTECT, related_name="channels")
    kind = models.CharField(max_length=4, choices=ChannelKind.choices)
    # The run of the journey that added it: one run, one channel.
    run = models.UUIDField(null=True, unique=True, editable=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        constraints = [
            models.UniqueConstraint(fields=["sender", "kind"], condition=LIVE, name="channel_one_of_a_kind"),
            models.CheckConstraint(condition=pair("ended"), name="channel_ended_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def connection(self) -> Connection:
        """Over which network it runs."""
        return CONNECTION_OF[ChannelKind(self.kind)]


class TechnicalUser(models.Model):
    """The user name of an FTP or SFTP channel, for ever taken; with FTP a password's hash (`senders.passwords`)."""

    channel = models.OneToOneField(Channel, on_delete=models.PROTECT, related_name="technical_user")
    name = models.CharField(max_length=15)
    # Folded (formats.names.user_name_key): two names that look alike are one. Never freed.
    name_key = models.CharField(max_length=20, unique=True)
    # crypt(3), as the gateway's daemon checks it; empty where the channel has no password.
    password_hash = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("technical user")
        verbose_name_plural = _("technical users")
        # The daemon asks by it at each login.
        indexes = [models.Index(fields=["name"], name="technical_user_name")]

    def __str__(self) -> str:
        return self.name


class Loaded(models.Model):
    """What was loaded into a channel, to be recognised by later: public material, kept whole."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    content = models.BinaryField()
    # Of the content, in hexadecimal.
    sha256 = models.CharField(max_length=64)
    key_type = models.CharField(max_length=20)
    key_bits = models.IntegerField()
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    last_used_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.sha256[:16]


class Certificate(Loaded):
    """The certificate that belongs to the files of a channel. `content` is its DER."""

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="certificates")
    owner = models.TextField()
    organisation = models.TextField(blank=True)
    issuer = models.TextField()
    # Decimal: a serial has up to twenty bytes.
    serial = models.CharField(max_length=60)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    # Since a revocation list of its issuer names it (settings.SENDER_REVOCATION_FILES).
    revoked_at = models.DateTimeField(null=True, blank=True)
    # The last notice that was sent before it ends: 60, 30, 14 or 3 days.
    noticed_days = models.IntegerField(null=True, blank=True)

    class Meta(Loaded.Meta):
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        constraints = [
            models.UniqueConstraint(fields=["channel", "sha256"], condition=IN_USE, name="certificate_once"),
            models.CheckConstraint(condition=pair("retired"), name="certificate_retired_pair"),
        ]
        indexes = [models.Index(fields=["valid_to"], condition=IN_USE, name="certificate_ends")]


class SshKey(Loaded):
    """A public key that opens an SFTP channel. `content` is the key as it goes over the wire (RFC 4253, 6.6)."""

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="ssh_keys")
    # The same key as text (RFC 4716), which is what the gateway's daemon reads.
    rfc4716 = models.TextField()

    class Meta(Loaded.Meta):
        verbose_name = _("SSH key")
        verbose_name_plural = _("SSH keys")
        constraints = [
            models.UniqueConstraint(fields=["channel", "sha256"], condition=IN_USE, name="ssh_key_once"),
            models.CheckConstraint(condition=pair("retired"), name="ssh_key_retired_pair"),
        ]


class Carried(models.Model):
    """An application that a channel carries. Of the channels of a sender that carry it exactly one is preferred (M6).

    A web service carries all that its sender's channels carry: it has a row for each of them (M5).
    """

    sender = models.ForeignKey(Sender, on_delete=models.PROTECT, related_name="carried")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="carried")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    is_preferred = models.BooleanField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("carried application")
        verbose_name_plural = _("carried applications")
        constraints = [
            models.UniqueConstraint(fields=["channel", "application"], condition=LIVE, name="carried_once"),
            models.UniqueConstraint(
                fields=["sender", "application"], condition=LIVE & Q(is_preferred=True), name="carried_one_preferred"
            ),
            models.CheckConstraint(condition=pair("ended"), name="carried_ended_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.application_id}"


class MessageCode(models.Model):
    """The code in a file's name that says which declaration it is, kept by staff (BEHAVIOUR M11)."""

    code = models.CharField(
        _("code"),
        max_length=4,
        validators=[RegexValidator(r"^[A-Z0-9]{4}\Z", _("A message code has four capitals or digits."))],
        help_text=_("As it stands in the name of a file, for example DMFA."),
    )
    application = models.ForeignKey(
        Application,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="message_codes",
        verbose_name=_("application"),
        help_text=_("Empty: the code is known, but no application takes it yet."),
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("message code")
        verbose_name_plural = _("message codes")
        ordering = ["code", "application"]
        constraints = [
            models.UniqueConstraint(fields=["code", "application"], name="message_code_once"),
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(application__isnull=True),
                name="message_code_once_unassigned",
                violation_error_message=_("This code is in the list already."),
            ),
        ]

    def __str__(self) -> str:
        return self.code
