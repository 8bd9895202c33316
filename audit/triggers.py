"""The database itself refuses to change or remove what was recorded (BEHAVIOUR E1).

The triggers are laid after every `migrate` (drop, create) and not by a migration: SQLite rebuilds a table to alter it, and
loses its triggers without a word. `missing` says which are not there; a system check and /readyz ask it.
"""

from collections.abc import Callable

from django.db.backends.base.base import BaseDatabaseWrapper

RECORD_TABLES = ("audit_event", "audit_link")
READING_TABLE = "audit_reading"
TABLES = (*RECORD_TABLES, READING_TABLE)
REFUSAL = "the record is append-only"

# A reading may change in one way alone: it gets linked into the record, once.
_READING_COLUMNS = ("id", "at", "actor", "enterprise", "capacity", "page", "count")

# By table: name of the trigger and what it is, without CREATE TRIGGER.
Definitions = dict[str, dict[str, str]]


def lay(connection: BaseDatabaseWrapper) -> None:
    """Lay every trigger on the tables that exist, in place of what stood there."""
    remove(connection)
    tables = _tables(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and tables:
            for function in _POSTGRESQL_FUNCTIONS:
                cursor.execute(function)
        for table in tables:
            for name, body in _definitions(connection)[table].items():
                cursor.execute(f"CREATE TRIGGER {name} {body}")


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take every trigger away: before laying them afresh, and in tests that tamper."""
    with connection.cursor() as cursor:
        for table in _tables(connection):
            for name in _definitions(connection)[table]:
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of triggers that are not there or are switched off; a table that does not exist yet lacks none."""
    there = _POSTGRESQL_THERE if connection.vendor == "postgresql" else _SQLITE_THERE
    with connection.cursor() as cursor:
        cursor.execute(there)
        found = {name for (name,) in cursor.fetchall()}
        absent = [
            name for table in _tables(connection) for name in _definitions(connection)[table] if name not in found
        ]
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA recursive_triggers")
            if cursor.fetchone() != (1,):
                absent.append("PRAGMA recursive_triggers")
    return absent


def _tables(connection: BaseDatabaseWrapper) -> list[str]:
    existing = set(connection.introspection.table_names())
    return [table for table in TABLES if table in existing]


def _definitions(connection: BaseDatabaseWrapper) -> Definitions:
    return _BY_VENDOR[connection.vendor]()


# Raised as "insufficient privilege": an integrity error would be taken for somebody having been first.
_POSTGRESQL_FUNCTIONS = (
    f"""
    CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '{REFUSAL}: % on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END $$
    """,
    f"""
    CREATE OR REPLACE FUNCTION audit_reading_update() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.linked OR NOT NEW.linked OR ({", ".join(f"OLD.{column}" for column in _READING_COLUMNS)})
            IS DISTINCT FROM ({", ".join(f"NEW.{column}" for column in _READING_COLUMNS)})
        THEN
            RAISE EXCEPTION '{REFUSAL}: UPDATE on audit_reading' USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END $$
    """,
)
_POSTGRESQL_THERE = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
_SQLITE_THERE = "SELECT name FROM sqlite_master WHERE type = 'trigger'"


def _postgresql() -> Definitions:
    refuse = "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
    definitions = {
        table: {f"{table}_append_only": f"BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} {refuse}"}
        for table in RECORD_TABLES
    }
    definitions[READING_TABLE] = {
        "audit_reading_append_only": f"BEFORE DELETE OR TRUNCATE ON {READING_TABLE} {refuse}",
        "audit_reading_linked_once": (
            f"BEFORE UPDATE ON {READING_TABLE} FOR EACH ROW EXECUTE FUNCTION audit_reading_update()"
        ),
    }
    return definitions


def _sqlite() -> Definitions:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    definitions = {
        table: {
            f"{table}_no_update": f"BEFORE UPDATE ON {table} {refuse}",
            f"{table}_no_delete": f"BEFORE DELETE ON {table} {refuse}",
        }
        for table in RECORD_TABLES
    }
    changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in _READING_COLUMNS)
    definitions[READING_TABLE] = {
        "audit_reading_linked_once": (
            f"BEFORE UPDATE ON {READING_TABLE} WHEN OLD.linked OR NOT NEW.linked OR {changed} {refuse}"
        ),
        "audit_reading_no_delete": f"BEFORE DELETE ON {READING_TABLE} {refuse}",
    }
    return definitions


_BY_VENDOR: dict[str, Callable[[], Definitions]] = {"postgresql": _postgresql, "sqlite": _sqlite}
