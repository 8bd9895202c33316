"""Rows on their way into the register: gathered in temporary tables, where nobody waits for them, then merged at once.

Temporary tables go with the connection: an interrupted load leaves nothing behind.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

_BATCH = 5_000


@dataclass(frozen=True)
class Stage:
    """A temporary table with some columns of a model's table, and the line that each row came from."""

    model: type[Model]
    columns: tuple[str, ...]
    name: str

    @property
    def target(self) -> str:
        """The model's own table."""
        return self.model._meta.db_table

    @property
    def listed(self) -> str:
        """The columns for a statement."""
        return ", ".join(self.columns)

    def fill(self, rows: Iterable[Sequence[Any]]) -> int:
        """Make the table anew and put rows into it (values of the columns, then the line); return how many."""
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {self.name}")
            cursor.execute(
                f"CREATE TEMPORARY TABLE {self.name} AS SELECT {self.listed}, 0 AS line FROM {self.target} WHERE 1 = 0"
            )
        count = self._copy(rows) if connection.vendor == "postgresql" else self._insert(rows)
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {self.name}" if connection.vendor == "postgresql" else f"ANALYZE temp.{self.name}")
        return count

    def _copy(self, rows: Iterable[Sequence[Any]]) -> int:
        count = 0
        statement = f"COPY {self.name} ({self.listed}, line) FROM STDIN"
        with transaction.atomic(), connection.cursor() as cursor, cursor.copy(statement) as copy:
            for count, row in enumerate(rows, start=1):  # noqa: B007 - the last one counts
                copy.write_row(row)
        return count

    def _insert(self, rows: Iterable[Sequence[Any]]) -> int:
        marks = ", ".join(["%s"] * (len(self.columns) + 1))
        count = 0
        left = iter(rows)
        with connection.cursor() as cursor:
            while batch := list(islice(left, _BATCH)):
                with _temporary_only(cursor):
                    cursor.executemany(f"INSERT INTO {self.name} ({self.listed}, line) VALUES ({marks})", batch)
                count += len(batch)
        return count


@contextmanager
def _temporary_only(cursor: CursorWrapper) -> Iterator[None]:
    """One SQLite transaction that writes temporary tables alone: a plain BEGIN takes no lock on the portal's own file."""
    if connection.in_atomic_block:
        yield
        return
    cursor.execute("BEGIN")
    try:
        yield
    finally:
        cursor.execute("COMMIT")


def drop(*names: str) -> None:
    """Drop temporary tables that may be there."""
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"DROP TABLE IF EXISTS {name}")


def run(statement: str, parameters: Sequence[Any] = ()) -> int:
    """Run one statement; return the count of rows that it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        touched: int = cursor.rowcount
        return touched


def first(statement: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...] | None:
    """Return the first row that a query answers, None without any."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def sort_in_memory() -> None:
    """Let PostgreSQL use more memory than usual for the sorts and joins of this connection; its own, not this process's."""
    if connection.vendor == "postgresql":
        run("SET work_mem = '128MB'")


def sort_as_before() -> None:
    """Undo sort_in_memory."""
    if connection.vendor == "postgresql":
        run("RESET work_mem")
