"""Writing many rows by one statement, on both engines: what bulk acts, imports and the single acts stand on."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Expression, F, Func, Model, QuerySet, TextField, Value
from django.db.models.functions import Concat

from users.models import Account


class Among(Func):
    """The condition that a column is one of these ids, as one parameter however many: `filter(Among("pk", ids))`.

    array: PostgreSQL's type of them, for numbers of people "text".

    On PostgreSQL an array and no subquery: the planner would join that again for every row where it expects few.
    """

    output_field = BooleanField()

    def __init__(self, column: str, ids: Sequence[int | str], array: str = "bigint") -> None:
        values = Value(list(ids) if connection.vendor == "postgresql" else json.dumps(list(ids)))
        super().__init__(F(column), values, array=array)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Hashed by the server where it is long."""
        return self.as_sql(
            compiler, connection, template="(%(expressions)s::%(array)s[]))", arg_joiner=" = ANY(", **extra
        )

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """A JSON list, unfolded."""
        return self.as_sql(
            compiler,
            connection,
            template="(%(expressions)s)))",
            arg_joiner=" IN (SELECT value FROM json_each(",
            **extra,
        )


class IdText(Func):
    """A public id as the record writes it, with hyphens; SQLite stores it without."""

    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """PostgreSQL's own text of a UUID."""
        return self.as_sql(compiler, connection, template="CAST(%(expressions)s AS text)", **extra)

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """The five groups one by one."""
        groups = ("1, 8", "9, 4", "13, 4", "17, 4", "21, 12")
        return self.as_sql(
            compiler,
            connection,
            template=" || '-' || ".join(f"substr(%(expressions)s, {at})" for at in groups),
            **extra,
        )


def insert_from(
    model: type[Model], rows: "QuerySet[Any, Any]", *columns: str, returning: Sequence[str]
) -> list[tuple[Any, ...]]:
    """Insert the rows of a queryset into a table; return of each the columns asked for.

    columns: of the table, and so named in the queryset.
    """
    sql, parameters = rows.values(*columns).query.sql_with_params()
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        # What anybody typed is a parameter; names are our own columns'.
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({names}) SELECT {names} FROM ({sql}) AS chosen "
            f"RETURNING {', '.join(returning)}",
            parameters,
        )
        return list(cursor.fetchall())


def lines(accounts: "QuerySet[Account]", details: Expression | Value) -> "QuerySet[Any, Any]":
    """Return what the record keeps of each account (audit.selected.ROWS). details: its canonical JSON."""
    return accounts.annotate(
        place=F("pk"),
        within=IdText("capacity__public_id"),
        subject=IdText("person__public_id"),
        about=Concat(Value("account:"), IdText("public_id"), output_field=TextField()),
        details=details,
    )
