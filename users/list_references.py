"""What an address may not hold of a list: filters with personal data, and ticked rows (BEHAVIOUR U1, E4).

They are kept under a reference, which works for one person in one session and one capacity, and is forgotten after a
session's longest life.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from acts.errors import Refused
from acts.prepared import prepared
from enterprises.models import Capacity
from identity.actor import Actor
from ui.addresses import id_in
from users.listing import PLAIN, Filter
from users.models import ListReference

# Ticks of more rows than these are one filter's work.
MOST_TICKED = 500


def keep(
    *, actor: Actor, session: str | None, capacity: Capacity, wanted: Filter, ticked: Iterable[str] = ()
) -> dict[str, str]:
    """Keep a filter and ticks; return the query of the address that shows them (without place and order).

    session: the key of the actor's session. ticked: public ids of accounts. Nothing personal and no ticks: nothing is kept.
    Raises Refused for more than MOST_TICKED ticks.
    """
    rows = sorted(set(ticked))
    if len(rows) > MOST_TICKED:
        raise Refused(
            _("So many rows cannot be ticked one by one. Search for what they have in common and choose all of them."),
            code="too_many_ticked",
        )
    if not (wanted.personal or rows):
        return wanted.plain
    reference = ListReference.objects.create(
        person=actor.person,
        session=_digest(session),
        capacity=capacity,
        filter=wanted.personal,
        ticked=rows,
        expires_at=timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE),
    )
    return {**wanted.plain, "f": str(reference.public_id)}


def reference_of(
    query: Mapping[str, str], *, actor: Actor, session: str | None, capacity: Capacity
) -> ListReference | None:
    """Return the reference that the query of an address names, None where it names none.

    Raises Refused where it is somebody else's, another session's or capacity's, or forgotten: which one is not said.
    """
    if not query.get("f"):
        return None
    found = None
    if (named := id_in(query["f"])) is not None:
        found = _reference.first(
            public_id=named,
            person=actor.person.pk,
            session=_digest(session),
            capacity=capacity.pk,
            expires_at__gt=timezone.now(),
        )
    if found is None:
        raise Refused(_("This search is no longer kept. Search again."), code="search_forgotten")
    return found


@prepared
def _reference(**wanted: Any) -> QuerySet[ListReference]:
    return ListReference.objects.filter(**wanted)


def filter_of(query: Mapping[str, str], *, actor: Actor, session: str | None, capacity: Capacity) -> Filter:
    """Return the filter that the query of an address stands for (`request.GET` of a page of this capacity).

    session: `request.session.session_key`. Raises Refused as `reference_of`.
    """
    reference = reference_of(query, actor=actor, session=session, capacity=capacity)
    return filter_with(query, reference)


def filter_with(query: Mapping[str, str], reference: ListReference | None) -> Filter:
    """Return the filter of a query whose reference is known already."""
    personal = Filter.of(reference.filter) if reference is not None else Filter()
    return replace(personal, **{name: query.get(name, "") for name in PLAIN})


def query_string(query: Mapping[str, str]) -> str:
    """Return a query as it stands in an address, "?" included; "" for an empty one."""
    return f"?{urlencode(query)}" if query else ""


def forget_old() -> int:
    """Delete references past their end; return how many. Safe to run twice or late."""
    return ListReference.objects.filter(expires_at__lte=timezone.now()).delete()[0]


def _digest(session: str | None) -> str:
    return hashlib.sha256((session or "").encode()).hexdigest()
