from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdentityConfig(AppConfig):
    name = "identity"
    verbose_name = _("Staff")

    def ready(self) -> None:
        from identity.limits import forget_old
        from identity.staff_kinds import register_kinds
        from outbox import chores

        chores.register("forget old tries", every=timedelta(days=1), run=forget_old)
        register_kinds()
