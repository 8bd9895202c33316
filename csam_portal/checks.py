"""What the database must not hold in production: asked by `migrate`, the web server, the worker and the gateway.

What settings alone tell stands in `csam_portal.starting`, which every command asks.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register, run_checks
from django.core.checks import Warning as CheckWarning
from django.db import connections

from csam_portal.demo.world import CAST, STAFF
from csam_portal.starting.refusal import DoesNotStart
from identity.models import Person

DEMO_WORLD = "The demo world is in the database, and its passwords are public."
# Of audit.W001: a warning, because `migrate` runs it first and is what mends it; an error for who serves.
CHANGEABLE = "The record can be changed unseen."


@register(Tags.security)
def production_has_a_server(**_options: Any) -> list[CheckMessage]:
    """Return a warning where a production's database is a file."""
    if not settings.IS_PRODUCTION or not settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        return []
    return [
        CheckWarning("The database is SQLite: one machine, and its file is the whole protection.", id="portal.W001")
    ]


@register(Tags.database)
def production_has_no_demo_world(databases: Sequence[str] | None = None, **_options: Any) -> list[CheckMessage]:
    """Return an Error where the demo world, whose passwords are public, is in a production's database."""
    if not settings.IS_PRODUCTION:
        return []
    names = [*STAFF, *(person.user_name for person in CAST if person.user_name)]
    return [
        Error(DEMO_WORLD, id="portal.E003")
        for alias in databases or ()
        if Person._meta.db_table in connections[alias].introspection.table_names()
        and Person.objects.using(alias).filter(user_name__in=names).exists()
    ]


def refuse_unsafe_database() -> None:
    """Run every check, those of the database included, as the web server does before it serves.

    Raises DoesNotStart for an error, and in production for a database that would let the record be changed.
    """
    faults = [
        message
        for message in run_checks(databases=["default"])
        if message.is_serious() or (settings.IS_PRODUCTION and message.id == "audit.W001")
    ]
    connections.close_all()  # the server may fork after this
    if faults:
        raise DoesNotStart("\n".join(["The portal does not start:", *map(str, faults)]))
