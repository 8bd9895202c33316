"""Loading one of our own CSV files: all of it or nothing, every error with its line and column."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from django.db import transaction

from acts.act import perform
from enterprises.imports.files import BadValue, FileRefused, Folder, Row, read_rows
from enterprises.imports.own_tables import Table
from enterprises.imports.progress import Progress
from enterprises.imports.staging import Stage, drop, first, run
from identity.actor import portal_actor

CHAIN = "portal"
MOST_ERRORS_TOLD = 20


@dataclass(frozen=True)
class Outcome:
    """What a load did, or would do: rows of the file, rows written because new or different, rows that went for it."""

    rows: int
    written: int
    gone: int


@dataclass
class _Errors:
    """What is wrong with a file: the first few told, all of them counted."""

    file: str
    told: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, line: int, place: str, sentence: str) -> None:
        self.count += 1
        if self.count <= MOST_ERRORS_TOLD:
            self.told.append(f"{self.file}, line {line}{place}: {sentence}")

    def refuse(self) -> None:
        """Raise FileRefused where there are any."""
        if self.count:
            more = f"\n… and {self.count - MOST_ERRORS_TOLD} more." if self.count > MOST_ERRORS_TOLD else ""
            raise FileRefused(self.file, f"{self.count} errors.\n" + "\n".join(self.told) + more)


def load(path: Path, table: Table, *, stream: TextIO, replaces: bool = False, is_rehearsal: bool = False) -> Outcome:
    """Load a CSV file into its table of the register.

    replaces: rows that are not in the file go. is_rehearsal: everything is done and then undone. stream: where progress goes.
    Raises FileRefused; the register is then as it was.
    """
    stage = Stage(table.model, table.header, f"own_{table.name}")
    try:
        rows = stage.fill(_staged(path, table, stream))
        run(f"CREATE INDEX {stage.name}_key ON {stage.name} ({', '.join(table.key)})")
        _check_once(path.name, table, stage)
        with transaction.atomic():
            written, gone = _merge(table, stage, replaces=replaces)
            transaction.set_rollback(is_rehearsal)
    finally:
        drop(stage.name)
    return Outcome(rows, written, gone)


def _staged(path: Path, table: Table, stream: TextIO) -> Iterator[tuple[Any, ...]]:
    """Yield the values of each row and its line. Raises FileRefused with all errors, after the last row."""
    files, errors = Folder(path.parent), _Errors(path.name)
    progress = Progress(stream, files.size(path.name) or 0)
    progress.begin(path.name)
    try:
        for line, row in read_rows(files, path.name, table.header, advance=progress.advance):
            values = _read(table, row, line, errors)
            if values is not None:
                yield *values, line
    finally:
        progress.end()
    errors.refuse()


def _read(table: Table, row: Row, line: int, errors: _Errors) -> tuple[Any, ...] | None:
    values, before = {}, errors.count
    for column, text in zip(table.columns, row, strict=True):
        try:
            values[column.name] = column.read(text.strip())
        except BadValue as error:
            errors.add(line, f", column {column.name}", str(error))
    if errors.count > before:
        return None
    try:
        return tuple(table.check(values).values())
    except BadValue as error:
        errors.add(line, "", str(error))
        return None


def _check_once(file: str, table: Table, stage: Stage) -> None:
    key = ", ".join(table.key)
    twice = first(
        f"SELECT min(line), max(line) FROM {stage.name} GROUP BY {key} HAVING count(*) > 1 ORDER BY 2 LIMIT 1"
    )
    if twice is not None:
        raise FileRefused(file, f"the same {key} as line {twice[0]}.", line=twice[1])


def _merge(table: Table, stage: Stage, *, replaces: bool) -> tuple[int, int]:
    """Write what differs, in one act; return how many rows were written and how many went."""
    equal = " AND ".join(_same(stage, column) for column in stage.columns)
    alike = " AND ".join(_same(stage, column) for column in table.key)
    concerned = "" if replaces else f"EXISTS (SELECT 1 FROM {stage.name} WHERE {alike}) AND "
    with perform(f"register.{table.name}", actor=portal_actor(), chain=CHAIN) as act:
        gone = run(f"DELETE FROM {stage.target} WHERE {concerned}NOT EXISTS (SELECT 1 FROM {stage.name} WHERE {equal})")
        written = run(
            f"INSERT INTO {stage.target} ({stage.listed}) SELECT {stage.listed} FROM {stage.name} "
            f"WHERE NOT EXISTS (SELECT 1 FROM {stage.target} WHERE {equal}) ORDER BY line"
        )
        act.event(details={"written": written, "gone": gone, "replaces": replaces})
    return written, gone


def _same(stage: Stage, column: str) -> str:
    ours, theirs = f"{stage.name}.{column}", f"{stage.target}.{column}"
    if not stage.model._meta.get_field(column).null:
        return f"{ours} = {theirs}"
    return f"({ours} = {theirs} OR ({ours} IS NULL AND {theirs} IS NULL))"
