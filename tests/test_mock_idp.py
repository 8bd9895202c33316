"""The mock identity provider: an ordinary OpenID Connect provider with the federal service's oddities (BEHAVIOUR L2)."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from joserfc import jwt
from joserfc.jwk import KeySet
from pytest_django import Settings

from enterprises.models import RegisterPerson
from mock_idp.cards import shown_cards
from mock_idp.models import SigningKey
from tests import cast
from tests.oidc_login import path_of, query_of, show_card

pytestmark = pytest.mark.django_db

CALLBACK = settings.MOCK_IDP_REDIRECT_URIS[0]
ASKED = {
    "client_id": settings.OIDC_CLIENT_ID,
    "redirect_uri": CALLBACK,
    "response_type": "code",
    "scope": settings.OIDC_SCOPES,
    "state": "some-state",
    "nonce": "some-nonce",
    "acr_values": "urn:be:fedict:iam:fas:Level500",
}
SECRET = {"client_id": settings.OIDC_CLIENT_ID, "client_secret": settings.OIDC_CLIENT_SECRET}


def authorise(client: Client, **changes: str) -> HttpResponse:
    response: HttpResponse = client.get("/mock-idp/authorise", {**ASKED, **changes})  # type: ignore[assignment]
    return response


def address(client: Client, **changes: str) -> str:
    return str(authorise(client, **changes).wsgi_request.get_full_path())  # type: ignore[attr-defined]


def code_for(client: Client, insz: str = cast.MARIE, **changes: str) -> str:
    response = show_card(client, address(client, **changes), insz)
    assert response.status_code == 302, response.content.decode()
    return query_of(response["Location"])["code"]


def redeem(client: Client, worth: str, **changes: str) -> Any:
    data = {"grant_type": "authorization_code", "code": worth, "redirect_uri": CALLBACK, **SECRET, **changes}
    return client.post("/mock-idp/token", data)


def claims_of(client: Client, token: str) -> dict[str, Any]:
    keys = KeySet.import_key_set(client.get("/mock-idp/jwks").json())
    return jwt.decode(token, keys, algorithms=["RS256"]).claims


def test_L2_the_card_page_lists_the_demo_cards_in_the_order_of_the_enterprises(client: Client) -> None:
    cards = [card.insz for card in shown_cards()]
    assert cards[:3] == [cast.AN, cast.KARIM, cast.EMMA]
    assert {cast.MARIE, cast.LUC, cast.JONAS, cast.SOPHIE} <= set(cards[:10])
    assert len(cards) == 20
    assert not {cast.INGRID, cast.PIOTR} & set(cards), "without an eID there is no card"
    page = authorise(client).content.decode()
    assert "70.03.14-998.73" in page
    assert page.count('type="radio"') == 20


@pytest.mark.parametrize(
    ("language", "label"), [("nl", "nl"), ("fr", "fr"), ("de", "de"), ("en", "en"), ("fr-BE en", "fr"), ("xx", "nl")]
)
def test_L2_the_card_page_speaks_the_language_asked_for(client: Client, language: str, label: str) -> None:
    response = client.get("/mock-idp/authorise", {**ASKED, "ui_locales": language}, headers={"Accept-Language": "nl"})
    assert f'<html lang="{label}"' in response.content.decode()
    assert response["Content-Language"] == label


def test_L2_a_card_of_the_list_or_a_typed_number_in_any_notation(client: Client) -> None:
    page = address(client)
    for answer in ({"card": cast.AN}, {"insz": "78.09.05-998.68"}, {"card": cast.AN, "insz": cast.MARIE}):
        response = client.post(page, {**answer, "pin": "1234"})
        assert response.status_code == 302
        assert response["Location"].startswith(CALLBACK + "?")
        assert query_of(response["Location"])["state"] == "some-state"


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({}, 422),
        ({"pin": "1234"}, 422),
        ({"insz": "12345678901", "pin": "1234"}, 422),
        ({"insz": cast.AN}, 422),
        ({"card": cast.INGRID, "pin": "1234"}, 422),
        ({"insz": "\x00", "pin": "\x00"}, 400),
        ({"insz": "7" * 60_000, "pin": "1234"}, 422),
        ({"insz": "7" * 1_000_000, "pin": "1234"}, 413),
    ],
)
def test_E7_bad_answers_on_the_card_page(client: Client, answer: dict[str, str], status: int) -> None:
    assert client.post(address(client), answer).status_code == status


def test_L2_no_card_without_eid_of_a_stranger_or_of_the_dead(client: Client) -> None:
    RegisterPerson.objects.filter(insz=cast.LUC).update(died_on=datetime(2026, 1, 1, tzinfo=UTC).date())
    for insz in (cast.INGRID, "85073003328", cast.LUC):
        response = show_card(client, address(client), insz)
        assert response.status_code == 422


def test_L2_three_wrong_pins_block_that_card_for_15_minutes(client: Client) -> None:
    page = address(client)
    with time_machine.travel(datetime(2026, 11, 23, 10, tzinfo=UTC), tick=False) as clock:
        for _try in range(3):
            assert show_card(client, page, cast.AN, "0000").status_code == 422
        assert show_card(client, page, cast.AN).status_code == 429, "the right PIN does not get through either"
        assert show_card(client, page, cast.MARIE).status_code == 302, "another card is not blocked"
        clock.shift(timedelta(minutes=14, seconds=59))
        assert show_card(client, page, cast.AN).status_code == 429
        clock.shift(timedelta(seconds=2))
        assert show_card(client, page, cast.AN).status_code == 302


def test_L2_fifty_wrong_pins_from_one_address_stop_it_for_every_card(client: Client, settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "password.address": (2, 3600)}
    page = address(client)
    for insz in (cast.AN, cast.MARIE):
        assert show_card(client, page, insz, "0000").status_code == 422
    assert show_card(client, page, cast.LUC).status_code == 429


def test_a_right_pin_takes_nothing_from_the_tries(client: Client) -> None:
    page = address(client)
    for pin in ("0000", "0000", "1234", "1234"):
        response = show_card(client, page, cast.AN, pin)
    assert response.status_code == 302


@pytest.mark.parametrize(
    "changes", [{"client_id": "other"}, {"redirect_uri": "https://evil.example/"}, {"redirect_uri": ""}]
)
def test_an_unknown_client_or_address_is_never_sent_on(client: Client, changes: dict[str, str]) -> None:
    assert authorise(client, **changes).status_code == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
        ({"code_challenge": "x", "code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_a_request_that_cannot_be_answered_goes_back_with_its_error(
    client: Client, changes: dict[str, str], error: str
) -> None:
    response = authorise(client, **changes)
    assert query_of(response["Location"]) == {"error": error, "state": "some-state"}


def test_cancelling_goes_back_without_a_code(client: Client) -> None:
    response = client.post(address(client), {"cancel": "yes"})
    assert query_of(response["Location"]) == {"error": "access_denied", "state": "some-state"}


@pytest.mark.parametrize(
    ("level", "amr"),
    [
        (500, ["urn:be:fedict:iam:fas:Level500", "eid"]),
        (450, ["urn:be:fedict:iam:fas:Level450", "bmid"]),
    ],
)
def test_the_tokens_have_the_federal_oddities(client: Client, level: int, amr: list[str]) -> None:
    code = code_for(client, acr_values=f"urn:be:fedict:iam:fas:Level{level}")
    answer = redeem(client, code).json()
    id_token = claims_of(client, answer["id_token"])
    assert id_token["amr"] == amr
    assert id_token["acr"] == "0"
    assert id_token["nonce"] == "some-nonce"
    assert id_token["iss"] == settings.MOCK_IDP_ISSUER
    assert id_token["aud"] == settings.OIDC_CLIENT_ID
    response = client.get("/mock-idp/userinfo", headers={"Authorization": f"Bearer {answer['access_token']}"})
    assert response["Content-Type"] == "application/jwt"
    userinfo = claims_of(client, response.content.decode())
    assert userinfo["sub"] == id_token["sub"] == userinfo["fedid"]
    assert userinfo["egovNRN"] == cast.MARIE
    assert (userinfo["surname"], userinfo["givenName"], userinfo["prefLanguage"]) == ("Dubois", "Marie", "fr")
    assert "mail" in userinfo
    assert cast.MARIE not in str(id_token)


def test_a_code_is_worth_one_token_and_a_second_try_ends_that_token(client: Client) -> None:
    code = code_for(client)
    access_token = redeem(client, code).json()["access_token"]
    bearer = {"Authorization": f"Bearer {access_token}"}
    assert client.get("/mock-idp/userinfo", headers=bearer).status_code == 200
    second = redeem(client, code)
    assert (second.status_code, second.json()) == (400, {"error": "invalid_grant"})
    assert client.get("/mock-idp/userinfo", headers=bearer).status_code == 401


def test_a_code_lives_a_minute_and_a_token_five(client: Client) -> None:
    with time_machine.travel(datetime(2026, 11, 23, 10, tzinfo=UTC), tick=False) as clock:
        late, in_time = code_for(client), code_for(client)
        clock.shift(timedelta(seconds=59))
        access_token = redeem(client, in_time).json()["access_token"]
        clock.shift(timedelta(seconds=2))
        assert redeem(client, late).status_code == 400
        bearer = {"Authorization": f"Bearer {access_token}"}
        assert client.get("/mock-idp/userinfo", headers=bearer).status_code == 200
        clock.shift(timedelta(minutes=5))
        assert client.get("/mock-idp/userinfo", headers=bearer).status_code == 401


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"code": "guessed"}, 400),
        ({"redirect_uri": "https://evil.example/"}, 400),
        ({"grant_type": "password"}, 400),
        ({"client_secret": "guessed"}, 401),
        ({"client_id": "other"}, 401),
    ],
)
def test_a_token_needs_code_address_and_secret(client: Client, changes: dict[str, str], status: int) -> None:
    assert redeem(client, code_for(client), **changes).status_code == status


def test_the_secret_may_stand_in_the_header(client: Client) -> None:
    data = {"grant_type": "authorization_code", "code": code_for(client), "redirect_uri": CALLBACK}
    pair = f"{settings.OIDC_CLIENT_ID}:{settings.OIDC_CLIENT_SECRET}".encode()
    basic = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
    assert client.post("/mock-idp/token", data, headers={"Authorization": "Basic %%%"}).status_code == 401
    assert client.post("/mock-idp/token", data, headers=basic).status_code == 200


def test_a_code_challenge_wants_its_verifier(client: Client) -> None:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"v" * 43).digest()).rstrip(b"=").decode()
    pkce = {"code_challenge": challenge, "code_challenge_method": "S256"}
    assert redeem(client, code_for(client, **pkce), code_verifier="w" * 43).status_code == 400
    assert redeem(client, code_for(client, **pkce), code_verifier="v" * 43).status_code == 200


def test_the_key_is_made_with_the_tables_and_its_private_half_stays_here(client: Client) -> None:
    assert SigningKey.objects.count() == 1
    (key,) = client.get("/mock-idp/jwks").json()["keys"]
    assert key["kty"] == "RSA"
    assert not {"d", "p", "q"} & key.keys()


def test_discovery_names_endpoints_that_answer(client: Client) -> None:
    metadata = client.get("/mock-idp/.well-known/openid-configuration").json()
    assert metadata["issuer"] == settings.OIDC_ISSUER
    for name, status in (("authorization_endpoint", 400), ("jwks_uri", 200), ("userinfo_endpoint", 401)):
        assert client.get(path_of(metadata[name])).status_code == status
    assert client.post(path_of(metadata["token_endpoint"])).status_code == 401


def test_E4_no_number_in_the_address_on_the_way(client: Client) -> None:
    response = show_card(client, address(client), cast.MARIE)
    assert cast.MARIE not in response["Location"]
