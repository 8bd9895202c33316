"""A bulk grant of 10,000 in one chunk, with its events and its link, beside a bare INSERT … SELECT of the same rows.

    DATABASE_URL=postgres://… python -m benchmarks.bulk [--accounts 10000] [--rounds 7]

Needs a database with the demo world, and leaves people, grants and events behind: give it one of its own. Each round gives
another application, once bare (grants, and events without digests, committed) and once through `users.bulk`, in turn.
Figures are CPU of this process and of the database together, as in `benchmarks.users_list`: median of the rounds and worst.
"""

import argparse
import os
import statistics
import uuid
from collections.abc import Callable

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access_admins.models import ChiefRole
from benchmarks.users_list import Meter
from enterprises.models import Application, Capacity
from identity.actor import Actor
from identity.models import Person
from users.accounts import new_account
from users.bulk.actions import carry_on
from users.enums import AccountType, BulkAct
from users.models import Account, BulkRun, Grant

GROOT = "0999000525"
BARE_GRANTS = """
    INSERT INTO users_grant (account_id, capacity_id, application_id, given_at, given_by_id, act)
    SELECT id, capacity_id, %s, now(), %s, %s FROM users_account
    WHERE capacity_id = %s AND type = 'USER' AND ended_at IS NULL
"""
BARE_EVENTS = """
    INSERT INTO audit_event
        (chain, link, position, at, act, actor, role, level, enterprise, capacity, subject, about, details, digest)
    SELECT %s, 0, row_number() OVER (ORDER BY a.id), %s, 'grant.give', %s, 'HTB', 500, %s, %s, p.public_id::text,
        'account:' || a.public_id::text, '{"applications":["bench"]}', repeat('0', 64)
    FROM users_account a JOIN identity_person p ON p.id = a.person_id
    WHERE a.capacity_id = %s AND a.type = 'USER' AND a.ended_at IS NULL
"""


def crowd(capacity: Capacity, count: int, by: Person) -> None:
    """Bring the capacity's users to a number."""
    now, there = timezone.now(), Account.objects.filter(capacity=capacity, type="USER", ended_at=None).count()
    first = Person.objects.aggregate(last=Max("pk"))["last"]
    people = Person.objects.bulk_create(
        Person(insz=f"{first + number:011}", last_name=f"Bench {first + number}", first_names="Bo")
        for number in range(count - there)
    )
    Account.objects.bulk_create(
        new_account(capacity, person, AccountType.USER, by=by, now=now, email="bench@example.be") for person in people
    )


def bare(capacity: Capacity, application: Application, by: Person) -> None:
    """Grants and events as two statements, without digests and without a link: a chain of its own that nothing verifies."""
    here = str(capacity.public_id)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BARE_GRANTS, [application.pk, by.pk, uuid.uuid4(), capacity.pk])
        at = timezone.now().isoformat()
        cursor.execute(BARE_EVENTS, [f"bench:{uuid.uuid4()}", at, str(by.public_id), here, here, capacity.pk])


def prepared(capacity: Capacity, application: Application, actor: Actor) -> BulkRun:
    """A confirmed run upon all users of the capacity, as the worker finds it."""
    users = Account.objects.filter(capacity=capacity, type="USER", ended_at=None)
    ids, now = list(users.order_by("last_key", "first_key", "pk").values_list("pk", flat=True)), timezone.now()
    return BulkRun.objects.create(
        capacity=capacity, person=actor.person, act=BulkAct.ADD_APPLICATIONS, level=actor.level,
        accounts=ids, size=len(ids),
        applications=[application.pk], confirmed_at=now, next_at=now,
    )  # fmt: skip


def spent(meter: Meter, act: Callable[[], None]) -> float:
    """Return the CPU milliseconds of an act that cannot be done twice."""
    before = sum(meter.now())
    act()
    return sum(meter.now()) - before


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    capacity = Capacity.objects.select_related("enterprise", "kind__domain").get(
        enterprise__number=GROOT, kind__code="employer-rsz", retired_at=None
    )
    chief = ChiefRole.objects.select_related("person").get(enterprise=capacity.enterprise, kind="HTB", ended_at=None)
    crowd(capacity, asked.accounts, chief.person)
    applications = [
        Application.objects.create(kind=capacity.kind, code=f"bench-{uuid.uuid4().hex[:12]}", name_nl="Bench")
        for _ in range(2 * asked.rounds + 2)
    ]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    settings.BULK_AT_ONCE = asked.accounts
    meter = Meter(asked.rounds)
    times: dict[str, list[float]] = {"bare": [], "bulk": []}
    for number in range(asked.rounds + 1):
        mine, its = applications[2 * number : 2 * number + 2]
        actor = Actor(chief.person, level=500)
        run = prepared(capacity, its, actor)

        def carry_out(run: BulkRun = run, actor: Actor = actor) -> None:
            carry_on(actor=actor, run=run)

        if not number:  # warms up, and counts
            bare(capacity, mine, chief.person)
            with CaptureQueriesContext(connection) as queries:
                carry_out()
            continue
        times["bare"].append(spent(meter, lambda application=mine: bare(capacity, application, chief.person)))  # type: ignore[misc]
        times["bulk"].append(spent(meter, carry_out))
        if Grant.objects.filter(application=its).count() != asked.accounts:
            raise SystemExit("not everybody was given the application")
    medians = {name: statistics.median(values) for name, values in times.items()}
    print(f"{connection.vendor}, {asked.accounts} accounts, {asked.rounds} rounds; CPU ms of both, median (worst)")
    for name, values in times.items():
        print(f"{name:6}{medians[name]:9.1f} ({max(values):.1f})")
    ratios = sorted(ours / theirs for ours, theirs in zip(times["bulk"], times["bare"], strict=True))
    print(f"ratio {medians['bulk'] / medians['bare']:9.2f} x (of rounds: {ratios[0]:.2f} to {ratios[-1]:.2f})")
    statements = [query for query in queries if query["sql"] not in {"BEGIN", "COMMIT"}]
    print(f"{len(statements)} statements in one chunk, BEGIN and COMMIT not counted")
    if os.environ.get("EXPLAIN"):
        for query in queries:
            print(f"{float(query['time']) * 1000:8.1f} ms  {' '.join(query['sql'].split())[:200]}")


if __name__ == "__main__":
    main()
