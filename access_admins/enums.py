"""Kinds of chief administrators, and how they were appointed."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ChiefKind(models.TextChoices):
    """HTB, of which an enterprise has one, and co-HTB, of which it may have any number."""

    HTB = "HTB", _("Chief Access Manager")
    CO = "CO", _("Co-Chief Access Manager")


class Procedure(models.TextChoices):
    """The way by which a chief administrator came."""

    STANDARD = "standard", _("standard procedure")
    EXCEPTION = "exception", _("exception procedure")
    DELEGATED = "delegated", _("appointed by the chief access manager")


class ReviewOutcome(models.TextChoices):
    """What the new chief administrator decided about somebody whom the former one had appointed."""

    KEEP = "keep", _("keep")
    REPLACE = "replace", _("replace")
    END = "end", _("end")
