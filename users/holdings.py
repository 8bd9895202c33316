"""The roles that accounts give; `csam_portal.apps` registers it with Actor."""

from identity.actor import Holding
from identity.enums import Role
from identity.models import Person
from identity.people import opened_to
from users.enums import AccountType
from users.models import LIVE, Account

ROLE_OF = {AccountType.LB: Role.TB, AccountType.CO_LB: Role.CO_TB, AccountType.USER: Role.USER}


def account_holdings(person: Person, enterprise: int) -> list[Holding]:
    """Return what a person holds through accounts in the capacities of an enterprise (its id) that are in use."""
    rows = Account.objects.filter(
        LIVE,
        opened_to(person, "capacity__enterprise__"),
        person=person,
        capacity__enterprise=enterprise,
        capacity__retired_at__isnull=True,
    ).values_list("type", "capacity_id", "as_htb", "blocked_at")
    return [
        Holding(ROLE_OF[AccountType(kind)], enterprise, capacity, as_htb=as_htb, blocked=blocked_at is not None)
        for kind, capacity, as_htb, blocked_at in rows
    ]
