"""Somebody reads along on an open line, where a client that was told http instead of https goes on without noticing."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Event
from identity.models import Attempt, Session
from outbox.models import Mail
from senders.enums import ChannelKind
from senders.models import Delivery, Transfer, UsedAssertion
from senders.views.api import ASSERTION, GRANT
from tests.asserting import assertion, token_of
from tests.pages_table import routes
from tests.senders import Registered, register

pytestmark = pytest.mark.django_db


@pytest.fixture
def production(settings: Any) -> None:
    """What production is held to by its start-up check."""
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 31536000


@pytest.fixture
def sender() -> Registered:
    return register(ChannelKind.WEB_SERVICE)


def kept() -> list[int]:
    """How much of all that a door could have written is there."""
    return [model.objects.count() for model in (Transfer, UsedAssertion, Delivery, Attempt, Session, Mail, Event)]


def ask(secure: bool, text: str) -> Any:
    fields = {"grant_type": GRANT, "client_assertion_type": ASSERTION, "client_assertion": text}
    return Client().post(reverse("api-token"), fields, secure=secure)


@pytest.mark.usefixtures("production")
def test_T26_an_assertion_sent_by_http_gets_neither_a_token_nor_a_way_on(sender: Registered) -> None:
    text, before = assertion(sender), kept()
    refused = ask(False, text)
    assert refused.status_code == 403 and refused.json()["error"] == "https_required"
    assert "Location" not in refused and "access_token" not in refused.json()
    assert kept() == before
    given = ask(True, text)
    assert given.status_code == 200 and "max-age=31536000" in given["Strict-Transport-Security"]


@pytest.mark.usefixtures("production")
def test_T26_a_token_sent_by_http_opens_nothing(sender: Registered, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = False
    bearer = {"Authorization": f"Bearer {token_of(sender)}"}
    settings.SECURE_SSL_REDIRECT = True
    receipt = reverse("api-receipt", args=["GO.DMFA.654321.20240131.00001.R.1"])
    for answer in (Client().post(reverse("api-submit"), headers=bearer), Client().get(receipt, headers=bearer)):
        assert answer.status_code == 403 and answer.json()["error"] == "https_required"
    assert not Delivery.objects.exists()


@pytest.mark.usefixtures("production")
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
@pytest.mark.parametrize(
    "path", ["/api/v1/token", "/api/v1/openapi.json", "/api/", "/api/v2/whatever", "/api/v1/token?a=b"]
)
def test_T26_no_address_for_programs_leads_on(method: str, path: str) -> None:
    answer = Client().generic(method, path)
    assert answer.status_code == 403 and "Location" not in answer


@pytest.mark.usefixtures("production")
def test_T26_a_form_sent_by_http_is_refused_and_does_nothing() -> None:
    before = kept()
    typed = {"user_name": "kelamrani", "password": "demo-csam-2026"}
    for address in ("/nl/login/password", "/nl/login/forgotten", "/admin/login/", "/nl/activate", "/nl/logout"):
        answer = Client().post(address, typed)
        assert answer.status_code == 403 and "Location" not in answer and not answer.cookies
        assert "https://" in answer.content.decode()
    assert kept() == before


@pytest.mark.usefixtures("production")
@pytest.mark.parametrize("path", ["/nl/link/secret", "/link/secret", "/fr/tickets/link/secret", "/nl/%6cink/secret"])
def test_T26_a_secret_in_an_address_is_not_sent_on(path: str) -> None:
    for answer in (Client().get(path), Client().post(path)):
        assert answer.status_code == 403 and "Location" not in answer and "secret" not in answer.content.decode()
        assert "Content-Security-Policy" in answer and "no-store" in answer["Cache-Control"]


@pytest.mark.usefixtures("production")
def test_T26_the_way_back_from_the_identity_provider_is_not_sent_on() -> None:
    answer = Client().get("/oidc/callback", {"code": "c", "state": "s"})
    assert answer.status_code == 403 and "Location" not in answer


@pytest.mark.usefixtures("production")
def test_T26_who_only_asks_for_a_page_is_sent_on() -> None:
    for path in ("/", "/nl/", "/nl/login", "/nl/contact", "/admin/", "/.well-known/security.txt"):
        answer = Client().get(path)
        assert answer.status_code == 301 and answer["Location"] == f"https://testserver{path}"
    assert Client().get("/nl/contact", headers={"Authorization": "Bearer x"}).status_code == 403
    assert Client().get("/healthz").status_code == 200, "machines ask it inside"


def test_T26_every_address_with_a_secret_is_known_by_its_path() -> None:
    with_secret = {name: str(route.pattern) for name, route in routes() if "secret" in str(route.pattern)}
    assert with_secret
    assert [path for path in with_secret.values() if not re.search(r"link/<\w+:secret>$", path)] == []
