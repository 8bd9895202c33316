"""Pages of a sorted list of accounts that stay in step while rows come and go (BEHAVIOUR U1).

A place in the list is a row, named by its public id: its keys are read when the page is asked for (ui.keyset), so that no name
stands in an address. An account that ended keeps its keys, so its place is still there.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery

from acts.prepared import prepared
from enterprises.models import Capacity
from ui.keyset import Slice, beyond, slice_of
from users.listing import accounts_under
from users.models import Account

PAGE_SIZE = 25
# By the name in the address: the columns of one index of the list, which ends in id.
SORTS: dict[str, tuple[str, ...]] = {
    "name": ("last_key", "first_key", "id"),
    "first-name": ("first_key", "last_key", "id"),
    "user-name": ("user_name_key", "id"),
    "type": ("type", "last_key", "first_key", "id"),
    "insz": ("insz", "id"),
    "status": ("is_blocked", "last_key", "first_key", "id"),
}
DEFAULT_SORT = "name"


@dataclass(frozen=True)
class Sort:
    """By which column, and whether downwards. In an address: "name", or "-name" for downwards."""

    column: str = DEFAULT_SORT
    is_descending: bool = False

    @classmethod
    def of(cls, text: str) -> "Sort":
        """Return the order that an address asks for; the ordinary one where it names none."""
        column = text.removeprefix("-")
        return cls(column, text.startswith("-")) if column in SORTS else cls()

    @property
    def text(self) -> str:
        """As it stands in an address."""
        return f"-{self.column}" if self.is_descending else self.column

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns, all in one direction."""
        return SORTS[self.column]


@dataclass(frozen=True)
class Place:
    """Where a page lies: after a row, before a row, or (row None) at the beginning."""

    row: uuid.UUID | None = None
    is_before: bool = False


class CappedCount(Subquery):
    """How many rows a queryset has, up to a number: as a column of the page's own statement, so that it costs no other."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) capped)"
    output_field = IntegerField()

    def __init__(self, rows: QuerySet[Any, Any], most: int) -> None:
        super().__init__(rows.order_by().values("pk")[:most])


Page = Slice[Any]


def page_at(
    capacity: Capacity,
    conditions: Mapping[str, Any],
    sort: Sort,
    place: Place,
    columns: tuple[str, ...],
    *,
    most_counted: int = 0,
) -> Page:
    """Return the page of a list that lies at a place.

    conditions: which accounts of the capacity (`users.listing.accounts_under`). columns: what each row holds, as of
    `values_list`; with `most_counted` and, last, how many rows the list has, counted up to there. A place whose row is not of
    this capacity is the beginning. A page may be short where rows came or went: it shows every row beyond its place and none
    twice.
    """
    edge = _edge(sort.keys).first(capacity=capacity.pk, row=place.row) if place.row is not None else None
    is_before = edge is not None and place.is_before
    ask = _rows(sort.keys, columns, most_counted, falling=sort.is_descending != is_before)
    asked = {"capacity": capacity.pk, **_at(sort.keys, edge or ()), **conditions}
    return slice_of(ask(**asked), edge, is_before=is_before, size=PAGE_SIZE)


@cache
def _rows(
    keys: tuple[str, ...], columns: tuple[str, ...], most_counted: int, *, falling: bool
) -> "prepared[tuple[Any, ...]]":
    """Return what asks for the rows of a page. They are found first, which the order's index alone can do, and read then."""

    @prepared
    def rows(capacity: Any, **values: Any) -> QuerySet[Account, tuple[Any, ...]]:
        edge = [values.pop(name) for name in _at(keys, keys) if name in values]
        accounts = accounts_under(capacity, **values)
        counted = [CappedCount(accounts, most_counted)] if most_counted else []
        found = beyond(accounts, keys, edge or None, falling=falling, size=PAGE_SIZE)
        in_order = Account.objects.filter(pk__in=found.values("pk")).order_by(*found.query.order_by)
        return in_order.values_list(*columns, *counted)

    return rows


@cache
def _edge(keys: tuple[str, ...]) -> "prepared[tuple[Any, ...]]":
    """Return what asks for the keys of a row."""

    @prepared
    def edge(capacity: Any, row: Any) -> QuerySet[Account, tuple[Any, ...]]:
        return Account.objects.filter(public_id=row, capacity=capacity).values_list(*keys)

    return edge


def _at(keys: tuple[str, ...], values: tuple[Any, ...]) -> dict[str, Any]:
    """Return the values of an edge's keys under names that no condition has."""
    return {f"edge {key}": value for key, value in zip(keys, values, strict=False)}
