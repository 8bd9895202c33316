"""The attacker wants the portal to call a server of theirs, or one that only the portal reaches: to get its client secret,
people's numbers or tokens, or an answer that it then believes. T22: it calls the hosts that settings name.
"""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import weasyprint
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import AuthorityInformationAccessOID
from django.test import Client
from pytest_django import Settings

from acts.errors import RegisterDown
from csam_portal import ways_out
from enterprises.gateway.remote import RemoteRegister
from htb.document import make, render
from htb.document.demo_keys import Issued
from htb.document.verify import verify
from identity.oidc import provider as client
from senders.reading import certificates as reading
from tests import cast, remote_register
from tests.certificates import certificate, pem, signing_key
from tests.documents import a_request, use_new_seal
from tests.oidc_login import query_of, start
from tests.oidc_provider import Answer, Provider, running
from tests.signing import sign, use_new_citizen_ca
from tests.starting import production, run
from tests.test_signed_file import Case


class Lure(ThreadingHTTPServer):
    """The attacker's server: notes who calls, and answers like whom it stands for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Caller)
        self.calls: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Caller(BaseHTTPRequestHandler):
    server: Lure

    def do_GET(self) -> None:
        self.server.calls.append(f"{self.command} {self.path} {self.headers.get('Authorization')}")
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_POST = do_CONNECT = do_HEAD = do_GET  # noqa: N815 - the names that http.server looks for

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def lure() -> Iterator[Lure]:
    with Lure() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    with running() as provider:
        settings.OIDC_ISSUER = provider.issuer
        settings.OIDC_DISCOVERY_URL = f"{provider.issuer}/.well-known/openid-configuration"
        yield provider


def walk(browser: Client, provider: Provider) -> None:
    """Begin a login and come back from it, as far as the portal lets a person."""
    page = browser.post("/nl/login", {"means": "eid", "next": "", "level": 0})
    if page.get("Location", "").startswith(provider.issuer):
        asked = query_of(page["Location"])
        provider.id_token["nonce"] = asked["nonce"]
        browser.get("/oidc/callback", {"code": "a-code", "state": asked["state"]})


# --- The identity provider ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("endpoint", ["token_endpoint", "userinfo_endpoint", "jwks_uri", "authorization_endpoint"])
def test_T22_a_description_that_names_another_place_leads_nobody_there(
    provider: Provider, lure: Lure, endpoint: str
) -> None:
    """The token endpoint gets the client secret, the login page the people: who could change the description had both."""
    provider.metadata[endpoint] = f"{lure.url}/{endpoint}"
    browser = Client()
    walk(browser, provider)
    assert lure.calls == []
    assert lure.url not in browser.post("/nl/login", {"means": "eid", "next": "", "level": 0}).get("Location", "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "place", ["http://127.0.0.1:{port}@127.0.0.1:{lure}/", "http://127.0.0.1:{lure}\\@127.0.0.1:{port}/"]
)
def test_T22_nor_one_that_reads_in_two_ways(provider: Provider, lure: Lure, place: str) -> None:
    port = provider.issuer.rpartition(":")[2]
    provider.metadata["jwks_uri"] = place.format(port=port, lure=lure.server_port)
    assert "authorise" not in Client().post("/nl/login", {"means": "eid", "next": "", "level": 0}).get("Location", "")
    assert lure.calls == []


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks", "/token", "/userinfo"])
def test_T22_a_redirect_of_the_provider_is_not_followed(provider: Provider, lure: Lure, path: str) -> None:
    def redirect() -> Answer:
        return 307, f"text/html\r\nLocation: {lure.url}{path}", ""

    provider.answers[path] = redirect
    browser = Client()
    walk(browser, provider)
    assert path in provider.asked
    assert lure.calls == []
    assert "_person" not in str(dict(browser.session))


@pytest.mark.django_db
def test_T22_what_a_setting_names_is_asked(provider: Provider, lure: Lure, settings: Settings) -> None:
    """The refusals above are about the name, not about the place."""
    provider.metadata["jwks_uri"] = f"{lure.url}/jwks"
    settings.OIDC_ORIGINS = [lure.url]
    Client().post("/nl/login", {"means": "eid", "next": "", "level": 0})
    assert lure.calls == ["GET /jwks None"]


# --- The machine's surroundings, the register --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_T22_a_proxy_or_a_password_file_that_the_machine_names_counts_for_nothing(
    provider: Provider, lure: Lure, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Settings
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, lure.url)
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    netrc = tmp_path / "netrc"
    netrc.write_text("default login mallory password stolen\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    assert start(Client()).startswith(provider.issuer)
    with remote_register.running() as register:
        settings.REGISTER_URL, settings.REGISTER_TOKEN = register.url, "token-of-the-portal"
        RemoteRegister().person(cast.AN)
        assert [authorization for _path, _body, authorization in register.requests] == ["Bearer token-of-the-portal"]
    assert lure.calls == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_T22_a_redirect_of_the_register_takes_no_number_elsewhere(lure: Lure, settings: Settings, status: int) -> None:
    def redirect(request: remote_register.Handler) -> None:
        request.send_response(status)
        request.send_header("Location", f"{lure.url}/person")
        request.send_header("Content-Length", "0")
        request.end_headers()

    with remote_register.running() as register:
        settings.REGISTER_URL = register.url
        register.behaviour = redirect
        with pytest.raises(RegisterDown):
            RemoteRegister().person(cast.AN)
    assert lure.calls == []


# --- Files and certificates that name addresses ----------------------------------------------------------------------------


def naming(issued: Issued, authority: Issued, lure: Lure) -> Issued:
    """Return a card whose certificate says where its issuer, its list of what is revoked and its judge are: at the lure."""
    place = [x509.UniformResourceIdentifier(f"{lure.url}/issuer")]
    old = issued.certificate
    builder = (
        x509.CertificateBuilder()
        .subject_name(old.subject)
        .issuer_name(old.issuer)
        .public_key(old.public_key())
        .serial_number(old.serial_number)
        .not_valid_before(old.not_valid_before_utc)
        .not_valid_after(old.not_valid_after_utc)
        .add_extension(x509.CRLDistributionPoints([x509.DistributionPoint(place, None, None, None)]), critical=False)
        .add_extension(
            x509.AuthorityInformationAccess(
                x509.AccessDescription(method, place[0])
                for method in (AuthorityInformationAccessOID.OCSP, AuthorityInformationAccessOID.CA_ISSUERS)
            ),
            critical=False,
        )
    )
    for extension in old.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    return Issued(issued.key, builder.sign(authority.key, hashes.SHA256()))


def test_T22_a_signed_file_makes_the_portal_fetch_nothing(lure: Lure, settings: Settings, tmp_path: Path) -> None:
    use_new_seal(settings, tmp_path / "seal")
    authority = use_new_citizen_ca(settings, tmp_path / "authority")
    card = naming(authority.card(cast.INGRID), authority.issued, lure)
    case = Case(make(a_request())[0], authority, card, tmp_path, settings)
    assert case.judged(case.signed()) == "", "the signature is good without asking anybody"
    settings.SIGNER_CRL_FILES = []
    assert case.judged(case.signed()) != ""
    assert case.judged(sign(case.original, naming(authority.card(cast.INGRID), card, lure))) != ""
    verify(case.signed())
    assert lure.calls == []


def test_T22_a_senders_certificate_makes_the_portal_fetch_nothing(lure: Lure) -> None:
    place = [x509.UniformResourceIdentifier(f"{lure.url}/list")]
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Mallory")])
    old = certificate()
    made = (
        x509.CertificateBuilder()
        .subject_name(old.subject)
        .issuer_name(name)
        .public_key(old.public_key())
        .serial_number(old.serial_number)
        .not_valid_before(old.not_valid_before_utc)
        .not_valid_after(old.not_valid_after_utc)
        .add_extension(x509.CRLDistributionPoints([x509.DistributionPoint(place, None, None, None)]), critical=False)
        .sign(signing_key("rsa"), hashes.SHA256())
    )
    reading.read_certificate(pem(made))
    assert lure.calls == []


def test_T22_a_document_is_drawn_from_what_stands_in_it(lure: Lure, tmp_path: Path) -> None:
    """Should a name ever come into a document as markup, it would still bring nothing along."""
    secret = tmp_path / "secret.svg"
    secret.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    markup = (
        f"<link rel=stylesheet href='{lure.url}/a.css'><img src='{lure.url}/a.png'><img src='file://{secret}'>"
        f"<style>@import '{lure.url}/b.css'; p {{ background: url({lure.url}/b.png) }}</style><p>x"
        f"<object data='{lure.url}/c.svg'></object><link rel=attachment href='{lure.url}/d'>"
    )
    weasyprint.HTML(string=markup, url_fetcher=render._nothing_but_data()).write_pdf()
    assert lure.calls == []


# --- The last line --------------------------------------------------------------------------------------------------------

CALL = """
import os, socket, smtplib, urllib.request, http.client
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "csam_portal.settings"
django.setup()
import requests

def told(name, call):
    try:
        call()
    except BaseException as error:
        while error.__context__ is not None and not isinstance(error, PermissionError):
            error = error.__context__
        print(name, "held" if isinstance(error, PermissionError) else "let")
    else:
        print(name, "let")

for host in ("169.254.169.254", "127.0.0.1", "evil.example", "::1", "10.0.0.1", b"evil.example"):
    told(host, lambda: socket.getaddrinfo(host, 80))
told("connect", lambda: socket.create_connection(("evil.example", 80), timeout=1))
told("requests", lambda: requests.get("http://169.254.169.254/latest/meta-data/", timeout=1))
told("urllib", lambda: urllib.request.urlopen("http://169.254.169.254/", timeout=1))
told("http.client", lambda: http.client.HTTPConnection("evil.example", timeout=1).request("GET", "/"))
told("smtplib", lambda: smtplib.SMTP("evil.example", timeout=1))
told("gethostbyname", lambda: socket.gethostbyname("evil.example"))
for host in ("idp.fgov.be", "mail.fgov.be", "register.fgov.be", "proxy.fgov.be", "db.fgov.be", "IDP.fgov.be"):
    told(host, lambda: socket.getaddrinfo(host, 80, flags=socket.AI_NUMERICHOST))
"""


def test_T22_in_production_no_library_looks_up_another_host(tmp_path: Path) -> None:
    variables = production(
        tmp_path,
        DATABASE_URL="postgres://csam@db.fgov.be/csam?sslmode=verify-full",
        REGISTER_URL="https://register.fgov.be/v1",
        REGISTER_TOKEN="vN8-qYc2Zr5tLkWd",
        OUTGOING_PROXY="http://proxy.fgov.be:3128",
    )
    done = run(variables, "-c", CALL)
    assert done.returncode == 0, done.stderr
    told = dict(line.rsplit(" ", 1) for line in done.stdout.splitlines())
    named = {host for host, answer in told.items() if answer == "let"}
    assert named == {"idp.fgov.be", "mail.fgov.be", "register.fgov.be", "proxy.fgov.be", "db.fgov.be", "IDP.fgov.be"}
    assert len(told) == 18


def test_T22_the_hosts_are_those_of_the_settings(settings: Settings) -> None:
    settings.OIDC_ORIGINS = ["https://keys.fgov.be"]
    assert {"keys.fgov.be", "127.0.0.1"} <= set(ways_out.hosts())
    assert client.named()[0] == settings.OIDC_DISCOVERY_URL
