"""The system check that notices that names are searched without their index."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connections

from users import search_indexes


@register(Tags.database)
def names_are_found_by_index(databases: Sequence[str] | None = None, **_options: Any) -> list[CheckMessage]:
    """Warn where the search for parts of names has no index; it works all the same, slower where there are many accounts."""
    return [
        Warning(
            f"Searching a part of a name is slow in large capacities: there is no index for it on the database {alias!r}.",
            hint=f"Let the database's owner create the extension {search_indexes.EXTENSION}, then run manage.py migrate.",
            id="users.W001",
        )
        for alias in databases or ()
        if search_indexes.is_missing(connections[alias])
    ]
