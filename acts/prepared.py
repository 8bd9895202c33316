"""Queries that every page asks: made into SQL once per process, because making it takes longer than asking it.

A prepared query is a function that returns a queryset, written as any other, whose arguments are given as slots:

    @prepared
    def _held(person: Any, enterprise: Any) -> QuerySet[Any, Any]:
        return Account.objects.filter(person=person, capacity__enterprise=enterprise)

    _held(person=1, enterprise=2)    # the rows

What is None stays None, and so may choose between conditions: its SQL is kept apart. Nothing else of the values may. A list
of ids is one value too: `pk__among`, where `pk__in` would be another statement for each length.
"""

import copy
import json
import uuid
from collections.abc import Callable
from datetime import datetime
from functools import update_wrapper
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import BigAutoField, DateTimeField, Expression, Field, Lookup, QuerySet, UUIDField

# What an engine may keep in another form than Python does.
_KEPT: dict[type, "Field[Any, Any]"] = {uuid.UUID: UUIDField(), datetime: DateTimeField()}


# Statements that one query keeps, by which values were given and which were None; more begin anew. Each takes 30 kB.
MOST = 50
R = TypeVar("R")


class Slot(Expression):
    """Stands in a query where a value comes later."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Return a place for the value, and this slot in its stead."""
        return "%s", [self]


@BigAutoField.register_lookup
class Among(Lookup):
    """Whether an id is one of a list."""

    lookup_name = "among"
    prepare_rhs = False

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        """Compare with an array."""
        return self._with("{} = ANY({})", compiler, connection)

    def as_sqlite(self, compiler: Any, connection: Any) -> Any:
        """Compare with what a JSON text lists."""
        return self._with("{} IN (SELECT value FROM json_each({}))", compiler, connection)

    def _with(self, template: str, compiler: Any, connection: Any) -> Any:
        column, before = self.process_lhs(compiler, connection)
        ids, after = self.process_rhs(compiler, connection)
        return template.format(column, ids), (*before, *after)


class prepared(Generic[R]):  # noqa: N801 - a decorator
    """Make a function that returns a queryset into one that returns its rows (see the module). make: that function."""

    def __init__(self, make: Callable[..., QuerySet[Any, R]]) -> None:
        self._make = make
        self._known: dict[
            tuple[str, frozenset[tuple[str, bool]]], tuple[QuerySet[Any, Any], Any, str, tuple[Any, ...]]
        ] = {}
        update_wrapper(self, make)

    def __call__(self, **values: Any) -> list[R]:
        """Return the rows. values: int, str, UUID, aware datetime, list of int or None, by the function's argument names."""
        rows, compiler, sql, params = self._statement(values)
        connection = connections[rows.db]
        bound = tuple(_kept(values[param.name], connection) if isinstance(param, Slot) else param for param in params)
        asking = copy.copy(compiler)  # threads share the statement, not the connection
        asking.connection, asking.as_sql = connection, lambda *_args, **_kwargs: (sql, bound)
        asked = rows.all()
        asked._query = copy.copy(rows.query)  # type: ignore[attr-defined]  # `query` would make tuples into mappings
        asked._query.get_compiler = lambda *_args, **_kwargs: asking  # type: ignore[attr-defined]
        return list(asked)

    def first(self, **values: Any) -> R | None:
        """Return the first row of those that a call returns, None where there is none."""
        return next(iter(self(**values)), None)

    def _statement(self, values: dict[str, Any]) -> tuple[QuerySet[Any, Any], Any, str, tuple[Any, ...]]:
        given = {name: None if value is None else Slot(name) for name, value in values.items()}
        key = (connections["default"].vendor, frozenset((name, slot is None) for name, slot in given.items()))
        known = self._known.get(key)  # another thread may forget it at any time
        if known is None:
            rows = self._make(**given)
            compiler = rows.query.get_compiler(rows.db)
            sql, params = compiler.as_sql()
            if len(self._known) >= MOST:
                self._known.clear()
            known = self._known[key] = rows, compiler, sql, tuple(params)
        return known


def _kept(value: Any, connection: Any) -> Any:
    if isinstance(value, list):
        return value if connection.vendor == "postgresql" else json.dumps(value)
    field = _KEPT.get(type(value))
    return value if field is None else field.get_db_prep_value(value, connection)
