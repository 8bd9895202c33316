"""What somebody may do, where, since when and by whom: "my access" (BEHAVIOUR U8)."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from access_admins.models import ChiefRole
from enterprises.models import Enterprise
from identity.models import Person
from identity.people import opened_to
from users.models import LIVE, Account, Grant


@dataclass
class Access:
    """A person's roles in one enterprise, and the applications of each account."""

    enterprise: Enterprise
    chief: ChiefRole | None = None
    accounts: list[tuple[Account, list[Grant]]] = field(default_factory=list)


def access_of(person: Person, enterprises: Sequence[Enterprise]) -> list[Access]:
    """Return what a person holds in each of these enterprises, in three queries."""
    found = {enterprise.pk: Access(enterprise) for enterprise in enterprises}
    for role in ChiefRole.objects.filter(LIVE, person=person, enterprise__in=found).select_related("started_by"):
        found[role.enterprise_id].chief = role
    accounts = Account.objects.filter(
        LIVE, person=person, capacity__enterprise__in=found, capacity__retired_at=None
    ).select_related("capacity__kind__domain", "created_by")
    grants: dict[int, list[Grant]] = defaultdict(list)
    for grant in Grant.objects.filter(LIVE, account__in=accounts.values("pk")).select_related(
        "application", "given_by"
    ):
        grants[grant.account_id].append(grant)
    for account in accounts.order_by("capacity__kind__domain__position", "capacity__kind__position", "pk"):
        enterprise = found[account.capacity.enterprise_id]
        account.capacity.enterprise = enterprise.enterprise
        own = sorted(grants[account.pk], key=lambda grant: (grant.application.position, grant.application.code))
        enterprise.accounts.append((account, own))
    return list(found.values())


def own_account(person: Person, public_id: uuid.UUID) -> Account | None:
    """Return a person's own live account that their means open, with capacity and enterprise; None for any other."""
    accounts = Account.objects.filter(
        LIVE, opened_to(person.vouched_by, "capacity__enterprise__"), person=person, capacity__retired_at=None
    )
    return accounts.filter(public_id=public_id).select_related("capacity__enterprise", "capacity__kind__domain").first()
