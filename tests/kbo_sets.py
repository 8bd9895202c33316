"""Small sets of KBO Open Data for tests: right in everything, until a test spoils one thing."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

from enterprises.imports.kbo import load
from enterprises.imports.kbo_rows import ADDRESS, CODE_HEADER, DENOMINATION, ENTERPRISE, META_HEADER, NOT_KEPT

ONE, TWO, THREE = "0200.000.043", "0200.000.142", "0200.000.241"
ESTABLISHMENT = "2.147.812.701"

Rows = Sequence[tuple[str, ...]]


def active(number: str, *, situation: str = "000", form: str = "610", since: str = "14-03-2005") -> tuple[str, ...]:
    """A row of enterprise.csv."""
    return number, "AC", situation, "2", form, "", since


def named(number: str, text: str, *, language: str = "2", kind: str = "001") -> tuple[str, ...]:
    """A row of denomination.csv."""
    return number, language, kind, text


def seated(number: str, street: str, *, kind: str = "REGO") -> tuple[str, ...]:
    """A row of address.csv."""
    return number, kind, "", "", "9190", "Stekene", "Stekene", street, street, "34", "3", "", ""


def full(
    number: int, *, day: str = "11-10-2025", enterprises: Rows, names: Rows = (), addresses: Rows = ()
) -> dict[str, str]:
    """A full set as file name: text."""
    rows = {"enterprise": enterprises, "denomination": names, "address": addresses}
    files = {f"{name}.csv": text([header, *rows.get(name, [])]) for name, header in _headers().items()}
    return files | _about("full", number, day)


def update(number: int, *, day: str = "12-10-2025", gone: Rows = (), **inserts: Rows) -> dict[str, str]:
    """An update set: the numbers that go from all three files, and the rows of `enterprises`, `names` and `addresses`."""
    rows = {
        "enterprise": inserts.get("enterprises", []),
        "denomination": inserts.get("names", []),
        "address": inserts.get("addresses", []),
    }
    files = {f"{name}_insert.csv": text([header, *rows.get(name, [])]) for name, header in _headers().items()}
    files |= {
        f"{name}_delete.csv": text([header[:1], *(gone if name in rows else [])]) for name, header in _headers().items()
    }
    return files | _about("update", number, day)


def _headers() -> dict[str, tuple[str, ...]]:
    return {kept.name: kept.header for kept in (ENTERPRISE, DENOMINATION, ADDRESS)} | {
        name: (key, *(column for column in header if column != key)) if name == "branch" else header
        for name, (header, key) in NOT_KEPT.items()
    }


def _about(kind: str, number: int, day: str) -> dict[str, str]:
    facts = [("SnapshotDate", day), ("ExtractType", kind), ("ExtractNumber", str(number)), ("Version", "1.0.0")]
    return {"meta.csv": text([META_HEADER, *facts]), "code.csv": text([CODE_HEADER])}


def text(rows: Rows) -> str:
    """Rows as KBO writes them: quoted, null as nothing."""
    return "".join(
        ",".join('"' + value.replace('"', '""') + '"' if value else "" for value in row) + "\n" for row in rows
    )


def in_folder(path: Path, files: dict[str, str]) -> Path:
    """Write the files; return their folder."""
    path.mkdir(exist_ok=True)
    for name, content in files.items():
        (path / name).write_text(content, encoding="utf-8")
    return path


def in_zip(path: Path, files: dict[str, str]) -> Path:
    """Write the files into a zip; return it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def load_files(path: Path, files: dict[str, str]) -> None:
    """Load a set through a folder."""
    load(in_folder(path, files), stream=io.StringIO())
