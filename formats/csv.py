"""CSV as a Belgian Excel opens it (BEHAVIOUR U2): UTF-8 with a byte order mark, semicolons, no cell that starts a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import islice

BYTE_ORDER_MARK = "\ufeff"
CONTENT_TYPE = "text/csv; charset=utf-8"
# With these a spreadsheet begins a formula, also in their wide forms; a line break or tab before them would be skipped.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Put before such a cell: the spreadsheet then shows it as the text that it is.
GUARD = "'"
LINES_AT_ONCE = 500


def guarded(cell: object) -> str:
    """Return a cell's text so that no spreadsheet takes it for a formula; None is an empty cell."""
    text = "" if cell is None else str(cell)
    return GUARD + text if _needs_guard(text) else text


def unguarded(text: str) -> str:
    """Return what `guarded` was given."""
    bare = text.removeprefix(GUARD)
    return bare if _needs_guard(bare) else text


def _needs_guard(text: str) -> bool:
    """Also of a text that looks guarded already, so that `unguarded` finds back what was there."""
    return text.lstrip(f" {GUARD}").startswith(FORMULA_STARTS)


def lines(header: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Yield a file in pieces, so that its size costs no memory: the header, then the rows."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    text.write(BYTE_ORDER_MARK)
    writer.writerow(map(guarded, header))
    waiting = iter(rows)
    while True:
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
        piece = list(islice(waiting, LINES_AT_ONCE))
        if not piece:
            return
        writer.writerows([guarded(cell) for cell in row] for row in piece)
