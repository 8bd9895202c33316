"""Looking an enterprise or a person up for a caller: a reason, an event, and nothing that could be changed (BEHAVIOUR X11)."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from access_admins.models import ChiefRole
from acts.act import perform
from acts.errors import Refused
from enterprises.gateway import RegisteredEnterprise, RegisteredPerson, register
from enterprises.models import Capacity, Enterprise
from htb.models import Request
from htb.permissions import check_process
from identity.actor import Actor
from identity.enums import Role
from identity.limits import counted
from identity.models import Person
from users.enums import AccountType
from users.models import LIVE, Account

ACT = "caller.look_up"


@dataclass(frozen=True)
class EnterpriseFound:
    """What staff tell a caller about an enterprise. enterprise: None where it is not in CSAM. users: by capacity, counted."""

    number: str
    registered: RegisteredEnterprise | None
    enterprise: Enterprise | None
    chiefs: list[ChiefRole]
    administrators: list[Account]
    capacities: list[Capacity]
    requests: list[Request]


@dataclass(frozen=True)
class PersonFound:
    """What staff tell a caller about a person. person: None where the portal has not met him or her."""

    insz: str
    registered: RegisteredPerson | None
    person: Person | None
    chiefs: list[ChiefRole]
    accounts: list[Account]


def look_up_enterprise(*, actor: Actor, number: str, reason: str) -> EnterpriseFound:
    """Find an enterprise (ten digits); the event stands in its own chain, where its HTB reads it.

    Raises NotAllowed, Refused (nobody knows the number: a miss), TooMany, RegisterDown.
    """
    check_process(actor)
    with counted(("look_up.actor", str(actor.public_id))) as attempt:
        registered = register().enterprise(number)
        enterprise = Enterprise.objects.filter(number=number).first()
        if registered is None and enterprise is None:
            attempt.miss()
            raise Refused(_("The register knows no enterprise with this number."), field="number", code="not_found")
    _record(actor, reason, enterprise=enterprise, number=number)
    return EnterpriseFound(
        number=number,
        registered=registered,
        enterprise=enterprise,
        chiefs=_chiefs(Q(enterprise=enterprise)),
        administrators=_accounts(Q(capacity__enterprise=enterprise), ~Q(type=AccountType.USER)),
        capacities=_capacities(enterprise),
        requests=_requests(number),
    )


def look_up_person(*, actor: Actor, insz: str, reason: str) -> PersonFound:
    """Find a person (eleven digits); an event for each enterprise whose roles are shown. Raises as look_up_enterprise does."""
    check_process(actor)
    with counted(("look_up.actor", str(actor.public_id))) as attempt:
        registered = register().person(insz)
        person = Person.objects.filter(insz=insz).first()
        if registered is None and person is None:
            attempt.miss()
            raise Refused(_("The register knows no person with this number."), field="number", code="not_found")
    chiefs, accounts = _chiefs(Q(person=person)), _accounts(Q(person=person))
    shown = {role.enterprise for role in chiefs} | {account.capacity.enterprise for account in accounts}
    _record_person(actor, reason, person, shown)
    return PersonFound(insz=insz, registered=registered, person=person, chiefs=chiefs, accounts=accounts)


def _record(actor: Actor, reason: str, *, enterprise: Enterprise | None, number: str) -> None:
    """Write the look-up down; an enterprise that is not in CSAM has no chain: the portal's says its number, which is public."""
    chain = f"enterprise:{enterprise.public_id}" if enterprise else "portal"
    with perform(ACT, actor=actor, chain=chain) as act:
        act.event(
            role=Role.STAFF,
            enterprise=enterprise.public_id if enterprise else None,
            details={"reason": reason} if enterprise else {"reason": reason, "enterprise_number": number},
        )


def _record_person(actor: Actor, reason: str, person: Person | None, shown: set[Enterprise]) -> None:
    """Write the look-up down in the person's chain, once for each enterprise, which reads it in its own history.

    Whom the portal has not met has no chain, and stands in the portal's without a number.
    """
    with perform(ACT, actor=actor, chain=f"person:{person.public_id}" if person else "portal") as act:
        told: list[Enterprise | None] = [*sorted(shown, key=lambda one: one.number)]
        for enterprise in told or [None]:
            act.event(
                role=Role.STAFF,
                enterprise=enterprise.public_id if enterprise else None,
                subject=person.public_id if person else None,
                details={"reason": reason},
            )


def _chiefs(whose: Q) -> list[ChiefRole]:
    return list(
        ChiefRole.objects.filter(LIVE, whose).select_related("person", "enterprise").order_by("-kind", "started_at")
    )


def _accounts(*whose: Q) -> list[Account]:
    accounts = Account.objects.filter(LIVE, *whose, capacity__retired_at=None)
    related = ("person", "capacity__kind__domain", "capacity__enterprise")
    return list(
        accounts.select_related(*related).order_by("capacity__enterprise__name", "capacity__kind__position", "pk")
    )


def _capacities(enterprise: Enterprise | None) -> list[Capacity]:
    """The capacities in use, with how many users each has (`users`) and how many of those are blocked (`blocked`)."""
    users = Q(accounts__ended_at=None, accounts__type=AccountType.USER)
    capacities = Capacity.objects.filter(enterprise=enterprise, retired_at=None).select_related("kind__domain")
    return list(
        capacities.annotate(
            users=Count("accounts", filter=users),
            blocked=Count("accounts", filter=users & Q(accounts__blocked_at__isnull=False)),
        ).order_by("kind__position", "pk")
    )


def _requests(number: str) -> list[Request]:
    """The newest requests for an enterprise."""
    return list(Request.objects.filter(enterprise_number=number).order_by("-registered_at")[:20])
