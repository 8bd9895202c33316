"""What PostgreSQL needs beyond ordinary indexes to search a hundred thousand accounts (BEHAVIOUR U1).

Trigrams find the few names that hold some letters. Their index needs the extension pg_trgm, which comes with PostgreSQL and
which the owner of a database may create. Without it every account of the capacity is looked at, in an index: slower, and
right all the same. Statistics tell how often an application is held in a capacity: neither alone says so.

Like the record's triggers this is laid after every `migrate`. Where the extension may not be created a system check says
so, and the next `migrate` after it is there makes the index.
"""

from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

NAME = "account_by_part"
EXTENSION = "pg_trgm"
TABLE = "users_account"
COLUMNS = ("last_key", "first_key", "user_name_key", "insz")

# fastupdate off: an index that puts off its work makes the next search do it.
_CREATE = (
    f"CREATE INDEX IF NOT EXISTS {NAME} ON {TABLE} USING gin ("
    + ", ".join(f"{column} gin_trgm_ops" for column in COLUMNS)
    + ") WITH (fastupdate = off) WHERE ended_at IS NULL"
)
_STATISTICS = "CREATE STATISTICS IF NOT EXISTS grant_place (mcv) ON capacity_id, application_id FROM users_grant"


def lay(connection: BaseDatabaseWrapper) -> bool:
    """Make the index where it is not there yet; return whether it is there (or not needed) now."""
    if not is_missing(connection):
        return True
    with connection.cursor() as cursor:
        cursor.execute(_STATISTICS)
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {EXTENSION}")
            cursor.execute(_CREATE)
    except DatabaseError:
        # The extension is not installed on the server, or not ours to create: users.checks says what to do.
        return False
    return True


def is_missing(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether the index is wanted here and not there; a table that does not exist yet lacks none."""
    if connection.vendor != "postgresql" or TABLE not in connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NULL", [NAME])
        return bool(cursor.fetchone()[0])
