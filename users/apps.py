from datetime import timedelta
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


def lay_search_indexes(using: str, **_signal: Any) -> None:
    """After every migrate: see users/search_indexes.py."""
    from users import search_indexes

    search_indexes.lay(connections[using])


class UsersConfig(AppConfig):
    name = "users"

    def ready(self) -> None:
        from enterprises.holders import register_holders
        from outbox import chores, queues
        from users import checks  # noqa: F401 - registers the check
        from users.bulk import queue, runs
        from users.holders import holders

        register_holders(holders)
        queues.register("bulk acts", queue.take_one)
        chores.register("forget old bulk acts", every=timedelta(days=1), run=runs.forget_old)
        post_migrate.connect(lay_search_indexes, sender=self)
