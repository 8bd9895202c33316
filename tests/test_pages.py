"""Every page of the URL conf: what it declares, what it answers to whom, how many queries it takes."""

import json
import os
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, reverse

from identity.enums import Means
from tests.conftest import LogIn
from tests.pages_table import NOT_PAGES, STRANGER, TABLE, WITHOUT, Row, declaration, routes, rows, shown_pages

QUERY_COUNTS = Path(__file__).parent / "query_counts.json"
MOST_QUERIES = 8
# Shows what will change by today's register, for the enterprise and all its capacities, and writes the reading of two numbers.
MORE_QUERIES = {
    "appoint-step check": 10,
    # Ask the register (four) and the portal about a person, and what will change in enterprise or capacity.
    **{f"person-add-step {step}": 13 for step in ("name", "form", "check")},
    **{f"co-chief-add-step {step}": 10 for step in ("form", "check")},
    # Asks the register (four) whether the actor still represents the enterprise.
    "chief-activation": 9,
    # The ladder reads the sender whole, its last reports and its last test.
    "sender-test": 11,
}
# A sender is read whole: its channels, certificates, keys and what they carry.
MORE_QUERIES |= dict.fromkeys(
    (
        "senders senders", "channel-add", "channel-add-begin", "channel-applications", "channel-load certificate",
        "channel-load ssh-key", "channel-retire", "sender-block", "sender-contact", "sender-delete",
        "sender-material-retire",
        *(f"sender-register-step {step}" for step in ("channel", "check", "done")),
        *(f"channel-add-step {step}" for step in ("kind", "channel", "check", "done")),
    ),
    10,
)  # fmt: skip

ROUTES = dict(routes())
ROWS = [pytest.param(name, route, row, id=f"{name}-{number}") for number, (name, route, row) in enumerate(rows())]


@pytest.mark.parametrize("name", ROUTES)
def test_a_page_declares_who_may_come(name: str) -> None:
    """L4: login by default, exceptions marked."""
    page = declaration(ROUTES[name])
    assert page.level is None or page.level in settings.LEVELS
    assert page.methods


def test_names_of_routes_are_unique() -> None:
    names = [name for name, _route in routes()]
    assert len(set(names)) == len(names)


def test_the_table_names_no_page_that_is_gone() -> None:
    assert TABLE.keys() | NOT_PAGES <= ROUTES.keys()


@pytest.mark.parametrize("name", ROUTES)
def test_a_page_with_arguments_has_a_row(name: str) -> None:
    assert not ROUTES[name].pattern.converters or name in TABLE, f"add {name} to tests/pages_table.py"


def ask(client: Client, name: str, route: URLPattern, row: Row, arguments: dict[str, object]) -> int:
    """Return the status of a page's GET; of an empty POST where it has no GET."""
    address = reverse(name, kwargs=arguments) + row.query
    return client.get(address).status_code if "GET" in declaration(route).methods else client.post(address).status_code


@pytest.mark.django_db
@pytest.mark.everywhere
@pytest.mark.parametrize(("name", "route", "row"), ROWS)
def test_E2_a_page_answers_as_the_table_says(name: str, route: URLPattern, row: Row, log_in: LogIn) -> None:
    """E2: not found for a stranger, not allowed for somebody with a tie but without the right."""
    arguments = row.arguments(log_in)
    people = {
        "anonymous": Client(),
        "stranger": log_in(STRANGER),
        "without": log_in(WITHOUT),
        "entitled": log_in(row.entitled),
    }
    answered = {who: ask(client, name, route, row, arguments) for who, client in people.items()}
    assert answered == vars(row.answers)


@pytest.mark.django_db
@pytest.mark.everywhere
@pytest.mark.parametrize(("name", "route", "row"), ROWS)
def test_L5_a_page_of_somebody_is_not_kept_by_the_browser(
    name: str, route: URLPattern, row: Row, log_in: LogIn
) -> None:
    """L5: after logging off, "Back" shows nothing of it; nor of what was typed without a login."""
    address = reverse(name, kwargs=row.arguments(log_in)) + row.query
    client = log_in(row.entitled)
    response = client.get(address) if "GET" in declaration(route).methods else client.post(address)
    assert "no-store" in response["Cache-Control"]
    if {"GET", "POST"} <= set(declaration(route).methods):
        assert "no-store" in Client().get(address)["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.everywhere
@pytest.mark.parametrize(("name", "route", "row"), ROWS)
def test_L4_a_page_wants_its_level(name: str, route: URLPattern, row: Row, log_in: LogIn) -> None:
    """L4: at a level that is too low, even the entitled are led to the login page, with the way back."""
    level = declaration(route).level
    if level is None or settings.LEVELS[level] <= settings.LEVELS["self"]:
        return
    address = reverse(name, kwargs=row.arguments(log_in)) + row.query
    response = log_in(row.entitled, Means.PASSWORD).get(address)
    assert response.status_code == 302
    assert response["Location"].startswith(reverse(settings.LOGIN_URL) + "?")


@pytest.mark.django_db
def test_queries_are_as_counted(log_in: LogIn) -> None:
    """Each page's queries are those of tests/query_counts.json, at most eight; `UPDATE_COUNTS=1 make test` writes it anew."""
    counted = {}
    for name, route, row in shown_pages():
        address = reverse(name, kwargs=row.arguments(log_in)) + row.query
        client = Client() if declaration(route).level is None else log_in(row.entitled)
        client.get(address)  # what is cached for good is no page's cost
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        suffix = address.rstrip("/").rsplit("/", 1)[-1] if len(TABLE.get(name, [])) > 1 else ""
        counted[f"{name} {suffix}".strip()] = len(queries)
    if os.environ.get("UPDATE_COUNTS"):
        QUERY_COUNTS.write_text(json.dumps(counted, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    assert counted == json.loads(QUERY_COUNTS.read_text(encoding="utf-8"))
    assert {page: count for page, count in counted.items() if count > MORE_QUERIES.get(page, MOST_QUERIES)} == {}
