"""The roles that accounts give; `csam_portal.apps` registers it with Actor."""

from typing import Any

from django.db.models import Case, CharField, QuerySet, Value, When

from identity.actor import HOLDING_COLUMNS
from identity.enums import Role
from identity.people import opened_to
from users.enums import AccountType
from users.models import LIVE, Account

ROLE_OF = {AccountType.LB: Role.TB, AccountType.CO_LB: Role.CO_TB, AccountType.USER: Role.USER}


def account_holdings(person: Any, vouched_by: Any, enterprise: Any) -> QuerySet[Account, Any]:
    """Return the rows of what a person holds through accounts in the capacities of an enterprise that are in use.

    person, enterprise: ids. vouched_by: of the person.
    """
    role = Case(*(When(type=kind, then=Value(role)) for kind, role in ROLE_OF.items()), output_field=CharField())
    return (
        Account.objects.filter(
            LIVE,
            opened_to(vouched_by, "capacity__enterprise__"),
            person=person,
            capacity__enterprise=enterprise,
            capacity__retired_at__isnull=True,
        )
        .annotate(role=role)
        .values_list(*HOLDING_COLUMNS)
    )
