"""What the person sees when the register elsewhere misbehaves (BEHAVIOUR S2): "try again", and what was typed stays."""

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import Settings

from enterprises import gateway
from tests import remote_register as remote
from tests.appointing import START
from tests.cast import AN
from tests.conftest import LogIn
from tests.remote_register import Behaviour, RemoteServer, always

TYPED = "BE 0999 000.129"


@pytest.fixture
def server(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[RemoteServer]:
    """The portal asks this server from now on."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    settings.REGISTER_TIMEOUT_SECONDS = 0.8
    with remote.running() as running:
        settings.REGISTER_URL = running.url
        yield running
    gateway._register.cache_clear()


@pytest.fixture
def an(log_in: LogIn, server: RemoteServer, settings: Settings) -> Client:
    client = log_in(AN)
    settings.REGISTER_GATEWAY = "enterprises.gateway.remote.RemoteRegister"
    return client


def test_S1_the_journey_goes_on_with_a_register_elsewhere(an: Client, server: RemoteServer) -> None:
    response = an.post(START, {"enterprise_number": TYPED})
    assert response.status_code == 302, response.content.decode()
    assert "Atelier Noord BV" in an.get(response["Location"]).content.decode()


@pytest.mark.parametrize("behaviour", [remote.slow, remote.hanging_up, always({}, status=500), always(b"<html>")])
def test_S2_a_register_that_misbehaves_is_try_again_and_what_was_typed_stays(
    an: Client, server: RemoteServer, behaviour: Behaviour
) -> None:
    server.behaviour = behaviour
    response = an.post(START, {"enterprise_number": TYPED})
    assert response.status_code == 503
    assert TYPED in response.content.decode()


def test_S2_trying_again_gets_through_once_the_register_answers(an: Client, server: RemoteServer) -> None:
    server.behaviour = always({}, status=500)
    assert an.post(START, {"enterprise_number": TYPED}).status_code == 503
    server.behaviour = remote.right
    assert an.post(START, {"enterprise_number": TYPED}).status_code == 302
