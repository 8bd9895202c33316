"""The standard journey, page by page: statements and CPU of the server, beside a bare Django view in the same run.

    DATABASE_URL=postgres://… python -m benchmarks.journey [--rounds 30]

Needs a database with the demo world (`manage.py migrate`, `manage.py load_demo`); a full-size register beside it
(`benchmarks/make_kbo.py`, `manage.py import_kbo`) makes the figures mean more. It appoints for real and leaves appointments
behind: give it a database of its own. CPU is this process's own time (the pages run in it), so the database's is not in it.
"""

import argparse
import re
import statistics
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import path

from access_admins.holdings import current_chief

LUC, MARIE = "65110299794", "78090599868"
BRASSERIE = "0999000228"
OWN = {"own_email": "directie@example.be", "own_telephone": "+32 4 220 00 00"}


def bare(request: HttpRequest) -> HttpResponse:
    """What a page costs that does nothing."""
    return HttpResponse("ok")


urlpatterns = [path("bare", bare)]


class Meter:
    """Figures per page: statements, counted while `counting` (which costs time of its own), else CPU milliseconds per round."""

    def __init__(self) -> None:
        self.counting = True
        self.statements: dict[str, int] = {}
        self.cpu: dict[str, list[float]] = {}

    def __call__(self, page: str, request: Callable[[], Any]) -> Any:
        """Make a request and keep its figure under the page's name."""
        if self.counting:
            with CaptureQueriesContext(connection) as queries:
                response = request()
            self.statements[page] = len(queries)
            return response
        before = time.process_time()
        response = request()
        self.cpu.setdefault(page, []).append((time.process_time() - before) * 1000)
        return response


def journey(meter: Meter, session: str, other: str) -> None:
    """Walk the whole standard procedure once: the session's person appoints another person."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies["session"] = session
    client.get("/healthz")  # a test client loads the middleware at its first request
    meter("GET  number", lambda: client.get("/nl/appoint/standard"))
    step = meter("POST number", lambda: client.post("/nl/appoint/standard", {"enterprise_number": BRASSERIE}))[
        "Location"
    ]
    meter("GET  chief", lambda: client.get(step))
    answers = {
        "who": "other",
        "chief_insz": other,
        "chief_email": "a@example.be",
        "chief_telephone": "+32 470 12 34 56",
        **OWN,
    }
    check = meter("POST chief", lambda: client.post(step, answers))["Location"]
    page = meter("GET  check", lambda: client.get(check)).content.decode()
    found = re.search(r'name="plan" value="([0-9a-f]{64})"', page)
    if found is None:
        raise SystemExit("the check page carries no plan: is the demo world loaded?")
    done = meter("POST confirm", lambda: client.post(check, {"confirmed": "on", "plan": found[1]}))
    meter("GET  done", lambda: client.get(done["Location"]))


def session_of(insz: str) -> str:
    """Begin a session at level 500 and return its key."""
    from identity.enums import Means
    from identity.login import begin_session
    from identity.models import Person
    from identity.sessions import SessionStore

    request = HttpRequest()
    request.session = SessionStore()
    begin_session(request, Person.objects.get(insz=insz), Means.EID)
    request.session.save()
    return request.session.session_key or ""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    meter = Meter()
    session = session_of(MARIE)
    candidates = ["72052599791", "03080899775"]  # Bart Maes and Thomas Wouters, in turn
    for number in range(rounds + 3):
        meter.counting = number < 3  # the first rounds also warm templates and translations
        present = current_chief(BRASSERIE)
        journey(meter, session, next(insz for insz in candidates if present is None or present.person.insz != insz))
    with override_settings(ROOT_URLCONF="benchmarks.journey", MIDDLEWARE=[]):
        client = Client(SERVER_NAME="127.0.0.1")
        for _ in range(rounds * 5):
            meter("bare view", lambda: client.get("/bare"))
    floor = statistics.median(meter.cpu["bare view"])
    whole = sum(statistics.median(times) for page, times in meter.cpu.items() if page != "bare view")
    print(f"{connection.vendor}, {rounds} rounds; CPU of the server in ms, median (worst); ratio to a bare Django view")
    for page, times in meter.cpu.items():
        median = statistics.median(times)
        print(
            f"{page:14}{meter.statements.get(page, 0):4} statements {median:7.2f} ({max(times):6.2f}) {median / floor:7.1f} x"
        )
    print(
        f"{'the journey':14}{sum(meter.statements.values()):4} statements {whole:7.2f} ms in all {whole / floor:7.1f} x"
    )


if __name__ == "__main__":
    main()
