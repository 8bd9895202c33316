"""U2, H9: the CSV files of the portal open right in a Belgian Excel, and nothing in them starts a formula."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.csv import FORMULA_STARTS, LINES_AT_ONCE, guarded, lines, unguarded


def read(pieces: list[bytes]) -> list[list[str]]:
    text = b"".join(pieces).decode("utf-8-sig")
    return list(csv.reader(StringIO(text, newline=""), delimiter=";"))


def test_U2_a_file_has_a_mark_semicolons_and_windows_line_ends() -> None:
    whole = b"".join(lines(["Naam", "INSZ"], [["De Smet; Ingrid", "59.02.28-998.94"], [None, 3]]))
    assert whole.startswith(b"\xef\xbb\xbfNaam;INSZ\r\n")
    assert read([whole]) == [["Naam", "INSZ"], ["De Smet; Ingrid", "59.02.28-998.94"], ["", "3"]]


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_U2_no_cell_starts_a_formula(start: str) -> None:
    for cell in (f"{start}HYPERLINK(1)", f"  {start}1+1", f"'{start}1"):
        assert guarded(cell) == "'" + cell
        assert unguarded(guarded(cell)) == cell


def test_U2_ordinary_cells_stay_as_they_are() -> None:
    for cell in ("D'Hondt", "'t Hooft", "a=b", "", "0999.000.129"):
        assert guarded(cell) == cell
        assert unguarded(cell) == cell


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n")), min_size=2, max_size=2)))
def test_U2_what_is_written_is_what_is_read(rows: list[list[str]]) -> None:
    back = [[unguarded(cell) for cell in row] for row in read(list(lines(["a", "b"], rows)))]
    assert back == [["a", "b"], *rows]


def test_U2_a_file_comes_in_pieces() -> None:
    pieces = list(lines(["n"], ([number] for number in range(2 * LINES_AT_ONCE + 1))))
    assert len(pieces) == 4
    assert len(read(pieces)) == 2 * LINES_AT_ONCE + 2
