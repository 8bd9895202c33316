"""How many people and enterprises what keepers keep touches (BEHAVIOUR T10), shown before anything is proposed or confirmed.

Two or three statements each. It is how many the thing reaches, not how many one change would: rather too many than too few.
"""

from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet

from access_admins.models import ChiefRole
from enterprises.enums import IdentifiedBy
from enterprises.gateway import register
from enterprises.gateway.embedded import MOST_LOOKED_AT
from enterprises.models import Application, Capacity, CapacityKind, Domain, Enterprise, FunctionRule
from enterprises.touched import register_count
from htb.models import RefusalTemplate, Request
from htb.requests import OPEN
from identity.proposals import Touches
from senders.models import AdmittedIssuer, Carried, MessageCode, Sender
from users.models import LIVE, Account


def register_counts() -> None:
    """Register who counts what; when the apps are ready."""
    register_count(FunctionRule, of_rule)
    register_count(Domain, of_domain)
    register_count(CapacityKind, of_kind)
    register_count(Application, of_application)
    register_count(MessageCode, of_code)
    register_count(AdmittedIssuer, of_issuer)
    register_count(RefusalTemplate, of_template)


def of_rule(rule: FunctionRule) -> Touches:
    """Who holds the function today, in enterprises of the form and situation, as the register counts. Raises RegisterDown."""
    found = register().holders(rule.code, legal_form=rule.legal_form, situation=rule.situation)
    return Touches(found.people, found.enterprises)


def of_domain(domain: Domain) -> Touches:
    """Accounts in the capacities of its kinds."""
    return _with_accounts(Capacity.objects.filter(kind__domain=domain.pk))


def of_kind(kind: CapacityKind) -> Touches:
    """Accounts in its capacities; where every enterprise may have it, all in CSAM, and their chiefs."""
    by_a_number = kind.identified_by != IdentifiedBy.ENTERPRISE_NUMBER
    if kind.open_to_all or (by_a_number and kind._state.adding):
        enterprises = Enterprise.objects.exclude(activated_at=None)
        return Touches(_different(ChiefRole.objects.filter(LIVE), "person"), _different(enterprises, "pk"))
    return _with_accounts(Capacity.objects.filter(kind=kind.pk))


def of_application(application: Application) -> Touches:
    """Accounts in the capacities of its kind: whoever holds it, or may be given it."""
    return _with_accounts(Capacity.objects.filter(kind=application.kind_id))


def of_code(code: MessageCode) -> Touches:
    """Accounts in the capacities whose sender carries the application."""
    carried = Carried.objects.filter(LIVE, sender__capacity=OuterRef("pk"), application=code.application_id)
    return _with_accounts(Capacity.objects.filter(Exists(carried)))


def of_issuer(_issuer: AdmittedIssuer) -> Touches:
    """Accounts in the capacities that have a sender: each may register a certificate of it."""
    senders = Sender.objects.filter(LIVE, capacity=OuterRef("pk"))
    return _with_accounts(Capacity.objects.filter(Exists(senders)))


def of_template(_template: RefusalTemplate) -> Touches:
    """Whose request may be refused with it: those that are open."""
    waiting = Request.objects.filter(state__in=OPEN)
    return Touches(_different(waiting, "applicant_insz"), _different(waiting, "enterprise_number"))


def _with_accounts(capacities: "QuerySet[Capacity]") -> Touches:
    in_use = capacities.filter(retired_at=None)
    accounts = Account.objects.filter(LIVE, capacity__in=in_use.values("pk"))
    return Touches(_different(accounts, "person"), _different(in_use, "enterprise"))


def _different(rows: "QuerySet[Any]", column: str) -> int:
    """Count the different values of a column, in so many rows at most: enough to say "100,000 or more"."""
    return int(rows.values(column)[:MOST_LOOKED_AT].aggregate(n=Count(column, distinct=True))["n"])
