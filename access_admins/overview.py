"""What the chief sees of an enterprise: its capacities with who administers them, the co-chiefs, what there is to do (H2).

Two queries, whatever the enterprise's size: its capacities with their users counted, and everybody who administers.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    BooleanField,
    Exists,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from access_admins.enums import ChiefKind
from access_admins.models import ChiefRole, Departure, RegisterNotice, Review
from access_admins.reviews import departures_of, open_reviews
from acts.prepared import prepared
from enterprises.models import Capacity, Enterprise
from users.enums import AccountType
from users.models import LIVE, Account
from users.paging import CappedCount

# Users are counted up to here, so that the page costs the same for a hundred thousand of them.
COUNTED_TO = 1000
# So many co-administrators of a capacity are named; the others are counted.
NAMED = 3


@dataclass(frozen=True)
class Administrator:
    """Somebody who administers.

    public_id: of the role or account. capacity: its id, None for a chief. by, by_person: who appointed them. awaits_review:
    a former chief did (S7). has_left: by the register they no longer belong to the enterprise.
    """

    public_id: uuid.UUID
    kind: str
    capacity: int | None
    as_htb: bool
    first_names: str
    last_name: str
    since: datetime
    by_first_names: str
    by_last_name: str
    person: int
    by_person: int
    awaits_review: bool
    has_left: bool

    @property
    def name(self) -> str:
        """First given name and name."""
        return f"{self.first_names.split(' ')[0]} {self.last_name}".strip()

    @property
    def by(self) -> str:
        """Who appointed them."""
        return f"{self.by_first_names.split(' ')[0]} {self.by_last_name}".strip()


@dataclass(frozen=True)
class CapacityLine:
    """A capacity of the list. co_tbs: the first by name. more_co_tbs: how many are not named. users: how many, at most
    COUNTED_TO + 1, which means more than that."""

    capacity: Capacity
    tb: Administrator | None
    co_tbs: Sequence[Administrator]
    more_co_tbs: int
    users: int


@dataclass(frozen=True)
class Overview:
    """An enterprise as its chief sees it. reviews: of people whom a former chief appointed. departures: people with a role or
    account here who left by the register. new_capacities: that the register knows and that were never here."""

    capacities: Sequence[CapacityLine]
    chief: Administrator
    co_chiefs: Sequence[Administrator]
    reviews: int
    departures: int
    new_capacities: int


def overview_of(enterprise: Enterprise) -> Overview:
    """Return what the enterprise's page shows."""
    rows = _administrators(enterprise=enterprise.pk)
    people = [Administrator(*row[:-3]) for row in rows]
    # Which stand in the rows of chiefs alone, of whom there is always one.
    reviews, departures, new_capacities = (max(row[place] for row in rows) for place in (-3, -2, -1))
    return Overview(
        capacities=[_line(capacity, people) for capacity in _capacities(enterprise=enterprise.pk)],
        chief=next(one for one in people if one.kind == ChiefKind.HTB and one.capacity is None),
        co_chiefs=[one for one in people if one.kind == ChiefKind.CO and one.capacity is None],
        reviews=reviews,
        departures=departures,
        new_capacities=new_capacities,
    )


def _line(capacity: Any, people: Sequence[Administrator]) -> CapacityLine:
    here = [one for one in people if one.capacity == capacity.pk]
    co_tbs = [one for one in here if one.kind == AccountType.CO_LB]
    return CapacityLine(
        capacity=capacity,
        tb=next((one for one in here if one.kind == AccountType.LB), None),
        co_tbs=co_tbs,
        more_co_tbs=capacity.co_tbs - len(co_tbs),
        users=capacity.users,
    )


@prepared
def _capacities(enterprise: Any) -> QuerySet[Any, Any]:
    """The capacities in use, in their order, each with how many users and co-administrators it has."""
    accounts = Account.objects.filter(LIVE, capacity=OuterRef("pk")).order_by().values("pk")
    capacities = Capacity.objects.filter(enterprise=enterprise, retired_at=None).select_related("kind__domain")
    return capacities.annotate(
        users=CappedCount(accounts.filter(type=AccountType.USER), COUNTED_TO + 1),
        co_tbs=CappedCount(accounts.filter(type=AccountType.CO_LB), COUNTED_TO),
    ).order_by("kind__domain__position", "kind__position", "identification")


@prepared
def _administrators(enterprise: Any) -> QuerySet[Any, Any]:
    """One statement for everybody who administers, by name: the fields of Administrator, then the enterprise's counts."""
    has_left = Exists(Departure.objects.filter(enterprise=enterprise, person=OuterRef("person")))
    waiting = Review.objects.filter(decided_at=None)
    roles = ChiefRole.objects.filter(LIVE, enterprise=enterprise).values_list(
        "public_id",
        "kind",
        Value(None, IntegerField()),
        Value(False, BooleanField()),
        *_who("started"),
        Exists(waiting.filter(chief_role=OuterRef("pk"))),
        has_left,
        *_counts_of(enterprise),
    )
    accounts = Account.objects.filter(LIVE, capacity__enterprise=enterprise, capacity__retired_at=None)
    co_tbs = Account.objects.filter(LIVE, capacity=OuterRef("capacity"), type=AccountType.CO_LB)
    named = co_tbs.order_by("last_key", "first_key", "pk").values("pk")[:NAMED]
    columns: list[Any] = [
        "public_id",
        "type",
        "capacity_id",
        "as_htb",
        *_who("created"),
        Exists(waiting.filter(account=OuterRef("pk"))),
        has_left,
        *[Value(0, IntegerField())] * 3,
    ]
    # Not one condition with OR: the database would look at every account of the enterprise.
    return roles.union(
        accounts.filter(type=AccountType.LB).values_list(*columns),
        accounts.filter(type=AccountType.CO_LB, pk__in=named).values_list(*columns),
        all=True,
    ).order_by("person__last_name", "person__first_names")


def _who(begun: str) -> list[str]:
    return [
        "person__first_names",
        "person__last_name",
        f"{begun}_at",
        f"{begun}_by__first_names",
        f"{begun}_by__last_name",
        "person_id",
        f"{begun}_by_id",
    ]


def _counts_of(enterprise: Any) -> list[Any]:
    """Of reviews, departures, new capacities."""
    notice = RegisterNotice.objects.filter(enterprise=enterprise).values("new_capacities")
    return [
        CappedCount(open_reviews(enterprise), COUNTED_TO),
        CappedCount(departures_of(enterprise), COUNTED_TO),
        Coalesce(Subquery(notice[:1]), 0),
    ]
