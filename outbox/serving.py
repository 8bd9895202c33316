"""Commands that run for as long as the web server, and ask as much before they begin."""

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand


class ServingCommand(BaseCommand):
    """Asks the checks of the database too; in production nobody skips them."""

    def execute(self, *args: Any, **options: Any) -> Any:
        if settings.IS_PRODUCTION:
            options["skip_checks"] = False
        return super().execute(*args, **options)

    def get_check_kwargs(self, options: Any) -> Any:
        return {**super().get_check_kwargs(options), "databases": ["default"]}
