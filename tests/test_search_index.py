"""U1: parts of names are found by an index on PostgreSQL; where it cannot be made the portal says so and works all the same."""

import pytest
from django.db import connection

from users import search_indexes
from users.checks import names_are_found_by_index
from users.listing import Filter, accounts_matching
from users.models import Account

pytestmark = pytest.mark.django_db
IS_POSTGRESQL = connection.vendor == "postgresql"


def drop() -> None:
    """Take the index away, inside the test's transaction."""
    if IS_POSTGRESQL:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP INDEX {search_indexes.NAME}")


def test_migrate_lays_the_index() -> None:
    assert not search_indexes.is_missing(connection)
    assert names_are_found_by_index(databases=["default"]) == []


def test_the_index_is_laid_again_where_it_is_missing() -> None:
    drop()
    assert [warning.id for warning in names_are_found_by_index(databases=["default"])] == ["users.W001"] * IS_POSTGRESQL
    assert search_indexes.lay(connection)
    assert not search_indexes.is_missing(connection)


def test_without_the_extension_names_are_found_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_indexes, "EXTENSION", "no_such_extension")
    drop()
    assert search_indexes.lay(connection) is not IS_POSTGRESQL
    account = Account.objects.filter(last_key="vermeulen", ended_at=None).select_related("capacity").first()
    assert account is not None
    assert account in accounts_matching(account.capacity, Filter(name="meul"))
