from datetime import timedelta

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "outbox"

    def ready(self) -> None:
        from outbox import chores, sending

        chores.register("blank old mails", every=timedelta(days=1), run=sending.blank_old_bodies)
