"""Giving applications to accounts and taking them back, inside an act; nothing here decides who may.

One account or ten thousand: the same statements.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, Exists, F, OuterRef, UUIDField, Value

from acts.act import Recorder
from audit.record import canonical
from enterprises.models import Application
from identity.models import Person
from users.models import LIVE, Account, Grant
from users.sets import Among, insert_from, lines


def give_to_all(
    record: Recorder, ids: Sequence[int], applications: Sequence[int], *, by: Person, now: datetime
) -> None:
    """Give accounts the applications that each does not hold yet, with one event for each that gets any.

    ids: of accounts, locked through their enterprise. applications: ids; those of another kind or retired are passed over.
    The grants bear the id of the act.
    """
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
    _record(record, "grant.give", insert_from(Grant, rows, *columns, returning=columns[:2]))


def end_for_all(
    record: Recorder, ids: Sequence[int], applications: Sequence[int], *, by: Person, now: datetime
) -> None:
    """Take applications back from accounts, with one event for each that held any. ids, applications: as of `give_to_all`."""
    live = Grant.objects.filter(LIVE, Among("account", ids), application__in=applications)
    ended = list(live.values_list("account_id", "application_id"))
    live.update(ended_at=now, ended_by=by)
    _record(record, "grant.end", ended)


def give_applications(
    record: Recorder, account: Account, applications: Sequence[Application], *, by: Person, now: datetime
) -> list[Application]:
    """Give an account the applications that it does not hold yet; return those, with one event for all of them.

    account: locked through its enterprise. applications: of the capacity's kind, in use.
    """
    held = _held(account)
    given = [application for application in applications if application.pk not in held]
    if given:
        give_to_all(record, [account.pk], [application.pk for application in given], by=by, now=now)
    return given


def end_applications(
    record: Recorder, account: Account, applications: Sequence[Application], *, by: Person, now: datetime
) -> list[Application]:
    """Take applications back from an account; return those that it held, with one event for all of them."""
    held = _held(account)
    ended = [application for application in applications if application.pk in held]
    if ended:
        end_for_all(record, [account.pk], [application.pk for application in ended], by=by, now=now)
    return ended


def _held(account: Account) -> set[int]:
    return set(Grant.objects.filter(LIVE, account=account).values_list("application_id", flat=True))


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
