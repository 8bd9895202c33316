"""Types and states of accounts."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountType(models.TextChoices):
    """LB is the access administrator (TB) of a capacity; the guide's screens keep the old words."""

    LB = "LB", _("LB")
    CO_LB = "CO", _("Co-LB")
    USER = "USER", _("USER")


class AccountStatus(models.TextChoices):
    """Whether an account that has not ended gives access now."""

    ACTIVE = "active", _("Active")
    BLOCKED = "blocked", _("Blocked")


class BulkAct(models.TextChoices):
    """What can be done to several accounts at once; the words are those of the users list."""

    ADD_APPLICATIONS = "add-applications", _("Add application(s)")
    REMOVE_APPLICATIONS = "remove-applications", _("Remove application(s)")
    BLOCK = "block", _("Block user(s)")
    UNBLOCK = "unblock", _("Unblock user(s)")
    RENEW_FIRST_PASSWORD = "renew-first-password", _("Renew first password(s)")
    DELETE = "delete", _("Delete user(s)")


class BulkEnd(models.TextChoices):
    """How an act upon many accounts came to its end."""

    WHOLE = "whole", _("Carried out")
    CANCELLED = "cancelled", _("Cancelled")
    STOPPED = "stopped", _("Stopped")
    WITH_CAPACITY = "capacity", _("Ended with the capacity")
