"""The attacker looks for an installation that somebody put on the network with development's settings: the mock login lets
anybody in as anybody, and the keys are public. T19: there is none, however it was started. Or for one in which a slip opened
something: a limit of nothing, a name that is a pattern, a switch in other words, a setting that nobody reads. T20: it never
started.
"""

import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from csam_portal import environment
from csam_portal.nearby import FORWARDED, NearbyMiddleware
from csam_portal.numbers import NUMBERS
from csam_portal.starting import misspelt, refuse_when_unsafe
from csam_portal.starting.refusal import DoesNotStart
from formats.hosts import is_this_machine
from tests.starting import DATABASE, production, refused, run

WSGI = "from csam_portal.wsgi import application; print('open')"
SET_UP = (
    "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'csam_portal.settings'; django.setup(); print('open')"
)
ASGI = SET_UP.replace("django.setup()", "from django.core.asgi import get_asgi_application as make; make()")
# Of each kind one: whatever else there is begins with one of these.
DOORS = {
    "wsgi": ("-c", WSGI),
    "asgi": ("-c", ASGI),
    "gunicorn, preloaded": (
        "-m",
        "gunicorn",
        "csam_portal.wsgi",
        "--bind=127.0.0.1:0",
        "--preload",
        "--config=/dev/null",
    ),
    "a command": ("manage.py", "work", "--once", "--skip-checks"),
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
    [("0.0.0.0:0", ("--config=/dev/null",)), ("[::]:0", ("--preload",))],
)
def test_T19_gunicorn_does_not_start_at_an_address_of_the_network(
    tmp_path: Path, address: str, options: tuple[str, ...]
) -> None:
    done = start(tmp_path, "-m", "gunicorn", "csam_portal.wsgi", f"--bind={address}", "--no-control-socket", *options)
    assert done.returncode != 0
    assert f"it listens at {address.removesuffix(':0').strip('[]')}" in done.stderr


def test_T19_a_socket_that_another_program_opened_is_seen(tmp_path: Path) -> None:
    """systemd opens a service's socket before it starts the service."""
    begin = f"import socket; there = socket.create_server(('0.0.0.0', 0)); {WSGI}"
    done = start(tmp_path, "-c", begin)
    assert done.returncode != 0
    assert "it listens at 0.0.0.0" in done.stderr


def test_T19_runserver_does_not_start_at_an_address_of_the_network(tmp_path: Path) -> None:
    done = start(tmp_path, "manage.py", "runserver", "[::]:0", "--noreload", "--skip-checks")
    assert done.returncode != 0
    assert "can be reached from elsewhere" in done.stderr


# What a server asks that shows its address to nobody: gunicorn with another configuration and --preload, or any other program.
ASK = """
import socket
there = socket.create_server(("127.0.0.1", 0))
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
    """Without any settings it starts, and serves its own machine."""
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


# --- Slips in a production


@pytest.fixture(scope="module")
def safe(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    variables = production(tmp_path_factory.mktemp("safe"))
    assert refused(variables) == []
    return variables


ABSURD = [
    "-1", "1000000000", "999999999999", "99999999999999999999999", "nan", "NaN", "inf", "-inf", "1e3", "0x10", "1_000", "+5",
    "٥", "5 5", "5;6", "five", "true", "None", " ", "5.5.5", "1,5", "5\n6", "--5", "0.0000001",
]  # fmt: skip


def test_T20_no_number_starts_that_means_nothing(safe: dict[str, str]) -> None:
    for text in ABSURD:
        said = refused(safe | dict.fromkeys(NUMBERS, text))
        assert [name for name, number in NUMBERS.items() if f"{name} {number.words}." not in said] == [], text


def test_T20_every_bound_holds_on_both_sides(safe: dict[str, str]) -> None:
    """Also what stands if nobody sets it lies between them; zero counts as what it is."""
    for name, number in NUMBERS.items():
        assert number.least <= number.usual <= number.most
        step = 1 if isinstance(number.usual, int) else 0.25
        words = f"{name} {number.words}."
        for value, starts in ((number.least, True), (number.most, True), (number.most + step, False)):
            assert (words not in refused(safe | {name: str(value)})) == starts, (name, value)
        if number.least >= step:
            assert words in refused(safe | {name: str(number.least - step)})
            assert words in refused(safe | {name: "0"})


def test_T20_a_number_that_is_set_to_nothing_is_said(safe: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty variable is what a slip in a file of settings leaves."""
    number = environment.Reader()
    monkeypatch.setenv("LIMIT_CODE_PERSON", "")
    monkeypatch.setenv("OIDC_CLIENT_ID", "")
    monkeypatch.setattr(environment, "FAULTS", defaultdict(set))
    assert number.whole("LIMIT_CODE_PERSON") == NUMBERS["LIMIT_CODE_PERSON"].usual
    assert number.text("OIDC_CLIENT_ID", "csam-portal") == "csam-portal"
    assert set().union(*environment.FAULTS.values()) == {"LIMIT_CODE_PERSON", "OIDC_CLIENT_ID"}


WRONG: dict[str, list[str]] = {
    "SITE_URL": [
        "https://csam.fgov.be:0", "https://csam.fgov.be:99999", "https://csam.fgov.be:", "https://csam.fgov.be:port",
        "https://csam.fgov.be/portal", "https://csam.fgov.be/;x", "https://csam.fgov.be?x", "https://csam.fgov.be/?", "https://*",
        "https://csam.fgov.be#x", "https://csam.fgov.be#", "https://me@csam.fgov.be", "https://me:secret@csam.fgov.be", "https://",
        "https:///", "https://.csam.fgov.be", "https://csam..fgov.be", "https://csam fgov.be", "https://csam.fgov.be\\@evil.example",
        "https://-csam.fgov.be", "https://0.0.0.0", "https://[::]", "https://2130706433", "https://127.1", "https://0x7f000001",
        "https://csam.fgov.be,https://evil.example", "HTTP://csam.fgov.be", "csam.fgov.be", "//csam.fgov.be", "https://csäm.be",
    ],
    "ALLOWED_HOSTS": [
        "csam.fgov.be,*", "csam.fgov.be,.", "csam.fgov.be,.fgov.be", "csam.fgov.be,*.fgov.be", "csam.fgov.be,[*]",
        "csam.fgov.be,other.fgov.be:8000", "csam.fgov.be,https://other.fgov.be", "csam.fgov.be,other.fgov.be/", "other.fgov.be",
        "csam.fgov.be,0.0.0.0", "csam.fgov.be,[::]", "csam.fgov.be;other.fgov.be", "csam.fgov.be other.fgov.be", ",",
    ],
    "DEBUG": ["yes", "True ", " TRUE", "On", "1", "2", "tru", "enabled", "ja", "y", "t", "ｔｒｕｅ"],
    "MOCK_IDP": ["yes", "True ", "1", "oui", "maybe"],
    "SECURE_SSL_REDIRECT": ["no", "False ", "0", "off ", "non", "never"],
    "TRUSTED_PROXIES": ["6", "-1", "*", "10.0.0.1"],
    "PROXY_ADDRESSES": ["*", "0.0.0.0/0", "::/0", "10.0.0.1/8", "proxy.fgov.be", "10.0.0.0/33"],
    "SECRET_KEY": ["development-only-not-a-secret", "two\nlines" * 9, "x" * 64],
    "RECORD_KEY": ["development-only-not-a-secret", "o9Vb2-xqT7mZ4LrWc8_HfYd3sKpNe5RgUj6XaQ1tBzCwMiEhAv"],
    "OIDC_CLIENT_SECRET": ["development-only-not-a-secret", "demo-csam-2026-demo-csam-2026", "\r\nX-Header: secret"],
    "MAIL_FROM": ["CSAM", "<>", "CSAM <no-reply>", "no-reply@csam.fgov.be\nBcc: me@evil.example", "a@b@c", "https://csam.fgov.be"],
    "URL_FEDERAL_OMBUDSMAN": ["javascript:alert(1)", "http://federaalombudsman.be", "//evil.example", "data:text/html,x"],
    "GATEWAY_PASSIVE_PORTS": ["29099-29000", "0-65535", "1-2", "29000", "a-b", "2000-3000", "29000-70000"],
    "LOG_FORMAT": ["xml", "JSON"],
    "SIGNER_REVOCATION": ["soft-fail", "Require", "no"],
}  # fmt: skip


@pytest.mark.parametrize("setting", WRONG)
def test_T20_no_setting_starts_in_words_that_open_something(safe: dict[str, str], setting: str) -> None:
    for text in WRONG[setting]:
        assert any(line.startswith(f"{setting} ") for line in refused(safe | {setting: text})), text


@pytest.mark.parametrize(
    "setting", ["DEBUG", "ALLOWED_HOSTS", "LIMIT_PASSWORD_PERSON", "SECRET_KEY_FILE", "SECURITY_CONTACT"]
)
def test_T20_a_setting_that_nobody_reads_is_said(safe: dict[str, str], setting: str) -> None:
    for spelt in (
        f"{setting}S",
        setting.lower(),
        f"CSAM_{setting}",
        f"DJANGO_{setting}",
        f"{setting}_",
        setting.replace("_", "-"),
    ):
        if spelt != setting:
            assert f"{spelt} {misspelt.WORDS.format(setting)}" in refused(safe | {spelt: "5"}), spelt


def test_T21_a_file_with_a_secret_ends_as_an_editor_leaves_it(safe: dict[str, str], tmp_path: Path) -> None:
    name, secret = "SECRET_KEY", safe["SECRET_KEY"]
    file = tmp_path / "secret"
    for end, starts in (
        ("", True),
        ("\n", True),
        ("\r\n", True),
        ("\n\n", False),
        ("\n\r", False),
        ("\0", False),
        ("\n#", False),
    ):
        file.write_bytes((secret + end).encode())
        for mode in (0o600, 0o440, 0o644, 0o666):
            file.chmod(mode)
            said = refused(safe | {name: "", f"{name}_FILE": str(file)})
            assert (said == []) == (starts and mode in {0o600, 0o440}), (end, oct(mode))
    for path in (tmp_path, tmp_path / "nowhere", Path("/dev/zero")):
        assert refused(safe | {name: "", f"{name}_FILE": str(path)})
