"""Giving applications to accounts and taking them back, inside an act; nothing here decides who may.

One account or ten thousand: the same statements.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, Exists, F, OuterRef, UUIDField, Value
from django.utils.translation import gettext_lazy as _

from acts.act import Recorder
from acts.errors import Changed
from audit.record import canonical
from enterprises.models import Application
from identity.models import Person
from users.models import LIVE, Account, Grant
from users.sets import Among, insert_from, lines


def give_to_all(record: Recorder, ids: Sequence[int], applications: Sequence[int], *, by: Person, now: datetime) -> int:
    """Give accounts the applications that each does not hold yet, one event for each that gets any; return how many grants.

    ids: of accounts, locked through their enterprise. applications: ids; those of another kind or retired are passed over.
    The grants bear the id of the act.
    """
    if not applications:
        return 0
    application = "capacity__kind__applications"
    pairs = Account.objects.filter(
        Among("pk", ids), **{f"{application}__in": applications, f"{application}__retired_at": None}
    ).annotate(
        account_id=F("pk"),
        application_id=F(application),
        given_at=Value(now, DateTimeField()),
        given_by_id=Value(by.pk),
        act=Value(record.act.id, UUIDField()),
    )
    held = Grant.objects.filter(LIVE, account=OuterRef("pk"), application=OuterRef("application_id"))
    rows = pairs.filter(~Exists(held))
    columns = ("account_id", "application_id", "capacity_id", "given_at", "given_by_id", "act")
    given = insert_from(Grant, rows, *columns, returning=columns[:2])
    _record(record, "grant.give", given)
    return len(given)


def give_as_planned(
    record: Recorder, ids: Sequence[int], applications: Sequence[int], *, by: Person, now: datetime
) -> None:
    """Give accounts applications that a plan of this act found in use, and held by none of them.

    Raises Changed where one of these was retired between that look and now. ids, applications: as of `give_to_all`.
    """
    if give_to_all(record, ids, applications, by=by, now=now) != len(ids) * len(applications):
        raise Changed(
            _("An application was retired meanwhile. Nothing was saved. Look at it again and confirm."),
            code="application_retired",
        )


def end_for_all(
    record: Recorder, ids: Sequence[int], applications: Sequence[int], *, by: Person, now: datetime
) -> None:
    """Take applications back from accounts, with one event for each that held any. ids, applications: as of `give_to_all`."""
    live = Grant.objects.filter(LIVE, Among("account", ids), application__in=applications)
    ended = list(live.values_list("account_id", "application_id"))
    live.update(ended_at=now, ended_by=by)
    _record(record, "grant.end", ended)


def _record(record: Recorder, event: str, pairs: Sequence[tuple[Any, ...]]) -> None:
    """Record what changed for each account; those for which the same changed are one statement. pairs: account, application."""
    changed: dict[int, set[int]] = defaultdict(set)
    for account, application in pairs:
        changed[account].add(application)
    alike: dict[frozenset[int], list[int]] = defaultdict(list)
    for account, applications in changed.items():
        alike[frozenset(applications)].append(account)
    codes = dict(Application.objects.filter(pk__in=set().union(*alike)).values_list("pk", "code"))
    for same, accounts in alike.items():
        details = canonical({"applications": sorted(codes[application] for application in same)})
        record.every(event, lines(Account.objects.filter(Among("pk", accounts)), Value(details)))
