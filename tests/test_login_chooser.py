"""The login page, the session that a login begins, and its end (BEHAVIOUR L1, L3 to L6)."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from audit.models import Event
from identity.actions.login import log_in as log_in_act
from identity.enums import Means
from identity.login import SENTENCES, Why, safe_next
from identity.models import Person, Session
from tests import cast
from tests.conftest import LogIn
from tests.oidc_login import come_back, log_in_by_card, path_of, query_of, show_card, start

pytestmark = pytest.mark.django_db

APPOINT = "/nl/appoint/standard"
MORNING = datetime(2026, 11, 23, 8, tzinfo=UTC)


def means_on(page: str) -> list[str]:
    """Return the means that can be chosen on a login page, in order."""
    return re.findall(r'name="means" type="radio" value="(\w+)"', page)


# --- The page -------------------------------------------------------------------------------------------------------


def test_L1_five_means_in_the_guides_order_with_their_levels(client: Client) -> None:
    page = client.get("/en/login").content.decode()
    assert means_on(page) == ["eid", "token", "totp", "itsme", "password"]
    assert re.findall(r"Level (\d+)", page) == ["500", "300", "400", "450", "200"]


@pytest.mark.parametrize(
    ("level", "will_do"),
    [
        (200, ["eid", "token", "totp", "itsme", "password"]),
        (300, ["eid", "token", "totp", "itsme"]),
        (450, ["eid", "itsme"]),
        (500, ["eid"]),
    ],
)
def test_L4_means_that_are_too_weak_for_the_page_cannot_be_chosen(
    client: Client, level: int, will_do: list[str]
) -> None:
    page = client.get(f"/en/login?level={level}&next=/en/contact").content.decode()
    assert means_on(page) == will_do
    assert sum(f"<li>{means.label} (level" in page for means in Means) == 5 - len(will_do)
    assert f"level {level} or higher" in page
    for name in {"eid", "token", "totp", "itsme", "password"} - set(will_do):
        response = client.post("/en/login", {"means": name, "level": level, "next": "/en/contact"})
        assert response.status_code == 400
        assert "not strong enough" in response.content.decode()


@pytest.mark.parametrize("means", ["token", "totp", "password"])
def test_L1_the_portals_own_means_lead_to_their_page_with_the_page_asked_for(client: Client, means: str) -> None:
    address = start(client, means=means, next_address="/nl/contact")
    assert path_of(address).startswith(reverse("login-password"))
    assert query_of(address) == {"means": means, "next": "/nl/contact"}
    assert client.get(address).status_code == 200


def test_E3_no_choice_is_an_error_at_its_field(client: Client) -> None:
    response = client.post("/en/login", {"next": "/en/contact"})
    page = response.content.decode()
    assert response.status_code == 400
    assert "<title>Error: " in page
    assert 'href="#id_means_0"' in page
    assert 'value="/en/contact"' in page, "the page asked for is not lost"


@pytest.mark.parametrize(
    "answer",
    [
        {"means": "x"},
        {"means": "eid", "level": "x"},
        {"means": "eid", "level": "²"},
        {"means": "\x00"},
        {"means": "eid", "next": "/" * 9999},
    ],
)
def test_E7_answers_that_the_page_does_not_offer(client: Client, answer: dict[str, str]) -> None:
    assert client.post("/nl/login", answer).status_code == 400


@pytest.mark.parametrize("query", [{"level": "x"}, {"level": "-1"}, {"level": "9" * 99}, {"why": "x"}, {"level": "²"}])
def test_E7_addresses_that_nobody_made(client: Client, query: dict[str, str]) -> None:
    assert client.get("/nl/login", query).status_code == 200


@pytest.mark.parametrize("why", Why)
def test_the_page_says_why_somebody_is_here(client: Client, why: Why) -> None:
    response = client.get("/nl/login", {"why": why.value})
    assert str(SENTENCES[why]) in response.content.decode()


def test_L4_logged_in_too_weakly_is_told_and_comes_back_to_the_same_page(log_in: LogIn) -> None:
    client = log_in(cast.AN, Means.PASSWORD)
    response = client.get(f"{APPOINT}?a=b")
    assert query_of(response["Location"]) == {"next": f"{APPOINT}?a=b", "level": "500"}
    page = client.get(response["Location"]).content.decode()
    assert "200" in page
    assert means_on(page) == ["eid"]
    key = client.cookies["session"].value
    back = log_in_by_card(client, cast.AN, next_address=f"{APPOINT}?a=b", level=500)
    assert back["Location"] == f"{APPOINT}?a=b"
    assert client.session["level"] == 500
    assert client.cookies["session"].value != key, "L6: a new key, also for the same person"
    assert not Session.objects.filter(pk=key).exists()


def test_who_is_logged_in_strongly_enough_has_nothing_to_do_here(log_in: LogIn) -> None:
    client = log_in(cast.AN)
    assert client.get("/nl/login?next=/nl/contact&level=500")["Location"] == "/nl/contact"


# --- After the login ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("means", "level"), [("eid", 500), ("itsme", 450)])
def test_L2_by_a_mock_card(client: Client, means: str, level: int) -> None:
    response = log_in_by_card(client, cast.MARIE, means=means)
    assert response.status_code == 302
    row = Session.objects.get(pk=client.cookies["session"].value)
    person = Person.objects.get(insz=cast.MARIE)
    assert (row.person, row.means, row.level) == (person, means, level)
    assert row.begun_at is not None
    assert row.seen_at is not None


def test_L5_exactly_the_page_asked_for_in_its_language(client: Client) -> None:
    response = client.get("/fr/appoint/standard?x=1&y=é")
    login = response["Location"]
    assert login.startswith("/fr/login?")
    asked = query_of(login)
    back = log_in_by_card(client, cast.AN, next_address=asked["next"], level=int(asked["level"]), language="fr")
    assert back["Location"] == response.wsgi_request.get_full_path()


def test_L5_otherwise_the_management_home_in_the_language_of_the_login(client: Client) -> None:
    assert log_in_by_card(client, cast.AN, language="de")["Location"] == "/de/home"


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "nl/contact",
    ],
)
def test_L5_never_to_another_place(client: Client, address: str) -> None:
    assert safe_next(address) == ""
    page = client.get("/nl/login", {"next": address}).content.decode()
    assert "evil" not in page.replace(client.get("/nl/login").wsgi_request.path, "").split("<main")[1]
    assert log_in_by_card(client, cast.AN, next_address=address)["Location"] == "/nl/home"


def test_L6_a_new_key_at_login_and_what_was_anonymous_goes_along(client: Client) -> None:
    client.get("/nl/")
    session = client.session
    session["a-journey"] = "its run"
    session.save()
    before = str(session.session_key)
    client.cookies["session"] = before
    log_in_by_card(client, cast.MARIE)
    assert client.cookies["session"].value != before
    assert client.session["a-journey"] == "its run"
    assert not Session.objects.filter(pk=before).exists()


def test_L6_another_person_starts_with_an_empty_session(client: Client) -> None:
    log_in_by_card(client, cast.MARIE)
    session = client.session
    session["of-marie"] = "hers"
    session.save()
    log_in_by_card(client, cast.AN)
    assert "of-marie" not in client.session
    assert client.session["person"] == Person.objects.get(insz=cast.AN).pk


def test_E1_a_login_is_recorded_with_means_and_level_and_without_number(client: Client) -> None:
    log_in_by_card(client, cast.MARIE, means="itsme")
    person = Person.objects.get(insz=cast.MARIE)
    event = Event.objects.filter(chain=f"person:{person.public_id}").latest("id")
    assert (event.act, event.actor, event.level) == ("login", str(person.public_id), 450)
    assert event.details == '{"means":"itsme"}'


def test_names_follow_the_provider_but_the_language_is_the_persons_own(client: Client) -> None:
    log_in_by_card(client, cast.MARIE)
    Person.objects.filter(insz=cast.MARIE).update(last_name="Duboi", language="nl")
    log_in_by_card(client, cast.MARIE)
    person = Person.objects.get(insz=cast.MARIE)
    assert (person.last_name, person.language) == ("Dubois", "nl")


def test_L3_whoever_vouched_is_forgotten_at_450_or_more(client: Client) -> None:
    log_in_by_card(client, cast.MARIE)
    person = Person.objects.get(insz=cast.MARIE)
    Person.objects.filter(pk=person.pk).update(vouched_by=person.public_id)
    log_in_by_card(client, cast.MARIE, means="itsme")
    person.refresh_from_db()
    assert person.vouched_by is None
    acts = Event.objects.filter(chain=f"person:{person.public_id}").order_by("-id").values_list("act", flat=True)[:2]
    assert set(acts) == {"login", "means.vouch.end"}


def test_L3_whoever_vouched_stays_below_450(db: None) -> None:
    person = Person.objects.get(insz=cast.KARIM)
    Person.objects.filter(pk=person.pk).update(vouched_by=person.public_id)
    log_in_act(person=person, means=Means.TOTP)
    person.refresh_from_db()
    assert person.vouched_by == person.public_id


def test_a_person_whose_access_is_closed_is_told(client: Client) -> None:
    log_in_by_card(client, cast.MARIE)
    client.post("/nl/logout")
    Person.objects.filter(insz=cast.MARIE).update(is_active=False)
    response = log_in_by_card(client, cast.MARIE)
    assert query_of(response["Location"])["why"] == Why.INACTIVE
    assert "_auth_user_id" not in client.session


def test_L2_three_wrong_pins_and_the_login_under_way_still_stands(client: Client) -> None:
    with time_machine.travel(MORNING, tick=False) as clock:
        address = start(client, next_address="/nl/contact")
        for _try in range(3):
            show_card(client, address, cast.MARIE, "0000")
        clock.shift(timedelta(minutes=16))
        assert come_back(client, address, cast.MARIE)["Location"] == "/nl/contact"
        clock.shift(timedelta(minutes=31))
        forgotten = show_card(client, address, cast.MARIE)
        response = client.get(path_of(forgotten["Location"]))
        assert query_of(response["Location"])["why"] == Why.UNKNOWN_LOGIN


def test_a_login_begun_long_ago_is_forgotten(client: Client) -> None:
    with time_machine.travel(MORNING, tick=False) as clock:
        address = start(client)
        clock.shift(timedelta(minutes=31))
        assert query_of(come_back(client, address, cast.MARIE)["Location"])["why"] == Why.UNKNOWN_LOGIN


def test_more_tabs_than_a_person_has_push_the_oldest_out(client: Client) -> None:
    with time_machine.travel(MORNING, tick=True):
        addresses = [start(client, next_address=f"/nl/help/{number}") for number in range(12)]
        assert len(client.session["oidc"]) == 10
        assert query_of(come_back(client, addresses[0], cast.MARIE)["Location"])["why"] == Why.UNKNOWN_LOGIN
        assert come_back(client, addresses[11], cast.MARIE)["Location"] == "/nl/help/11"


# --- The session's end ----------------------------------------------------------------------------------------------


def test_L5_logging_off_ends_the_session(client: Client) -> None:
    log_in_by_card(client, cast.MARIE)
    key = client.cookies["session"].value
    assert client.get("/nl/logout").status_code == 405
    response = client.post("/nl/logout")
    assert response["Location"] == "/nl/logged-off"
    assert client.get("/nl/logged-off").status_code == 200
    assert not Session.objects.filter(pk=key).exists()
    client.cookies["session"] = key
    assert client.get(APPOINT).status_code == 302, "the old key opens nothing"


def test_L6_30_minutes_without_use_end_a_session(client: Client) -> None:
    with time_machine.travel(MORNING, tick=False) as clock:
        log_in_by_card(client, cast.AN)
        for _visit in range(3):
            clock.shift(timedelta(minutes=28))
            assert client.get(APPOINT).status_code == 200, "each visit counts anew"
        clock.shift(timedelta(minutes=30, seconds=1))
        response = client.get(APPOINT)
        assert query_of(response["Location"]) == {"next": APPOINT, "level": "500", "why": Why.IDLE}
        assert str(SENTENCES[Why.IDLE]) in client.get(response["Location"]).content.decode()
        assert not Session.objects.filter(person__insz=cast.AN).exists()


def test_L6_a_session_ends_after_8_hours_however_busy(client: Client) -> None:
    with time_machine.travel(MORNING, tick=False) as clock:
        log_in_by_card(client, cast.AN)
        for _visit in range(8 * 60 // 25):
            clock.shift(timedelta(minutes=25))
            assert client.get(APPOINT).status_code == 200
        clock.shift(timedelta(minutes=6))
        response = client.get(APPOINT)
        assert response.status_code == 302
        assert query_of(response["Location"])["next"] == APPOINT


def test_L6_a_session_that_was_written_late_still_ends_after_8_hours(client: Client) -> None:
    """Writing to a session moves the end of its row and cookie; the hours since the login count all the same."""
    with time_machine.travel(MORNING, tick=False) as clock:
        log_in_by_card(client, cast.AN)
        for _visit in range(8 * 60 // 25):
            clock.shift(timedelta(minutes=25))
            client.get(APPOINT)
        start(client)
        clock.shift(timedelta(minutes=6))
        assert query_of(client.get(APPOINT)["Location"])["why"] == Why.EXPIRED


def test_L6_a_lapsed_session_at_a_page_that_only_takes_a_post_is_led_to_no_such_page(client: Client) -> None:
    with time_machine.travel(MORNING, tick=False) as clock:
        log_in_by_card(client, cast.AN)
        clock.shift(timedelta(minutes=31))
        assert client.post("/nl/logout")["Location"] == "/nl/logged-off"


def test_L6_ending_all_sessions_ends_them_at_the_next_request(client: Client) -> None:
    log_in_by_card(client, cast.AN)
    Session.objects.filter(person__insz=cast.AN).delete()
    assert client.get(APPOINT).status_code == 302


def test_noting_a_visit_writes_one_column_at_most_once_a_minute(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with time_machine.travel(MORNING, tick=False) as clock:
        log_in_by_card(client, cast.AN)
        key = client.cookies["session"].value
        clock.shift(timedelta(seconds=59))
        with django_assert_num_queries(1):  # the session with its person
            client.get("/nl/contact")
        assert Session.objects.get(pk=key).seen_at == MORNING
        clock.shift(timedelta(seconds=2))
        with django_assert_num_queries(2):
            client.get("/nl/contact")
        assert Session.objects.get(pk=key).seen_at == MORNING + timedelta(seconds=61)


def test_L6_staff_sessions_end_too(client: Client) -> None:
    person = Person.objects.create(last_name="Test", user_name="t-staff", user_name_key="t-staff", is_staff=True)
    with time_machine.travel(MORNING, tick=False) as clock:
        client.force_login(person)
        assert client.session["_auth_user_id"] == str(person.pk)
        clock.shift(timedelta(seconds=settings.SESSION_IDLE_SECONDS + 1))
        client.get("/nl/contact")
        assert "_auth_user_id" not in client.session


def test_E4_no_number_in_any_address_on_the_way(client: Client) -> None:
    address = start(client, next_address=APPOINT)
    at_provider = show_card(client, address, cast.MARIE)
    back = client.get(path_of(at_provider["Location"]))
    for seen in (address, at_provider["Location"], back["Location"]):
        assert cast.MARIE not in seen


def test_the_login_page_keeps_out_of_caches(client: Client) -> None:
    for address in ("/nl/login", "/oidc/callback"):
        assert "no-store" in client.get(address)["Cache-Control"]


def test_the_call_to_the_mock_provider_leaves_the_language_and_the_request_id_alone(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("identity.oidc.provider._kept", {})
    response = client.post("/fr/login", {"means": "eid"}, headers={"X-Request-ID": "of-the-person"})
    assert response["Content-Language"] == "fr"
    assert response["X-Caller-Request-ID"] == "of-the-person"
    assert query_of(response["Location"])["ui_locales"] == "fr"
