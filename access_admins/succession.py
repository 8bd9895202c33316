"""What the appointment of a chief administrator changes in an enterprise: planned for the check page and, by the same code,
planned again and carried out in the act (BEHAVIOUR S7, H3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from access_admins.enums import ChiefKind, Procedure, ReviewOutcome
from access_admins.models import ChiefRole, Review
from access_admins.planted import end_planted
from acts.act import Act, Recorder, about
from enterprises.enums import IdentifiedBy
from enterprises.gateway import RegisteredEnterprise
from enterprises.models import Capacity, CapacityKind, Enterprise
from identity.enums import Role
from identity.models import Person
from identity.people import shorten_first_passwords
from users.accounts import change_types, end_accounts, new_account
from users.enums import AccountType
from users.models import LIVE, Account


@dataclass(frozen=True)
class Succession:
    """Who and what begins, ends, changes and stays when a chief administrator is appointed."""

    # First of its kind: the enterprise comes into CSAM with it.
    is_first: bool
    former: ChiefRole | None
    # The new chief's co-chief role, which the new role takes up.
    ended_co_role: ChiefRole | None
    # LB accounts held as HTB by the former chief: they end.
    ended_accounts: list[Account]
    # Accounts that the new chief has already, in capacities without an appointed TB: they become LB as HTB.
    changed_accounts: list[Account]
    # Capacities in use in which the new chief gets a new LB account.
    entered_capacities: list[Capacity]
    # Capacities that a first appointment opens: kind, identification.
    opened_capacities: list[tuple[CapacityKind, str]]
    # Appointed by the former chief, staying, to be reviewed by the new one.
    reviewed_accounts: list[Account]
    reviewed_roles: list[ChiefRole]

    def as_plan(self) -> dict[str, Any]:
        """Return what is compared between the check page and the act: ids of all that is touched."""
        return {
            "is_first": self.is_first,
            "former": self.former and self.former.public_id,
            "ended_co_role": self.ended_co_role and self.ended_co_role.public_id,
            "ended_accounts": [account.public_id for account in self.ended_accounts],
            "changed_accounts": [account.public_id for account in self.changed_accounts],
            "entered_capacities": [capacity.public_id for capacity in self.entered_capacities],
            "opened_capacities": [[kind.code, identification] for kind, identification in self.opened_capacities],
            "reviewed_accounts": [account.public_id for account in self.reviewed_accounts],
            "reviewed_roles": [role.public_id for role in self.reviewed_roles],
        }


def plan_succession(registered: RegisteredEnterprise, *, chief_insz: str) -> Succession:
    """Return what appointing the person with this INSZ would change in this enterprise now. A constant number of queries."""
    enterprise = Enterprise.objects.filter(number=registered.number).first()
    if enterprise is None or enterprise.activated_at is None:
        return Succession(True, None, None, [], [], [], capacities_to_open(registered), [], [])
    roles = list(
        ChiefRole.objects.filter(LIVE, enterprise=enterprise).select_related("person", "enterprise").order_by("pk")
    )
    capacities = list(enterprise.capacities.filter(retired_at=None).select_related("kind__domain").order_by("pk"))
    administers = Q(type__in=(AccountType.LB, AccountType.CO_LB))
    accounts = list(
        Account.objects.filter(LIVE, administers | Q(person__insz=chief_insz), capacity__in=capacities)
        .select_related("person", "capacity__kind__domain")
        .order_by("pk")
    )
    administrators = [account for account in accounts if account.type != AccountType.USER]
    own = {account.capacity_id: account for account in accounts if account.person.insz == chief_insz}
    appointed = [account for account in administrators if not account.as_htb]
    with_tb = {account.capacity_id for account in appointed if account.type == AccountType.LB}
    without_tb = [capacity for capacity in capacities if capacity.pk not in with_tb]
    return Succession(
        is_first=False,
        former=next((role for role in roles if role.kind == ChiefKind.HTB), None),
        ended_co_role=next(
            (role for role in roles if role.kind == ChiefKind.CO and role.person.insz == chief_insz), None
        ),
        ended_accounts=[account for account in administrators if account.as_htb],
        changed_accounts=[own[capacity.pk] for capacity in without_tb if capacity.pk in own],
        entered_capacities=[capacity for capacity in without_tb if capacity.pk not in own],
        opened_capacities=[],
        reviewed_accounts=[account for account in appointed if account.person.insz != chief_insz],
        reviewed_roles=[role for role in roles if role.kind == ChiefKind.CO and role.person.insz != chief_insz],
    )


def capacities_to_open(registered: RegisteredEnterprise) -> list[tuple[CapacityKind, str]]:
    """Return one in every kind that is open to all, and one for each number that the register has."""
    opened = []
    for kind in CapacityKind.objects.select_related("domain"):
        if kind.identified_by == IdentifiedBy.ENTERPRISE_NUMBER:
            if kind.open_to_all:
                opened.append((kind, registered.number))
        else:
            opened += [(kind, value) for which, value in registered.numbers if which == kind.identified_by]
    return opened


@dataclass(frozen=True)
class NewChief:
    """Who becomes chief administrator, reached how, by which procedure; `run` is the journey's, one run one appointment."""

    person: Person
    email: str
    telephone: str
    procedure: Procedure
    run: Any = None


def carry_out(
    act: Act, plan: Succession, *, enterprise: Enterprise, chief: NewChief, by: Person, role: Role
) -> ChiefRole:
    """Write what the plan says, in the act's transaction, and record every change. The enterprise is locked by the caller.

    by: who appoints. role: in which role. Returns the new chief's role.
    """
    now = timezone.now()
    event = Recorder(act, role, enterprise)
    if plan.is_first:
        enterprise.activated_at, enterprise.activated_by = now, by
        enterprise.save(update_fields=["activated_at", "activated_by"])
        event("enterprise.activate", None, about("enterprise", enterprise))
    for ended in filter(None, (plan.former, plan.ended_co_role)):
        ended.ended_at, ended.ended_by = now, by
        ended.save(update_fields=["ended_at", "ended_by"])
        event("chief.end" if ended.kind == ChiefKind.HTB else "cochief.end", ended.person, about("chief_role", ended))
    end_accounts(event, plan.ended_accounts, by=by, now=now)
    if plan.former is not None:
        end_planted(act, [plan.former.person], enterprise)

    new_role = ChiefRole.objects.create(
        enterprise=enterprise,
        person=chief.person,
        kind=ChiefKind.HTB,
        email=chief.email,
        telephone=chief.telephone,
        procedure=chief.procedure,
        run=chief.run,
        started_at=now,
        started_by=by,
    )
    shorten_first_passwords([chief.person.pk], now)
    event(
        "chief.appoint",
        chief.person,
        about("chief_role", new_role),
        procedure=chief.procedure,
        former=str(plan.former.person.public_id) if plan.former else None,
    )
    _give_accounts(event, plan, enterprise=enterprise, chief=chief, by=by, now=now)
    _open_reviews(event, plan, enterprise=enterprise, now=now)
    return new_role


def _give_accounts(
    event: Recorder, plan: Succession, *, enterprise: Enterprise, chief: NewChief, by: Person, now: datetime
) -> None:
    change_types(event, plan.changed_accounts, AccountType.LB, by=by, now=now, as_htb=True)
    opened = Capacity.objects.bulk_create(
        Capacity(enterprise=enterprise, kind=kind, identification=identification, activated_at=now, activated_by=by)
        for kind, identification in plan.opened_capacities
    )
    for capacity in opened:
        event("capacity.activate", None, about("capacity", capacity), capacity=capacity)
    accounts = Account.objects.bulk_create(
        new_account(capacity, chief.person, AccountType.LB, by=by, now=now, email=chief.email, as_htb=True)
        for capacity in (*plan.entered_capacities, *opened)
    )
    for account in accounts:
        event("account.open", chief.person, about("account", account), capacity=account.capacity, as_htb=True)


def _open_reviews(event: Recorder, plan: Succession, *, enterprise: Enterprise, now: datetime) -> None:
    reviews = [Review(enterprise=enterprise, account=account, opened_at=now) for account in plan.reviewed_accounts]
    reviews += [Review(enterprise=enterprise, chief_role=role, opened_at=now) for role in plan.reviewed_roles]
    # Somebody whom the former chief had not reviewed yet is still on the list.
    Review.objects.bulk_create(reviews, ignore_conflicts=True)
    for account in plan.reviewed_accounts:
        event("review.open", account.person, about("account", account), capacity=account.capacity)
    for role in plan.reviewed_roles:
        event("review.open", role.person, about("chief_role", role))


def close_reviews(accounts: Sequence[int], by: Person, now: datetime) -> None:
    """Nobody is asked any more about accounts (ids) that ended or are of another type now; `users.accounts` calls it."""
    Review.objects.filter(account__in=accounts, decided_at=None).update(
        decided_at=now, decided_by=by, outcome=ReviewOutcome.END
    )
