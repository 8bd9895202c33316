"""A CSV file as people upload it, read into rows (BEHAVIOUR U9): whichever spreadsheet saved it, trusting nothing of it.

What is wrong is said with line and column as the spreadsheet shows them. Nothing here asks the database. Reading ends soon,
however a file is made (BEHAVIOUR T17): no line, no number of cells and no number of faults is gone through beyond what a file
of ours could have.
"""

import codecs
import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from itertools import chain
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from acts.errors import Refused, Sentence
from formats.csv import unguarded
from formats.names import fold
from users.sheet.columns import HEADS, Column, words

# An export of MOST_ROWS accounts takes 12 MB.
MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 100_000
DELIMITERS = ";,\t"
# The longest cell that anything of ours can fill: all codes of a kind's applications.
LONGEST_CELL = 10_000
# The characters of the first line, and of a record, line ends in its cells included.
LONGEST_HEAD = 2_000
LONGEST_RECORD = 40_000
# Some spreadsheets put empty cells behind the last one.
MOST_CELLS = 200
# Of a whole file: such cells, and lines, of which a cell may hold some.
MOST_CELLS_BEHIND = 500_000
MOST_LINES = 3 * MOST_ROWS
# What is told of a file that is wrong all over; nobody mends more at once.
MOST_PROBLEMS = 1_000
# What a spreadsheet writes first to tell its own kind the delimiter.
SEPARATOR_LINE = "sep="
# For the five bytes that Windows-1252 leaves free, the one that says "something stood here"; all others as they are.
_SUBSTITUTES = bytes(0x1A if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else byte for byte in range(256))
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True)
class Problem:
    """What is wrong with a line of the file. column: as its head says, "" for the line as a whole."""

    line: int
    sentence: Sentence
    column: str = ""


@dataclass(frozen=True)
class Row:
    """A line of the file: the texts of its cells, without the blanks around them."""

    line: int
    cells: Mapping[Column, str]


@dataclass
class Sheet:
    """A file while it is read. heads: what it calls its columns; rows: read as they are asked for; problems: so far."""

    heads: Mapping[Column, str]
    rows: Iterator[Row]
    problems: list[Problem] = field(default_factory=list)


def read_sheet(content: bytes) -> Sheet:
    """Begin to read a file; a line that is wrong is a problem of the sheet and not a row.

    Raises Refused where it cannot be a sheet of ours at all, also later, while its rows are read.
    """
    lines = _Lines(text_of(content))
    head, before = _head(lines), 0
    delimiter = ""
    if head.lower().startswith(SEPARATOR_LINE):
        delimiter, head, before = head[len(SEPARATOR_LINE) :][:1], _head(lines), 1
    if not head.strip():
        raise Refused(_("This file is empty. Export the users and change that file."), code="empty")
    delimiter = delimiter if delimiter and delimiter in DELIMITERS else _delimiter(head)
    problems: list[Problem] = []
    reader = csv.reader(chain([head], lines), delimiter=delimiter, strict=True)
    records = _records(reader, lines, before, problems)
    _line, heads = next(records, (before, []))
    columns = _columns(heads)
    named = dict(zip(columns, heads, strict=True))
    return Sheet(named, _rows(records, columns, named, problems), problems)


class _TooLongError(Exception):
    """A record is longer than any of ours."""


class _Lines:
    """The lines of a text one by one, none of a record that is too long. next_record: called before each record."""

    def __init__(self, text: str) -> None:
        self._text = StringIO(text, newline="")
        self._lines_left = MOST_LINES
        self.next_record(LONGEST_HEAD)

    def next_record(self, longest: int) -> None:
        self._left = longest

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._text.readline(self._left + 1)
        if not line:
            raise StopIteration
        if len(line) > self._left:
            raise _TooLongError
        self._left -= len(line)
        self._lines_left -= 1
        if self._lines_left < 0:
            raise _too_many_rows()
        return line


def _head(lines: _Lines) -> str:
    """Return the next line, where it may be the first one of ours, "" where there is none."""
    lines.next_record(LONGEST_HEAD)
    try:
        return next(lines, "")
    except _TooLongError:
        raise _no_heads() from None


def text_of(content: bytes) -> str:
    """Return the text of a file: UTF-8 with or without mark, what Excel calls Unicode, or Windows-1252. Raises Refused."""
    if content.startswith(_WORKBOOKS):
        raise Refused(
            _("This is a workbook, not a CSV file. Choose “Save as” in your spreadsheet, then “CSV UTF-8”."),
            code="workbook",
        )
    try:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            text = content.decode("utf-16")
        else:
            text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _windows(content)
    if "\0" in text:
        raise Refused(
            _("This is not a text file. Export the users, change that file in a spreadsheet and save it as CSV."),
            code="no_text",
        )
    return text


def _windows(content: bytes) -> str:
    """Return Windows-1252 as text. Python would ask for each byte that is no character what to do with it."""
    return content.translate(_SUBSTITUTES).decode("cp1252")


def _delimiter(head: str) -> str:
    """Return the delimiter by which the first line falls into the most columns that we know."""
    known = words(HEADS)
    found = {sign: sum(fold(cell) in known for cell in _cells(head, sign)) for sign in DELIMITERS}
    return max(found, key=lambda sign: found[sign])


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _records(reader: Any, lines: _Lines, lines_before: int, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line that it begins on; what cannot be told apart any more ends the file as a problem."""
    count = behind = 0
    while True:
        line = lines_before + reader.line_num + 1
        if len(problems) >= MOST_PROBLEMS:
            return
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            problems.append(
                Problem(line, _('From this line on the file cannot be read: look at the quotation marks (").'))
            )
            return
        except _TooLongError:
            cells = []
            is_too_long = True
        else:
            behind += max(0, len(cells) - len(HEADS))
            is_too_long = len(cells) > MOST_CELLS or behind > MOST_CELLS_BEHIND
        if is_too_long:
            problems.append(
                Problem(line, _("This line is longer than any of an export, so the file was not read on from here."))
            )
            return
        count += 1
        if count > MOST_ROWS + 1:
            raise _too_many_rows()
        yield line, [unguarded(cell).strip() if cell else "" for cell in cells]
        lines.next_record(LONGEST_RECORD)


def _too_many_rows() -> Refused:
    return Refused(
        _("This file has more than %(most)s lines. Export a part of the users and change that.")
        % {"most": f"{MOST_ROWS:_}".replace("_", " ")},
        code="too_many_rows",
    )


def _no_heads() -> Refused:
    return Refused(
        _("The first line does not name the columns of the export. Export the users and change that file."),
        code="no_heads",
    )


def _columns(heads: list[str]) -> list[Column]:
    """Return the columns of the first line. Raises Refused where it is not the export's."""
    known = words(HEADS)
    while heads and not heads[-1]:
        heads.pop()
    unknown = [head for head in heads if fold(head) not in known]
    columns = [Column(known[fold(head)]) for head in heads if head not in unknown]
    missing = [str(label) for column, label in HEADS.items() if column not in columns]
    if len(columns) < len(HEADS) // 2:
        raise _no_heads()
    if missing:
        raise Refused(
            ngettext("This column is missing: %(names)s.", "These columns are missing: %(names)s.", len(missing))
            % {"names": ", ".join(missing)},
            code="column_missing",
        )
    if unknown:
        raise Refused(
            ngettext(
                "This column is not one of the export: %(names)s. Take it out.",
                "These columns are not of the export: %(names)s. Take them out.",
                len(unknown),
            )
            % {"names": ", ".join(head[:40] or "—" for head in unknown)},
            code="column_unknown",
        )
    if len(set(columns)) < len(columns):
        raise Refused(_("A column stands twice in the file. Leave one of them."), code="column_twice")
    return columns


def _rows(
    records: Iterator[tuple[int, list[str]]],
    columns: list[Column],
    heads: Mapping[Column, str],
    problems: list[Problem],
) -> Iterator[Row]:
    for line, cells in records:
        if not any(cells):
            continue
        while len(cells) > len(columns) and not cells[-1]:
            cells.pop()
        if len(cells) != len(columns):
            counts = {"found": len(cells), "right": len(columns)}
            problems.append(Problem(line, _("This line has %(found)s cells instead of %(right)s.") % counts))
        elif long := [column for column, cell in zip(columns, cells, strict=True) if len(cell) > LONGEST_CELL]:
            problems.append(Problem(line, _("This text is too long."), heads[long[0]]))
        else:
            yield Row(line, dict(zip(columns, cells, strict=True)))
