"""The client proved against a provider that is not ours: oidc-provider-mock.

It differs from the federal service: its userinfo is plain JSON (OIDC_USERINFO_SIGNED=false says so), its id_token names no
key, and it knows only the standard scopes. The level and the number are claims of its users.
"""

import warnings
from collections.abc import Iterator
from typing import Any

import authlib.deprecate  # noqa: F401 - it insists on its warnings when it is imported, so that must come first
import pytest
import requests
from django.test import Client
from pytest_django import Settings

from identity.login import Why
from identity.models import Person
from tests import cast
from tests.oidc_login import path_of, query_of, start

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it uses what its own libraries would rather be without
    from oidc_provider_mock import User, run_server_in_thread

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

MARIE: dict[str, Any] = {"egovNRN": cast.MARIE, "surname": "Dubois", "givenName": "Marie", "prefLanguage": "fr"}
USERS = [
    User(sub="marie", claims={**MARIE, "amr": ["urn:be:fedict:iam:fas:Level500", "eid"]}),
    User(sub="weak", claims={**MARIE, "amr": ["urn:be:fedict:iam:fas:Level200"]}),
    User(sub="nobody", claims={"amr": ["urn:be:fedict:iam:fas:Level500"]}),
    User(sub="no-level", claims=MARIE),
]


@pytest.fixture
def other_provider(settings: Settings) -> Iterator[str]:
    with run_server_in_thread(user_claims=USERS, require_nonce=True) as server:
        settings.OIDC_ISSUER = f"http://localhost:{server.server_port}"
        settings.OIDC_DISCOVERY_URL = f"{settings.OIDC_ISSUER}/.well-known/openid-configuration"
        settings.OIDC_USERINFO_SIGNED = False
        yield settings.OIDC_ISSUER


def log_in_as(client: Client, subject: str) -> str:
    """Log in as a user of the other provider; return where the portal then leads."""
    address = start(client, next_address="/nl/contact")
    at_provider = requests.post(address, {"sub": subject}, allow_redirects=False, timeout=5)
    return str(client.get(path_of(at_provider.headers["Location"]))["Location"])


def test_L2_another_provider_by_settings_alone(client: Client, other_provider: str) -> None:
    assert start(client).startswith(f"{other_provider}/oauth2/authorize?")
    assert log_in_as(client, "marie") == "/nl/contact"
    assert client.session["level"] == 500
    assert Person.objects.get(insz=cast.MARIE).full_name == "Marie Dubois"


@pytest.mark.parametrize(
    ("subject", "why"), [("weak", Why.TOO_WEAK), ("nobody", Why.NO_NUMBER), ("no-level", Why.NOT_TRUSTED)]
)
def test_L2_another_provider_is_believed_no_more(client: Client, other_provider: str, subject: str, why: Why) -> None:
    assert query_of(log_in_as(client, subject))["why"] == why


def test_L2_another_provider_denies(client: Client, other_provider: str) -> None:
    address = start(client)
    at_provider = requests.post(address, {"action": "deny"}, allow_redirects=False, timeout=5)
    response = client.get(path_of(at_provider.headers["Location"]))
    # It forgets to send the state back, so that nobody can tell whose login ended.
    assert query_of(response["Location"])["why"] in {Why.CANCELLED, Why.UNKNOWN_LOGIN}


def test_userinfo_that_is_not_signed_is_refused_where_it_should_be(
    client: Client, other_provider: str, settings: Settings
) -> None:
    settings.OIDC_USERINFO_SIGNED = True
    assert query_of(log_in_as(client, "marie"))["why"] == Why.NOT_TRUSTED
