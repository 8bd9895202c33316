"""An unsafe production does not start; docs/settings.md lists every variable, docs/refusals.md every refusal."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from senders.gateway import refusals as gateway
from tests.starting import DATABASE, ROOT, production, run

SERVE = "from csam_portal.wsgi import application; print('serves')"
# What the command asks before all else, without a database to ask.
GATEWAY = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "csam_portal.settings"
django.setup()
from senders.gateway import refusals
print(*refusals.found(), sep="\\n")
"""
LIFT = """
from csam_portal.wsgi import application
from audit import triggers
from django.db import connection

triggers.remove(connection)
"""
DEMO = """
from csam_portal.wsgi import application
from csam_portal.demo.world import STAFF
from formats.names import user_name_key
from identity.models import Person

name = next(iter(STAFF))
Person.objects.create(user_name=name, user_name_key=user_name_key(name), last_name="Eranova", is_staff=True)
"""


def start(folder: Path, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Start Python in a safe production below a folder, with changes."""
    return run(production(folder, **changes), *arguments)


def test_a_safe_production_starts(tmp_path: Path) -> None:
    done = start(tmp_path, "manage.py", "check")
    assert done.returncode == 0, done.stderr
    assert "SQLite" in done.stderr, "it is said that SQLite is not the engine of real use"


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("migrated")
    done = start(folder, "manage.py", "migrate", "--verbosity=0")
    assert done.returncode == 0, done.stderr
    return folder / DATABASE


@pytest.fixture
def database(migrated: Path, tmp_path: Path) -> Path:
    """A folder with the migrated database of a safe production."""
    shutil.copy(migrated, tmp_path / DATABASE)
    return tmp_path


def test_the_web_server_serves_a_safe_production(database: Path) -> None:
    done = start(database, "-c", SERVE)
    assert (done.returncode, done.stdout) == (0, "serves\n"), done.stderr


def test_E1_the_web_server_refuses_a_database_whose_record_can_be_changed(database: Path) -> None:
    assert start(database, "-c", LIFT).returncode == 0
    done = start(database, "-c", SERVE)
    assert done.returncode != 0
    assert "The record can be changed unseen" in done.stderr
    assert start(database, "manage.py", "migrate", "--verbosity=0").returncode == 0
    assert start(database, "-c", SERVE).returncode == 0, "migrate lays the triggers again"


def test_T20_a_production_with_the_demo_world_in_it_does_not_start(database: Path) -> None:
    assert run({"DATABASE_URL": f"sqlite:///{database / DATABASE}"}, "-c", DEMO).returncode == 0
    for command in (("-c", SERVE), ("manage.py", "work", "--once"), ("manage.py", "migrate"), ("manage.py", "gateway")):
        done = start(database, *command)
        assert done.returncode != 0
        assert "The demo world is in the database" in done.stderr


def test_docs_settings_lists_every_variable_and_no_other() -> None:
    source = (ROOT / "csam_portal/settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r"""(?:env\.\w+|secret|switch|database|mail_server)\(\s*"([A-Z_]+)\"""", source))
    listed = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/settings.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert read == listed
    assert len(read) > 40


@pytest.mark.parametrize("port", ["", ":5433"])
def test_T20_the_gateway_asks_more_than_the_portal(tmp_path: Path, port: str) -> None:
    """A portal need not have a gateway. Its daemon cannot prove a database on another machine."""
    far = f"postgres://csam@db.fgov.be{port}/csam?sslmode=verify-full"
    done = start(tmp_path, "-c", GATEWAY, DATABASE_URL=far)
    assert done.stdout.splitlines() == list(gateway.REFUSALS), done.stderr
    near = start(tmp_path, "-c", GATEWAY, DATABASE_URL=f"postgres://csam@127.0.0.1{port}/csam")
    assert near.stdout.splitlines() == [gateway.NO_CERTIFICATE], near.stderr


def test_T20_the_gateway_does_not_start_with_the_certificate_that_it_makes(database: Path) -> None:
    done = start(database, "manage.py", "gateway")
    assert done.returncode != 0
    assert gateway.NO_CERTIFICATE in done.stderr
