from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from audit import triggers


def lay_triggers(using: str, **_signal: Any) -> None:
    """After every migrate: see audit/triggers.py."""
    triggers.lay(connections[using])


class AuditConfig(AppConfig):
    name = "audit"

    def ready(self) -> None:
        from audit import checks  # noqa: F401 - registers the check

        post_migrate.connect(lay_triggers, sender=self)
