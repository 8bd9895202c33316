"""What tests of an enterprise's administration make: roles, accounts and actors, as the acts would have left them."""

import time

from django.utils import timezone

from access_admins.enums import ChiefKind, Procedure
from access_admins.models import ChiefRole
from acts.act import perform
from enterprises.gateway import register
from enterprises.models import Capacity, Enterprise
from identity.actions.activation import open_activation
from identity.actor import Actor, portal_actor
from identity.enums import LEVEL_OF, Means
from identity.models import Person
from identity.people import person_of
from users.accounts import new_account
from users.enums import AccountType
from users.models import Account


def person(insz: str) -> Person:
    """Return the portal's person with this number, made from the register if new."""
    known = register().person(insz)
    assert known is not None
    return person_of(insz=insz, last_name=known.last_name, first_names=known.first_names, language=known.language)


def actor(insz: str, means: Means = Means.EID) -> Actor:
    """Return somebody who is logged in."""
    return Actor(person=person(insz), level=LEVEL_OF[means], means=means, proved_at=time.time())


def enterprise(number: str) -> Enterprise:
    """Return an enterprise in CSAM."""
    return Enterprise.objects.get(number=number)


def capacity(number: str, kind: str = "employer-rsz") -> Capacity:
    """Return the capacity in use of an enterprise, of a kind (its code)."""
    return Capacity.objects.select_related("enterprise", "kind__domain").get(
        enterprise__number=number, kind__code=kind, retired_at=None
    )


def co_chief(number: str, insz: str) -> ChiefRole:
    """Make somebody co-HTB of an enterprise."""
    return ChiefRole.objects.create(
        enterprise=enterprise(number),
        person=person(insz),
        kind=ChiefKind.CO,
        email="co@example.be",
        telephone="+32 2 555 00 00",
        procedure=Procedure.DELEGATED,
        started_at=timezone.now(),
        started_by=portal_actor().person,
    )


def account(
    number: str,
    insz: str,
    kind: AccountType = AccountType.USER,
    *,
    of_kind: str = "employer-rsz",
    blocked: bool = False,
) -> Account:
    """Give somebody an account in a capacity of an enterprise; a TB takes the place of whoever was it."""
    place, by, now = capacity(number, of_kind), portal_actor().person, timezone.now()
    if kind == AccountType.LB:
        Account.objects.filter(capacity=place, type=kind, ended_at=None).update(ended_at=now, ended_by=by)
    made = new_account(place, person(insz), kind, by=by, now=now, email="account@example.be", blocked=blocked)
    made.save()
    return made


def activation(number: str, insz: str) -> str:
    """Open an activation for somebody on an enterprise's word; return its code."""
    with perform("test", actor=portal_actor(), chain="portal") as act:
        return open_activation(
            act,
            person=person(insz),
            enterprise_public_id=enterprise(number).public_id,
            address="account@example.be",
            language="nl",
        )
