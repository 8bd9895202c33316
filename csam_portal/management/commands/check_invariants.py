"""`manage.py check_invariants`: see the command's help."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from csam_portal.invariants import broken


class Command(BaseCommand):
    """Asks csam_portal.invariants."""

    help = "Look for what must never be, such as an enterprise without chief administrator. Ends with 1 if there is."

    def handle(self, *args: Any, **options: Any) -> None:
        lines = list(broken())
        for line in lines:
            self.stderr.write(line)
        if lines:
            raise CommandError(f"{len(lines)} broken invariants")
        self.stdout.write("Every invariant holds.")
