"""Events by the thousand: the database makes them out of a SELECT, with their digests (docs/record.md).

What is stored is the same to the letter as what `audit.record` writes one by one, and is verified by the same code.
"""

import hashlib
import sqlite3
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from audit.models import SEPARATOR, Event

ROWS = ("place", "within", "subject", "about", "details")
_CONSTANT = ("chain", "at", "act", "actor", "role", "enterprise")


@dataclass(frozen=True)
class Selection:
    """Events of one act that differ only in whom they happened to.

    rows: a queryset with the columns ROWS: their order, then texts that cannot hold the separator: the public ids of capacity
    and person, the thing, canonical JSON. It is read when the link is written.
    """

    act: str
    actor: str
    level: int
    role: str
    enterprise: str
    rows: "QuerySet[Any, Any]"


def insert(selection: Selection, *, chain: str, link: int, at: str, first: int) -> list[str]:
    """Write the events into their place of a chain, from position `first` on; return their digests in order."""
    sql, parameters = selection.rows.values(*ROWS).query.sql_with_params()
    columns = ", ".join(Event.DIGESTED)
    texts = f" || '{SEPARATOR}' || ".join(f"CAST({name} AS text)" for name in Event.DIGESTED)
    constants = ", ".join(f"CAST(%s AS text) AS {name}" for name in _CONSTANT)
    statement = f"""
        INSERT INTO audit_event ({columns}, digest)
        SELECT {columns}, {_sha256(texts)} FROM (
            SELECT {constants}, CAST(%s AS bigint) AS link, CAST(%s AS integer) AS level,
                row_number() OVER (ORDER BY place) + %s AS position,
                within AS capacity, subject, about, details
            FROM ({sql}) AS chosen
        ) AS event
        RETURNING position, digest
    """
    values = {**vars(selection), "chain": chain, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(
            statement, [*(values[name] for name in _CONSTANT), link, selection.level, first - 1, *parameters]
        )
        return [digest for _position, digest in sorted(cursor.fetchall())]


def _sha256(text: str) -> str:
    """Return the SQL for SHA-256, hex. SQLite has none of its own and is given one."""
    if connection.vendor == "postgresql":
        return f"encode(sha256(convert_to({text}, 'UTF8')), 'hex')"
    database: sqlite3.Connection = connection.connection
    database.create_function("sha256_hex", 1, _sha256_hex, deterministic=True)
    return f"sha256_hex({text})"


def _sha256_hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
