"""Kinds and states of enterprises and capacities."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class IdentifiedBy(models.TextChoices):
    """Which number identifies a capacity of a kind."""

    ENTERPRISE_NUMBER = "enterprise", _("Enterprise number")
    RSZ = "rsz", _("NSSO employer number")
    PPO = "ppo", _("PPO number")


class State(models.TextChoices):
    """What the register says of an enterprise today, as far as it decides who may act for it."""

    ACTIVE = "active", _("active")
    WINDING_UP = "winding_up", _("in dissolution, liquidation or bankruptcy")
    STOPPED = "stopped", _("stopped")
    CANCELLED = "cancelled", _("cancelled")
