"""Reading CSV files line by line, from a folder or a zip, trusting nothing of them."""

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

# The longest line of a KBO file has well under a thousand characters.
LONGEST_LINE = 64 * 1024
# Real sets compress about tenfold. Beyond this, and beyond a size that any machine bears, it is no register but a bomb.
MOST_COMPRESSED = 100
HARMLESS_SIZE = 16 * 1024 * 1024
_EVERY_BYTES = 1024 * 1024

Advance = Callable[[int], None]
Row = list[str]


class FileRefused(Exception):
    """A file is not what it must be. `line` counts from 1; 0 where the file as a whole is meant."""

    def __init__(self, file: str, sentence: str, *, line: int = 0) -> None:
        super().__init__(f"{file}, line {line}: {sentence}" if line else f"{file}: {sentence}")


class BadValue(Exception):
    """A value that the register cannot take; the text says what is wrong."""


class FileSet(Protocol):
    """Files that belong together."""

    def size(self, name: str) -> int | None:
        """Return the size of a file in bytes, None where there is no such file. Raises FileRefused for a bomb."""

    def open(self, name: str) -> BinaryIO:
        """Open a file that has a size."""


class Folder:
    """The files of a folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def size(self, name: str) -> int | None:
        path = self._path / name
        return path.stat().st_size if path.is_file() else None

    def open(self, name: str) -> BinaryIO:
        return (self._path / name).open("rb")


class Zip:
    """The files at the top of a zip."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members = {member.filename: member for member in archive.infolist()}

    def size(self, name: str) -> int | None:
        member = self._members.get(name)
        if member is None:
            return None
        if member.file_size > max(HARMLESS_SIZE, member.compress_size * MOST_COMPRESSED):
            raise FileRefused(
                name, f"unpacks to {member.file_size} bytes out of {member.compress_size}: not a register file."
            )
        return member.file_size

    def open(self, name: str) -> BinaryIO:
        raw = self._archive.open(name)
        return io.BufferedReader(raw, _EVERY_BYTES)  # type: ignore[type-var]  # a raw reader in all but name


@contextmanager
def open_set(path: Path) -> Iterator[FileSet]:
    """Open a folder or a zip of files. Raises FileRefused."""
    if path.is_dir():
        yield Folder(path)
        return
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise FileRefused(path.name, "there is no such file or folder.") from error
    except (zipfile.BadZipFile, OSError) as error:
        raise FileRefused(path.name, f"is not a whole zip file ({error}). Fetch it again.") from error
    with archive:
        yield Zip(archive)


def read_rows(
    files: FileSet, name: str, header: Sequence[str], *, advance: Advance = lambda size: None
) -> Iterator[tuple[int, Row]]:
    """Yield (line number, row) of a CSV file after its header, one row in memory at a time.

    header: the columns that must stand in its first line, in this order. advance: called with the bytes read since last time.
    Raises FileRefused for anything that is not UTF-8 CSV with these columns.
    """
    if files.size(name) is None:
        raise FileRefused(name, "is missing from the set.")
    try:
        with files.open(name) as stream:
            yield from _rows(name, stream, header, advance)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise FileRefused(name, f"cannot be unpacked ({error}). Fetch it again.") from error


def check_header(files: FileSet, name: str, header: Sequence[str]) -> None:
    """Raise FileRefused unless the file is there and begins with this header; its rows are not read."""
    next(read_rows(files, name, header), None)


def _rows(name: str, stream: BinaryIO, header: Sequence[str], advance: Advance) -> Iterator[tuple[int, Row]]:
    reader = csv.reader(_lines(name, stream, advance), strict=True)
    width = len(header)
    try:
        first = next(reader, [])
        if first != list(header):
            raise FileRefused(name, f"the header must be {','.join(header)}, not {','.join(first)[:300]}.", line=1)
        for row in reader:
            if len(row) != width:
                raise FileRefused(name, f"{len(row)} columns instead of {width}.", line=reader.line_num)
            yield reader.line_num, row
    except csv.Error as error:
        raise FileRefused(name, f"not a CSV line ({error}).", line=reader.line_num) from error


def _lines(name: str, stream: BinaryIO, advance: Advance) -> Iterator[str]:
    unreported = 0
    for place, line in enumerate(iter(lambda: stream.readline(LONGEST_LINE), b""), start=1):
        if len(line) == LONGEST_LINE:
            raise FileRefused(name, f"the line is longer than {LONGEST_LINE} bytes.", line=place)
        if b"\0" in line:
            raise FileRefused(name, "the line holds a NUL byte.", line=place)
        try:
            yield line.decode("utf-8-sig" if place == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise FileRefused(name, f"the line is not UTF-8 (byte {error.start + 1}).", line=place) from error
        unreported += len(line)
        if unreported > _EVERY_BYTES:
            advance(unreported)
            unreported = 0
    advance(unreported)
