from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EnterprisesConfig(AppConfig):
    name = "enterprises"
    verbose_name = _("Register and applications")

    def ready(self) -> None:
        from enterprises.proposed import register_kinds

        register_kinds()
