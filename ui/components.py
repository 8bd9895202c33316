"""What a page hands to the components of ui/templates/ui that take more than a few words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """A line of a summary list. change: the address of the step to change it, "" where it cannot be."""

    label: Any
    value: Any
    change: str = ""


@dataclass(frozen=True)
class Column:
    """A column of a table. sort: the address that sorts by it, "" for none; order: "ascending", "descending" or ""."""

    label: Any
    sort: str = ""
    order: str = ""


@dataclass(frozen=True)
class Table:
    """A table. rows: the cells of each row in the order of the columns; the first is the row's head."""

    caption: Any
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]] = field(default_factory=list)

    @property
    def lines(self) -> list[tuple[Any, list[tuple[Column, Any]]]]:
        """The rows as the template needs them: the head, then each further cell with its column."""
        return [(cells[0], list(zip(self.columns[1:], cells[1:], strict=True))) for cells in self.rows]
