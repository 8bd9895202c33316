"""The accounts of a capacity, chosen by seven filters in any combination (BEHAVIOUR U1).

A list stands in an address as `?type=&status=&application=&f=<reference>&sort=&after|before=<account>`; what holds personal
data (name, first name, user name, INSZ) is kept on the server, under the reference (`users.list_references`). Whoever needs
"all of this filter" gives the page's query to `users.list_references.filter_of`, and that filter to `accounts_matching`.

What the list posts to the route `users-bulk`, with the filter's own query in the address:

    account   public ids of ticked rows, repeated; also those ticked on other pages of the list
    act       add-applications, remove-applications, block, unblock, renew-first-password, delete (`BulkAct`)
    all       "filter": all accounts of the filter, whatever is ticked

The route `users-export` gets the same query, by POST too: an export is recorded.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.db.models import QuerySet

from acts.prepared import prepared
from enterprises.models import Application, Capacity
from formats.names import fold, user_name_key
from users.enums import AccountStatus
from users.models import LIVE, Account, Grant

# Names are found anywhere from this many letters on, at their beginning before that.
ANYWHERE_FROM = 3
# Nothing sorts after it: the end of all texts that begin alike.
_LAST = chr(0x10FFFF)
# The id of none.
NO_APPLICATION = 0
PERSONAL = ("name", "first_name", "user_name", "insz")
PLAIN = ("type", "status", "application")


@dataclass(frozen=True)
class Filter:
    """Which accounts of a capacity; what is empty filters nothing.

    name, first_name, user_name: as typed; accents and capitals do not matter. insz: digits, all eleven or a part. type: of
    AccountType. status: of AccountStatus. application: the code of an application of the capacity's kind.
    """

    name: str = ""
    first_name: str = ""
    user_name: str = ""
    type: str = ""
    insz: str = ""
    status: str = ""
    application: str = ""

    @property
    def personal(self) -> dict[str, str]:
        """What may not stand in an address, without what is empty."""
        return {name: value for name, value in asdict(self).items() if value and name in PERSONAL}

    @property
    def plain(self) -> dict[str, str]:
        """What stands in the address, without what is empty."""
        return {name: value for name, value in asdict(self).items() if value and name in PLAIN}

    @classmethod
    def of(cls, answers: Mapping[str, object]) -> "Filter":
        """Return the filter that a mapping describes (a form's cleaned data, a stored filter); other keys are left alone."""
        return cls(**{field.name: str(answers.get(field.name) or "") for field in fields(cls)})


def accounts_matching(capacity: Capacity, wanted: Filter) -> QuerySet[Account]:
    """Return the live accounts of a capacity that a filter lets through, in no order.

    A value that nothing can have (a type that is none, an application of another kind) matches nothing.
    """
    return accounts_under(capacity.pk, **conditions_of(capacity, wanted))


def conditions_of(capacity: Capacity, wanted: Filter) -> dict[str, Any]:
    """Return what a filter asks of an account, as `accounts_under` takes it: lookups of columns, and their values."""
    conditions: dict[str, Any] = {}
    if wanted.name:
        conditions |= _text("last_key", fold(wanted.name))
    if wanted.first_name:
        conditions |= _text("first_key", fold(wanted.first_name))
    if wanted.user_name:
        conditions |= _text("user_name_key", user_name_key(wanted.user_name))
    if wanted.insz:
        conditions |= {"insz": wanted.insz} if len(wanted.insz) == 11 else _text("insz", wanted.insz)
    if wanted.type:
        conditions["type"] = wanted.type
    if wanted.status:
        conditions["is_blocked"] = wanted.status == AccountStatus.BLOCKED
    if wanted.application:
        application = _application.first(kind=capacity.kind_id, code=wanted.application)
        conditions["granted"] = application.pk if application is not None else NO_APPLICATION
    return conditions


def accounts_under(capacity: Any, **conditions: Any) -> QuerySet[Account]:
    """Return the live accounts of a capacity (its id) under conditions, in no order; values, or slots (acts.prepared).

    conditions: lookups of an account's columns; `granted`: the id of an application that the account holds.
    """
    application = conditions.pop("granted", None)
    accounts = Account.objects.filter(LIVE, capacity=capacity, **conditions)
    if application is None:
        return accounts
    return accounts.filter(
        pk__in=Grant.objects.filter(LIVE, capacity=capacity, application=application).values("account")
    )


@prepared
def _application(kind: Any, code: Any) -> QuerySet[Application]:
    return Application.objects.filter(kind=kind, code=code)


def _text(column: str, typed: str) -> dict[str, str]:
    """Return the condition for a folded text: at the beginning, or anywhere once enough letters are typed.

    Fewer letters, or signs alone, would be found anywhere only by reading every row.
    """
    if sum(character.isalnum() for character in typed) >= ANYWHERE_FROM:
        return {f"{column}__contains": typed}
    return {f"{column}__gte": typed, f"{column}__lt": typed + _LAST}
