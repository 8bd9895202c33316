"""The attacker looks for an installation that somebody put on the network with development's settings: the mock login lets
anybody in as anybody, and the keys are public. T19: there is none, however it was started.
"""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from csam_portal.nearby import FORWARDED, NearbyMiddleware
from csam_portal.starting import refuse_when_unsafe
from csam_portal.starting.refusal import DoesNotStart
from formats.hosts import is_this_machine
from tests.starting import DATABASE, run

WSGI = "from csam_portal.wsgi import application; print('open')"
SET_UP = (
    "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'csam_portal.settings'; django.setup(); print('open')"
)
ASGI = SET_UP.replace("django.setup()", "from django.core.asgi import get_asgi_application as make; make()")
DOORS = {
    "wsgi": ("-c", WSGI),
    "asgi": ("-c", ASGI),
    "set up": ("-c", SET_UP),
    "gunicorn": ("-m", "gunicorn", "csam_portal.wsgi", "--bind=127.0.0.1:0", "--no-control-socket"),
    "gunicorn, preloaded": (
        "-m",
        "gunicorn",
        "csam_portal.wsgi",
        "--bind=127.0.0.1:0",
        "--preload",
        "--config=/dev/null",
    ),
    "gunicorn's check": ("-m", "gunicorn", "csam_portal.wsgi", "--check-config"),
    "runserver": ("manage.py", "runserver", "127.0.0.1:0", "--noreload", "--skip-checks"),
    "worker": ("manage.py", "work", "--once", "--skip-checks"),
    "gateway": ("manage.py", "gateway", "--skip-checks"),
    "shell": ("manage.py", "shell", "-c", "print('open')"),
    "migrate": ("manage.py", "migrate", "--skip-checks"),
    "make run": ("-m", "scripts.serve"),
}
PUBLIC = {"SITE_URL": "https://csam.fgov.be", "ALLOWED_HOSTS": "csam.fgov.be"}
ELSEWHERE = [
    "csam.fgov.be", "192.0.2.7", "0.0.0.0", "::", "[::]", "2001:db8::1", "[2001:db8::1]", "::ffff:192.0.2.7",  # noqa: S104
    "169.254.169.254", "fe80::1", "::1%eth0", "127.0.0.1.nip.io", "localhost.example.org", "notlocalhost", "lvh.me", "*",
    "", None, ".", "localhost.", "2130706433", "0x7f000001", "127.1", "127.0.0.1:80", "127.0.0.1@csam.fgov.be", "10.0.0.1",
    "１２７.0.0.1", "0",
]  # fmt: skip
HERE = ["127.0.0.1", "127.9.8.7", "::1", "[::1]", "localhost", "LOCALHOST", "portal.localhost", "::ffff:127.0.0.1"]


def start(tmp_path: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Start the portal without ENVIRONMENT, on a database of its own."""
    return run(
        {"DATABASE_URL": f"sqlite:///{tmp_path / DATABASE}", "MAILBOX_DIR": str(tmp_path), **variables}, *arguments
    )


@pytest.mark.parametrize("door", DOORS)
def test_T19_no_door_opens_under_a_public_name_without_production(tmp_path: Path, door: str) -> None:
    done = start(tmp_path, *DOORS[door], **PUBLIC)
    assert done.returncode != 0
    assert "SITE_URL names another machine than this one" in done.stderr
    assert "ALLOWED_HOSTS takes the name of another machine" in done.stderr
    assert "open" not in done.stdout
    assert not (tmp_path / DATABASE).exists(), "nothing was done before"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("SITE_URL", "http://127.0.0.1.nip.io:8000"),
        ("SITE_URL", "http://127.0.0.1@csam.fgov.be"),
        ("SITE_URL", "//csam.fgov.be"),
        ("SITE_URL", "http://[::1"),
        ("SITE_URL", "csam.fgov.be"),
        ("ALLOWED_HOSTS", ["*"]),
        ("ALLOWED_HOSTS", ["127.0.0.1", ".example.org"]),
        ("ALLOWED_HOSTS", ["[::]"]),
        ("GATEWAY_HOST", "0.0.0.0"),  # noqa: S104 - to be refused
        ("GATEWAY_NAME", "gateway.fgov.be"),
        ("MOCK_IDP_REDIRECT_URIS", ["https://csam.fgov.be/oidc/callback"]),
        ("TRUSTED_PROXIES", 1),
        ("ENVIRONMENT", "prod"),
        ("ENVIRONMENT", "Production"),
        ("ENVIRONMENT", "production "),
        ("ENVIRONMENT", ""),
    ],
)
def test_T19_no_other_spelling_of_a_public_portal_starts(settings: Any, setting: str, value: Any) -> None:
    settings.ENVIRONMENT, settings.ALLOWED_HOSTS = "development", ["127.0.0.1"]
    refuse_when_unsafe()
    setattr(settings, setting, value)
    with pytest.raises(DoesNotStart, match=setting):
        refuse_when_unsafe()


def test_T19_what_is_for_tests_starts_in_tests_alone(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ENVIRONMENT, settings.ALLOWED_HOSTS = "test", ["127.0.0.1"]
    refuse_when_unsafe()
    monkeypatch.delenv("PYTEST_VERSION")
    with pytest.raises(DoesNotStart, match="no pytest runs"):
        refuse_when_unsafe()


@pytest.mark.parametrize(
    ("address", "options"),
    [("0.0.0.0:0", ()), ("[::]:0", ("--preload",)), ("0.0.0.0:0", ("--config=/dev/null",))],
)
def test_T19_gunicorn_does_not_start_at_an_address_of_the_network(
    tmp_path: Path, address: str, options: tuple[str, ...]
) -> None:
    assert start(tmp_path, "manage.py", "migrate", "--verbosity=0").returncode == 0
    done = start(tmp_path, "-m", "gunicorn", "csam_portal.wsgi", f"--bind={address}", "--no-control-socket", *options)
    assert done.returncode != 0
    assert f"it listens at {address.removesuffix(':0').strip('[]')}" in done.stderr


def test_T19_a_socket_that_another_program_opened_is_seen(tmp_path: Path) -> None:
    """systemd opens a service's socket before it starts the service."""
    begin = f"import socket; there = socket.create_server(('0.0.0.0', 0)); {WSGI}"
    done = start(tmp_path, "-c", begin)
    assert done.returncode != 0
    assert "it listens at 0.0.0.0" in done.stderr


@pytest.mark.parametrize("address", ["0:0", "[::]:0"])
def test_T19_runserver_does_not_start_at_an_address_of_the_network(tmp_path: Path, address: str) -> None:
    done = start(tmp_path, "manage.py", "runserver", address, "--noreload", "--skip-checks")
    assert done.returncode != 0
    assert "can be reached from elsewhere" in done.stderr


# What a server asks that shows its address to nobody: gunicorn with another configuration and --preload, or any other program.
ASK = """
import sys
from csam_portal.wsgi import application
from django.test.client import RequestFactory

def ask(**more):
    environ = RequestFactory().get("/healthz").environ | {"HTTP_HOST": "127.0.0.1:8000"} | more
    application(environ, lambda status, headers: print(status))

ask()
ask(REMOTE_ADDR="192.0.2.7")
ask(REMOTE_ADDR="2001:db8::1")
ask(REMOTE_ADDR="")
ask(REMOTE_ADDR="192.0.2.7", PATH_INFO="/static/ui/portal.css")
ask(HTTP_X_FORWARDED_FOR="192.0.2.7")
"""


def test_T19_a_visitor_from_elsewhere_is_not_answered_by_a_server_that_hides_its_address(tmp_path: Path) -> None:
    assert start(tmp_path, "manage.py", "migrate", "--verbosity=0").returncode == 0
    done = start(tmp_path, "-c", ASK)
    assert done.returncode == 0, done.stderr
    ok, *others = [line for line in done.stdout.splitlines() if line[:3].isdigit()]
    assert ok == "200 OK"
    assert others == ["403 Forbidden"] * 5


@pytest.mark.parametrize("header", FORWARDED)
def test_T19_no_tunnel_leads_to_it(settings: Any, header: str) -> None:
    """A tunnel of a developer's tools comes from this machine and under its name, but says for whom."""
    settings.ENVIRONMENT = "development"
    answered: list[HttpRequest] = []

    def answer(request: HttpRequest) -> HttpResponse:
        answered.append(request)
        return HttpResponse()

    nearby = NearbyMiddleware(answer)
    assert nearby(RequestFactory().get("/", headers={header: "for=192.0.2.7"})).status_code == 403
    assert answered == []
    assert nearby(RequestFactory().get("/")).status_code == 200


@pytest.mark.parametrize("host", ELSEWHERE)
def test_T19_what_only_looks_like_this_machine_is_not(host: str | None) -> None:
    assert not is_this_machine(host)


@pytest.mark.parametrize("host", HERE)
def test_T19_this_machine_is(host: str) -> None:
    assert is_this_machine(host)


def test_T19_without_settings_it_serves_its_own_machine(tmp_path: Path) -> None:
    """`make run` on anybody's machine needs nothing."""
    assert start(tmp_path, "manage.py", "migrate", "--verbosity=0").returncode == 0
    done = start(tmp_path, "-c", f"import socket; there = socket.create_server(('127.0.0.1', 0)); {WSGI}")
    assert done.stdout == "open\n", done.stderr
