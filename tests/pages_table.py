"""Every page of the portal, and what it answers to whom (BEHAVIOUR E2, L4). The permission table; tests/test_pages.py holds the
portal to it, and fails for a page of the URL conf that has no row here and cannot do without one.

A row is needed by a page with an argument in its address, and by one whose answer is not the ordinary one: 200 for everybody
(a public page), or 200 for everybody who is logged in at the page's level.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from csam_portal.help import CHAPTERS
from identity import codes
from identity.models import Person
from tests import appointing, cast
from ui.pages import Page

NOBODY = uuid.UUID(int=0)
LogIn = Callable[..., Client]
# Makes what a page shows, and returns its address's arguments.
Arguments = Callable[[LogIn], dict[str, Any]]


@dataclass(frozen=True)
class Answers:
    """The status that each of four people gets: not logged in, no tie to it, a tie without the right, with the right."""

    anonymous: int
    stranger: int
    without: int
    entitled: int


def all_get(status: int) -> Answers:
    """The same status for everybody."""
    return Answers(status, status, status, status)


EVERYBODY = all_get(200)
LOGGED_IN = Answers(302, 200, 200, 200)
# A run of a journey is its owner's alone: nobody else learns that it is there.
OWNER = Answers(302, 404, 404, 200)


@dataclass(frozen=True)
class Row:
    """What the table says of a page. entitled: who has the right, by number. query: what stands behind the question mark."""

    answers: Answers
    arguments: Arguments = lambda log_in: {}
    entitled: str = cast.MARIE
    query: str = ""


def _standard(name: str) -> Arguments:
    """Return what walks the standard procedure up to a step, as An Peeters for Atelier Noord."""

    def walk(log_in: LogIn) -> dict[str, Any]:
        client = log_in(cast.AN)
        if name in {"enterprise", "chief"}:
            address = appointing.start(client, cast.ATELIER)
        else:
            address = appointing.choose_self(client, cast.ATELIER)
        if name == "done":
            appointing.confirm(client, address)
        return {**resolve(address).kwargs, "name": name}

    return walk


def _named(name: str) -> Arguments:
    return lambda _log_in: {"name": name}


def _with_devices(log_in: LogIn) -> dict[str, Any]:
    """Give Marie Dubois an app and token codes."""
    person = Person.objects.get(insz=cast.MARIE)
    codes.put_app(person, codes.new_key())
    codes.put_codes(person, codes.new_codes())
    return {}


STRANGER = cast.EMMA  # no role and no account anywhere
WITHOUT = cast.NOOR  # a user of the brasserie

AFTER_ANOTHER_PAGE = (
    "login-code",
    "first-password",
    "new-password",
    "activate",
    "activate-user-name",
    "activate-device",
    "activate-app",
    "activate-codes",
)

# By the name of the route; several rows where a page has several states.
TABLE: dict[str, list[Row]] = {
    "appoint-step": [
        Row(OWNER, _standard(name), entitled=cast.AN) for name in ("enterprise", "chief", "check", "done")
    ],
    # Who is logged in at the level asked for needs no login page.
    "login": [Row(Answers(200, 302, 302, 302))],
    "logout": [Row(all_get(302))],
    # Without the provider's answer, or a client's request, there is nothing to do.
    "oidc-callback": [Row(all_get(302))],
    "mock-idp-authorise": [Row(all_get(400))],
    "mock-idp-token": [Row(all_get(401))],
    "mock-idp-userinfo": [Row(all_get(401))],
    # Pages in the middle of a login or of an activation: without what came before, back to the beginning.
    **{name: [Row(all_get(302))] for name in AFTER_ANOTHER_PAGE},
    "link": [Row(EVERYBODY, lambda _log_in: {"secret": "some-secret"})],
    "link-gone": [Row(all_get(404))],
    # Whose user name is chosen already chooses no other.
    "own-user-name": [Row(Answers(302, 422, 422, 422)), Row(Answers(302, 422, 422, 200), entitled=cast.AN)],
    **{name: [Row(all_get(302))] for name in ("own-app-confirm", "own-codes-confirm")},
    **{name: [Row(Answers(302, 404, 404, 200), _with_devices)] for name in ("own-app-remove", "own-codes-remove")},
    # A run of the exception procedure belongs to the session that began it; tests/test_exception_procedure.py walks it.
    "exception-step": [Row(all_get(404), lambda _log_in: {"run_id": NOBODY, "name": "chief"})],
    "exception-document": [Row(all_get(404), lambda _log_in: {"run_id": NOBODY})],
    "document-link": [Row(EVERYBODY, lambda _log_in: {"secret": "some-secret"})],
    "help-chapter": [Row(EVERYBODY, _named(name)) for name in CHAPTERS],
}

# Files and answers for programs: no HTML page to look at.
NOT_PAGES = {"healthz", "readyz", "mock-idp-discovery", "mock-idp-jwks"}


def routes() -> Iterator[tuple[str, URLPattern]]:
    """Every route of the portal's own URL conf by its full name; Django's admin guards itself."""

    def below(resolver: URLResolver, namespace: str) -> Iterator[tuple[str, URLPattern]]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                if entry.app_name != "admin":
                    yield from below(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
            else:
                yield f"{namespace}{entry.name}", entry

    return below(get_resolver(), "")


def declaration(route: URLPattern) -> Page:
    """Return what the page declares at its head."""
    page: Page = route.callback.page  # type: ignore[attr-defined]  # set by ui.pages
    return page


def shown_pages() -> Iterator[tuple[str, URLPattern, Row]]:
    """The rows that show a page to look at: public ones to who is not logged in, the others to who has the right."""
    for name, route, row in rows():
        answer = row.answers.anonymous if declaration(route).level is None else row.answers.entitled
        if name not in NOT_PAGES and "GET" in declaration(route).methods and answer == 200:
            yield name, route, row


def rows() -> Iterator[tuple[str, URLPattern, Row]]:
    """Every page with each of its rows, made where the table has none."""
    for name, route in routes():
        ordinary = EVERYBODY if declaration(route).level is None else LOGGED_IN
        for row in TABLE.get(name, [Row(ordinary)]):
            yield name, route, row
