"""The roles of chief administrators; `csam_portal.apps` registers it with Actor."""

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Case, CharField, QuerySet, Value, When

from access_admins.enums import ChiefKind
from access_admins.models import ChiefRole
from acts.errors import Missing
from enterprises.models import Enterprise
from identity.actor import HOLDING_COLUMNS
from identity.enums import Role
from identity.models import Person
from identity.people import opened_to
from users.chiefs import Chief
from users.models import LIVE

ROLE_OF = {ChiefKind.HTB: Role.HTB, ChiefKind.CO: Role.CO_HTB}


def chief_holdings(person: Any, vouched_by: Any, enterprise: Any) -> QuerySet[ChiefRole, Any]:
    """Return the rows of what a person holds over an enterprise as HTB or co-HTB; ids, and `vouched_by` of the person."""
    no = Value(False)
    return (
        ChiefRole.objects.filter(LIVE, opened_to(vouched_by, "enterprise__"), person=person, enterprise=enterprise)
        .annotate(
            role=Case(*(When(kind=kind, then=Value(role)) for kind, role in ROLE_OF.items()), output_field=CharField()),
            capacity_id=Value(None, output_field=BigIntegerField()),
            as_htb=no,
            is_blocked=no,
        )
        .values_list(*HOLDING_COLUMNS)
    )


def led_by(people: Collection[int]) -> set[tuple[int, uuid.UUID]]:
    """Return over which enterprises (public_id) persons (ids) are HTB or co-HTB now."""
    return set(ChiefRole.objects.filter(LIVE, person__in=people).values_list("person", "enterprise__public_id"))


def current_chief(number: str) -> ChiefRole | None:
    """Return the chief administrator's role of an enterprise (ten digits) today, None where there is none."""
    return (
        ChiefRole.objects.filter(LIVE, enterprise__number=number, kind=ChiefKind.HTB)
        .select_related("person", "enterprise")
        .first()
    )


class Chiefs:
    """Answers for the chief administrators where the room of accounts asks (users.chiefs)."""

    def chief_of(self, enterprise: int) -> Chief:
        """Return the chief administrator of an enterprise in CSAM now."""
        role = ChiefRole.objects.select_related("person").get(LIVE, enterprise=enterprise, kind=ChiefKind.HTB)
        return Chief(role.person, role.email)

    def is_chief(self, person: int, enterprise: uuid.UUID) -> bool:
        """Tell whether a person is HTB or co-HTB of an enterprise now."""
        return ChiefRole.objects.filter(LIVE, person=person, enterprise__public_id=enterprise).exists()

    def persons_with_role(self, enterprise: int) -> QuerySet[Any, Any]:
        """Return the ids of the persons who are HTB or co-HTB of an enterprise now, as a subquery."""
        return ChiefRole.objects.filter(LIVE, enterprise=enterprise).values("person")


def chief_role(public_id: str) -> ChiefRole:
    """Return a chief role, live or ended, with its person and enterprise."""
    return ChiefRole.objects.select_related("person", "enterprise").get(public_id=public_id)


def chief_role_of(person: Person, enterprise: Enterprise) -> ChiefRole:
    """Return a person's own live role over an enterprise."""
    return ChiefRole.objects.get(LIVE, person=person, enterprise=enterprise)


def chief_of(enterprise: Enterprise) -> ChiefRole:
    """Return the chief administrator's role of an enterprise in CSAM, with the person."""
    return ChiefRole.objects.select_related("person").get(LIVE, enterprise=enterprise, kind=ChiefKind.HTB)


def co_chief_of(enterprise: Enterprise, public_id: uuid.UUID) -> ChiefRole:
    """Return a co-chief's role of an enterprise, live or ended, with its person. Raises Missing."""
    role = (
        ChiefRole.objects.filter(enterprise=enterprise, kind=ChiefKind.CO, public_id=public_id)
        .select_related("person", "enterprise")
        .first()
    )
    if role is None:
        raise Missing
    return role


def own_co_role(person: Person, enterprise: uuid.UUID, *, ended_since: datetime | None = None) -> ChiefRole | None:
    """Return a person's live role of co-chief in an enterprise (its public_id); or one that they gave back since a moment."""
    roles = ChiefRole.objects.filter(person=person, enterprise__public_id=enterprise, kind=ChiefKind.CO)
    if ended_since is None:
        roles = roles.filter(LIVE)
    else:
        roles = roles.filter(ended_by=person, ended_at__gt=ended_since)
    return roles.select_related("person", "enterprise").first()
