"""Pages of a long list by keyset: the last page costs what the first does, and no address holds a name.

A cursor is the public id of the row at the edge of a page; the keys that it is sorted by are read again by that id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

SIZE = 25
M = TypeVar("M", bound=Model)
R = TypeVar("R")


@dataclass(frozen=True)
class Slice(Generic[R]):
    """A page's rows in order, and whether there are rows before and after it."""

    rows: list[R]
    has_previous: bool
    has_next: bool


@dataclass(frozen=True)
class KeysetPage(Generic[M]):
    """A page of rows. before, after: the cursors of the pages around it, "" where there is none."""

    rows: list[M]
    before: str = ""
    after: str = ""

    def addresses(self, **query: str) -> dict[str, str]:
        """Return `previous` and `next` for ui/pagination.html; query: what else stands behind the question mark."""
        kept = {name: value for name, value in query.items() if value}
        return {
            "previous": "?" + urlencode({**kept, "before": self.before}) if self.before else "",
            "next": "?" + urlencode({**kept, "after": self.after}) if self.after else "",
        }


def page_of(
    rows: QuerySet[M],
    keys: Sequence[str],
    *,
    after: Any = None,
    before: Any = None,
    falling: bool = False,
    cursor: str = "public_id",
    size: int = SIZE,
) -> KeysetPage[M]:
    """Return the page of `rows` behind a cursor, or before one; the first page without, or where its row is gone.

    keys: the columns of the order, all rising (or all falling), the primary key last. cursor: the column that cursors hold.
    """
    edge = edge_of(rows, keys, after or before, cursor=cursor)
    is_before = edge is not None and not after
    found = list(beyond(rows, keys, edge, falling=falling != is_before, size=size))
    return _page(slice_of(found, edge, is_before=is_before, size=size), cursor)


def first_page(found: list[M], *, cursor: str = "public_id", size: int = SIZE) -> KeysetPage[M]:
    """Return the first page of rows that were read in their order, one more than it shows."""
    return _page(slice_of(found, None, size=size), cursor)


def beyond(
    rows: QuerySet[M], keys: Sequence[str], edge: Sequence[Any] | None, *, falling: bool, size: int = SIZE
) -> QuerySet[M]:
    """Return the rows beyond an edge in the direction of their order, all of them where it is None; one more than a page has.

    keys: as of `page_of`. edge: the keys of the row at the edge, whether it is still in the list or not.
    """
    if edge is not None:
        rows = rows.filter(_condition(keys, edge, rising=not falling))
    return rows.order_by(*(f"-{key}" if falling else key for key in keys))[: size + 1]


def slice_of(found: list[R], edge: Any, *, is_before: bool = False, size: int = SIZE) -> Slice[R]:
    """Return a page of what was read `beyond` an edge: whether there is one row more says whether the list goes on."""
    goes_on, rows = len(found) > size, found[:size]
    if is_before:
        return Slice(rows[::-1], has_previous=goes_on, has_next=bool(rows))
    return Slice(rows, has_previous=edge is not None and bool(rows), has_next=goes_on)


def edge_of(rows: QuerySet[M], keys: Sequence[str], value: Any, *, cursor: str = "public_id") -> tuple[Any, ...] | None:
    """Return the keys of the row that a cursor names, None where there is none among `rows`."""
    if not value:
        return None
    return next(iter(rows.filter(**{cursor: value}).order_by().values_list(*keys)), None)


def _condition(keys: Sequence[str], edge: Sequence[Any], *, rising: bool) -> Q:
    """One comparison of rows, which an index answers at once; a chain of ORs would read all that came before."""
    if len(keys) == 1:
        return Q(**{f"{keys[0]}__{'gt' if rising else 'lt'}": edge[0]})
    return Q((TupleGreaterThan if rising else TupleLessThan)(Tuple(*keys), tuple(edge)))


def _page(found: Slice[M], cursor: str) -> KeysetPage[M]:
    return KeysetPage(
        found.rows,
        before=str(getattr(found.rows[0], cursor)) if found.has_previous else "",
        after=str(getattr(found.rows[-1], cursor)) if found.has_next else "",
    )
