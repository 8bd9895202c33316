"""What a person finds on the management home: the enterprises of their roles, and their roles in one of them (BEHAVIOUR H1)."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from access_admins.models import ChiefRole
from acts.prepared import prepared
from enterprises.models import Capacity, CapacityKind, Enterprise
from formats.enterprise_number import digits_of
from formats.names import fold
from identity.models import Person
from identity.people import opened_to
from ui.keyset import SIZE
from users.models import LIVE, Account

# Of enterprises on a page, for `ui.keyset`.
ORDER = ("name_key", "pk")


def enterprises_of(person: Person, *, search: str = "", kind: str = "") -> QuerySet[Enterprise]:
    """Return the enterprises in which a person holds any role or account now and that their means open, in no order.

    search: a part of the name or of the number, as typed. kind: the code of a capacity kind in which a role must be held.
    """
    found = _enterprises(person.pk, person.vouched_by, kind=kind)
    for word in fold(search).split():
        digits = digits_of(word)
        number = Q(number__contains=digits) if digits.isascii() and digits.isdigit() else Q()
        found = found.filter(Q(name_key__contains=word) | number if number else Q(name_key__contains=word))
    return found


def first_enterprises(person: Person) -> list[Enterprise]:
    """Return the first of `enterprises_of`, in the order of ORDER: one more than a page shows."""
    return _first(person=person.pk, vouched_by=person.vouched_by)


def kinds_of(person: Person) -> list[CapacityKind]:
    """Return the capacity kinds in which a person holds a role: the qualities by which the home page can be filtered."""
    return _kinds(person=person.pk, vouched_by=person.vouched_by)


def is_blocked_everywhere(person: Person) -> bool:
    """Tell of a person who has roles whether all of them are blocked accounts (BEHAVIOUR U6)."""
    return not _open(person=person.pk, vouched_by=person.vouched_by)


@dataclass(frozen=True)
class Roles:
    """What a person holds in one enterprise. accounts: with capacity, kind and domain, in the order of the kinds."""

    chief: ChiefRole | None
    accounts: list[Account]

    @property
    def are_blocked(self) -> bool:
        """Whether nothing can be done with them."""
        return self.chief is None and all(account.blocked_at is not None for account in self.accounts)


def roles_in(person: Person, enterprise: Enterprise) -> Roles:
    """Return a person's roles in an enterprise that their means open."""
    chiefs, accounts = _held(person.pk, person.vouched_by)
    accounts = accounts.filter(capacity__enterprise=enterprise).select_related("capacity__kind__domain")
    return Roles(
        chief=chiefs.filter(enterprise=enterprise).first(),
        accounts=list(accounts.order_by("capacity__kind__domain__position", "capacity__kind__position", "pk")),
    )


# What follows takes a person's id and `vouched_by`, or slots (acts.prepared).


@prepared
def _first(person: Any, vouched_by: Any) -> QuerySet[Enterprise]:
    return _enterprises(person, vouched_by).order_by(*ORDER)[: SIZE + 1]


@prepared
def _kinds(person: Any, vouched_by: Any) -> QuerySet[CapacityKind]:
    chiefs, accounts = _held(person, vouched_by)
    as_chief = Capacity.objects.filter(retired_at=None, enterprise__in=chiefs.values("enterprise")).values("kind")
    held = accounts.values("capacity__kind").union(as_chief)
    return CapacityKind.objects.filter(pk__in=held).order_by("domain__position", "position")


@prepared
def _open(person: Any, vouched_by: Any) -> QuerySet[Any, Any]:
    chiefs, accounts = _held(person, vouched_by)
    return chiefs.values_list("pk").union(accounts.filter(blocked_at=None).values_list("pk"), all=True)[:1]


def _enterprises(person: Any, vouched_by: Any, *, kind: str = "") -> QuerySet[Enterprise]:
    # A union of two lists of ids: an OR would make the database read every enterprise there is.
    chiefs, accounts = _held(person, vouched_by)
    if kind:
        of_kind = Capacity.objects.filter(kind__code=kind, retired_at=None, enterprise=OuterRef("enterprise"))
        chiefs, accounts = chiefs.filter(Exists(of_kind)), accounts.filter(capacity__kind__code=kind)
    ids = chiefs.values("enterprise").union(accounts.values("capacity__enterprise"))
    return Enterprise.objects.filter(opened_to(vouched_by), pk__in=ids)


def _held(person: Any, vouched_by: Any) -> tuple[QuerySet[ChiefRole], QuerySet[Account]]:
    """Return what a person holds now where their means open: roles over enterprises, accounts in capacities."""
    chiefs = ChiefRole.objects.filter(LIVE, opened_to(vouched_by, "enterprise__"), person=person)
    opened: Any = opened_to(vouched_by, "capacity__enterprise__")
    return chiefs, Account.objects.filter(LIVE, opened, person=person, capacity__retired_at=None)
