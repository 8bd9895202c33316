"""Somebody looks over a shoulder at a one-time code, and types it a moment later."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from identity import codes
from tests import cast
from tests.conftest import LogIn
from tests.logging_in import PASSWORD, code_of, give_code, give_password, level_of, person_called, set_up_app
from tests.test_activation import app_key_on

pytestmark = pytest.mark.django_db
APP = "/nl/me/means/app"


@pytest.fixture
def clock() -> Iterator[Any]:
    """Time that stands still at the beginning of a step, until a test moves it."""
    begin = timezone.now().replace(second=0, microsecond=0)
    with time_machine.travel(begin, tick=False) as travelling:
        yield travelling


def level_with(code: str, user_name: str = "kelamrani") -> int:
    """The level that a login in a browser of the attacker's own comes to."""
    client = Client()
    give_password(client, user_name, PASSWORD, query="?means=totp")
    give_code(client, code)
    return level_of(client)


@pytest.mark.parametrize("ahead", [-1, 0, 1])
def test_T24_the_code_that_proved_a_new_app_opens_no_login(ahead: int, log_in: LogIn, clock: Any) -> None:
    """However the clock of the telephone stands: a step behind, right, or a step ahead."""
    client = log_in(cast.KARIM)
    client.post(APP)
    key = app_key_on(client.get(f"{APP}/confirm").content.decode())
    seen = code_of(key, ahead)
    assert client.post(f"{APP}/confirm", {"code": seen}).status_code == 302
    for _half_minute in range(4):
        assert level_with(seen) == 0
        clock.shift(timedelta(seconds=30))
    assert level_with(code_of(key, ahead)) == 400, "the next one does"


def test_T24_a_code_of_an_app_opens_one_login_as_long_as_it_would_count(clock: Any) -> None:
    seen = code_of(set_up_app(person_called("kelamrani")), 1)
    assert level_with(seen) == 400
    for _half_minute in range(4):
        assert level_with(seen) == 0
        clock.shift(timedelta(seconds=30))


def test_T24_a_code_of_a_list_opens_one_login_for_ever(clock: Any) -> None:
    listed = codes.new_codes()
    codes.put_codes(person_called("kelamrani"), listed)
    client = Client()
    for level in (300, 0):
        client = Client()
        give_password(client, "kelamrani", PASSWORD, query="?means=token")
        give_code(client, listed[0])
        assert level_of(client) == level
        clock.shift(timedelta(days=400))
