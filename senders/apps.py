from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


def remove_views(using: str, plan: list[Any], **_signal: Any) -> None:
    """Before a migrate that changes something: see senders/gateway/database.py."""
    from senders.gateway import database

    if plan:
        database.remove(connections[using])


def lay_views(using: str, **_signal: Any) -> None:
    """After every migrate."""
    from senders.gateway import database

    database.lay(connections[using])


class SendersConfig(AppConfig):
    name = "senders"
    verbose_name = _("Senders")

    def ready(self) -> None:
        from outbox import queues
        from senders import receiving, reporting

        pre_migrate.connect(remove_views, sender=self)
        post_migrate.connect(lay_views, sender=self)
        queues.register("reports", reporting.work)
        queues.register("submissions", receiving.work)
