"""`manage.py import_kbo`: see the command's help."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from enterprises.imports.files import FileRefused
from enterprises.imports.kbo import load


class Command(BaseCommand):
    """Fills the embedded register from KBO Open Data (BEHAVIOUR E6)."""

    help = (
        "Load a set of KBO Open Data, full or update, into the register: whole or not at all. Enterprises, their names and "
        "seats are kept; establishments, activities, branches and contacts are not. Interrupted? Run it again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="KboOpenData_….zip, or the folder that it unpacks to")
        parser.add_argument(
            "--may-stop-many",
            action="store_true",
            help="accept a full set without a tenth or more of the enterprises that the register has",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            outcome = load(options["path"], stream=sys.stderr, may_stop_many=options["may_stop_many"])
        except FileRefused as error:
            raise CommandError(f"{error} The register is as it was.") from error
        if outcome.is_without_base:
            self.stderr.write("No full set was loaded before: the register holds what this update brings, no more.")
        for file, rows in outcome.rows.items():
            self.stdout.write(f"{file}: {rows} rows")
        meta = outcome.meta
        self.stdout.write(
            f"Loaded the {meta.kind} set {meta.extract_number} of {meta.snapshot_on}; {outcome.stopped} enterprises stopped."
        )
