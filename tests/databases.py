"""The test database: the demo world once, and the way back to it after a test that really commits.

Tests run in a transaction that is rolled back. Those that commit (a live server, threads, other processes) are followed by a
copy of the database as it was, which is quicker than emptying and loading it, and asks nothing of the record's triggers.
"""

import sqlite3
from pathlib import Path

from django.core.management import call_command
from django.db import connection, connections


def load_world() -> None:
    """Load the demo world (BEHAVIOUR section 10) and keep a copy of the database as it then is."""
    call_command("load_demo", verbosity=0)
    connections.close_all()
    if connection.vendor == "sqlite":
        _copy_file(_name(), _copy_name())
    else:
        _copy_postgresql(_name(), _copy_name())


def restore_world() -> None:
    """Put the database back as load_world left it."""
    connections.close_all()
    if connection.vendor == "sqlite":
        _copy_file(_copy_name(), _name())
    else:
        _copy_postgresql(_copy_name(), _name())


def remove_copy() -> None:
    """Remove what load_world kept."""
    connections.close_all()
    if connection.vendor == "sqlite":
        Path(_copy_name()).unlink(missing_ok=True)
    else:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{_copy_name()}"')


def url() -> str:
    """Return the test database as DATABASE_URL, for processes that a test starts."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{_name()}"
    there = connection.settings_dict
    return f"postgres://{there['USER']}:{there['PASSWORD']}@{there['HOST']}:{there['PORT'] or 5432}/{_name()}"


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _copy_name() -> str:
    return f"{_name()}_world"


def _copy_file(source: str, target: str) -> None:
    with sqlite3.connect(source) as from_, sqlite3.connect(target, timeout=20) as to:
        from_.backup(to)
    from_.close()
    to.close()


def _copy_postgresql(source: str, target: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
