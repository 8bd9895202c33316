"""An unsafe production does not start; docs/settings.md lists every variable."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from htb.document.demo_keys import AUTHORITY_NAME, issue, revocation_list
from htb.document.seal import DEMO_NAME

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "safety.sqlite3"
SAFE = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "s" * 25 + "0123456789" * 3,
    "RECORD_KEY": "r" * 25 + "0123456789" * 3,
    "SITE_URL": "https://csam.fgov.be",
    "ALLOWED_HOSTS": "csam.fgov.be",
    "OIDC_ISSUER": "https://idp.fgov.be",
    "OIDC_CLIENT_SECRET": "given by the federal service",
    "EMAIL_URL": "smtp://mail.fgov.be:25",
    "MAIL_FROM": "CSAM <no-reply@csam.fgov.be>",
}


def seal_files(folder: Path, name: str) -> dict[str, str]:
    """Make a seal's key and certificate in that name; return the settings that name them."""
    files = {"SEAL_KEY_FILE": folder / "key.pem", "SEAL_CERTIFICATE_FILE": folder / "certificate.pem"}
    issued = issue(name, is_seal=True)
    for path, content in zip(files.values(), (issued.key_pem, issued.pem), strict=True):
        path.write_bytes(content)
    return {setting: str(path) for setting, path in files.items()}


def signer_files(folder: Path, name: str) -> dict[str, str]:
    """Make an authority of signers in that name, which has revoked nothing; return the settings that name its files."""
    authority = issue(name, is_authority=True)
    (folder / "authority.pem").write_bytes(authority.pem)
    (folder / "revoked.pem").write_bytes(revocation_list(authority))
    return {
        "SIGNER_TRUST_FILES": str(folder / "authority.pem"),
        "SIGNER_CRL_FILES": str(folder / "revoked.pem"),
    }


def run(tmp_path: Path, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run Python in an environment of production, with changes; an empty value takes the variable away."""
    database = f"sqlite:///{tmp_path / DATABASE}"
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    files = {**seal_files(tmp_path, "CSAM"), **signer_files(tmp_path, "Citizen CA")}
    environment = {**inherited, "DATABASE_URL": database, **SAFE, **files, **changes}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={name: value for name, value in environment.items() if value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_safe_production_starts(tmp_path: Path) -> None:
    done = run(tmp_path, "manage.py", "check")
    assert done.returncode == 0, done.stderr
    assert "SQLite" in done.stderr, "it is said that SQLite is not the engine of real use"


FILES = ("SEAL_KEY_FILE", "SEAL_CERTIFICATE_FILE", "SIGNER_TRUST_FILES", "SIGNER_CRL_FILES")
AS_IT_COMES = dict.fromkeys((*SAFE, *FILES), "") | {"ENVIRONMENT": "production"}
UNSAFE: dict[str, tuple[Any, ...]] = {
    "as it comes": (
        AS_IT_COMES,
        "SECRET_KEY is not set",
        "RECORD_KEY is not set",
        "RECORD_KEY is the same",
        "SITE_URL does not begin with https",
        "OIDC_ISSUER is not set",
        "OIDC_CLIENT_SECRET is not set",
        "OIDC_DISCOVERY_URL",
        "EMAIL_URL is not set",
        "MAIL_FROM is not set",
        "SEAL_KEY_FILE or SEAL_CERTIFICATE_FILE is not set",
        "SIGNER_TRUST_FILES or SIGNER_CRL_FILES is not set",
    ),
    "lists of issuers and of what they revoked that cannot be read": (
        {"SENDER_ISSUERS_FILE": "/nowhere/issuers.pem"},
        "/nowhere/issuers.pem cannot be read",
    ),
    "as in development": (
        {"DEBUG": "true", "MOCK_IDP": "true", "ACCEPT_TEST_INSZ": "true", "EMAIL_URL": "consolemail://"},
        "DEBUG is on",
        "MOCK_IDP is on",
        "ACCEPT_TEST_INSZ is on",
        "EMAIL_URL is not set",
    ),
    "weakened": (
        {
            "SECRET_KEY": "short",
            "ALLOWED_HOSTS": "*",
            "SECURE_SSL_REDIRECT": "false",
            "LEVEL_APPOINT": "300",
            "LEVEL_SELF": "100",
        },
        "SECRET_KEY is not set, or shorter",
        "ALLOWED_HOSTS",
        "SECURE_SSL_REDIRECT",
        "LEVEL_APPOINT is lower than 450",
        "LEVEL_SELF is lower than 200",
    ),
    "without HSTS": ({"HSTS_SECONDS": "0"}, "HSTS_SECONDS"),
    "misspelt": ({"ENVIRONMENT": "prod"}, "ENVIRONMENT is 'prod'"),
}


@pytest.mark.parametrize("case", UNSAFE)
def test_an_unsafe_production_runs_no_command(tmp_path: Path, case: str) -> None:
    changes, *sentences = UNSAFE[case]
    done = run(tmp_path, "manage.py", "showmigrations", **changes)
    assert done.returncode != 0
    assert [sentence for sentence in sentences if sentence not in done.stderr] == []
    assert done.stderr.count("portal.E00") == len(sentences), "and nothing else is the reason"


def test_X5_production_refuses_a_seal_that_is_missing_the_demonstrations_or_not_its_keys(tmp_path: Path) -> None:
    cases = {
        "cannot be read": {"SEAL_CERTIFICATE_FILE": str(tmp_path / "none.pem")},
        "SEAL_KEY_FILE cannot be read": {"SEAL_KEY_FILE": str(tmp_path / "none.pem")},
        "is the demonstration's": seal_files(make(tmp_path / "demo"), DEMO_NAME),
        "is not the key of": {"SEAL_KEY_FILE": seal_files(make(tmp_path / "other"), "CSAM")["SEAL_KEY_FILE"]},
    }
    for sentence, changes in cases.items():
        done = run(tmp_path, "manage.py", "showmigrations", **changes)
        assert done.returncode != 0
        assert sentence in done.stderr


def test_X9_production_refuses_signers_that_anybody_could_be(tmp_path: Path) -> None:
    unreadable = tmp_path / "unreadable.pem"
    unreadable.write_bytes(b"nothing")
    cases = {
        "SIGNER_TRUST_FILES cannot be read": {"SIGNER_TRUST_FILES": f"{tmp_path / 'authority.pem'},{unreadable}"},
        "SIGNER_CRL_FILES cannot be read": {"SIGNER_CRL_FILES": str(unreadable)},
        "trusts the demonstration's": signer_files(make(tmp_path / "demo"), AUTHORITY_NAME),
        "SIGNER_REVOCATION is not require": {"SIGNER_REVOCATION": "soft-fail"},
    }
    for sentence, changes in cases.items():
        done = run(tmp_path, "manage.py", "showmigrations", **changes)
        assert done.returncode != 0
        assert sentence in done.stderr


def make(folder: Path) -> Path:
    """Make a folder and return it."""
    folder.mkdir()
    return folder


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
SERVE = "from csam_portal.wsgi import application; print('serves')"


def test_the_web_server_refuses_alike(tmp_path: Path) -> None:
    unsafe = run(tmp_path, "-c", SERVE, DEBUG="true")
    assert unsafe.returncode != 0
    assert "The portal does not start" in unsafe.stderr
    assert "DEBUG is on" in unsafe.stderr
    assert "serves" not in unsafe.stdout


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("migrated")
    done = run(folder, "manage.py", "migrate", "--verbosity=0")
    assert done.returncode == 0, done.stderr
    return folder / DATABASE


@pytest.fixture
def database(migrated: Path, tmp_path: Path) -> Path:
    """A folder with the migrated database of a safe production."""
    shutil.copy(migrated, tmp_path / DATABASE)
    return tmp_path


def test_the_web_server_serves_a_safe_production(database: Path) -> None:
    done = run(database, "-c", SERVE)
    assert (done.returncode, done.stdout) == (0, "serves\n"), done.stderr


def test_E1_the_web_server_refuses_a_database_whose_record_can_be_changed(database: Path) -> None:
    assert run(database, "-c", LIFT).returncode == 0
    done = run(database, "-c", SERVE)
    assert done.returncode != 0
    assert "The record can be changed unseen" in done.stderr
    assert run(database, "manage.py", "migrate", "--verbosity=0").returncode == 0
    assert run(database, "-c", SERVE).returncode == 0, "migrate lays the triggers again"


def test_a_production_with_the_demo_world_in_it_does_not_start(database: Path) -> None:
    assert run(database, "-c", DEMO, ENVIRONMENT="development").returncode == 0
    for command in (("-c", SERVE), ("manage.py", "work", "--once"), ("manage.py", "migrate")):
        done = run(database, *command)
        assert done.returncode != 0
        assert "The demo world is in the database" in done.stderr


def test_docs_settings_lists_every_variable_and_no_other() -> None:
    read = set(
        re.findall(r"""env\.\w+\(\s*"([A-Z_]+)\"""", (ROOT / "csam_portal/settings.py").read_text(encoding="utf-8"))
    )
    listed = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/settings.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert read == listed
    assert len(read) > 40
