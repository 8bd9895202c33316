"""Rows a second and peak memory of `manage.py import_kbo`, full and update, beside a bare COPY of the same bytes.

    DATABASE_URL=postgres://… python -m benchmarks.import_kbo full.zip update.zip

The sets come from `benchmarks.make_kbo`; the database is migrated, empty and of its own: the sets stay in it.
"""

import argparse
import os
import resource
import sys
import time
import zipfile
from pathlib import Path

from django.db import connection

from enterprises.imports.kbo import load


def megabytes() -> float:
    """Return the most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(label: str, path: Path) -> None:
    before, cpu_before = time.monotonic(), time.process_time()
    outcome = load(path, stream=sys.stderr)
    seconds, cpu = time.monotonic() - before, time.process_time() - cpu_before
    rows = sum(outcome.rows.values())
    print(
        f"{label:<24} {rows:>10,} rows kept  {seconds:7.1f} s  {rows / seconds:>9,.0f} rows/s"
        f"  {cpu:6.1f} s CPU here  peak {megabytes():5.0f} MB"
    )


def bare_copy(path: Path) -> None:
    """COPY the biggest kept file into a table of texts, nothing read and nothing checked: what the database itself takes."""
    before, rows = time.monotonic(), 0
    with zipfile.ZipFile(path) as archive, archive.open("denomination.csv") as file, connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE bare (a text, b text, c text, d text)")
        with cursor.copy("COPY bare FROM STDIN (FORMAT csv, HEADER)") as copy:
            while block := file.read(1024 * 1024):
                copy.write(block)
        rows = cursor.rowcount
        cursor.execute("DROP TABLE bare")
    seconds = time.monotonic() - before
    print(f"{'bare COPY of one file':<24} {rows:>10,} rows       {seconds:7.1f} s  {rows / seconds:>9,.0f} rows/s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure the loading of KBO sets.")
    parser.add_argument("full", type=Path)
    parser.add_argument("update", type=Path)
    arguments = parser.parse_args()
    if connection.vendor != "postgresql":
        raise SystemExit("This measures PostgreSQL: set DATABASE_URL.")
    print(f"at the start: {megabytes():.0f} MB, {os.cpu_count()} cores")
    bare_copy(arguments.full)
    measure("full, empty register", arguments.full)
    measure("full, the same again", arguments.full)
    measure("update", arguments.update)
