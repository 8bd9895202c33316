"""Types and states of accounts."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountType(models.TextChoices):
    """LB is the access administrator (TB) of a capacity; the guide's screens keep the old words."""

    LB = "LB", _("LB")
    CO_LB = "CO", _("Co-LB")
    USER = "USER", _("USER")
