"""Who administers an enterprise: the chief administrator and the co-chiefs; and whom a new chief has to review."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access_admins.enums import ChiefKind, Procedure, ReviewOutcome
from enterprises.models import Enterprise
from identity.models import pair
from users.models import LIVE, Account


class ChiefRole(models.Model):
    """A person as HTB or co-HTB of an enterprise. Ended roles stay, as history."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="chief_roles")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="chief_roles")
    kind = models.CharField(max_length=3, choices=ChiefKind.choices)
    email = models.EmailField(max_length=254)
    telephone = models.CharField(max_length=30, blank=True)
    procedure = models.CharField(max_length=10, choices=Procedure.choices)
    # The run of the journey that appointed: one run, one appointment (BEHAVIOUR S8).
    run = models.UUIDField(null=True, unique=True, editable=False)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("chief role")
        verbose_name_plural = _("chief roles")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"], condition=LIVE & Q(kind=ChiefKind.HTB), name="chief_one_htb"
            ),
            models.UniqueConstraint(fields=["enterprise", "person"], condition=LIVE, name="chief_once"),
            models.CheckConstraint(condition=pair("ended"), name="chief_ended_pair"),
        ]
        indexes = [models.Index(fields=["person", "enterprise"], name="chief_live_person", condition=LIVE)]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class Review(models.Model):
    """Somebody whom the former chief appointed and who stayed: the new chief keeps, replaces or ends (BEHAVIOUR S7)."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="reviews")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="reviews")
    chief_role = models.ForeignKey(ChiefRole, on_delete=models.PROTECT, null=True, blank=True, related_name="reviews")
    opened_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(max_length=7, choices=ReviewOutcome.choices, blank=True)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [
            models.CheckConstraint(
                condition=Q(account__isnull=False, chief_role__isnull=True)
                | Q(account__isnull=True, chief_role__isnull=False),
                name="review_one_subject",
            ),
            models.CheckConstraint(condition=pair("decided"), name="review_decided_pair"),
            models.UniqueConstraint(
                fields=["account"], condition=Q(decided_at__isnull=True), name="review_account_once"
            ),
            models.UniqueConstraint(
                fields=["chief_role"], condition=Q(decided_at__isnull=True), name="review_chief_once"
            ),
        ]

    def __str__(self) -> str:
        return f"review {self.pk}"


class Departure(models.Model):
    """Somebody with a role or account here whose employment and functions in the register have all ended (BEHAVIOUR S7).

    What the register said last, looked up every day (`access_admins.register_look`); nothing is taken away by it.
    """

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="departures")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # The last day of the last tie.
    left_on = models.DateField()

    class Meta:
        verbose_name = _("departure")
        verbose_name_plural = _("departures")
        constraints = [models.UniqueConstraint(fields=["enterprise", "person"], name="departure_once")]

    def __str__(self) -> str:
        return f"departure {self.pk}"


class RegisterNotice(models.Model):
    """What the register had for an enterprise when it was last looked into: how many capacities that were never here (H6)."""

    enterprise = models.OneToOneField(Enterprise, on_delete=models.PROTECT, related_name="register_notice")
    new_capacities = models.IntegerField(default=0)
    looked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("register notice")
        verbose_name_plural = _("register notices")

    def __str__(self) -> str:
        return f"register notice {self.pk}"
