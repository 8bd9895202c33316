"""The management home with 3,000 enterprises, and the page of an enterprise with 30 capacities and 100,000 users.

    DATABASE_URL=postgres://…/bench_accounts python -m benchmarks.delegation [--rounds 40]

Needs the database that `benchmarks.accounts` makes. What it adds (roles, capacities) it takes back: all runs in one
transaction that is rolled back. CPU is this process's own time (the pages run in it), median of the rounds; the database's time
is in the last column, wall clock over the statements of one request.
"""

import argparse
import statistics
import time

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from access_admins.enums import ChiefKind, Procedure
from access_admins.models import ChiefRole
from benchmarks.accounts import largest
from benchmarks.journey import session_of
from enterprises.models import Capacity, CapacityKind, Enterprise
from identity.models import Person
from users.accounts import new_account
from users.enums import AccountType
from users.models import LIVE, Account

ENTERPRISES, CAPACITIES, MOST_QUERIES = 3_000, 30, 8


def accountant() -> Person:
    """Make somebody co-chief of a third of 3,000 enterprises and user in a capacity of each of the others."""
    portal, now = Person.objects.portal(), timezone.now()
    person = Person.objects.create(insz="00000000000", last_name="Boekhouder", first_names="Jo", language="nl")
    enterprises = list(Enterprise.objects.order_by("pk")[:ENTERPRISES])
    ChiefRole.objects.bulk_create(
        ChiefRole(
            enterprise=one, person=person, kind=ChiefKind.CO, email="a@example.be", procedure=Procedure.DELEGATED,
            started_at=now, started_by=portal,
        )
        for one in enterprises[::3]
    )  # fmt: skip
    others = [one.pk for place, one in enumerate(enterprises) if place % 3]
    capacities = Capacity.objects.filter(enterprise__in=others, retired_at=None).order_by("enterprise", "pk")
    Account.objects.bulk_create(
        new_account(capacity, person, AccountType.USER, by=portal, now=now)
        for capacity in {capacity.enterprise_id: capacity for capacity in capacities}.values()
    )
    return person


def chief() -> tuple[Person, Enterprise]:
    """Give the enterprise of the largest capacity 30 capacities, each with an access administrator; return its chief."""
    enterprise, portal, now = largest().enterprise, Person.objects.portal(), timezone.now()
    role = ChiefRole.objects.select_related("person").get(LIVE, enterprise=enterprise, kind=ChiefKind.HTB)
    kind = CapacityKind.objects.get(code="employer-ppo")
    for place in range(CAPACITIES - enterprise.capacities.filter(retired_at=None).count()):
        capacity = Capacity.objects.create(
            enterprise=enterprise, kind=kind, identification=f"{place:08}", activated_at=now, activated_by=portal
        )
        new_account(capacity, role.person, AccountType.LB, by=portal, now=now, as_htb=True).save()
    return role.person, enterprise


def measure(name: str, person: Person, address: str, rounds: int) -> bool:
    """Print a page's figures; tell whether it takes no more statements than promised."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies["session"] = session_of(person.insz or "")
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    queries = captured.captured_queries  # now: the next request empties the log
    if response.status_code != 200:
        raise SystemExit(f"{address} answers {response.status_code}")
    times = []
    for _ in range(rounds):
        before = time.process_time()
        client.get(address)
        times.append((time.process_time() - before) * 1000)
    in_database = sum(float(query["time"]) for query in queries) * 1000
    cpu = statistics.median(times)
    print(
        f"{name:28}{len(queries):4} statements {cpu:7.2f} ms CPU ({max(times):6.2f}) {in_database:7.1f} ms in the database"
    )
    return len(queries) <= MOST_QUERIES


def main() -> None:
    """Measure and print; end with 1 where a page takes more statements than promised."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40)
    rounds = parser.parse_args().rounds
    translation.activate("nl")
    with transaction.atomic():
        person = accountant()
        htb, enterprise = chief()
        with connection.cursor() as cursor:
            for table in ("access_admins_chiefrole", "enterprises_capacity", "users_account", "identity_person"):
                cursor.execute(f"ANALYZE {table}")
        home = reverse("management-home")
        arguments = [enterprise.public_id]
        measure("own means, for comparison", person, reverse("own-means"), rounds)
        kept = [
            measure("home", person, home, rounds),
            measure("home, searched by name", person, f"{home}?search=a", rounds),
            measure("home, one quality", person, f"{home}?quality=employer-rsz", rounds),
            measure("enterprise, 100,000 users", htb, reverse("enterprise-management", args=arguments), rounds),
        ]
        arguments.append(largest().public_id)
        measure("what ends with a capacity", htb, reverse("capacity-retire", args=arguments), rounds)
        transaction.set_rollback(True)
    raise SystemExit(0 if all(kept) else 1)


if __name__ == "__main__":
    main()
