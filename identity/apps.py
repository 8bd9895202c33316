from datetime import timedelta

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "identity"

    def ready(self) -> None:
        from identity.limits import forget_old
        from identity.staff_kinds import register_kinds
        from outbox import chores

        chores.register("forget old tries", every=timedelta(days=1), run=forget_old)
        register_kinds()
