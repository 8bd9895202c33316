"""The remote register (BEHAVIOUR E6, S2): right answers are read, and whatever else comes is "try again later", never "no"."""

import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from acts.errors import RegisterDown
from enterprises.enums import IdentifiedBy, State
from enterprises.gateway.answers import HolderCount
from enterprises.gateway.breaker import Breaker
from enterprises.gateway.embedded import EmbeddedRegister
from enterprises.gateway.remote import RemoteRegister
from tests import remote_register as remote
from tests.cast import AN, ATELIER, BRASSERIE, KARIM
from tests.remote_register import ENTERPRISE, FUNCTION, PERSON, Behaviour, RemoteServer, always, in_turn, right


@pytest.fixture
def server() -> Iterator[RemoteServer]:
    with remote.running() as running:
        yield running


@pytest.fixture
def register(server: RemoteServer, settings: Settings) -> RemoteRegister:
    settings.REGISTER_URL = server.url
    settings.REGISTER_TOKEN = "token-of-the-test"
    settings.REGISTER_TIMEOUT_SECONDS = 2
    settings.REGISTER_BREAKER_FAILURES = 3
    settings.REGISTER_BREAKER_SECONDS = 1
    return RemoteRegister()


def refuses(ask: Callable[[], Any]) -> float:
    """Assert that the register is down; return how long that took."""
    before = time.monotonic()
    with pytest.raises(RegisterDown):
        ask()
    return time.monotonic() - before


def test_E6_an_enterprise_is_read(register: RemoteRegister) -> None:
    found = register.enterprise(ATELIER)
    assert found is not None
    assert (found.state, found.name_in("nl"), found.started_on) == (State.ACTIVE, "Atelier Noord BV", date(2009, 5, 4))
    assert found.numbers == ((IdentifiedBy.RSZ, "199930482"),)


@pytest.mark.parametrize("name", ["Brasserie\u00a0du\u00a0Canal", "Ø’s «Été» GmbH & Co. KG", "x" * 2_000, ""])
def test_E6_any_name_that_people_write_is_read(register: RemoteRegister, server: RemoteServer, name: str) -> None:
    server.behaviour = always({"enterprise": ENTERPRISE | {"names": [{"language": "fr", "text": name}]}})
    found = register.enterprise(ATELIER)
    assert found is not None
    assert found.names == (("fr", name),)


def test_E6_a_person_standing_and_functions_are_read(register: RemoteRegister) -> None:
    person, standing = register.person(AN), register.standing(ATELIER, AN)
    assert person is not None
    assert standing.person == person
    assert standing.functions == register.functions(ATELIER)
    assert standing.functions[0].is_valid_on(date(2026, 1, 1))
    assert standing.is_employed is False


@pytest.mark.django_db
def test_E6_both_gateways_give_the_same_answers(register: RemoteRegister, server: RemoteServer) -> None:
    """The same person and standing out of the tables and over HTTP."""
    embedded = EmbeddedRegister()
    assert register.person(AN) == embedded.person(AN)
    assert register.standing(ATELIER, AN) == embedded.standing(ATELIER, AN)


def test_E4_no_number_stands_in_an_address_and_the_token_goes_along(
    register: RemoteRegister, server: RemoteServer
) -> None:
    register.standing(ATELIER, AN)
    assert server.requests == [("/standing", {"number": ATELIER, "insz": AN}, "Bearer token-of-the-test")]


@pytest.mark.parametrize(
    ("ask", "answer", "expected"),
    [
        (lambda register: register.enterprise(BRASSERIE), {"enterprise": None}, None),
        (lambda register: register.person(KARIM), {"person": None}, None),
        (lambda register: register.functions(BRASSERIE), {"functions": []}, ()),
    ],
)
def test_E6_unknown_is_said_in_so_many_words(
    register: RemoteRegister, server: RemoteServer, ask: Callable[[RemoteRegister], Any], answer: Any, expected: Any
) -> None:
    server.behaviour = always(answer)
    assert ask(register) == expected


@pytest.mark.parametrize(
    "behaviour",
    [
        remote.slow,
        remote.dripping,
        remote.endless,
        remote.hanging_up,
        remote.truncated,
        always({}, status=500),
        always({}, status=503),
        always({"enterprise": None}, status=404),
        always({"enterprise": None}, status=201),
        always({"enterprise": None}, status=401),
        always({"enterprise": None}, kind="text/html"),
        always(b""),
        always(b"<html>Service under maintenance</html>"),
        always(b'{"enterprise": null'),
        always(b"\xff\xfe\x00"),
        always(b"[" * 100_000),
        always(b'{"enterprise": "' + b"x" * 2_000_000 + b'"}'),
    ],
)
def test_S2_a_server_that_misbehaves_is_down_in_time(
    register: RemoteRegister, server: RemoteServer, behaviour: Behaviour
) -> None:
    server.behaviour = behaviour
    assert refuses(lambda: register.enterprise(ATELIER)) < 4, "twice the time it has, on a busy machine"


def test_S2_nobody_listening_is_down(register: RemoteRegister, server: RemoteServer) -> None:
    server.server_close()
    refuses(lambda: register.enterprise(ATELIER))


def test_S2_a_redirect_elsewhere_is_refused_and_not_followed(register: RemoteRegister, server: RemoteServer) -> None:
    with remote.running() as elsewhere:

        def redirect(request: remote.Handler) -> None:
            request.send_response(307)
            request.send_header("Location", f"{elsewhere.url}/enterprise")
            request.send_header("Content-Length", "0")
            request.end_headers()

        server.behaviour = redirect
        refuses(lambda: register.enterprise(ATELIER))
        assert elsewhere.requests == []


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        {"person": None},
        {"enterprise": []},
        {"enterprise": False},
        *(
            {"enterprise": ENTERPRISE | change}
            for change in (
                {"number": BRASSERIE},
                {"number": 999000129},
                {"situation": "0"},
                {"situation": None},
                {"legal_form": "6100"},
                {"started_on": "04-05-2009"},
                {"started_on": 2009},
                {"stopped_on": ""},
                {"names": None},
                {"names": [{"language": "nl"}]},
                {"names": [{"language": "es", "text": "x"}]},
                {"names": [{"language": "nl", "text": "a\0b"}]},
                {"names": [{"language": "nl", "text": "\ud800"}]},
                {"names": {"nl": "x"}},
                {"address_nl": "x" * 2_001},
                {"numbers": [{"kind": "enterprise", "value": ATELIER}]},
                {"numbers": [{"kind": "rsz", "value": "199930483"}]},
            )
        ),
        {"enterprise": {name: value for name, value in ENTERPRISE.items() if name != "stopped_on"}},
    ],
)
def test_S2_an_enterprise_not_as_agreed_is_down(register: RemoteRegister, server: RemoteServer, answer: Any) -> None:
    server.behaviour = always(answer)
    refuses(lambda: register.enterprise(ATELIER))
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"person": PERSON | {"insz": KARIM}},
        {"person": PERSON | {"has_eid": "no"}},
        {"person": PERSON | {"has_eid": 0}},
        {"person": PERSON | {"last_name": ""}},
        {"person": PERSON | {"language": "es"}},
        {"person": PERSON | {"died_on": "2020-02-30"}},
        {"functions": None},
        {"functions": [FUNCTION | {"insz": KARIM}]},
        {"functions": [FUNCTION | {"code": "1002"}]},
        {"functions": [FUNCTION | {"starts_on": None}]},
        {"functions": [FUNCTION | {"ends_on": 0}]},
        {"functions": ["10002"]},
        {"is_employed": None},
        {"is_employed": 1},
    ],
)
def test_S2_a_standing_not_as_agreed_is_down(register: RemoteRegister, server: RemoteServer, change: Any) -> None:
    server.behaviour = always(remote.RIGHT["/standing"] | change)
    refuses(lambda: register.standing(ATELIER, AN))


def test_S7_who_left_an_enterprise_is_read(register: RemoteRegister, server: RemoteServer) -> None:
    assert register.departed(ATELIER, [AN, KARIM]) == {AN: date(2026, 1, 31)}
    assert server.requests == [("/departed", {"number": ATELIER, "insz": [AN, KARIM]}, "Bearer token-of-the-test")]


@pytest.mark.parametrize(
    "answer",
    [{}, {"departed": None}, {"departed": [{"insz": AN}]}, {"departed": [{"insz": AN, "last_day": None}]},
     {"departed": [{"insz": KARIM, "last_day": "2026-01-31"}]}, {"departed": [{"insz": 1, "last_day": "2026-01-31"}]}],
)  # fmt: skip
def test_S7_departures_not_as_agreed_are_down(register: RemoteRegister, server: RemoteServer, answer: Any) -> None:
    """Also a person who was not asked about."""
    server.behaviour = always(answer)
    refuses(lambda: register.departed(ATELIER, [AN]))


def test_T10_how_many_hold_a_function_is_read(register: RemoteRegister, server: RemoteServer) -> None:
    assert register.holders("10002", legal_form="", situation="050") == HolderCount(people=1204, enterprises=950)
    asked = {"code": "10002", "legal_form": "", "situation": "050"}
    assert server.requests == [("/holders", asked, "Bearer token-of-the-test")]


@pytest.mark.parametrize(
    "answer",
    [{}, {"holders": None}, {"holders": {"people": 1}}, {"holders": {"people": -1, "enterprises": 1}},
     {"holders": {"people": 1, "enterprises": True}}, {"holders": {"people": 10**12, "enterprises": 1}}],
)  # fmt: skip
def test_T10_a_count_not_as_agreed_is_down(register: RemoteRegister, server: RemoteServer, answer: Any) -> None:
    server.behaviour = always(answer)
    refuses(lambda: register.holders("10002", legal_form="", situation=""))


@pytest.mark.parametrize("stumble", [always({}, status=502), remote.hanging_up, remote.truncated])
def test_E6_what_may_pass_is_tried_again(register: RemoteRegister, server: RemoteServer, stumble: Behaviour) -> None:
    server.behaviour = in_turn(stumble, stumble, right)
    assert register.enterprise(ATELIER) is not None
    assert len(server.requests) == 3


def test_E6_a_slow_try_leaves_time_for_another(register: RemoteRegister, server: RemoteServer) -> None:
    server.behaviour = in_turn(remote.slow, right)
    assert register.enterprise(ATELIER) is not None


def test_E6_after_failures_in_a_row_the_server_is_left_alone_and_then_probed(
    register: RemoteRegister, server: RemoteServer
) -> None:
    now = 0.0
    register._breaker = Breaker(failures=3, seconds=1, clock=lambda: now)
    server.behaviour = always({}, status=403)
    for _ in range(3):
        refuses(lambda: register.enterprise(ATELIER))
    server.behaviour = right
    refuses(lambda: register.enterprise(ATELIER))
    assert len(server.requests) == 3
    now = 1.05
    assert register.enterprise(ATELIER) is not None
    assert register.enterprise(ATELIER) is not None


def test_a_breaker_lets_one_probe_through_and_opens_again_when_it_fails() -> None:
    now = 0.0
    breaker = Breaker(failures=2, seconds=10, clock=lambda: now)
    breaker.failed()
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()
    now = 10.0
    assert [breaker.allows(), breaker.allows()] == [True, False]
    breaker.failed()
    now = 19.0
    assert not breaker.allows()
    now = 20.0
    assert breaker.allows()
    breaker.succeeded()
    assert [breaker.allows(), breaker.allows()] == [True, True]


def test_a_success_in_between_starts_the_count_again() -> None:
    breaker = Breaker(failures=2, seconds=10)
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    assert breaker.allows()


@pytest.mark.parametrize(("url", "production"), [("", False), ("http://register.example", True)])
def test_a_register_without_a_safe_address_does_not_start(settings: Settings, url: str, production: bool) -> None:
    settings.REGISTER_URL, settings.IS_PRODUCTION = url, production
    with pytest.raises(ImproperlyConfigured, match="REGISTER_URL"):
        RemoteRegister()
