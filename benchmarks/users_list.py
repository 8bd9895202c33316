"""The users list of a capacity of 100,000 accounts among a million, beside two yardsticks measured in the same run.

    DATABASE_URL=postgres://…/bench_accounts python -m benchmarks.users_list [--rounds 40] [--explain]

Needs the database that `benchmarks.accounts` makes, on this machine: the CPU of the database is read from its process. A
figure is CPU of this process (the pages run in it) and of the database together, median of the rounds. Yardsticks:

    F       the same 25 rows with their grants by one raw SQL statement, in a page that does nothing else: no login, no layout
    admin   Django admin's own list of the same table, filtered to the same capacity, in the same order

--explain shows the plan of every combination that costs more than the promised 10 F. It writes list references, readings and
one session, nothing else.
"""

import argparse
import itertools
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.contrib import admin
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import path, reverse
from django.utils import translation

from benchmarks.accounts import largest
from benchmarks.journey import session_of
from identity.actor import Actor
from identity.models import Person
from identity.sessions import SessionStore
from users.list_page import MOST_COUNTED
from users.list_references import keep, query_string
from users.listing import Filter, accounts_matching
from users.models import Account
from users.paging import PAGE_SIZE, SORTS, Sort

RAW = """
SELECT a.public_id, p.last_name, p.first_names, p.user_name, a.type, a.insz, a.blocked_at,
  (SELECT array_agg(g.application_id) FROM users_grant g WHERE g.account_id = a.id AND g.ended_at IS NULL)
FROM users_account a JOIN identity_person p ON p.id = a.person_id
WHERE a.capacity_id = %s AND a.ended_at IS NULL ORDER BY a.last_key, a.first_key, a.id LIMIT 25
"""
MINIMAL = engines["django"].from_string(
    "<!DOCTYPE html><title>F</title><table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>"
    "{% endfor %}</table>"
)


def floor(request: HttpRequest) -> HttpResponse:
    """F."""
    with connection.cursor() as cursor:
        cursor.execute(RAW, [1])
        return HttpResponse(MINIMAL.render({"rows": cursor.fetchall()}))


class PlainAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # as Django's documentation writes one
    """What ten lines of Django admin give."""

    list_display = ("person", "type", "insz", "blocked_at")
    list_filter = ("type",)
    list_per_page = PAGE_SIZE
    ordering = ("last_key", "first_key")
    list_select_related = ("person",)


PLAIN_SITE = admin.AdminSite()
PLAIN_SITE.register(Account, PlainAdmin)
urlpatterns = [path("floor", floor), path("admin/", PLAIN_SITE.urls)]


class Meter:
    """CPU milliseconds of a call, this process and the database's together."""

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds
        with connection.cursor() as cursor:
            # All of a statement's work in one process, or its CPU would be counted in part.
            cursor.execute("SET max_parallel_workers_per_gather = 0")
            cursor.execute("SELECT pg_backend_pid()")
            self.database = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")

    def now(self) -> tuple[float, float]:
        """Return the CPU milliseconds so far, of this process and of the database."""
        return time.process_time() * 1e3, int(self.database.read_text().split()[0]) / 1e6

    def __call__(self, call: Callable[[], Any], rounds: int = 0) -> tuple[float, float]:
        """Return the medians: all CPU, and the database's part of it."""
        call()
        whole, database = [], []
        for _ in range(rounds or self.rounds):
            before = self.now()
            call()
            after = self.now()
            database.append(after[1] - before[1])
            whole.append(after[0] - before[0] + database[-1])
        return statistics.median(whole), statistics.median(database)


@dataclass
class Portal:
    """The list as its manager's browser asks for it."""

    session: str
    client: Client = field(default_factory=lambda: Client(SERVER_NAME="127.0.0.1"))

    def __post_init__(self) -> None:
        self.client.cookies["session"] = self.session
        self.capacity = largest()
        self.actor = Actor(person=Person.objects.get(pk=SessionStore(self.session)["person"]), level=500)
        place = {"enterprise_id": self.capacity.enterprise.public_id, "capacity_id": self.capacity.public_id}
        with translation.override("nl"):
            self.address = reverse("users", kwargs=place)

    def asking(self, address: str) -> Callable[[], HttpResponse]:
        """Return what asks for a page again and again."""
        return lambda: self.get(address)

    def at(self, wanted: Filter = Filter(), **query: str) -> str:  # noqa: B008 - frozen
        """Return the address of the list with a filter."""
        kept = keep(actor=self.actor, session=self.session, capacity=self.capacity, wanted=wanted)
        return self.address + query_string({"sort": "name", **kept, **query})

    def get(self, address: str) -> HttpResponse:
        """Ask for a page."""
        response = self.client.get(address)
        assert response.status_code == 200, (address, response.status_code)
        return response  # type: ignore[return-value]  # the test client's own kind


# Short, absent, with wildcards, very common, accents, several words; sparse and common types, states, applications.
NAMES = ("", "p", "pee", "van", "de smet", "zzzz", "%%%", "a_b%", "peeters-lefevre", "q")
FIRST_NAMES = ("", "m", "marie", "zzz", "an")
OTHERS: dict[str, tuple[str, ...]] = {
    "user_name": ("", "jp", "peeters", "222"),
    "type": ("", "LB", "CO", "USER"),
    "insz": ("", "4", "501", "99999"),
    "status": ("", "blocked", "active"),
}


def combinations(applications: list[str]) -> list[Filter]:
    """Return every filter alone and every pair of two filters' values, and some of three."""
    values = {"name": NAMES, "first_name": FIRST_NAMES, **OTHERS, "application": ("", *applications)}
    found = []
    for one, other in itertools.combinations(values, 2):
        for first, second in itertools.product(values[one], values[other]):
            found.append(replace(Filter(), **{one: first, other: second}))
    found += [
        Filter(name=name, type=kind, status=status, application=application)
        for name in ("van", "zzzz", "p")
        for kind in ("CO", "USER")
        for status in ("blocked", "active")
        for application in applications
    ]
    return list(dict.fromkeys(found))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--explain", action="store_true")
    options = parser.parse_args()
    translation.activate("nl")
    meter = Meter(options.rounds)
    capacity = largest()
    chief = capacity.enterprise.pk
    portal = Portal(session_of(Person.objects.get(chief_roles__enterprise=chief).insz or ""))
    with override_settings(ROOT_URLCONF="benchmarks.users_list", MIDDLEWARE=[]):
        bare = Client(SERVER_NAME="127.0.0.1")
        f, f_database = meter(lambda: bare.get("/floor"))
    print(f"F (raw SQL, minimal page)   {f:7.2f} ms, of it {f_database:6.2f} in the database")

    def report(what: str, times: tuple[float, float], than: float = 0, promise: str = "") -> None:
        ratio = f"{times[0] / than:6.2f} x {promise}" if than else ""
        print(
            f"{what:28}{times[0]:7.2f} ms, of it {times[1]:6.2f} in the database {times[0] / f:7.2f} F {ratio}",
            flush=True,
        )

    first_page = portal.at()
    with CaptureQueriesContext(connection) as queries:
        portal.get(first_page)
        statements = len(queries)
    first = meter(portal.asking(first_page))
    report("start page, the frame alone", meter(portal.asking(portal.address.removesuffix("users/"))))
    report("first page", first, f, f"of F (2 promised), {statements} statements (6 promised)")
    rows = accounts_matching(capacity, Filter()).order_by(*SORTS["name"])
    for depth in (25, 5_000, 50_000, 99_900):
        row = rows.values_list("public_id", flat=True)[depth]
        for way in ("after", "before"):
            address = portal.at(Filter(), **{way: str(row)})
            report(f"{way} row {depth:,}", meter(portal.asking(address)), first[0], "of the first (1.2 promised)")
    for sort in SORTS:
        address = portal.at(sort=f"-{sort}")
        report(f"sorted by -{sort}", meter(portal.asking(address)), first[0], "of the first")
    for name in ("p", "pee", "de smet", "peeters-lefevre"):
        address = portal.at(Filter(name=name))
        report(f"name {name!r}", meter(portal.asking(address)), first[0], "of the first (1.5 promised)")
    worst(meter, portal, f, explain=options.explain)
    request = RequestFactory().get("/", {"capacity__id__exact": capacity.pk})
    request.user = Person(is_staff=True, is_superuser=True, last_name="x")
    with override_settings(ROOT_URLCONF="benchmarks.users_list"):
        changelist = PLAIN_SITE.get_model_admin(Account).changelist_view
        times = meter(lambda: changelist(request).render(), rounds=3)  # type: ignore[attr-defined]  # a TemplateResponse
    print(
        f"Django admin's list         {times[0]:7.2f} ms: {times[0] / first[0]:.0f} x the first page (at least 50 promised)"
    )


def worst(meter: Meter, portal: Portal, f: float, *, explain: bool) -> None:
    """Try every combination in the ordinary order and in one by first name; report the dearest."""
    applications = list(portal.capacity.kind.applications.order_by("position").values_list("code", flat=True))
    applications = [applications[0], applications[-1]]
    tried = []
    for wanted in combinations(applications):
        for sort in ("name", "-first-name"):
            address = portal.at(wanted, sort=sort)
            tried.append((meter(portal.asking(address), rounds=3), wanted, sort))
    tried.sort(key=lambda one: -one[0][0])
    print(f"{len(tried)} combinations of filters and orders; the dearest (10 F promised):")
    for (whole, database), wanted, sort in tried[:8]:
        shown = {name: value for name, value in vars(wanted).items() if value}
        print(f"  {whole / f:6.2f} F {whole:7.2f} ms, {database:6.2f} in the database: {shown} by {sort}")
        if explain:
            order = Sort.of(sort)
            matching = accounts_matching(portal.capacity, wanted)
            sign = "-" if order.is_descending else ""
            print(matching.values("pk")[: MOST_COUNTED + 1].explain(analyze=True, buffers=True))
            ids = matching.order_by(*(sign + key for key in order.keys)).values("pk")
            print(ids[: PAGE_SIZE + 1].explain(analyze=True, buffers=True))


if __name__ == "__main__":
    main()
