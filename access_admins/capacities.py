"""Capacities that come and go: which the register offers, what activating or retiring one changes (BEHAVIOUR H6).

Planned for the page and, by the same code, planned again and carried out in the act. Plans hold counts, never lists of
accounts: a capacity may have a hundred thousand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils import timezone

from access_admins.hooks import Consequence, consequences
from access_admins.models import ChiefRole
from access_admins.succession import capacities_to_open
from enterprises.enums import State
from enterprises.gateway import RegisteredEnterprise, register
from enterprises.models import Capacity, CapacityKind, Enterprise
from enterprises.ties import refuse_when_old
from users.enums import AccountType
from users.models import LIVE, Account, Grant


@dataclass(frozen=True)
class RegisterAnswer:
    """What the register says of an enterprise, and when it said so."""

    enterprise: RegisteredEnterprise | None
    read_at: datetime

    def refuse_when_old(self) -> None:
        """Raise RegisterDown where the act waited so long for its locks that the answer grew old."""
        refuse_when_old(self.read_at)

    @property
    def is_open(self) -> bool:
        """Whether the enterprise may still get capacities: the register knows it, and it is neither stopped nor cancelled."""
        return self.enterprise is not None and self.enterprise.state in {State.ACTIVE, State.WINDING_UP}


def ask_register(enterprise: Enterprise) -> RegisterAnswer:
    """Ask the register about an enterprise, just before an act or for a page. Raises RegisterDown."""
    return RegisterAnswer(register().enterprise(enterprise.number), timezone.now())


@dataclass(frozen=True)
class Offer:
    """A capacity that the register knows and that is not in use here. was_retired: it was once, and was ended on purpose."""

    kind: CapacityKind
    identification: str
    was_retired: bool

    @property
    def key(self) -> str:
        """What stands for it in a form."""
        return f"{self.kind.code}:{self.identification}"

    @property
    def capacity(self) -> Capacity:
        """The capacity as it would be, not saved, to be shown."""
        return Capacity(kind=self.kind, identification=self.identification)


def offers_for(enterprise: Enterprise, answer: RegisterAnswer) -> list[Offer]:
    """Return the capacities that can be activated: new numbers in the register, new kinds open to all, and retired ones."""
    if answer.enterprise is None or not answer.is_open:
        return []
    known: dict[tuple[int, str], bool] = {}
    for kind, identification, retired_at in enterprise.capacities.values_list("kind", "identification", "retired_at"):
        known[kind, identification] = known.get((kind, identification), False) or retired_at is None
    return [
        Offer(kind, identification, was_retired=(kind.pk, identification) in known)
        for kind, identification in capacities_to_open(answer.enterprise)
        if not known.get((kind.pk, identification), False)
    ]


@dataclass(frozen=True)
class Activation:
    """What activating capacities changes: they open, and the chief is their access administrator until one is appointed."""

    offers: Sequence[Offer]
    chief: ChiefRole


@dataclass(frozen=True)
class Retirement:
    """What ends with a capacity: its accounts, by type and counted, their applications, and what other rooms add."""

    capacity: Capacity
    administrators: Sequence[Account]
    users: int
    grants: int
    others: Sequence[Consequence]

    def as_plan(self) -> dict[str, Any]:
        """Return what is compared between the check page and the act."""
        return {
            "capacity": self.capacity.public_id,
            "administrators": [account.public_id for account in self.administrators],
            "users": self.users,
            "grants": self.grants,
            "others": [other.facts for other in self.others],
        }


def plan_retirement(capacity: Capacity) -> Retirement:
    """Return what retiring a capacity would end now. A constant number of queries, whatever the number of its accounts."""
    accounts = Account.objects.filter(LIVE, capacity=capacity)
    administrators = accounts.filter(type__in=(AccountType.LB, AccountType.CO_LB)).select_related("person")
    return Retirement(
        capacity=capacity,
        administrators=list(administrators.order_by("-type", "pk")),
        users=accounts.filter(type=AccountType.USER).aggregate(n=Count("pk"))["n"],
        grants=Grant.objects.filter(LIVE, account__in=accounts.values("pk")).count(),
        others=consequences(capacity),
    )
