"""E4: no national number, name, token or ticket in a log line."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from django.core.exceptions import SuspiciousOperation
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from audit import triggers
from audit.heads import log_heads
from audit.models import Event, Link
from audit.record import Entry, write_entries
from csam_portal import logs
from csam_portal import urls as portal_urls
from csam_portal.masking import mask
from identity.models import Person
from outbox.letters import Letter
from outbox.mails import queue
from outbox.sending import message_id
from outbox.worker import Worker
from tests import cast
from tests.conftest import LogIn
from ui.pages import public_page

pytestmark = pytest.mark.django_db
NUMBER = cast.AN
NOTATIONS = (
    "70031499873",
    "70.03.14-998.73",
    "70 03 14 998 73",
    "700314-99873",
    "70%2E03%2E14-998%2E73",
    "insz70031499873x",
)


@public_page(methods=("GET", "POST"))
def broken(request: HttpRequest, rest: str) -> HttpResponse:
    raise ValueError(f"no room for {rest} of {NUMBER}, {request.POST or request.GET}")


@public_page()
def suspicious(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation(f"{NUMBER} is suspicious")


urlpatterns = [
    path("broken/<str:rest>", broken, name="broken"),
    path("suspicious", suspicious, name="suspicious"),
    *portal_urls.urlpatterns,
]


@pytest.fixture(params=["json", "console"])
def lines(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """Log as in production (or development) into a string, from DEBUG on: nothing may be hidden by its level alone."""
    config = logs.dict_config(level="DEBUG", style=request.param)
    stream = io.StringIO()
    config["handlers"]["stderr"]["stream"] = stream
    config["loggers"].pop("django.request")
    logging.config.dictConfig(config)
    yield stream
    logging.config.dictConfig(logs.dict_config(level="INFO", style="console"))


@pytest.fixture
def forgiving_client() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.urls("tests.test_logs")
def test_E4_requests_with_numbers_leave_no_number(lines: io.StringIO, forgiving_client: Client) -> None:
    statuses = set()
    for number in NOTATIONS:
        for answer in (
            forgiving_client.get(f"/broken/{number}"),
            forgiving_client.get(f"/nl/nothing/{number}/", {"insz": number}),
            forgiving_client.get(
                "/nl/", {"q": number}, headers={"X-Request-ID": number, "Referer": f"http://x/{number}"}
            ),
            forgiving_client.post("/broken/x", {"insz": number, "name": "Peeters"}),
            forgiving_client.get("/suspicious"),
            forgiving_client.get("/nl/", headers={"Host": f"{number}.example"}),
            forgiving_client.put(f"/broken/{number}"),
        ):
            statuses.add(answer.status_code)
            assert "X-Caller-Request-ID" not in answer
    assert statuses == {200, 400, 404, 405, 500}
    log = lines.getvalue()
    for number in NOTATIONS:
        assert number not in log
    assert "/broken/" not in log
    assert "nothing" not in log.replace("no matching", "")
    assert "ValueError" in log, "the traceback is there"
    assert log.count("route") >= 7 * len(NOTATIONS), "one line per request"


@pytest.mark.urls("tests.test_logs")
@pytest.mark.parametrize("lines", ["json"], indirect=True)
def test_a_line_says_route_method_status_time_and_request_id(
    lines: io.StringIO, forgiving_client: Client, log_in: LogIn
) -> None:
    answer = forgiving_client.get("/nl/nowhere")
    requests = [line for line in map(json.loads, lines.getvalue().splitlines()) if line["event"] == "request"]
    assert len(requests) == 1
    assert requests[0].keys() >= {"timestamp", "level", "ms"}
    assert {name: requests[0][name] for name in ("route", "method", "status", "request_id")} == {
        "route": "none",
        "method": "GET",
        "status": 404,
        "request_id": answer["X-Request-ID"],
    }
    assert "caller_request_id" not in requests[0]
    assert "person" not in requests[0]
    log_in(cast.AN).get("/nl/")
    last = json.loads(lines.getvalue().splitlines()[-1])
    assert last["person"] == str(Person.objects.get(insz=cast.AN).public_id)


@pytest.mark.urls("tests.test_logs")
@pytest.mark.parametrize("lines", ["json"], indirect=True)
def test_every_line_of_a_request_bears_its_id(lines: io.StringIO, forgiving_client: Client) -> None:
    request_id = forgiving_client.get("/broken/x")["X-Request-ID"]
    errors = [line for line in map(json.loads, lines.getvalue().splitlines()) if line["level"] == "error"]
    assert [line["request_id"] for line in errors] == [request_id]
    assert errors[0]["event"] == "Internal Server Error: broken"


@pytest.mark.parametrize("lines", ["json"], indirect=True)
def test_T15_a_callers_request_id_stands_beside_ours_and_never_in_its_place(lines: io.StringIO, client: Client) -> None:
    answers = [client.get("/healthz", headers={"X-Request-ID": "proxy-1234"}) for _ in range(2)]
    ours = [answer["X-Request-ID"] for answer in answers]
    assert len({*ours, "proxy-1234"}) == 3
    assert [answer["X-Caller-Request-ID"] for answer in answers] == ["proxy-1234"] * 2
    logged = [line for line in map(json.loads, lines.getvalue().splitlines()) if line["event"] == "request"]
    assert [(line["request_id"], line["caller_request_id"]) for line in logged] == [(one, "proxy-1234") for one in ours]


@pytest.mark.parametrize(
    "given", ["short", "with space in it", "x" * 65, "x" * 8_000, 'quote"quote"', NUMBER, "línea-líne"]
)
def test_T15_a_callers_request_id_that_cannot_be_logged_is_dropped(client: Client, given: str) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": given.encode().decode("latin-1")})
    assert "X-Caller-Request-ID" not in answer
    assert given not in answer["X-Request-ID"]


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        *((f"a {number} b", None) for number in NOTATIONS),
        ("login of 70031499873, 65110299794", "login of …, …"),
        ("https://csam.be/nl/link/Zk3-x_9dQ?next=1 opened", "https://csam.be/nl/link/…?next=1 opened"),
        ("GET /oidc/callback?code=abc.def&state=xyz&lang=nl", "GET /oidc/callback?code=…&state=…&lang=nl"),
        ("access_token=eyJhbGciOi.J9 id_token=x", "access_token=… id_token=…"),
        ("ticket 2K7QX9MRTZ4AB received", "ticket … received"),
        ("to <zoe@example.be>: refused", "to <…>: refused"),
        ("?mail=zoe%40example.be and zoe%2540example.be", "… and …"),
        ("duplicate key\nDETAIL:  Key (last_name)=(Peeters) exists.\nCONTEXT", "duplicate key\nDETAIL:…\nCONTEXT"),
        ("3f2a1b4c-1234-4567-8901-123456789012", "3f2a1b4c-1234-4567-8901-123456789012"),
        ("a" * 20 + "12345678901" + "b" * 33, "a" * 20 + "12345678901" + "b" * 33),
        ("2026-11-23T21:08:44.123456Z 200 in 12 ms", "2026-11-23T21:08:44.123456Z 200 in 12 ms"),
        ("0999.000.129 has 250 accounts", "0999.000.129 has 250 accounts"),
    ],
)
def test_E4_what_is_hidden_and_what_stays(text: str, cleaned: str | None) -> None:
    if cleaned is None:
        assert not any(number in mask(text) for number in NOTATIONS)
    else:
        assert mask(text) == cleaned


@pytest.mark.parametrize("lines", ["json"], indirect=True)
def test_E4_every_field_is_masked_whoever_logs(lines: io.StringIO) -> None:
    structlog.get_logger("ours").info(
        "event",
        insz="x",
        deep={"list": [NUMBER, int(NUMBER)], NUMBER: 1},
        number=int(NUMBER),
        password="hunter2",
        count=3,
    )
    logging.getLogger("a.library").warning("Retrying GET /persons/%s as %s", NUMBER, "zoe@example.be")
    try:
        raise LookupError(NUMBER) from ValueError(NUMBER)
    except LookupError:
        logging.getLogger("another").exception("failed", extra={"insz": NUMBER})
    log = lines.getvalue()
    assert NUMBER not in log
    assert "hunter2" not in log
    assert "zoe" not in log
    assert '"count": 3' in log
    assert "LookupError" in log


@pytest.mark.parametrize("lines", ["json"], indirect=True)
def test_T15_what_ends_a_process_is_a_clean_line_too(lines: io.StringIO) -> None:
    try:
        raise LookupError(f"no row of {NUMBER}") from ConnectionError("70.03.14-998.73")
    except LookupError as error:
        sys.excepthook(LookupError, error, error.__traceback__)
    line = json.loads(lines.getvalue())
    assert (line["event"], line["level"]) == ("uncaught", "critical")
    assert "no row of …" in line["exception"]
    assert not any(number in lines.getvalue() for number in NOTATIONS)


@pytest.mark.parametrize("lines", ["json"], indirect=True)
def test_E5_a_mail_is_named_in_the_log_by_its_message_id_and_not_its_address(lines: io.StringIO) -> None:
    mail = queue(key="act:one", to="zoe@example.be", language="nl", letter=Letter("Subject", "Dear Zoë,"))
    Worker().drain()
    sent = [line for line in map(json.loads, lines.getvalue().splitlines()) if line["event"] == "mail.sent"]
    assert message_id(mail).startswith(f"<{sent[-1]['mail']}@")
    assert "zoe" not in lines.getvalue()


@pytest.mark.parametrize("lines", ["json"], indirect=True)
def test_E1_the_log_of_the_worker_serves_as_heads_file(
    lines: io.StringIO, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.heads.STILL_OPEN", 0)
    with transaction.atomic():
        write_entries("enterprise:one", [Entry(act="first", actor="someone", level=500)])
    assert log_heads() >= 1
    logged = lines.getvalue()
    assert '"chain": "enterprise:one"' in logged
    lines.truncate(0)
    assert log_heads() == 1, "since then only the portal's chain grew: the heads were logged"
    kept = tmp_path / "worker.log"
    kept.write_text(logged, encoding="utf-8")
    call_command("verify_record", "--heads", str(kept), stdout=io.StringIO())
    triggers.remove(connection)
    Event.objects.filter(chain="enterprise:one").delete()
    Link.objects.filter(chain="enterprise:one").delete()
    with pytest.raises(CommandError):
        call_command("verify_record", "--heads", str(kept), stdout=io.StringIO(), stderr=io.StringIO())


@pytest.mark.parametrize("lines", ["json"], indirect=True)
def test_the_development_server_and_gunicorn_keep_their_own_access_lines_to_themselves(lines: io.StringIO) -> None:
    logging.getLogger("django.server").info('"GET /nl/x HTTP/1.1" 200 12')
    logging.getLogger("gunicorn.access").info('"GET /nl/x HTTP/1.1" 200 12')
    assert lines.getvalue() == ""
