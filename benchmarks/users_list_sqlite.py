"""The users list on SQLite with 20,000 accounts in one capacity: milliseconds of a page, all its work together.

    DATABASE_URL=sqlite:///…/bench.sqlite3 python -m benchmarks.users_list_sqlite [--rounds 20]

Makes the database with the demo world if it is not there, and adds the accounts to Groot Personeel. The promise is 30 ms.
"""

import argparse
import statistics
import time
from random import Random

from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from benchmarks.accounts import FIRST_NAMES, LAST_NAMES, insz, weighted
from benchmarks.journey import session_of
from enterprises.models import Application, Capacity
from identity.models import Person
from users.accounts import new_account
from users.enums import AccountType
from users.models import Account, Grant

USERS = 20_000
SOPHIE, GROOT = "82062199839", "0999000525"


def fill(capacity: Capacity) -> None:
    """Add accounts, each with three applications, up to USERS."""
    random, portal, now = Random(2026), Person.objects.portal(), timezone.now()
    names, weights = weighted(LAST_NAMES)
    persons = Person.objects.bulk_create(
        Person(
            insz=insz(number, random),
            last_name=random.choices(names, cum_weights=weights)[0].shown,
            first_names=random.choice(FIRST_NAMES),
            password="!",  # noqa: S106 - none
        )
        for number in range(USERS)
    )
    accounts = Account.objects.bulk_create(
        new_account(capacity, person, AccountType.USER, by=portal, now=now, blocked=number % 500 == 0)
        for number, person in enumerate(persons)
    )
    applications = list(Application.objects.filter(kind=capacity.kind_id)[:3])
    Grant.objects.bulk_create(
        (
            Grant(
                account=account,
                capacity=capacity,
                application=application,
                given_at=now,
                given_by=portal,
                act=capacity.public_id,
            )
            for account in accounts
            for application in applications
        ),
        batch_size=5000,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    call_command("migrate", verbosity=0)
    call_command("load_demo", verbosity=0)
    capacity = Capacity.objects.select_related("enterprise").get(enterprise__number=GROOT, kind__code="employer-rsz")
    if Account.objects.filter(capacity=capacity).count() < USERS:
        fill(capacity)
    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies["session"] = session_of(SOPHIE)
    with translation.override("nl"):
        place = {"enterprise_id": capacity.enterprise.public_id, "capacity_id": capacity.public_id}
        address = reverse("users", kwargs=place)
    row = Account.objects.filter(capacity=capacity).order_by("last_key", "first_key", "id")[15_000].public_id
    searches = (
        {"name": "pee"},
        {"name": "zzzz"},
        {"name": "van", "status": "blocked"},
        {"user_name": "abc"},
        {"insz": "501"},
    )
    addresses = {
        "first page": f"{address}?sort=name",
        "page 600": f"{address}?sort=name&after={row}",
        "by status, down": f"{address}?sort=-status",
        "blocked": f"{address}?status=blocked",
        "an application": f"{address}?application={Application.objects.filter(kind=capacity.kind_id)[1].code}",
        "one that nobody holds": f"{address}?application={Application.objects.filter(kind=capacity.kind_id)[5].code}",
        **{str(typed): client.post(address, typed)["Location"] for typed in searches},
    }
    for what, where in addresses.items():
        assert client.get(where).status_code == 200
        times = []
        for _ in range(rounds):
            before = time.process_time()
            client.get(where)
            times.append((time.process_time() - before) * 1000)
        print(f"{what:42} {statistics.median(times):6.1f} ms (30 promised), worst {max(times):6.1f}")


if __name__ == "__main__":
    main()
