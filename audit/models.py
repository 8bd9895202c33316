"""The record: what happened, append-only (docs/record.md). No foreign keys lead out of it; people stand in it by public_id."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

# Between the texts that a digest is over; none of them may hold it.
SEPARATOR = "\x1f"


class Event(models.Model):
    """One thing that happened. Every column is a stored text, and the digest is over exactly these texts in this order."""

    DIGESTED = (
        "chain", "link", "position", "at", "act", "actor", "role", "level", "enterprise", "capacity", "subject", "about",
        "details",
    )  # fmt: skip

    chain = models.TextField()
    link = models.BigIntegerField()
    position = models.IntegerField()
    at = models.TextField()  # UTC, ISO 8601 with microseconds and Z
    act = models.TextField()
    actor = models.TextField()
    role = models.TextField(blank=True)
    level = models.IntegerField()
    enterprise = models.TextField(blank=True)
    capacity = models.TextField(blank=True)
    subject = models.TextField(blank=True)
    about = models.TextField(blank=True)
    details = models.TextField()  # canonical JSON
    digest = models.TextField()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [models.UniqueConstraint(fields=["chain", "link", "position"], name="event_place")]
        # For the history of an enterprise: whole, of a kind of event, of one capacity, of one person who did or met it.
        indexes = [
            models.Index(fields=["enterprise", "id"], name="event_enterprise"),
            models.Index(fields=["enterprise", "act", "id"], name="event_act"),
            models.Index(fields=["enterprise", "capacity", "id"], name="event_capacity", condition=~Q(capacity="")),
            models.Index(fields=["enterprise", "subject", "id"], name="event_subject", condition=~Q(subject="")),
            models.Index(fields=["enterprise", "actor", "id"], name="event_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.chain} {self.link}.{self.position} {self.act}"


class Link(models.Model):
    """What one transaction recorded, tied to the link before it by a key that the database does not hold."""

    chain = models.TextField()
    number = models.BigIntegerField()
    count = models.IntegerField()
    digest = models.TextField()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="link_place")]

    def __str__(self) -> str:
        return f"{self.chain} {self.number}"


class Reading(models.Model):
    """A page or export showed full national numbers: who read, where, how many. Written unlocked, linked hourly."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.TextField()
    enterprise = models.TextField(blank=True)
    capacity = models.TextField(blank=True)
    page = models.TextField()
    count = models.IntegerField()
    linked = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        indexes = [models.Index(fields=["id"], name="reading_unlinked", condition=models.Q(linked=False))]

    def __str__(self) -> str:
        return f"{self.actor} {self.page} {self.count}"
