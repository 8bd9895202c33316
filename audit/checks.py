"""The system check that notices missing triggers."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connections

from audit import triggers


@register(Tags.database)
def record_is_append_only(databases: Sequence[str] | None = None, **_options: Any) -> list[CheckMessage]:
    """Warn where a trigger is missing. No error: `migrate` runs this first, and is what mends it."""
    return [
        Warning(
            f"The record can be changed unseen: {name} is missing on the database {alias!r}.",
            hint="Run manage.py migrate, and find out who removed it.",
            id="audit.W001",
        )
        for alias in databases or ()
        for name in triggers.missing(connections[alias])
    ]
