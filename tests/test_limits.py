"""Limits on tries (BEHAVIOUR section 11, L6)."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from acts.errors import TooMany
from audit.models import Event
from identity import codes
from identity.limits import client_address, counted, forget_old
from identity.models import Attempt
from outbox.chores import registered
from tests.logging_in import PAGE, PASSWORD, code_of, details_of, give_code, give_password, person_called, set_up_app

MORNING = datetime(2026, 11, 23, 9, tzinfo=UTC)
TRIED = ("password.person", "somebody")


@pytest.fixture(autouse=True)
def _nobody_tried_yet(db: None) -> None:
    """The demo world made a request already, which counts."""
    Attempt.objects.all().delete()


def miss(*places: tuple[str, str]) -> None:
    with counted(*places) as attempt:
        attempt.miss()


@pytest.mark.django_db
def test_L6_the_sixth_try_in_15_minutes_does_not_get_through() -> None:
    with time_machine.travel(MORNING, tick=False) as clock:
        for _try in range(5):
            miss(TRIED)
            clock.shift(timedelta(minutes=1))
        with pytest.raises(TooMany) as refused, counted(TRIED):
            pytest.fail("inside the block although the place is full")
        assert refused.value.until == MORNING + timedelta(minutes=15)
        clock.move_to(MORNING + timedelta(minutes=15, seconds=1))
        miss(TRIED)
        with pytest.raises(TooMany) as refused, counted(TRIED):
            pass
        assert refused.value.until == MORNING + timedelta(minutes=16), "the window slides"


@pytest.mark.django_db
def test_L6_tries_during_the_pause_make_it_no_longer() -> None:
    with time_machine.travel(MORNING, tick=False) as clock:
        for _try in range(5):
            miss(TRIED)
        for _minute in range(14):
            clock.shift(timedelta(minutes=1))
            with pytest.raises(TooMany), counted(TRIED):
                pass
        clock.shift(timedelta(minutes=1, seconds=1))
        with counted(TRIED):
            pass


@pytest.mark.django_db
def test_L6_right_answers_take_nothing_away_and_other_keys_are_not_touched() -> None:
    for _try in range(20):
        with counted(TRIED):
            pass
    assert not Attempt.objects.exists()
    for _try in range(5):
        miss(TRIED)
    with counted(("password.person", "another")), counted(("code.person", "somebody")):
        pass


@pytest.mark.django_db
def test_L6_a_full_place_is_recorded_once_each_time_it_fills() -> None:
    with time_machine.travel(MORNING, tick=False) as clock:
        for _try in range(8):
            try:
                miss(TRIED)
            except TooMany:
                continue
        assert details_of("limit.reached") == [{"scope": "password.person"}]
        event = Event.objects.get(act="limit.reached")
        assert (event.chain, event.subject) == ("portal", "")
        clock.shift(timedelta(minutes=16))
        for _try in range(5):
            miss(TRIED)
        assert len(details_of("limit.reached")) == 2


@pytest.mark.django_db(transaction=True)
def test_L6_guesses_at_the_same_moment_count_like_guesses_one_by_one() -> None:
    """L6: of twenty threads at most five get to see whether their guess was right, and the filling is recorded once."""
    seen: list[bool] = []
    start = threading.Barrier(20)

    def guess() -> None:
        start.wait()
        try:
            with counted(TRIED) as attempt:
                seen.append(True)
                attempt.miss()
        except TooMany:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= len(seen) <= 5
    assert Attempt.objects.filter(scope=TRIED[0]).count() == len(seen)
    recorded = len(details_of("limit.reached"))
    assert recorded == 1 if len(seen) == 5 else recorded <= 1


@pytest.mark.django_db
def test_L6_keys_are_stored_as_hmacs() -> None:
    miss(("password.person", "mdubois"))
    attempt = Attempt.objects.get()
    assert "mdubois" not in attempt.key
    assert len(attempt.key) == 64


@pytest.mark.django_db
def test_old_tries_are_forgotten_by_a_daily_chore() -> None:
    longest = timedelta(days=1)
    with time_machine.travel(MORNING, tick=False) as clock:
        miss(TRIED)
        clock.shift(longest - timedelta(seconds=1))
        miss(TRIED)
        assert forget_old() == 0
        clock.shift(timedelta(seconds=2))
        assert forget_old() == 1
        assert Attempt.objects.count() == 1
    assert "forget old tries" in {job.name for job in registered()}


@pytest.mark.parametrize(
    ("proxies", "forwarded", "remote", "address"),
    [
        (0, "", "192.0.2.1", "192.0.2.1"),
        (0, "198.51.100.9", "192.0.2.1", "192.0.2.1"),
        (1, "198.51.100.9", "10.0.0.1", "198.51.100.9"),
        (1, "6.6.6.6, 198.51.100.9", "10.0.0.1", "198.51.100.9"),
        (2, "6.6.6.6, 198.51.100.9, 10.0.0.2", "10.0.0.1", "198.51.100.9"),
        (2, "198.51.100.9", "10.0.0.1", "10.0.0.1"),
        (1, "nonsense", "10.0.0.1", ""),
        (1, "", "10.0.0.1", ""),
        (0, "", "", ""),
        (0, "", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (0, "", "::ffff:192.0.2.1", "192.0.2.1"),
    ],
)
def test_L6_the_address_that_counts(settings: Any, proxies: int, forwarded: str, remote: str, address: str) -> None:
    """L6: what an asker writes into X-Forwarded-For changes nothing; a /64 is one address."""
    settings.TRUSTED_PROXIES = proxies
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": remote, **({"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {})}
    assert client_address(request) == address


@pytest.mark.django_db
@pytest.mark.parametrize("user_name", ["kelamrani", "nobody.at.all"])
def test_L6_five_wrong_passwords_then_a_pause_that_the_right_one_does_not_end(user_name: str) -> None:
    """L6: said with the time in Brussels; the same for a name that does not exist."""
    with time_machine.travel(MORNING, tick=False) as clock:
        for _try in range(5):
            assert give_password(Client(), user_name, "wrong").status_code == 422
        response = give_password(Client(), user_name.upper(), PASSWORD)
        assert response.status_code == 429
        assert "10:15" in response.content.decode(), "Brussels, an hour later than UTC"
        assert give_password(Client(), "mdubois").status_code == 302
        clock.shift(timedelta(minutes=15, seconds=1))
        assert give_password(Client(), user_name, PASSWORD).status_code == (302 if user_name == "kelamrani" else 422)


@pytest.mark.django_db
def test_L6_fifty_wrong_passwords_from_one_address_stop_it_for_an_hour() -> None:
    with time_machine.travel(MORNING, tick=False) as clock:
        for number in range(50):
            assert give_password(Client(), f"name{number:03}", "wrong").status_code == 422
        assert give_password(Client(), "kelamrani").status_code == 429
        assert give_password(Client(), "kelamrani", REMOTE_ADDR="192.0.2.7").status_code == 302
        clock.shift(timedelta(hours=1, seconds=1))
        assert give_password(Client(), "kelamrani").status_code == 302
    assert {"scope": "password.address"} in details_of("limit.reached")


@pytest.mark.django_db
def test_L6_five_wrong_codes_then_a_pause_that_the_right_one_does_not_end() -> None:
    key = set_up_app(person_called("kelamrani"))
    with time_machine.travel(MORNING, tick=False) as clock:
        client = Client()
        give_password(client, "kelamrani", query="?means=totp")
        for _try in range(5):
            assert give_code(client, "000000").status_code == 422
        assert give_code(client, code_of(key)).status_code == 429
        other = Client()
        give_password(other, "kelamrani", query="?means=totp")
        assert give_code(other, code_of(key)).status_code == 429, "in whichever browser"
        clock.shift(timedelta(minutes=15, seconds=1))
        give_password(other, "kelamrani", query="?means=totp")
        assert give_code(other, code_of(key)).status_code == 302


@pytest.mark.django_db
def test_L6_a_right_code_during_the_pause_is_not_used_up() -> None:
    person = person_called("kelamrani")
    listed = codes.new_codes()
    codes.put_codes(person, listed)
    client = Client()
    give_password(client, "kelamrani", query="?means=token")
    for _try in range(5):
        give_code(client, "wrong")
    assert give_code(client, listed[0]).status_code == 429
    assert codes.codes_left(person) == 24
    assert timezone.now() < Attempt.objects.latest("at").at + timedelta(minutes=1)
    assert client.get(PAGE).status_code == 200
