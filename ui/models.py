"""A journey under way: the answers given so far, kept in a row and not in the session (docs/adr)."""

import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Run(models.Model):
    """One run of a journey, bound to its owner: a person's public_id, or the hash of an anonymous session's secret."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    journey = models.CharField(max_length=40)
    owner = models.CharField(max_length=64)
    answers: "models.JSONField[dict[str, Any]]" = models.JSONField(default=dict)
    begun_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    result: "models.JSONField[dict[str, Any]]" = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        indexes = [models.Index(fields=["owner", "journey"], name="run_owner")]

    def __str__(self) -> str:
        return f"{self.journey} {self.public_id}"
