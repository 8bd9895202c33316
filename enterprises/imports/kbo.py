"""Loading a set of KBO Open Data, full or update: staged beside the register, then merged in one transaction.

Only real differences are written, so a full set over a full register costs little and nobody who reads ever waits.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from django.db import connection

from acts.act import perform
from enterprises.imports.files import BadValue, FileRefused, FileSet, check_header, open_set, read_rows
from enterprises.imports.kbo_rows import (
    CODE_HEADER,
    DETAILS,
    ENTERPRISE,
    KEPT,
    META_HEADER,
    NOT_KEPT,
    OPTIONAL,
    KeptFile,
    day,
    enterprise,
    entity,
)
from enterprises.imports.progress import Progress
from enterprises.imports.staging import drop, first, run, sort_as_before, sort_in_memory
from enterprises.models import RegisterEnterprise, RegisterLoad
from identity.actor import portal_actor

CHAIN = "portal"
META = "meta.csv"
VERSION = "1."
STOPPING = "kbo_stopping"
# A full set that would stop more than this part of the register is far more likely cut short than true.
MOST_STOPPED = 0.1
MOST_STOPPED_COUNTS_FROM = 1_000


@dataclass(frozen=True)
class Meta:
    """What a set says of itself."""

    kind: RegisterLoad.Kind
    extract_number: int
    snapshot_on: date


@dataclass(frozen=True)
class Outcome:
    """What a load did. rows: read and kept, by file. is_without_base: an update went into a register that had no full set."""

    meta: Meta
    rows: dict[str, int]
    stopped: int
    is_without_base: bool


def load(path: Path, *, stream: TextIO, may_stop_many: bool = False) -> Outcome:
    """Load a folder or zip into the register, whole or not at all.

    stream: where progress goes. may_stop_many: let a full set stop more than a tenth of the register. Raises FileRefused with
    file and line; the register is then as it was.
    """
    with open_set(path) as files:
        meta = _meta(files)
        last = _last_load()
        _check_follows(meta, last)
        _check_not_kept(files, meta.kind)
        try:
            sort_in_memory()
            rows = _stage(files, meta.kind, stream)
            _mark_differences(meta.kind)
            (stopping,) = first(f"SELECT count(*) FROM {STOPPING}") or (0,)
            if not may_stop_many:
                _check_few_stop(meta, stopping)
            _merge(meta, last, stopped=stopping)
        finally:
            sort_as_before()
            drop(STOPPING, *(stage.name for kept in KEPT for stage in (kept.stage, kept.gone)))
    return Outcome(meta, rows, stopping, is_without_base=last is None and meta.kind == RegisterLoad.Kind.UPDATE)


# --- What the set is --------------------------------------------------------------------------------------------------


def _meta(files: FileSet) -> Meta:
    texts = {row[0]: (line, row[1]) for line, row in read_rows(files, META, META_HEADER)}

    def value(name: str) -> tuple[int, str]:
        if name not in texts:
            raise FileRefused(META, f"{name} is missing.")
        return texts[name]

    line, version = value("Version")
    if not version.startswith(VERSION):
        raise FileRefused(META, f"this is version {version[:40]}; version 1 is what the portal reads.", line=line)
    line, kind = value("ExtractType")
    if kind.lower() not in RegisterLoad.Kind.values:
        raise FileRefused(META, f"ExtractType is {kind[:40]}, not full or update.", line=line)
    line, number = value("ExtractNumber")
    if not (number.isascii() and number.isdigit() and len(number) < 9):
        raise FileRefused(META, f"ExtractNumber is {number[:40]}, not a number.", line=line)
    line, snapshot = value("SnapshotDate")
    try:
        snapshot_on = day(snapshot)
    except BadValue as error:
        raise FileRefused(META, str(error), line=line) from error
    if snapshot_on is None:
        raise FileRefused(META, "SnapshotDate is empty.", line=line)
    return Meta(RegisterLoad.Kind(kind.lower()), int(number), snapshot_on)


def _last_load() -> RegisterLoad | None:
    return RegisterLoad.objects.order_by("-pk").first()


def _check_follows(meta: Meta, last: RegisterLoad | None) -> None:
    """Raise FileRefused unless the set is what comes next: an update the next number, a full set none older."""
    if last is None:
        return
    number, loaded = meta.extract_number, last.extract_number
    if meta.kind == RegisterLoad.Kind.UPDATE and number != loaded + 1:
        raise FileRefused(
            META,
            f"update {number} does not follow {loaded}, the last that was loaded. Load {loaded + 1}, or a full set.",
        )
    if number < loaded or meta.snapshot_on < last.snapshot_on:
        raise FileRefused(
            META,
            f"set {number} of {meta.snapshot_on} is older than set {loaded} of {last.snapshot_on}, which is loaded.",
        )


def _file_names(name: str, kind: RegisterLoad.Kind) -> tuple[str, ...]:
    return (f"{name}.csv",) if kind == RegisterLoad.Kind.FULL else (f"{name}_delete.csv", f"{name}_insert.csv")


def _check_not_kept(files: FileSet, kind: RegisterLoad.Kind) -> None:
    check_header(files, "code.csv", CODE_HEADER)
    for name, (header, key) in NOT_KEPT.items():
        for file in _file_names(name, kind):
            if name not in OPTIONAL or files.size(file) is not None:
                check_header(files, file, (key,) if file.endswith("_delete.csv") else header)


# --- Beside the register ----------------------------------------------------------------------------------------------


def _stage(files: FileSet, kind: RegisterLoad.Kind, stream: TextIO) -> dict[str, int]:
    """Put every row into its stage; return how many were kept of each file."""
    names = [file for kept in KEPT for file in _file_names(kept.name, kind)]
    progress = Progress(stream, sum(files.size(file) or 0 for file in names))
    rows = {}
    try:
        for kept in KEPT:
            *deletes, inserts = _file_names(kept.name, kind)
            for file in deletes:
                progress.begin(file)
                rows[file] = kept.gone.fill(_gone(files, file, kept, progress))
            progress.begin(inserts)
            rows[inserts] = kept.stage.fill(_values(files, inserts, kept, progress))
        progress.begin("merging")
    finally:
        progress.end()
    twice = first(f"SELECT number, max(line) FROM {ENTERPRISE.stage.name} GROUP BY number HAVING count(*) > 1 LIMIT 1")
    if twice is not None:
        number, line = twice
        raise FileRefused(_file_names(ENTERPRISE.name, kind)[-1], f"enterprise {number} is there twice.", line=line)
    return rows


def _values(files: FileSet, file: str, kept: KeptFile, progress: Progress) -> Iterator[tuple[Any, ...]]:
    read = kept.read
    for line, row in read_rows(files, file, kept.header, advance=progress.advance):
        try:
            values = read(row)
        except BadValue as error:
            raise FileRefused(file, str(error), line=line) from error
        if values is not None:
            yield *values, line


def _gone(files: FileSet, file: str, kept: KeptFile, progress: Progress) -> Iterator[tuple[Any, ...]]:
    number_of = enterprise if kept is ENTERPRISE else entity
    for line, row in read_rows(files, file, (kept.key,), advance=progress.advance):
        try:
            number = number_of(row[0])
        except BadValue as error:
            raise FileRefused(file, str(error), line=line) from error
        if number is not None:
            yield number, line


def _mark_differences(kind: RegisterLoad.Kind) -> None:
    """Note which enterprises stop and, of a full set, whose names and addresses differ from the register's."""
    staged = f"SELECT number FROM {ENTERPRISE.stage.name}"
    left_out = f"SELECT number FROM {ENTERPRISE.gone.name}" if kind == RegisterLoad.Kind.UPDATE else None
    running = f"SELECT number FROM {ENTERPRISE.stage.target} WHERE stopped_on IS NULL"
    drop(STOPPING)
    if left_out is None:
        run(f"CREATE TEMPORARY TABLE {STOPPING} AS {running} EXCEPT {staged}")
        for kept in DETAILS:
            _mark_different_details(kept)
    else:
        run(f"CREATE TEMPORARY TABLE {STOPPING} AS {running} AND number IN ({left_out}) EXCEPT {staged}")


def _mark_different_details(kept: KeptFile) -> None:
    """Note whose rows stand in the set alone or in the register alone: one pass over both."""
    stage, gone = kept.stage, kept.gone
    drop(gone.name)
    # What an enterprise that is no longer in the set was called, and where, stays with it (BEHAVIOUR E6).
    run(
        f"CREATE TEMPORARY TABLE {gone.name} AS SELECT DISTINCT number FROM ("
        f"SELECT number FROM (SELECT {stage.listed}, 0 AS side FROM {stage.name} UNION ALL "
        f"SELECT {stage.listed}, 1 AS side FROM {stage.target} WHERE number IN (SELECT number FROM {ENTERPRISE.stage.name})"
        f") AS both_sides GROUP BY {stage.listed} HAVING min(side) = max(side)) AS different"
    )


def _check_few_stop(meta: Meta, stopping: int) -> None:
    running = RegisterEnterprise.objects.filter(stopped_on=None).count()
    if running >= MOST_STOPPED_COUNTS_FROM and stopping > running * MOST_STOPPED:
        raise FileRefused(
            _file_names(ENTERPRISE.name, meta.kind)[0],
            f"{stopping} of {running} enterprises would stop: is the file whole? If this is true, say --may-stop-many.",
        )


# --- Into the register ------------------------------------------------------------------------------------------------


def _merge(meta: Meta, last: RegisterLoad | None, *, stopped: int) -> None:
    with perform("register.load", actor=portal_actor(), chain=CHAIN) as act:
        if connection.vendor == "postgresql":
            run(f"LOCK TABLE {RegisterLoad._meta.db_table} IN EXCLUSIVE MODE")
        if _last_load() != last:
            raise FileRefused(META, "another set was loaded at the same moment. Look at what is loaded now.")
        run(
            f"UPDATE {ENTERPRISE.stage.target} SET stopped_on = %s WHERE number IN (SELECT number FROM {STOPPING})",
            [meta.snapshot_on],
        )
        _merge_enterprises()
        for kept in DETAILS:
            _merge_details(kept, meta.kind)
        RegisterLoad.objects.create(kind=meta.kind, extract_number=meta.extract_number, snapshot_on=meta.snapshot_on)
        act.event(
            details={
                "kind": meta.kind,
                "number": meta.extract_number,
                "snapshot_on": meta.snapshot_on.isoformat(),
                "stopped": stopped,
            }
        )


def _merge_enterprises() -> None:
    stage = ENTERPRISE.stage
    new_values = ", ".join(f"{column} = excluded.{column}" for column in stage.columns if column != "number")
    run(
        f"INSERT INTO {stage.target} ({stage.listed}) SELECT * FROM "
        f"(SELECT {stage.listed} FROM {stage.name} EXCEPT SELECT {stage.listed} FROM {stage.target}) AS different "
        f"WHERE true ON CONFLICT (number) DO UPDATE SET {new_values}"
    )


def _merge_details(kept: KeptFile, kind: RegisterLoad.Kind) -> None:
    """Replace the rows of those that differ, in the order of the file: the register shows the first name first."""
    stage, gone = kept.stage, f"SELECT number FROM {kept.gone.name}"
    run(f"DELETE FROM {stage.target} WHERE number IN ({gone}) AND number NOT IN (SELECT number FROM {STOPPING})")
    differing = f"WHERE number IN ({gone})" if kind == RegisterLoad.Kind.FULL else ""
    run(
        f"INSERT INTO {stage.target} ({stage.listed}) SELECT {stage.listed} FROM {stage.name} {differing} ORDER BY line"
    )
