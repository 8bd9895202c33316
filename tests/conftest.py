"""What every test has: the demo world in the database, somebody logged in, and guards for which silence is a failure."""

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.http import HttpRequest
from django.test import Client, TransactionTestCase
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from identity.enums import Means
from tests import databases
from tests.fuzzing import TRIED
from tests.guards import only_this_machine

pytest_plugins = ["tests.browser.fixtures"]

LogIn = Callable[..., Client]

# A busy machine is no failure. The same examples each time: what chance finds is looked for by `make fuzz`, not by whoever
# happens to run the tests next.
hypothesis_settings.register_profile(
    "portal", deadline=None, derandomize="FUZZ_EXAMPLES" not in os.environ, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("portal")
# Thousands of tests throw away little: looking for garbage as often as a server does takes a tenth of their time.
gc.set_threshold(200_000, 50, 100)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a further database leave out what was tried already."""
    parser.addoption("--database-only", action="store_true", help="leave out the tests that use no database")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell which answers the time fuzzer waited for longest."""
    if TRIED.spent:
        terminalreporter.section(f"{len(TRIED.spent)} cases of the time fuzzer, the ten slowest")
        terminalreporter.write_line("\n".join(TRIED.slowest()))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse marks by which .ci/run would leave a test out on both databases; with --database-only, keep those that use one."""
    for item in items:
        if item.get_closest_marker("everywhere") and (item.get_closest_marker("paper") or not _uses_database(item)):
            raise pytest.UsageError(f"{item.nodeid}: marked everywhere, but PostgreSQL's lane leaves it out")
    if config.getoption("--database-only"):
        config.hook.pytest_deselected(items=[item for item in items if not _uses_database(item)])
        items[:] = [item for item in items if _uses_database(item)]


def _uses_database(item: pytest.Item) -> bool:
    names = {"db", "transactional_db", "live_server"}
    return item.get_closest_marker("django_db") is not None or bool(names & set(getattr(item, "fixturenames", ())))


@pytest.fixture(autouse=True, scope="session")
def _only_this_machine() -> Iterator[None]:
    with only_this_machine():
        yield


@pytest.fixture(autouse=True)
def _dutch() -> None:
    """Each test begins in the portal's language; a page that was read in another leaves that one active."""
    translation.deactivate()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test database with the demo world in it (BEHAVIOUR section 10)."""
    if "load_demo" not in get_commands():
        yield
        return
    with django_db_blocker.unblock():
        databases.load_world()
    # Where Django would empty every table after a test that commits, put the world back.
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]  # Django's hook, private by name
    TransactionTestCase._fixture_teardown = lambda self: databases.restore_world()  # type: ignore[attr-defined]
    yield
    TransactionTestCase._fixture_teardown = flush  # type: ignore[attr-defined]
    with django_db_blocker.unblock():
        databases.remove_copy()


@pytest.fixture
def log_in(db: None) -> LogIn:
    """Return a function `log_in(insz, means=Means.EID) -> Client` that makes a client in a session of that person."""

    def make(insz: str, means: Means = Means.EID) -> Client:
        client = Client()
        client.cookies["session"] = session_key(insz, means)
        return client

    return make


@pytest.fixture
def gateway_folder() -> Iterator[Path]:
    """A GATEWAY_DIR that the daemon's sessions may enter, unlike pytest's own folders."""
    made = Path(tempfile.mkdtemp(prefix="gateway-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def session_key(insz: str, means: Means = Means.EID) -> str:
    """Begin a session of the person with this number (eleven digits; the register's if the portal has not met them)."""
    from enterprises.gateway import register
    from identity.login import begin_session
    from identity.people import person_of
    from identity.sessions import SessionStore

    known = register().person(insz)
    assert known is not None, f"no person with the number {insz} in the demo world"
    request = HttpRequest()
    request.session = SessionStore()
    begin_session(
        request,
        person_of(insz=insz, last_name=known.last_name, first_names=known.first_names, language=known.language),
        means,
    )
    request.session.save()
    assert request.session.session_key is not None
    return request.session.session_key
