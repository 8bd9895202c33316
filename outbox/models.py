"""What is to be done after a commit: mails; and when the chores are due (docs/operations.md)."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MailQuerySet(models.QuerySet["Mail"]):
    """Mails by where they stand."""

    def waiting(self) -> "MailQuerySet":
        """Neither sent nor given up."""
        return self.filter(sent_at=None, given_up_at=None)

    def due(self, now: datetime) -> "MailQuerySet":
        """To be sent now: their turn has come and no worker holds them."""
        return self.waiting().filter(Q(leased_until=None) | Q(leased_until__lte=now), next_at__lte=now)

    def lately_given_up(self) -> "MailQuerySet":
        """Given up in the last thirty days, after which nobody will look for them any more."""
        return self.filter(given_up_at__gte=timezone.now() - timedelta(days=30))


class Mail(models.Model):
    """One mail to one receiver, rendered in the act's transaction; the worker sends it."""

    key = models.CharField(max_length=300, unique=True)
    to = models.EmailField(max_length=254)
    language = models.CharField(max_length=2)
    subject = models.TextField()
    text = models.TextField()
    html = models.TextField()
    queued_at = models.DateTimeField(auto_now_add=True)
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        indexes = [
            models.Index(
                fields=["next_at", "id"],
                name="mail_waiting",
                condition=Q(sent_at__isnull=True, given_up_at__isnull=True),
            ),
            models.Index(fields=["given_up_at"], name="mail_given_up", condition=Q(given_up_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.key


class Chore(models.Model):
    """When a chore of `outbox.chores` is due next; whoever moves `next_at` on does it."""

    name = models.CharField(max_length=60, unique=True)
    next_at = models.DateTimeField()

    class Meta:
        verbose_name = _("chore")
        verbose_name_plural = _("chores")

    def __str__(self) -> str:
        return self.name
