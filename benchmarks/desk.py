"""The contact centre's desk with many open requests: statements, the server's CPU and the whole time of a page.

    DATABASE_URL=postgres://… python -m benchmarks.desk [--requests 20000] [--rounds 30]

Needs a database with the demo world (`manage.py migrate`, `manage.py load_demo`); the requests that it adds stay there: give it
a database of its own. CPU is this process's own; the whole time has the database's in it (on SQLite both are the same process).
"""

import argparse
import random
import statistics
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY

from formats import ticket
from htb.models import Request, RequestWord
from identity import codes
from identity.models import Person

QUEUE = "/admin/htb/request/"
FIRST = ("Jan", "Émilie", "Karim", "Zoë", "Piotr", "Ingrid", "Anne-Marie", "Łukasz", "Noor", "Jürgen")
LAST = ("Peeters", "De Smet", "D'Hondt", "El Amrani", "Müller", "Dubois", "Van den Berghe", "Işık", "Wałęsa", "Claes")


def make_requests(count: int) -> None:
    """Write open requests with names of every kind, a minute apart."""
    chance = random.Random(7)
    now = timezone.now()

    def name() -> str:
        return f"{chance.choice(FIRST)} {chance.choice(LAST)}"

    made = Request.objects.bulk_create(
        (
            Request(
                ticket=ticket.make(),
                enterprise_number=f"{place:010}",
                enterprise_name=f"{chance.choice(LAST)} & Zonen {place} BV",
                applicant_insz="59022899894",
                applicant_name=name(),
                chief_insz="01041799825",
                chief_name=name(),
                language="nl",
                run=uuid.uuid4(),
                state="registered",
                registered_at=now - timedelta(minutes=place),
            )
            for place in range(count)
        ),
        batch_size=500,
    )
    RequestWord.objects.bulk_create((word for one in made for word in RequestWord.of(one)), batch_size=500)


def desk() -> Client:
    """Return the browser of a member of the demo world's desk."""
    person = Person.objects.get(user_name="eranova1")
    device = codes.app_of(person)
    if device is None:
        raise SystemExit("eranova1 has no app: is the demo world loaded?")
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(person)
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    client.cookies["session"] = session.session_key or ""
    return client


def measure(what: str, ask: Callable[[], Any], rounds: int) -> None:
    """Print a page's figures."""
    ask()
    with CaptureQueriesContext(connection) as queries:
        status = ask().status_code
    statements = len(queries)  # the next request begins its log anew
    cpu, whole = [], []
    for _ in range(rounds):
        started, before = time.perf_counter(), time.process_time()
        ask()
        cpu.append((time.process_time() - before) * 1000)
        whole.append((time.perf_counter() - started) * 1000)
    print(
        f"{what:34} {status} {statements:3} statements   CPU {min(cpu):6.1f} {statistics.median(cpu):6.1f}   "
        f"whole {min(whole):6.1f} {statistics.median(whole):6.1f}"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    make_requests(options.requests)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = desk()
    last = options.requests // 25
    print(
        f"{connection.vendor}, {Request.objects.count()} requests; milliseconds, least and median of {options.rounds}"
    )
    measure("queue, first page", lambda: client.get(QUEUE), options.rounds)
    measure("queue, last page", lambda: client.get(f"{QUEUE}?p={last}"), options.rounds)
    for typed in ("nobody", "wałęsa", "EMILIE", "dhondt zoe", "d", "de smet", "17000", "zonen 19", "0000017000"):
        measure(f"find {typed!r}", lambda typed=typed: client.post(f"{QUEUE}find/", {"q": typed}), options.rounds)  # type: ignore[misc]


if __name__ == "__main__":
    main()
