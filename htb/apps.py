from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HtbConfig(AppConfig):
    name = "htb"
    verbose_name = _("Exception procedure")
