"""The demo world's roles: who is chief administrator, access administrator and user of which enterprise."""

from dataclasses import dataclass

from django.utils import timezone

from access_admins.enums import ChiefKind, Procedure
from access_admins.holdings import current_chief
from access_admins.models import ChiefRole
from access_admins.succession import plan_succession
from acts.act import Act, about, perform
from csam_portal.demo.world import (
    BART,
    BRASSERIE,
    CROWD,
    GROOT,
    JONAS,
    KARIM,
    MARIE,
    NOOR,
    SOPHIE,
    THOMAS,
    TRANSPORT,
    DemoEnterprise,
    DemoPerson,
)
from enterprises.models import Application, Capacity, Enterprise
from htb.actions import appoint_chief
from htb.asked import Asked
from htb.facts import read_facts
from htb.policies import check_enterprise
from identity.actor import Actor, portal_actor
from identity.enums import LEVEL_OF, Means
from identity.models import Person
from identity.people import person_of
from ui.models import Run
from users.accounts import new_account
from users.enums import AccountType
from users.models import Account, Grant

# The general mailbox of every demo enterprise; nothing is delivered there.
MAILBOX = "{}@example.be"
TELEPHONE = "+32 2 555 00 00"


@dataclass(frozen=True)
class DemoAccount:
    """An account in the capacity "Werkgever RSZ" of an enterprise."""

    person: DemoPerson
    type: AccountType
    is_blocked: bool = False
    applications: tuple[str, ...] = ()


CO_TB, BLOCKED = CROWD[0], CROWD[1]
BRASSERIE_ACCOUNTS = (
    DemoAccount(THOMAS, AccountType.LB),
    DemoAccount(CO_TB, AccountType.CO_LB),
    DemoAccount(NOOR, AccountType.USER, applications=("dmfa", "dimona")),
    DemoAccount(BLOCKED, AccountType.USER, is_blocked=True),
)
GROOT_ACCOUNTS = tuple(DemoAccount(person, AccountType.USER) for person in CROWD)


def load_roles() -> None:
    """Give the demo world its roles. Call after the register and the people are there.

    Chief administrators come by the very act that people use. Idempotent: an enterprise that has its chief is left as it is.
    """
    if _appoint(BRASSERIE, representative=MARIE, chief=MARIE):
        _add(BRASSERIE, BRASSERIE_ACCOUNTS, chief=MARIE, co_chief=BART)
    _appoint(TRANSPORT, representative=JONAS, chief=KARIM)
    if _appoint(GROOT, representative=SOPHIE, chief=SOPHIE):
        _add(GROOT, GROOT_ACCOUNTS, chief=SOPHIE)


def _appoint(enterprise: DemoEnterprise, *, representative: DemoPerson, chief: DemoPerson) -> bool:
    """Appoint the chief as the representative would with an eID; tell whether there was none yet."""
    if current_chief(enterprise.number) is not None:
        return False
    actor = Actor(person=person(representative), level=LEVEL_OF[Means.EID], means=Means.EID)
    run = Run.objects.create(journey="appoint-standard", owner=str(actor.public_id))
    facts = read_facts(enterprise.number, representative=representative.insz, chief=chief.insz)
    mailbox = MAILBOX.format(enterprise.number)
    asked = Asked(
        procedure=Procedure.STANDARD,
        enterprise_number=enterprise.number,
        representative_insz=representative.insz,
        chief_insz=chief.insz,
        chief_email=mailbox,
        chief_telephone=TELEPHONE,
        own_email=mailbox,
        own_telephone=TELEPHONE,
        run=run.public_id,
    )
    plan = plan_succession(check_enterprise(facts.enterprise), chief_insz=chief.insz)
    appoint_chief(actor=actor, asked=asked, facts=facts, confirmed=asked.digest_with(plan, facts), run=run)
    return True


def _add(
    enterprise: DemoEnterprise,
    accounts: tuple[DemoAccount, ...],
    *,
    chief: DemoPerson,
    co_chief: DemoPerson | None = None,
) -> None:
    """Put people into the capacity "Werkgever RSZ", and a co-chief over the enterprise, as if the chief had added them.

    The record tells the truth: one act of the portal.
    """
    portal, by = portal_actor(), person(chief)
    row = Enterprise.objects.get(number=enterprise.number)
    capacity = Capacity.objects.get(enterprise=row, identification=enterprise.numbers[0][1], retired_at=None)
    now = timezone.now()
    with perform("demo.load", actor=portal, chain=f"enterprise:{row.public_id}") as act:
        if any(account.type == AccountType.LB for account in accounts):
            Account.objects.filter(capacity=capacity, as_htb=True, ended_at=None).update(ended_at=now, ended_by=by)
        opened = Account.objects.bulk_create(
            new_account(
                capacity,
                person(one.person),
                one.type,
                by=by,
                now=now,
                email=MAILBOX.format(one.person.last_name.casefold().replace(" ", "").replace("'", "")),
                blocked=one.is_blocked,
            )
            for one in accounts
        )
        for account in opened:
            _record(act, row, account.person, about("account", account), capacity)
        codes = [(account, code) for account, one in zip(opened, accounts, strict=True) for code in one.applications]
        applications = {one.code: one for one in Application.objects.filter(kind=capacity.kind_id)}
        Grant.objects.bulk_create(
            Grant(
                account=account,
                capacity=capacity,
                application=applications[code],
                given_at=now,
                given_by=by,
                act=act.id,
            )
            for account, code in codes
        )
        if co_chief is not None:
            role = ChiefRole.objects.create(
                enterprise=row,
                person=person(co_chief),
                kind=ChiefKind.CO,
                email=MAILBOX.format(co_chief.user_name),
                telephone=TELEPHONE,
                procedure=Procedure.DELEGATED,
                started_at=now,
                started_by=by,
            )
            _record(act, row, role.person, about("chief_role", role), None)


def _record(act: Act, enterprise: Enterprise, subject: Person, about: str, capacity: Capacity | None) -> None:
    act.event(
        enterprise=enterprise.public_id,
        capacity=capacity.public_id if capacity else None,
        subject=subject.public_id,
        about=about,
    )


def person(one: DemoPerson) -> Person:
    """Return a person of the demo world, made known to the portal if new."""
    return person_of(insz=one.insz, last_name=one.last_name, first_names=one.first_names, language=one.language)
