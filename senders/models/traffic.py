"""What really arrives: the daemon's reports, submissions with their files, receipts (BEHAVIOUR M11, M12; docs/gateway.md)."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from senders.enums import Protocol, TransferKind
from senders.messages.faults import Fault
from senders.models.registered import Certificate, Channel, Sender


class TransferQuerySet(models.QuerySet["Transfer"]):
    """Reports by what is to be done with them."""

    def due(self, now: datetime) -> "TransferQuerySet":
        """What the worker acts on, and has not yet."""
        return self.filter(DUE, next_at__lte=now).order_by("next_at", "pk")


# A submission was started (GO) or cancelled (TD), a receipt was fetched, or a key opened a session.
DUE = Q(taken_at__isnull=True) & (
    Q(kind__in=[TransferKind.STARTED, TransferKind.CANCELLED, TransferKind.FETCHED])
    | (Q(kind=TransferKind.LOGIN) & ~Q(key_sha256=""))
)


class Transfer(models.Model):
    """One thing that the daemon or the web service reports: a login, a refused one, a file put, a file fetched.

    The worker writes what the daemon logged (`senders.reporting`); text has no length, so that nothing a client sends makes an
    insert fail.
    """

    kind = models.CharField(max_length=10, choices=TransferKind.choices)
    protocol = models.CharField(max_length=10, choices=Protocol.choices)
    # A technical user's name; a web service's client id (its sender number) as the client gave it.
    name = models.TextField()
    file = models.TextField(db_default="")
    size = models.BigIntegerField(db_default=0)
    # Of the SSH key that was offered at a login, in hexadecimal.
    key_sha256 = models.TextField(db_default="")
    # Why a web service's login was refused, a LoginFault; the daemon does not say.
    fault = models.CharField(max_length=3, db_default="")
    address = models.TextField(db_default="")
    at = models.DateTimeField(db_default=Now())
    # The worker's: when to look at it (again), and that it did.
    next_at = models.DateTimeField(db_default=Now())
    taken_at = models.DateTimeField(null=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        indexes = [
            models.Index(fields=["next_at", "id"], condition=DUE, name="transfer_due"),
            models.Index(fields=["name", "-at", "-id"], name="transfer_of_name"),
            models.Index(fields=["at"], name="transfer_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class ReportFile(models.Model):
    """How far a file of the daemon's reports was read (`senders.gateway.reports`)."""

    inode = models.BigIntegerField(unique=True)
    # In bytes.
    position = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("file of reports")
        verbose_name_plural = _("files of reports")

    def __str__(self) -> str:
        return f"{self.inode} {self.position}"


class Delivery(models.Model):
    """One submission, accepted or refused. What its name says is empty where the name could not be read."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sender = models.ForeignKey(Sender, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="deliveries")
    # The GO that started it; a web service has none.
    transfer = models.OneToOneField(Transfer, on_delete=models.SET_NULL, null=True, related_name="delivery")
    # The GO's name as it came, cut where it is no name at all.
    name = models.CharField(max_length=100)
    code = models.CharField(max_length=4, blank=True)
    environment = models.CharField(max_length=1)
    day = models.DateField(null=True)
    sequence = models.IntegerField(null=True)
    # Of all its declarations together, in bytes.
    size = models.BigIntegerField(default=0)
    taken_at = models.DateTimeField()
    # A Fault, empty where it was accepted.
    fault = models.CharField(max_length=3, blank=True)
    # Names the thing at fault: a file, a certificate's serial.
    detail = models.CharField(max_length=100, blank=True)
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints = [
            # What was refused may be mended and sent again under the same name.
            models.UniqueConstraint(
                fields=["sender", "code", "environment", "day", "sequence"],
                condition=Q(fault=""),
                name="delivery_accepted_once",
            ),
            models.CheckConstraint(
                condition=~Q(fault="") | Q(day__isnull=False, sequence__isnull=False, certificate__isnull=False),
                name="delivery_accepted_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["sender", "-taken_at", "-id"], name="delivery_of_sender")]

    def __str__(self) -> str:
        return f"{self.name} {self.public_id}"

    @property
    def is_accepted(self) -> bool:
        """No fault was found."""
        return not self.fault

    @property
    def fault_sentence(self) -> str:
        """What is to be mended, "" for nothing."""
        return str(Fault(self.fault).label) if self.fault else ""


class DeliveryPart(models.Model):
    """A declaration and its signature, as they came. Kept, never read for what they say."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="parts")
    number = models.IntegerField()
    declaration = models.BinaryField()
    signature = models.BinaryField()

    class Meta:
        verbose_name = _("declaration")
        verbose_name_plural = _("declarations")
        constraints = [models.UniqueConstraint(fields=["delivery", "number"], name="delivery_part_once")]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.number}"


class Receipt(models.Model):
    """The answer to a submission: exactly one. Its bytes are fixed in the act that took the submission, so that putting it
    into the sender's folder twice puts the same files."""

    delivery = models.OneToOneField(Delivery, on_delete=models.PROTECT, related_name="receipt")
    sender = models.ForeignKey(Sender, on_delete=models.PROTECT, related_name="receipts")
    environment = models.CharField(max_length=1)
    day = models.DateField()
    sequence = models.IntegerField()
    # Of the FO file.
    name = models.CharField(max_length=60)
    content = models.TextField()
    signature = models.TextField()
    # Put into the sender's folder, or into the web service's answer; where it could not be put, when to try again.
    put_at = models.DateTimeField(null=True)
    put_after = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [
            models.UniqueConstraint(fields=["sender", "environment", "day", "sequence"], name="receipt_numbered_once"),
        ]
        indexes = [models.Index(fields=["put_after", "id"], condition=Q(put_at__isnull=True), name="receipt_to_put")]

    def __str__(self) -> str:
        return self.name


class UsedAssertion(models.Model):
    """An assertion that was exchanged for a token: it cannot be a second time, as long as it is valid."""

    # SHA-256, hexadecimal, of the client and the assertion's own id.
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("used assertion")
        verbose_name_plural = _("used assertions")
        indexes = [models.Index(fields=["expires_at"], name="used_assertion_expires")]

    def __str__(self) -> str:
        return self.digest[:12]
