"""The portal as a client: it believes a provider only when everything fits (issue 2, BEHAVIOUR L2).

The provider here is a small one of the tests' own; each test spoils one thing.
"""

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from joserfc import jws, jwt
from joserfc.jwk import RSAKey
from pytest_django import Settings

from identity.login import SENTENCES, Why
from identity.models import Person
from tests import cast
from tests.oidc_login import query_of, start
from tests.oidc_provider import Answer, Provider, json_answer, running

pytestmark = pytest.mark.django_db

Spoil = Callable[[Provider], Any]


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    """A provider elsewhere, to which the portal is pointed by settings alone."""
    with running() as provider:
        settings.OIDC_ISSUER = provider.issuer
        settings.OIDC_DISCOVERY_URL = f"{provider.issuer}/.well-known/openid-configuration"
        yield provider


def answer(client: Client, provider: Provider, *, nonce: str = "", **choice: Any) -> HttpResponse:
    """Begin a login and come back from the provider with a code."""
    asked = query_of(start(client, **choice))
    provider.id_token.setdefault("nonce", nonce or asked["nonce"])
    response: HttpResponse = client.get("/oidc/callback", {"code": "a-code", "state": asked["state"]})  # type: ignore[assignment]
    return response


def assert_refused(client: Client, response: HttpResponse, why: Why) -> None:
    """The login page says why, and nobody is logged in."""
    assert response.status_code == 302
    assert query_of(response["Location"])["why"] == why
    page = client.get(response["Location"])
    assert page.status_code >= 400
    assert str(SENTENCES[why]) in page.content.decode()
    assert "_auth_user_id" not in client.session


def test_L5_a_good_answer_logs_in_and_leads_to_the_page_asked_for(client: Client, provider: Provider) -> None:
    response = answer(client, provider, next_address="/nl/appoint/standard?a=b")
    assert response["Location"] == "/nl/appoint/standard?a=b"
    assert client.session["level"] == 500
    assert Person.objects.get(insz=cast.MARIE).full_name == "Marie Dubois"


def spoil_id_token(**claims: Any) -> Spoil:
    return lambda provider: provider.id_token.update(claims)


def spoil_userinfo(**claims: Any) -> Spoil:
    return lambda provider: provider.userinfo.update(claims)


def sign_with(make: Callable[[Provider, dict[str, Any]], str]) -> Spoil:
    def spoil(provider: Provider) -> None:
        provider.sign = lambda claims: make(provider, claims)

    return spoil


def part(data: dict[str, Any]) -> str:
    return encoded(json.dumps(data).encode())


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unsigned(_provider: Provider, claims: dict[str, Any]) -> str:
    return f"{part({'alg': 'none'})}.{part(claims)}."


def signed_with_the_public_key(provider: Provider, claims: dict[str, Any]) -> str:
    """The classic confusion: the public key, which everybody has, taken for an HMAC secret."""
    signed = f"{part({'alg': 'HS256', 'kid': provider.key.kid})}.{part(claims)}"
    return f"{signed}.{encoded(hmac.digest(provider.key.as_pem(private=False), signed.encode(), 'sha256'))}"


@cache
def other_key() -> RSAKey:
    return RSAKey.generate_key(2048)


def signed_by_another(provider: Provider, claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": provider.key.kid}, claims, other_key(), algorithms=["RS256"])


def signed_by_an_unknown_key(_provider: Provider, claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "unknown"}, claims, other_key(), algorithms=["RS256"])


def signed_otherwise(provider: Provider, claims: dict[str, Any]) -> str:
    key = RSAKey.import_key({**provider.key.as_dict(private=True), "alg": "PS256"})
    return jwt.encode({"alg": "PS256", "kid": provider.key.kid}, claims, key, algorithms=["PS256"])


def changed_after_signing(provider: Provider, claims: dict[str, Any]) -> str:
    header, _payload, signature = provider.signed(claims).split(".")
    return f"{header}.{part({**claims, 'egovNRN': cast.AN, 'extra': 1})}.{signature}"


def signed_list(provider: Provider, claims: dict[str, Any]) -> str:
    header = {"alg": "RS256", "kid": provider.key.kid}
    return jws.serialize_compact(header, json.dumps([claims]), provider.key, algorithms=["RS256"])


def without(name: str, *, userinfo: bool = False) -> Spoil:
    def spoil(provider: Provider) -> None:
        (provider.userinfo if userinfo else provider.id_token).pop(name, None)

    return spoil


def sign_userinfo_only_with(make: Callable[[Provider, dict[str, Any]], str]) -> Spoil:
    def spoil(provider: Provider) -> None:
        provider.sign = lambda claims: make(provider, claims) if "egovNRN" in claims else provider.signed(claims)

    return spoil


BAD_ANSWERS: dict[str, tuple[Spoil, Why]] = {
    "wrong iss": (spoil_id_token(iss="https://evil.example"), Why.NOT_TRUSTED),
    "no iss": (without("iss"), Why.NOT_TRUSTED),
    "wrong aud": (spoil_id_token(aud="another-client"), Why.NOT_TRUSTED),
    "aud of others too": (spoil_id_token(aud=["csam-portal", "another-client"]), Why.NOT_TRUSTED),
    "no aud": (without("aud"), Why.NOT_TRUSTED),
    "wrong azp": (spoil_id_token(azp="another-client"), Why.NOT_TRUSTED),
    "expired": (spoil_id_token(exp=int(time.time()) - 3600), Why.NOT_TRUSTED),
    "never expires": (spoil_id_token(exp=float("inf")), Why.NOT_TRUSTED),
    "no exp": (without("exp"), Why.NOT_TRUSTED),
    "made in the future": (spoil_id_token(iat=int(time.time()) + 3600), Why.NOT_TRUSTED),
    "no iat": (without("iat"), Why.NOT_TRUSTED),
    "nonce of another login": (spoil_id_token(nonce="another"), Why.NOT_TRUSTED),
    "empty nonce": (spoil_id_token(nonce=""), Why.NOT_TRUSTED),
    "null nonce": (spoil_id_token(nonce=None), Why.NOT_TRUSTED),
    "no sub": (without("sub"), Why.NOT_TRUSTED),
    "no amr": (without("amr"), Why.NOT_TRUSTED),
    "level of itsme": (spoil_id_token(amr=["urn:be:fedict:iam:fas:Level450"]), Why.TOO_WEAK),
    "level in acr only": (spoil_id_token(acr="urn:be:fedict:iam:fas:Level500", amr=["eid"]), Why.TOO_WEAK),
    "level with more behind it": (spoil_id_token(amr=["urn:be:fedict:iam:fas:Level500x"]), Why.TOO_WEAK),
    "amr of numbers": (spoil_id_token(amr=[500, None, {}]), Why.TOO_WEAK),
    "alg none": (sign_with(unsigned), Why.NOT_TRUSTED),
    "HS256 with the public key": (sign_with(signed_with_the_public_key), Why.NOT_TRUSTED),
    "signed by another": (sign_with(signed_by_another), Why.NOT_TRUSTED),
    "signed by an unknown key": (sign_with(signed_by_an_unknown_key), Why.NOT_TRUSTED),
    "signed with PS256": (sign_with(signed_otherwise), Why.NOT_TRUSTED),
    "changed after signing": (sign_with(changed_after_signing), Why.NOT_TRUSTED),
    "no token at all": (sign_with(lambda _provider, _claims: "garbage"), Why.NOT_TRUSTED),
    "a token of three dots": (sign_with(lambda _provider, _claims: "..."), Why.NOT_TRUSTED),
    "a token that holds a list": (sign_with(signed_list), Why.NOT_TRUSTED),
    "userinfo of somebody else": (spoil_userinfo(sub="fedid-of-another"), Why.NOT_TRUSTED),
    "userinfo without sub": (without("sub", userinfo=True), Why.NOT_TRUSTED),
    "userinfo of another provider": (spoil_userinfo(iss="https://evil.example"), Why.NOT_TRUSTED),
    "userinfo for another client": (spoil_userinfo(aud="another-client"), Why.NOT_TRUSTED),
    "userinfo without aud": (without("aud", userinfo=True), Why.NOT_TRUSTED),
    "userinfo unsigned": (sign_userinfo_only_with(unsigned), Why.NOT_TRUSTED),
    "userinfo signed by another": (sign_userinfo_only_with(signed_by_another), Why.NOT_TRUSTED),
    "userinfo expired": (spoil_userinfo(exp=int(time.time()) - 3600), Why.NOT_TRUSTED),
    "no number": (without("egovNRN", userinfo=True), Why.NO_NUMBER),
    "an impossible number": (spoil_userinfo(egovNRN="12345678901"), Why.NO_NUMBER),
    "a number that is no text": (spoil_userinfo(egovNRN=78090599868), Why.NO_NUMBER),
    "no name": (without("surname", userinfo=True), Why.NO_NUMBER),
}


@pytest.mark.parametrize(("spoil", "why"), [pytest.param(*case, id=name) for name, case in BAD_ANSWERS.items()])
def test_L2_a_bad_answer_is_refused_with_a_sentence(client: Client, provider: Provider, spoil: Spoil, why: Why) -> None:
    spoil(provider)
    known = Person.objects.count()
    assert_refused(client, answer(client, provider), why)
    assert Person.objects.count() == known


def test_a_refusal_logs_its_code_and_nothing_of_the_token(
    client: Client, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    provider.id_token["aud"] = "another-client"
    token = provider.signed(provider.id_token)
    answer(client, provider)
    assert "claim_aud" in caplog.text
    for secret in (token[:20], cast.MARIE, "a-code", "a-token", "another-client"):
        assert secret not in caplog.text


def test_L2_a_level_higher_than_asked_will_do_and_counts(client: Client, provider: Provider) -> None:
    answer(client, provider, means="itsme")
    assert (client.session["means"], client.session["level"]) == ("eid", 500)


def test_L2_itsme_is_told_by_amr(client: Client, provider: Provider) -> None:
    provider.id_token["amr"] = ["urn:be:fedict:iam:fas:Level450", "bmid"]
    answer(client, provider, means="itsme")
    assert (client.session["means"], client.session["level"]) == ("itsme", 450)


@pytest.mark.parametrize("state", ["", "guessed", "§", "x" * 100_000])
def test_L2_an_answer_to_no_question_is_refused(client: Client, provider: Provider, state: str) -> None:
    response = client.get("/oidc/callback", {"code": "a-code", "state": state})
    assert_refused(client, response, Why.UNKNOWN_LOGIN)  # type: ignore[arg-type]  # a test client's response
    assert "/token" not in provider.asked


def test_L2_the_answer_to_a_login_of_another_browser_is_refused(provider: Provider) -> None:
    """Nobody can be logged in as somebody else by a link."""
    attacker, victim = Client(), Client()
    state = query_of(start(attacker))["state"]
    assert_refused(victim, victim.get("/oidc/callback", {"code": "a-code", "state": state}), Why.UNKNOWN_LOGIN)  # type: ignore[arg-type]


def test_an_answer_counts_once(client: Client, provider: Provider) -> None:
    asked = query_of(start(client))
    provider.id_token["nonce"] = asked["nonce"]
    back = {"code": "a-code", "state": asked["state"]}
    assert client.get("/oidc/callback", back)["Location"] != ""
    assert query_of(client.get("/oidc/callback", back)["Location"])["why"] == Why.UNKNOWN_LOGIN


def test_several_tabs_log_in_side_by_side(client: Client, provider: Provider) -> None:
    """Each tab has its own state and nonce, and its own page to go to."""
    tabs = {name: query_of(start(client, next_address=f"/nl/help/{name}")) for name in ("one", "two")}
    for name in ("one", "two"):
        provider.id_token["nonce"] = tabs[name]["nonce"]
        response = client.get("/oidc/callback", {"code": "a-code", "state": tabs[name]["state"]})
        assert response["Location"] == f"/nl/help/{name}"


def test_stopping_at_the_provider_is_no_error(client: Client, provider: Provider) -> None:
    state = query_of(start(client, next_address="/nl/contact"))["state"]
    response = client.get("/oidc/callback", {"error": "access_denied", "state": state})
    assert query_of(response["Location"]) == {"next": "/nl/contact", "why": Why.CANCELLED}
    page = client.get(response["Location"])
    assert page.status_code == 200


def test_another_error_of_the_provider(client: Client, provider: Provider) -> None:
    state = query_of(start(client))["state"]
    response = client.get("/oidc/callback", {"error": "<b>bad</b>", "error_description": "<b>", "state": state})
    assert_refused(client, response, Why.NOT_TRUSTED)  # type: ignore[arg-type]


def too_slow() -> Answer:
    time.sleep(0.7)
    return json_answer({})


SILENCES: dict[str, Callable[[], Answer]] = {
    "slow": too_slow,
    "500": lambda: (500, "text/html", "<h1>Oops</h1>"),
    "garbage": lambda: (200, "text/html", "<h1>Hello</h1>"),
    "a list": lambda: json_answer([]),
    "a redirect": lambda: (302, "text/html", ""),
}


@pytest.mark.parametrize("silence", SILENCES.values(), ids=SILENCES)
def test_L2_a_provider_that_does_not_answer_at_the_start(
    client: Client,
    provider: Provider,
    silence: Callable[[], Answer],
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    patience, settings.OIDC_TIMEOUT_SECONDS = settings.OIDC_TIMEOUT_SECONDS, 0.5
    provider.answers["/.well-known/openid-configuration"] = silence
    asked = {"means": "eid", "next": "/nl/contact", "level": 300}
    response = client.post("/nl/login", asked)
    assert query_of(response["Location"]) == {"next": "/nl/contact", "level": "300", "why": "no-answer"}
    assert client.get(response["Location"]).status_code == 503
    assert "login_unanswered" in caplog.text
    settings.OIDC_TIMEOUT_SECONDS = patience
    del provider.answers["/.well-known/openid-configuration"]
    assert client.post("/nl/login", asked)["Location"].startswith(provider.issuer)


@pytest.mark.parametrize("silence", SILENCES.values(), ids=SILENCES)
def test_L2_a_provider_that_does_not_answer_at_the_end_can_be_asked_again(
    client: Client, provider: Provider, silence: Callable[[], Answer], settings: Settings
) -> None:
    """The login under way is kept: the same address, loaded again, still logs in."""
    asked = query_of(start(client, next_address="/nl/contact"))
    provider.answers["/token"] = silence
    patience, settings.OIDC_TIMEOUT_SECONDS = settings.OIDC_TIMEOUT_SECONDS, 0.5
    provider.id_token["nonce"] = asked["nonce"]
    back = {"code": "a-code", "state": asked["state"]}
    response = client.get("/oidc/callback", back)
    assert query_of(response["Location"]) == {"next": "/nl/contact", "why": "no-answer"}
    del provider.answers["/token"]
    settings.OIDC_TIMEOUT_SECONDS = patience
    assert client.get("/oidc/callback", back)["Location"] == "/nl/contact"


@pytest.mark.parametrize(
    ("change", "value"),
    [("issuer", "https://evil.example"), ("token_endpoint", None), ("jwks_uri", 7)],
)
def test_a_provider_that_is_not_the_one_of_the_settings(
    client: Client, provider: Provider, change: str, value: Any
) -> None:
    provider.metadata[change] = value
    response = client.post("/nl/login", {"means": "eid"})
    assert query_of(response["Location"])["why"] == Why.NO_ANSWER


@pytest.mark.parametrize("keys", [{}, {"keys": []}, {"keys": 1}, {"keys": [{"kty": "RSA"}]}, {"keys": ["x"]}])
def test_a_provider_without_usable_keys(client: Client, provider: Provider, keys: Any) -> None:
    provider.answers["/jwks"] = lambda: json_answer(keys)
    response = client.post("/nl/login", {"means": "eid"})
    assert query_of(response["Location"])["why"] == Why.NO_ANSWER


@pytest.mark.parametrize(
    "token",
    [
        {"error": "invalid_grant"},
        {},
        {"id_token": 7, "access_token": "a", "token_type": "Bearer"},
        {"access_token": "a", "token_type": "Bearer", "expires_in": "soon"},
    ],
)
def test_a_token_answer_that_is_none(client: Client, provider: Provider, token: dict[str, Any]) -> None:
    provider.answers["/token"] = lambda: json_answer(token, status=400 if "error" in token else 200)
    assert query_of(answer(client, provider)["Location"])["why"] in {Why.NOT_TRUSTED, Why.NO_ANSWER}


@pytest.mark.parametrize("token", [{}, {"token_type": "Bearer"}, {"access_token": "a", "token_type": "mac"}])
def test_an_access_token_that_is_of_no_use(client: Client, provider: Provider, token: dict[str, Any]) -> None:
    provider.answers["/token"] = lambda: json_answer({**token, "id_token": provider.signed(provider.id_token)})
    assert_refused(client, answer(client, provider), Why.NOT_TRUSTED)


def test_metadata_and_keys_are_asked_once_and_again_when_the_key_changes(client: Client, provider: Provider) -> None:
    for _login in range(3):
        provider.id_token.pop("nonce", None)
        answer(client, provider)
    assert provider.asked.count("/jwks") == provider.asked.count("/.well-known/openid-configuration") == 1
    provider.key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
    provider.id_token.pop("nonce", None)
    assert "why" not in answer(client, provider)["Location"]
    assert provider.asked.count("/jwks") == 2


def test_E4_the_request_says_what_it_must_and_no_more(client: Client, provider: Provider) -> None:
    provider.metadata["code_challenge_methods_supported"] = ["S256"]
    address = start(client, means="itsme", next_address="/nl/contact", language="de")
    asked = query_of(address)
    assert address.startswith(f"{provider.issuer}/authorise?")
    assert asked["acr_values"] == "urn:be:fedict:iam:fas:Level450"
    assert asked["redirect_uri"].endswith("/oidc/callback")
    assert (asked["response_type"], asked["ui_locales"], asked["code_challenge_method"]) == ("code", "de", "S256")
    assert len(asked["state"]) >= 32
    assert len(asked["nonce"]) >= 32
    assert "contact" not in address
    assert "secret" not in address
