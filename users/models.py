"""Accounts: one person in one capacity."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from enterprises.models import Capacity
from users.enums import AccountType

LIVE = Q(ended_at__isnull=True)


def pair(name: str) -> Q:
    """Return the condition that `<name>_at` and `<name>_by` are both there or both not."""
    at, by = f"{name}_at__isnull", f"{name}_by__isnull"
    return Q(**{at: True, by: True}) | Q(**{at: False, by: False})


class Account(models.Model):
    """One person in one capacity. Ended accounts stay, as history."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    capacity = models.ForeignKey(Capacity, on_delete=models.PROTECT, related_name="accounts")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="accounts")
    type = models.CharField(max_length=4, choices=AccountType.choices)
    # The chief administrator's own LB account, held until a TB is appointed (BEHAVIOUR H3).
    as_htb = models.BooleanField(default=False)
    email = models.EmailField(max_length=254, blank=True)
    local_email = models.EmailField(max_length=254, blank=True)
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
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(fields=["capacity", "person"], condition=LIVE, name="account_once"),
            models.UniqueConstraint(
                fields=["capacity"], condition=LIVE & Q(type=AccountType.LB), name="account_one_lb"
            ),
            models.CheckConstraint(condition=pair("blocked"), name="account_blocked_pair"),
            models.CheckConstraint(condition=pair("ended"), name="account_ended_pair"),
            models.CheckConstraint(
                condition=Q(as_htb=False) | Q(type=AccountType.LB, blocked_at__isnull=True),
                name="account_as_htb_is_open_lb",
                violation_error_message=_(
                    "The chief access manager's own account is an LB account and is not blocked."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.public_id}"
