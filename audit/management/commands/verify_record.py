"""manage.py verify_record"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from audit.verify import Counts, Head, check_chains, check_heads, check_readings


class Command(BaseCommand):
    """Check the record from end to end; ends with 1 and says where it broke."""

    help = (
        "Check the record of what happened: digests, links, gaps, readings and, with --heads, tails that were cut off."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--heads", type=Path, help="heads kept earlier (or the worker's log): are they all still there?"
        )
        parser.add_argument("--write-heads", type=Path, help="write today's heads to this file; keep it away from here")

    def handle(self, *, heads: Path | None, write_heads: Path | None, **_options: Any) -> None:
        if heads is not None and not heads.is_file():
            raise CommandError(f"There is no file {heads}.")
        counts, faults = Counts(), 0
        today = write_heads.open("w", encoding="utf-8") if write_heads is not None else None
        try:
            for found in check_chains(counts):
                if not isinstance(found, Head):
                    faults += self._report(found)
                elif today is not None:
                    today.write(found.line() + "\n")
        finally:
            if today is not None:
                today.close()
        for fault in check_readings(counts):
            faults += self._report(fault)
        if heads is not None:
            with heads.open(encoding="utf-8") as lines:
                for fault in check_heads(lines):
                    faults += self._report(fault)
        seen = (
            f"{counts.chains} chains, {counts.links} links, {counts.events} events, {counts.readings} linked readings"
        )
        if faults:
            raise CommandError(f"The record is broken in {faults} places ({seen}).", returncode=1)
        self.stdout.write(f"The record is whole: {seen}.")

    def _report(self, fault: object) -> int:
        self.stderr.write(f"BROKEN {fault}")
        return 1
