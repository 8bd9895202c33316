"""What `import_persons` and its sisters have in common: everything but the table."""

import sys
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser

from enterprises.imports.files import FileRefused
from enterprises.imports.own import load
from enterprises.imports.own_tables import Table


class ImportCommand(BaseCommand):
    """Loads a CSV file into `table` (BEHAVIOUR E6)."""

    table: ClassVar[Table]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help=f"UTF-8 CSV with the columns {','.join(self.table.header)}")
        parser.add_argument("--full", action="store_true", help="the file is all there is: rows that are not in it go")
        parser.add_argument(
            "--dry-run", action="store_true", help="check the file and say what it would do; change nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        is_rehearsal = options["dry_run"]
        try:
            outcome = load(
                options["path"], self.table, stream=sys.stderr, replaces=options["full"], is_rehearsal=is_rehearsal
            )
        except FileRefused as error:
            raise CommandError(f"{error}\nThe register is as it was.") from error
        self.stdout.write(
            f"{'Would load' if is_rehearsal else 'Loaded'} {outcome.rows} {self.table.name}: "
            f"{outcome.written} new or different rows written, {outcome.gone} rows replaced or removed."
        )
