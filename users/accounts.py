"""How accounts begin and end, whichever act leads to it. Called inside acts; nothing here decides who may."""

import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Case, F, TextField, Value, When
from django.db.models.functions import Concat

from acts.act import Recorder, about
from enterprises.models import Capacity
from formats.names import fold
from identity.models import Person
from identity.people import shorten_first_passwords, shown_user_name
from users.enums import AccountType
from users.models import KEY_LENGTH, LIVE, Account, Grant
from users.sets import Among, lines

# A person with more accounts than these in one enterprise is told at the first of them.
MOST_ADDRESSES = 5
Watcher = Callable[[Sequence[int], Person, datetime], None]
_watchers: list[Watcher] = []


def register_watcher(watcher: Watcher) -> None:
    """Add who follows accounts elsewhere: called, inside the act, with ids of those that end or change type, by whom, when."""
    if watcher not in _watchers:
        _watchers.append(watcher)


def new_account(
    capacity: Capacity,
    person: Person,
    kind: AccountType,
    *,
    by: Person,
    now: datetime,
    email: str = "",
    local_email: str = "",
    as_htb: bool = False,
    blocked: bool = False,
) -> Account:
    """Return an account, not saved yet, with the copies that lists are sorted and searched by. Inside an act."""
    account = Account(
        capacity=capacity,
        person=person,
        type=kind,
        as_htb=as_htb,
        email=email,
        local_email=local_email,
        created_at=now,
        created_by=by,
        blocked_at=now if blocked else None,
        blocked_by=by if blocked else None,
    )
    copy_person(account, person)
    if kind != AccountType.USER and person.password_is_first:
        shorten_first_passwords([person.pk], now)
    return account


def copy_person(account: Account, person: Person) -> None:
    """Put the person's names, number and user name into the account's columns for lists; the caller saves."""
    # Folding may make a name longer; what lies past the column's end does not matter for sorting.
    account.last_key, account.first_key = fold(person.last_name)[:KEY_LENGTH], fold(person.first_names)[:KEY_LENGTH]
    account.insz = person.insz or ""
    account.user_name_key = shown_user_name(
        person.user_name_key, person.user_name_given_by, account.capacity.enterprise.public_id
    )


def follow_person(person: Person) -> None:
    """Bring the copies in a person's accounts up to the person; `identity.people` calls it when names or user name change."""
    key: Any = Value(person.user_name_key or "")
    if person.user_name_given_by is not None:
        here = Capacity.objects.filter(enterprise__public_id=person.user_name_given_by).values("pk")
        key = Case(When(capacity__in=here, then=key), default=Value(""))
    Account.objects.filter(LIVE, person=person).update(
        last_key=fold(person.last_name)[:KEY_LENGTH],
        first_key=fold(person.first_names)[:KEY_LENGTH],
        user_name_key=key,
        insz=person.insz or "",
    )


def addresses_of(person: Person, enterprise: uuid.UUID) -> list[str]:
    """Return the e-mail addresses of a person's live accounts in an enterprise (public_id)."""
    accounts = Account.objects.filter(LIVE, person=person, capacity__enterprise__public_id=enterprise).exclude(email="")
    return list(accounts.order_by("pk").values_list("email", flat=True)[:MOST_ADDRESSES])


def held_by(people: Collection[int]) -> set[tuple[int, uuid.UUID]]:
    """Return in which enterprises (public_id) persons (ids) have a live account in a capacity in use."""
    accounts = Account.objects.filter(LIVE, person__in=people, capacity__retired_at=None)
    return set(accounts.values_list("person", "capacity__enterprise__public_id"))


def end_accounts(record: Recorder, accounts: Sequence[Account], *, by: Person, now: datetime) -> int:
    """End accounts and all that hangs on them (BEHAVIOUR U7), an event for each; return how many applications ended with them.

    accounts: live and locked through their enterprise, with person and capacity.
    """
    ended = _end([account.pk for account in accounts], by=by, now=now)
    for account in accounts:
        record(
            "account.end",
            account.person,
            about("account", account),
            capacity=account.capacity,
            type=account.type,
            as_htb=account.as_htb,
        )
    return ended


def end_accounts_of(capacity: Capacity, *, by: Person, now: datetime) -> tuple[int, int]:
    """End every account of a capacity and all that hangs on them; return how many accounts and how many applications.

    Two statements at any number of accounts. No event for each: the caller's says that all of the capacity ended
    (docs/adr/0011-retiring-a-capacity.md). The capacity is locked by the caller.
    """
    accounts = Account.objects.filter(LIVE, capacity=capacity)
    grants = Grant.objects.filter(LIVE, account__in=accounts.values("pk")).update(ended_at=now, ended_by=by)
    return accounts.update(ended_at=now, ended_by=by), grants


def change_types(
    record: Recorder,
    accounts: Sequence[Account],
    kind: AccountType,
    *,
    by: Person,
    now: datetime,
    as_htb: bool = False,
    unblock: bool = True,
) -> None:
    """Make accounts of another type, an event for each. unblock: who is given a role is not kept out of it.

    accounts: live and locked through their enterprise, with person and capacity.
    """
    ids = [account.pk for account in accounts]
    _tell_watchers(ids, by, now)
    for account in accounts:
        record(
            "account.change_type",
            account.person,
            about("account", account),
            capacity=account.capacity,
            before=account.type,
            after=kind,
            unblocked=unblock and account.blocked_at is not None,
        )
    if kind != AccountType.USER:
        shorten_first_passwords([account.person_id for account in accounts], now)
    unblocked: dict[str, None] = {"blocked_at": None, "blocked_by": None} if unblock else {}
    Account.objects.filter(pk__in=ids).update(type=kind, as_htb=as_htb, **unblocked)


def end_all(record: Recorder, ids: Sequence[int], *, by: Person, now: datetime) -> int:
    """End accounts as `end_accounts` does, given their ids: a few statements at any number of them.

    Their events come last of all that the act records.
    """
    ended = _end(ids, by=by, now=now)
    accounts = Account.objects.filter(Among("pk", ids))
    as_htb = Case(When(as_htb=True, then=Value("true")), default=Value("false"), output_field=TextField())
    details = Concat(Value('{"as_htb":'), as_htb, Value(',"type":"'), F("type"), Value('"}'), output_field=TextField())
    record.every("account.end", lines(accounts, details))
    return ended


def block_all(record: Recorder, ids: Sequence[int], *, by: Person, now: datetime) -> None:
    """Block accounts, an event for each. They give no role from the commit on, in any session (BEHAVIOUR U6)."""
    accounts = Account.objects.filter(Among("pk", ids))
    accounts.update(blocked_at=now, blocked_by=by)
    record.every("account.block", lines(accounts, Value("{}")))


def unblock_all(record: Recorder, ids: Sequence[int]) -> None:
    """Unblock accounts, an event for each: they give again what they gave."""
    accounts = Account.objects.filter(Among("pk", ids))
    accounts.update(blocked_at=None, blocked_by=None)
    record.every("account.unblock", lines(accounts, Value("{}")))


def _end(ids: Sequence[int], *, by: Person, now: datetime) -> int:
    """Write that accounts and their grants ended; return how many grants."""
    _tell_watchers(ids, by, now)
    Account.objects.filter(Among("pk", ids)).update(ended_at=now, ended_by=by)
    return Grant.objects.filter(LIVE, Among("account", ids)).update(ended_at=now, ended_by=by)


def _tell_watchers(ids: Sequence[int], by: Person, now: datetime) -> None:
    for watcher in _watchers:
        watcher(ids, by, now)
