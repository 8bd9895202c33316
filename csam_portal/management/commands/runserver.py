"""manage.py runserver"""

from typing import Any

from django.conf import settings
from django.contrib.staticfiles.management.commands.runserver import Command as Runserver
from django.core.management import CommandError

from csam_portal.starting.elsewhere import HINT
from formats.hosts import is_this_machine


class Command(Runserver):
    """Django's, at this machine's own addresses (T19)."""

    addr: str  # Django's word for it

    def run(self, **options: Any) -> None:
        if settings.IS_PRODUCTION:
            raise CommandError("runserver is for development. docs/operations.md says how to serve.")
        if not is_this_machine(self.addr):
            raise CommandError(f"{self.addr} can be reached from elsewhere. {HINT}")
        super().run(**options)
