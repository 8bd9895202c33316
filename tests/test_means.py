"""Logging in with user name, password and codes (BEHAVIOUR L1, L3, L5, L6)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import hashers
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_otp.plugins.otp_static.models import StaticToken

from identity import codes
from identity.models import Person
from identity.passwords import make_unusable
from tests.logging_in import (
    NEW_PASSWORD,
    PAGE,
    PASSWORD,
    acts_of,
    code_of,
    give_code,
    give_password,
    level_of,
    person_called,
    set_up_app,
)

pytestmark = pytest.mark.django_db

WRONG = "The user name or the password is wrong."


def test_L1_a_password_alone_has_level_200_and_leads_to_the_page_asked_for(client: Client) -> None:
    """L1, L5."""
    response = give_password(client, "kelamrani", query="?means=password&next=/nl/me/means")
    assert (response.status_code, response["Location"]) == (302, "/nl/me/means")
    assert level_of(client) == 200
    assert acts_of(person_called("kelamrani")) == ["login"]


def test_L5_without_a_page_asked_for_login_leads_to_the_management_home(client: Client) -> None:
    assert give_password(client, "kelamrani")["Location"] == "/nl/home"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/" + "x" * 3000]
)
def test_L5_login_leads_nowhere_else(client: Client, elsewhere: str) -> None:
    response = client.post(PAGE, {"user_name": "kelamrani", "password": PASSWORD}, query_params={"next": elsewhere})
    assert response["Location"] == "/nl/home"


def test_L3_user_names_are_read_as_people_type_them(client: Client) -> None:
    assert give_password(client, " KElamrani ").status_code == 302


def test_L6_login_makes_a_new_session_key_and_keeps_no_draft(client: Client) -> None:
    key = set_up_app(person_called("kelamrani"))
    client.get(PAGE)
    give_password(client, "kelamrani", query="?means=totp")
    before = client.session.session_key
    give_code(client, code_of(key))
    assert client.session.session_key != before
    assert not [name for name, _draft in client.session.items() if name.startswith("draft")]


def test_L3_a_code_of_the_app_has_level_400_and_is_used_once(client: Client) -> None:
    key = set_up_app(person_called("kelamrani"))
    with time_machine.travel(datetime(2026, 11, 23, 10, 0, 5, tzinfo=UTC), tick=False):
        assert give_password(client, "kelamrani", query="?means=totp")["Location"] == "/nl/login/code"
        assert level_of(client) == 0, "the password alone lets nobody in who chose more"
        assert give_code(client, code_of(key)).status_code == 302
        assert level_of(client) == 400
        other = Client()
        give_password(other, "kelamrani", query="?means=totp")
        assert give_code(other, code_of(key)).status_code == 422
        assert level_of(other) == 0


def test_L3_a_code_of_the_list_has_level_300_and_is_used_once(client: Client) -> None:
    person = person_called("kelamrani")
    listed = codes.new_codes()
    codes.put_codes(person, listed)
    give_password(client, "kelamrani", query="?means=token")
    assert give_code(client, listed[7].upper().replace("-", " ")).status_code == 302
    assert level_of(client) == 300
    assert codes.codes_left(person) == 23
    other = Client()
    give_password(other, "kelamrani", query="?means=token")
    assert give_code(other, listed[7]).status_code == 422
    assert give_code(other, listed[8]).status_code == 302


def test_L3_codes_of_the_list_are_not_stored_as_they_are() -> None:
    person = person_called("kelamrani")
    listed = codes.new_codes()
    codes.put_codes(person, listed)
    stored = set(StaticToken.objects.filter(device__user=person).values_list("token", flat=True))
    assert len(stored) == 24
    assert not stored & {codes.tidy(code) for code in listed}


@pytest.mark.parametrize("means", ["totp", "token"])
def test_L3_who_has_no_device_is_told_after_the_password(client: Client, means: str) -> None:
    response = give_password(client, "kelamrani", query=f"?means={means}")
    assert response.status_code == 422
    assert level_of(client) == 0


def test_L3_the_code_page_is_there_for_five_minutes_after_the_password(client: Client) -> None:
    key = set_up_app(person_called("kelamrani"))
    assert client.get("/nl/login/code")["Location"] == "/nl/login"
    with time_machine.travel(datetime(2026, 11, 23, 10, tzinfo=UTC), tick=False) as clock:
        give_password(client, "kelamrani", query="?means=totp")
        assert client.get("/nl/login/code").status_code == 200
        clock.shift(timedelta(minutes=5, seconds=1))
        assert give_code(client, code_of(key))["Location"] == "/nl/login"
        assert level_of(client) == 0


def test_L3_a_draft_of_the_code_page_opens_no_other_page(client: Client) -> None:
    set_up_app(person_called("kelamrani"))
    give_password(client, "kelamrani", query="?means=totp")
    assert client.get("/nl/me/means")["Location"].startswith("/nl/login?")
    assert client.get("/nl/login/first-password")["Location"] == "/nl/login"


def test_L3_a_first_password_is_changed_before_anything_else(client: Client) -> None:
    person = person_called("kelamrani")
    Person.objects.filter(pk=person.pk).update(password_is_first=True)
    assert give_password(client, "kelamrani", query="?next=/nl/me/data")["Location"] == "/nl/login/first-password"
    assert level_of(client) == 0
    assert client.get("/nl/me/data").status_code == 302
    assert client.get("/nl/login/first-password").status_code == 200
    for password, again in (
        (PASSWORD, PASSWORD),
        ("short", "short"),
        (NEW_PASSWORD, "another"),
        ("kelamrani-123", "kelamrani-123"),
    ):
        answer = client.post("/nl/login/first-password", {"password": password, "password_again": again})
        assert answer.status_code == 422, password
    answer = client.post("/nl/login/first-password", {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD})
    assert answer["Location"] == "/nl/me/data"
    assert level_of(client) == 200
    person.refresh_from_db()
    assert not person.password_is_first
    assert acts_of(person) == ["means.password.change", "login"]


def test_L3_a_first_password_comes_after_the_code(client: Client) -> None:
    person = person_called("kelamrani")
    key = set_up_app(person)
    Person.objects.filter(pk=person.pk).update(password_is_first=True)
    give_password(client, "kelamrani", query="?means=totp")
    assert client.get("/nl/login/first-password").status_code == 302, "not before the code"
    assert give_code(client, code_of(key))["Location"] == "/nl/login/first-password"
    assert client.get("/nl/login/code").status_code == 302, "and no second code"
    client.post("/nl/login/first-password", {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD})
    assert level_of(client) == 400


def _closed() -> None:
    Person.objects.filter(user_name="kelamrani").update(is_active=False)


def _without_password() -> None:
    Person.objects.filter(user_name="kelamrani").update(password=make_unusable())


CASES: dict[str, tuple[str, str, Any]] = {
    "wrong password": ("kelamrani", "wrong", None),
    "unknown name": ("nobody.at.all", PASSWORD, None),
    "closed": ("kelamrani", PASSWORD, _closed),
    "no password": ("kelamrani", PASSWORD, _without_password),
    "staff": ("eranova1", PASSWORD, None),
}


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the hashers that made a hash, with the real hasher first."""
    made: list[str] = []
    encode = hashers.MD5PasswordHasher.encode

    def counting(self: Any, password: str, salt: str) -> str:
        made.append(self.algorithm)
        return str(encode(self, password, salt))

    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", counting)
    return made


def test_L6_the_same_message_and_the_same_work_whatever_is_wrong(hashes: list[str]) -> None:
    """L6: one hash and the same statements for a wrong password, an unknown name, a closed person, staff."""
    seen = {}
    for case, (user_name, password, prepare) in CASES.items():
        with_case = Person.objects.get(user_name="kelamrani")
        if prepare:
            prepare()
        client = Client()
        client.get("/en/login/password")
        hashes.clear()
        with CaptureQueriesContext(connection) as queries:
            response = client.post("/en/login/password", {"user_name": user_name, "password": password})
        shapes = [" ".join(query["sql"].split()[:3]) for query in queries]
        page = response.content.decode().replace(user_name, "NAME")
        seen[case] = (response.status_code, shapes, len(hashes), WRONG in page)
        with_case.save()
    assert seen["wrong password"][0] == 422
    assert seen["wrong password"][2:] == (1, True)
    assert all(answer == seen["wrong password"] for answer in seen.values()), seen


def test_L6_the_real_hasher_makes_one_hash_either_way(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """L6: with Argon2, as in production."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    Person.objects.filter(user_name="kelamrani").update(password=hashers.make_password(PASSWORD))
    made: list[str] = []
    for name in ("encode", "verify"):
        real = getattr(hashers.Argon2PasswordHasher, name)

        def counting(self: Any, *args: Any, _real: Any = real, _name: str = name) -> Any:
            made.append(_name)
            return _real(self, *args)

        monkeypatch.setattr(hashers.Argon2PasswordHasher, name, counting)
    for user_name, password in (("kelamrani", "wrong"), ("nobody", "wrong"), ("kelamrani", PASSWORD)):
        made.clear()
        give_password(Client(), user_name, password)
        assert len(made) == 1, (user_name, made)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"user_name": "kelamrani"},
        {"password": PASSWORD},
        {"user_name": "k" * 100_000, "password": "p" * 100_000},
        {"user_name": "k\x00", "password": "\x00"},
    ],
)
def test_E7_bad_answers_are_no_accident(client: Client, answer: dict[str, str]) -> None:
    assert client.post(PAGE, answer).status_code in {400, 413, 422}


def test_a_typed_password_or_code_never_comes_back(client: Client) -> None:
    assert "some-secret-text" not in give_password(client, "kelamrani", "some-secret-text").content.decode()
    set_up_app(person_called("kelamrani"))
    give_password(client, "kelamrani", query="?means=totp")
    assert "123-some" not in give_code(client, "123-some").content.decode()


def test_L4_step_up_by_code_keeps_the_person_and_comes_back() -> None:
    """L4: logged in at 200, a page of 300 leads to the login page and back."""
    key = set_up_app(person_called("kelamrani"))
    client = Client()
    give_password(client, "kelamrani")
    assert level_of(client) == 200
    give_password(client, "kelamrani", query="?means=totp&next=/nl/me/sessions")
    assert level_of(client) == 200, "still the old session until the code is right"
    assert give_code(client, code_of(key))["Location"] == "/nl/me/sessions"
    assert level_of(client) == 400
