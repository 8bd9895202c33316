"""E7: bad input anywhere gets a 4xx page that says what to do; never a 500."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.test.client import MULTIPART_CONTENT
from django.urls import URLPattern, reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access_admins.models import ChiefRole
from csam_portal.handler import Handler
from tests import appointing, cast
from tests.conftest import LogIn
from tests.pages_table import Row, declaration, rows

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]

NUL, BROKEN = "\x00", b"\xff\xfe\xc3("
# What has broken programs before: numbers that are none, text that is code elsewhere, odd digits, turns of direction, length.
ODD = [
    "", " ", "\ufeff", NUL, "a" + NUL, "\ufffd", "\u202egnp", "\r\nX: y", "-1", "0", "9" * 400, "1e309", "NaN", "²" * 11,
    "٣" * 11, "０９９９０００１２９", "İ" * 60, "ß" * 201, "👩‍👩‍👧‍👦" * 50, "\ud7ff",
    "None", "[]", "{{ 7 * 7 }}", "%(x)s %s {0}", "%00", "%ff",
    "' OR 1=1 --", "<script>", "../../etc/passwd", "yes", "other", "self", cast.AN, cast.ATELIER, cast.BRASSERIE,
    "00000000-0000-0000-0000-000000000000",
]  # fmt: skip
texts = st.one_of(st.sampled_from(ODD), st.text(max_size=40))
FUZZ = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def bearable(response: Any) -> bool:
    """Tell whether an answer is none of the server's failures and, where it refuses a person (not a program), is a page."""
    status: int = response.status_code
    is_page = "WWW-Authenticate" not in response and response.get("Content-Type", "").startswith("text/html")
    return status < 500 and (status < 400 or not is_page or "<h1" in response.content.decode())


def fields_of(page: Any) -> list[str]:
    """Return the names of the fields that a page asks for, so that the fuzz reaches its form."""
    return re.findall(r'\bname="([^"]+)"', page.content.decode(errors="replace"))


ROWS = [pytest.param(route, name, row, id=f"{name}-{number}") for number, (name, route, row) in enumerate(rows())]


@pytest.mark.parametrize(("route", "name", "row"), ROWS)
def test_E7_every_page_bears_any_query_and_form(log_in: LogIn, route: URLPattern, name: str, row: Row) -> None:
    address = reverse(name, kwargs=row.arguments(log_in))
    clients = [Client(), log_in(row.entitled)] if declaration(route).level else [Client()]
    fields = fields_of(clients[-1].get(address))
    names = st.one_of(st.sampled_from([*fields, "next", "name"]), texts)

    @FUZZ
    @given(query=st.dictionaries(names, texts, max_size=4), form=st.dictionaries(names, texts, max_size=8))
    def bears(query: dict[str, str], form: dict[str, str]) -> None:
        for client in clients:
            assert bearable(client.get(address, query))
            assert bearable(client.post(address, form))
            assert bearable(
                client.post(address, form | dict.fromkeys(fields, next(iter(form.values()), "")), query_params=query)
            )

    bears()


@pytest.mark.parametrize(("route", "name", "row"), ROWS)
def test_E7_every_address_bears_anything_in_its_parts(log_in: LogIn, route: URLPattern, name: str, row: Row) -> None:
    parts = reverse(name, kwargs=row.arguments(log_in)).split("/")
    client = log_in(row.entitled)

    @FUZZ
    @given(place=st.integers(1, max(1, len(parts) - 1)), part=texts)
    def bears(place: int, part: str) -> None:
        changed = [*parts[:place], part, *parts[place + 1 :]]
        assert bearable(client.get("/".join(changed)))
        assert bearable(client.post("/".join(changed)))

    bears()


Sender = Callable[[Client], Any]
PAGE = "/nl/contact"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"


def half_a_form(client: Client) -> Any:
    """Say that fifty bytes come, and break off."""
    environ: dict[str, Any] = {"CONTENT_LENGTH": "50", "wsgi.input": io.BytesIO(b"enterprise_number=09")}
    return client.post(appointing.START, b"x", FORM, **environ)


REFUSED: dict[str, tuple[Sender, int]] = {
    "NUL in the path": (lambda client: client.get("/nl/%00"), 400),
    "NUL in the query": (lambda client: client.get(PAGE, {"q": NUL}), 400),
    "NUL in a name": (lambda client: client.get(PAGE, {NUL: "q"}), 400),
    "broken UTF-8 in the path": (lambda client: client.get("/nl/%ff%fe"), 404),
    "broken UTF-8 in the query": (lambda client: client.get(PAGE + "?q=%ff%fe"), 400),
    "NUL in a form": (lambda client: client.post(appointing.START, {"enterprise_number": NUL}), 400),
    "broken UTF-8 in a form": (
        lambda client: client.post(appointing.START, b"enterprise_number=%ff" + BROKEN, FORM),
        400,
    ),
    "half a character": (lambda client: client.post(appointing.START, b"enterprise_number=%ed%a0%80", FORM), 400),
    "NUL in a multipart form": (
        lambda client: client.post(appointing.START, {"enterprise_number": NUL}, MULTIPART_CONTENT),
        400,
    ),
    "NUL in the name of a file": (
        lambda client: client.post(
            appointing.START,
            b'--x\r\nContent-Disposition: form-data; name="a\x00"; filename="f"\r\n\r\nx\r\n--x--\r\n',
            MULTIPART,
        ),
        400,
    ),
    "a multipart form without an end": (
        lambda client: client.post(appointing.START, b"--x\r\nContent-Disposition: form-data; name", MULTIPART),
        422,
    ),
    "a multipart form without a boundary": (lambda client: client.post(PAGE, b"x", "multipart/form-data"), 400),
    "a boundary that is none": (lambda client: client.post(PAGE, b"x", "multipart/form-data; boundary=\xff"), 400),
    "another encoding": (lambda client: client.post(PAGE, b"q=1", f"{FORM}; charset=utf-16"), 400),
    "an encoding nobody knows": (lambda client: client.generic("POST", PAGE, b"q=1", f"{FORM}; charset=klingon"), 400),
    "too many fields": (lambda client: client.post(appointing.START, b"&".join([b"f=x"] * 1001), FORM), 400),
    "too large a form": (lambda client: client.post(appointing.START, {"enterprise_number": "9" * 70_000}), 413),
    "half a form": (half_a_form, 400),
    "a length that is none": (lambda client: client.post(appointing.START, b"f=x", FORM, CONTENT_LENGTH="three"), 400),
    "a form without a length": (
        lambda client: client.post(appointing.START, b"f=x", FORM, headers={"Transfer-Encoding": "chunked"}),
        411,
    ),
    "too many headers": (lambda client: client.get(PAGE, headers={f"X-{n}": "x" * 8_000 for n in range(5)}), 431),
    "a file where none is asked": (
        lambda client: client.post(
            appointing.START,
            b'--x\r\nContent-Disposition: form-data; name="enterprise_number"; filename="f"\r\n\r\nx\r\n--x--\r\n',
            MULTIPART,
        ),
        400,
    ),
    "too many files": (
        lambda client: client.post(
            appointing.START,
            b"".join(
                b'--x\r\nContent-Disposition: form-data; name="f%d"; filename="f"\r\n\r\n\r\n' % n for n in range(101)
            )
            + b"--x--\r\n",
            MULTIPART,
        ),
        400,
    ),
    "a form where there is none": (lambda client: client.post(PAGE, {"q": "x"}), 405),
    "a method for programs": (lambda client: client.delete(PAGE), 405),
    "a method nobody knows": (lambda client: client.generic("BREW", PAGE), 405),
    "a traced request": (lambda client: client.trace(PAGE), 405),
    "a host that is not ours": (lambda client: client.get(PAGE, headers={"Host": "evil.example"}), 400),
    "a host that is none": (lambda client: client.get(PAGE, headers={"Host": "a b\x00"}), 400),
}


@pytest.mark.parametrize("case", REFUSED)
def test_E7_what_no_page_can_use_is_refused_with_a_page(log_in: LogIn, case: str) -> None:
    send, status = REFUSED[case]
    response = send(log_in(cast.AN))
    assert response.status_code == status
    assert "<h1" in response.content.decode()


@pytest.mark.parametrize("charset", ["=hex", "=zip", '="rot13"', "*=utf-8''hex", " = base64", "=utf-8hex", "=klingon"])
def test_E7_an_encoding_that_makes_no_text_of_bytes_is_refused(db: None, charset: str) -> None:
    """The test client makes its own requests, so this one comes in by the door that the web server uses."""
    answered: list[str] = []

    def start_response(status: str, *_headers: Any) -> Callable[[bytes], object]:
        answered.append(status)
        return lambda _body: None

    environ = {
        **RequestFactory().get(PAGE).environ,
        "QUERY_STRING": "q=x",
        "CONTENT_TYPE": f"{FORM}; charset{charset}",
    }
    page = b"".join(Handler()(environ, start_response))
    assert answered == ["400 Bad Request"]
    assert b"<h1" in page


def test_E7_the_page_of_a_refusal_is_in_the_language_of_the_address(client: Client) -> None:
    assert '<html lang="de"' in client.get("/de/contact", {"q": NUL}).content.decode()
    assert client.post("/nl/contact")["Allow"] == "GET, HEAD"


def test_E7_a_form_full_of_text_is_an_error_at_the_field_and_a_megabyte_is_not_read(log_in: LogIn) -> None:
    for length, status in ((60_000, 422), (1_000_000, 413)):
        response = log_in(cast.AN).post(appointing.START, {"enterprise_number": "9" * length})
        assert response.status_code == status
        assert "<h1" in response.content.decode()


@pytest.mark.parametrize("character", ["\x16", "\x7f", "\x83", "\ufdd0", "\U0001ffff"])
def test_E7_a_character_that_no_page_may_show_is_refused(client: Client, character: str) -> None:
    """Typed text comes back in the page, and a page that shows these is no valid HTML; tabs and line ends are fine."""
    for typed, status in ((f"a{character}b", 400), ("a\tb\r\nc", 422)):
        assert client.post("/nl/tickets/follow", {"ticket": typed, "insz": cast.AN}).status_code == status


def test_E7_a_field_of_one_line_shows_its_text_in_one_line(client: Client) -> None:
    """HTML has no place for line ends there; nothing else of what was typed is lost."""
    page = client.post("/nl/tickets/follow", {"ticket": "ab\r\ncd\n", "insz": cast.AN}).content.decode()
    assert 'value="ab cd"' in page


@pytest.mark.parametrize("value", [NUL, "x" + NUL, "\xff\xfe", "\ufffd", "x" * 4000, '"', "../x", "a=b=c", "🍪"])
@pytest.mark.parametrize("name", ["session", "csrftoken", "language", "messages", "odd name"])
def test_E7_cookies_can_hold_anything(client: Client, name: str, value: str) -> None:
    cookie = f"{name}={value}".encode().decode("latin-1")
    for address in ("/nl/", appointing.START, "/"):
        assert bearable(client.get(address, headers={"Cookie": cookie}))
        assert bearable(client.post(address, {"enterprise_number": "1"}, headers={"Cookie": cookie}))


@pytest.mark.parametrize(
    "header",
    ["Accept-Language", "Accept", "Content-Type", "Referer", "Origin", "X-Forwarded-For", "X-Forwarded-Proto", "Range"],
)
def test_E7_headers_can_hold_anything(client: Client, header: str) -> None:
    for value in (NUL, "\xff", "x" * 5000, ",;,;q=", "q=1e999", "multipart/form-data; boundary=", "%%%"):
        for address in ("/", "/nl/", appointing.START):
            assert bearable(client.get(address, headers={header: value}))


def test_E7_a_form_from_elsewhere_or_from_an_old_tab_is_refused_with_a_page(log_in: LogIn) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = log_in(cast.AN).cookies
    for form in ({}, {"csrfmiddlewaretoken": "x"}, {"csrfmiddlewaretoken": "x" * 64}):
        response = client.post(appointing.START, {"enterprise_number": cast.ATELIER, **form})
        assert response.status_code == 403
        assert "<h1" in response.content.decode()


def test_E7_a_replayed_form_does_nothing_a_second_time(log_in: LogIn) -> None:
    client = log_in(cast.AN)
    check = appointing.choose_self(client, cast.ATELIER)
    plan = appointing.plan_on(client, check)
    answers = [appointing.confirm_shown(client, check, plan) for _ in range(3)]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, answers[0]["Location"])}
    assert ChiefRole.objects.filter(enterprise__number=cast.ATELIER).count() == 1
