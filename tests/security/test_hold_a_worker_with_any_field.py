"""The attacker wants: one answer that takes long, by whatever can be filled in: every field of every page and of the admin,
every file, header, cookie, query and part of an address, every body of the web service (BEHAVIOUR T17)."""

import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse

from csam_portal.handler import Request
from senders.enums import ChannelKind
from senders.views.api import ASSERTION, GRANT, SUBMISSION
from tests import appointing, cast
from tests.asserting import token_of
from tests.conftest import LogIn
from tests.fuzzing import (
    AROUND,
    IS_WHOLE,
    MOST_SECONDS,
    MULTIPART,
    PARTS,
    SHAPES,
    SMALL,
    TRIED,
    Fuzz,
    Page,
    as_text,
    each_field,
    line,
    parts,
    texts,
)
from tests.logging_in import person_called
from tests.messages import new_signer
from tests.pages_table import declaration, rows
from tests.requesting import desk
from tests.senders import register

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        connection.vendor != "sqlite" and not IS_WHOLE, reason="no engine reads what is sent: SQLite is enough"
    ),
]

# Of the cases of each kind, one in so many belongs to what is always run.
FEW, SOME = 40, 8
# gunicorn takes no longer line (gunicorn.conf.py), and the portal no more headers together (csam_portal.bodies).
LONGEST_LINE, LONGEST_HEADER, MOST_HEADERS = 4_000, 8_000, 30_000
QUERIES = (
    "next", "level", "page", "sort", "after", "before", "f", "q", "p", "o", "e", "code", "state", "error", "scope", "nonce",
    "ui_locales", "acr_values", "client_id", "redirect_uri", "response_type", "request", "quality", "search",
)  # fmt: skip
HEADERS = (
    "Host", "Origin", "Referer", "Accept", "Accept-Language", "Accept-Encoding", "Authorization", "Content-Type", "Cookie",
    "If-Modified-Since", "If-None-Match", "Range", "User-Agent", "X-CSRFToken", "X-Forwarded-For", "X-Forwarded-Proto",
    "X-Request-ID", "X-Forwarded-Host", "Sec-Fetch-Site", "Forwarded",
)  # fmt: skip
COOKIES = ("session", "csrftoken", "language", "messages", "__Host-session")
ADDRESSES = (
    "/nl/", "/nl/login", "/nl/documents/verify", "/api/v1/token", "/mock-idp/token", "/static/ui/portal.css", "/admin/",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _as_served(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Requests as the web server makes them, files to serve, and no limit on tries: past it nothing would be looked at."""
    monkeypatch.setattr("django.test.client.WSGIRequest", Request)
    settings.STATIC_ROOT = settings.BASE_DIR / "ui" / "static"
    settings.LIMITS = {scope: (10**9, seconds) for scope, (_tries, seconds) in settings.LIMITS.items()}


@pytest.fixture
def fuzz() -> Iterator[Fuzz]:
    """Fails for what took too long."""
    TRIED.faults.clear()
    yield TRIED
    assert TRIED.faults == []


def test_T17_no_field_of_a_page_holds_a_worker(fuzz: Fuzz, log_in: LogIn) -> None:
    seen: set[str] = set()
    for number, (name, route, row) in enumerate(rows()):
        page = declaration(route)
        is_tried = page.body.files > 0 or fuzz.wants(name, 2)
        if "POST" not in page.methods or not is_tried or (name in seen and not IS_WHOLE):
            continue
        seen.add(name)
        with transaction.atomic():
            address = reverse(name, kwargs=row.arguments(log_in))
            client = log_in(row.entitled) if page.level else Client()
            each_field(fuzz, client, address, f"{name}-{number}", FEW)
            transaction.set_rollback(True)


def test_T17_no_part_of_an_address_and_no_query_holds_a_worker(fuzz: Fuzz, log_in: LogIn) -> None:
    client = log_in(cast.MARIE)
    for name, _route, row in rows():
        try:
            address = reverse(name)
        except NoReverseMatch:
            if not IS_WHOLE:
                continue
            address = reverse(name, kwargs=row.arguments(log_in))
        pieces = address.split("/")
        for shape, piece in SHAPES.items():
            text = as_text((piece * LONGEST_LINE)[:LONGEST_LINE])
            for query in QUERIES:
                fuzz.case(f"{name} ?{query}: {shape}", FEW, client.get, address, {query: text})
            for place in range(1, len(pieces)):
                changed = "/".join([*pieces[:place], text.replace("/", "_"), *pieces[place + 1 :]])
                fuzz.case(f"{name} part {place}: {shape}", FEW, client.get, changed)


def test_T17_no_header_and_no_cookie_holds_a_worker(fuzz: Fuzz) -> None:
    for address in ADDRESSES:
        for shape, piece in SHAPES.items():
            for size in (LONGEST_HEADER, MOST_HEADERS):
                text = line(piece * size, size).encode().decode("latin-1")
                for header in HEADERS:
                    given = f'session="{text}"; csrftoken={text[:50]}' if header == "Cookie" else text
                    label = f"{address} {header}: {shape}, {size} bytes"
                    fuzz.case(label, 2 * SOME, Client().post, address, {}, headers={header: given})
            for cookie in COOKIES:
                jar = f"{cookie}={line(piece * LONGEST_HEADER, LONGEST_HEADER)}".encode().decode("latin-1")
                fuzz.case(f"{address} cookie {cookie}: {shape}", SOME, Client().get, address, headers={"Cookie": jar})


def test_T17_nothing_that_a_program_sends_holds_a_worker(fuzz: Fuzz) -> None:
    sender = register(ChannelKind.WEB_SERVICE, signer=new_signer())
    token = {"Authorization": f"Bearer {token_of(sender)}"}
    client, door, submit = Client(), reverse("api-token"), reverse("api-submit")
    right = {"grant_type": GRANT, "client_assertion_type": ASSERTION, "client_assertion": "x"}
    name = f"DMFA.{sender.number}.20240131.00001.R.1.1"

    def ask(field: str, form: str, content: bytes) -> Any:
        return client.post(door, {**right, field: form.format(as_text(content))})

    def bear(form: str, content: bytes) -> Any:
        given = f"Bearer {form.format(line(content, len(content)))}"
        return client.get(reverse("api-receipt", args=["x"]), headers={"Authorization": given})

    def send(declaration: str, content: bytes, signature: bytes) -> Any:
        files = [SimpleUploadedFile(declaration, content), SimpleUploadedFile(f"FS.{name}", signature)]
        return client.post(submit, {"files": files}, headers=token)

    for field in right:
        fuzz.each(f"token {field}", 60_000, SOME, partial(ask, field, "{}"))
    head, body = "eyJhbGciOiJSUzI1NiJ9", f"eyJpc3MiOiI{'2NTQzMjEi'}fQ"
    for form in ("{0}.{0}.{0}", head + ".{0}.x", f"{head}.{body}.{{0}}", "{0}....", "{0}:{0}:{0}"):
        fuzz.each(f"assertion {form}", SMALL // 4, 1, partial(ask, "client_assertion", form))
        fuzz.each(f"bearer {form}", SMALL // 4, 1, partial(bear, form))
    most = SUBMISSION.files_bytes // 2 - AROUND
    fuzz.each("FI", most, 4, lambda content: send(f"FI.{name}", content, b"AAAA"))
    fuzz.each("FS", most, 4, lambda content: send(f"FI.{name}", b"x", content))
    fuzz.each("the name of a file", 60_000, SOME, lambda content: send(as_text(content).replace("/", "_"), b"x", b"x"))
    for size in (500_000, SUBMISSION.most_bytes):
        for shape, head in PARTS.items():
            content = parts(head, "files", size)
            fuzz.case(f"submission, {shape}, {size}", 1, client.post, submit, content, MULTIPART, headers=token)


def test_T17_nothing_that_comes_back_from_a_provider_holds_a_worker(fuzz: Fuzz, client: Client) -> None:
    begun = client.post("/nl/login", {"means": "eid", "next": appointing.START})["Location"]
    state = dict(part.split("=", 1) for part in begun.partition("?")[2].split("&"))["state"]
    for name, content in texts(LONGEST_LINE):
        text = as_text(content)
        for asked in ({"code": text, "state": state}, {"code": "x", "state": text}, {"error": text, "state": state}):
            fuzz.case(f"callback {'-'.join(asked)}: {name}", 1, client.get, "/oidc/callback", asked)

    def prove(scheme: str, address: str, content: bytes) -> Any:
        form = {"grant_type": "authorization_code", "code": as_text(content)}
        return client.post(address, form, headers={"Authorization": f"{scheme} {line(content, len(content))}"})

    def show(field: str, content: bytes) -> Any:
        return client.post(begun, {"pin": "1234", field: as_text(content)})

    for scheme, address in (("Basic", "/mock-idp/token"), ("Bearer", "/mock-idp/userinfo")):
        fuzz.each(f"mock {scheme}", LONGEST_HEADER, 2, partial(prove, scheme, address))
    for field in Page(client.get(begun).content.decode()).typed:
        fuzz.each(f"mock {field}", 60_000, SOME, partial(show, field))


def admin_pages() -> Iterator[tuple[str, str]]:
    """Yield address and name of every list, of every page that adds something, and of one that changes it."""
    for model in admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"admin:{name}_changelist"), name
        yield reverse(f"admin:{name}_add"), f"{name} add"
        first = model._default_manager.order_by("pk").first()
        if first is not None:
            yield reverse(f"admin:{name}_change", args=[first.pk]), f"{name} change"
    yield "/admin/password_change/", "password"
    yield "/admin/htb/request/callers/", "request callers"
    yield "/admin/htb/request/find/", "request find"


def test_T17_no_field_of_the_admin_holds_a_worker(fuzz: Fuzz) -> None:
    person = person_called("eranova3")
    person.groups.clear()
    person.is_superuser = True
    person.save(update_fields=["is_superuser"])
    operator, clerk = desk("eranova3"), desk("eranova1")
    each_field(fuzz, Client(), "/admin/login/", "admin login", SOME)
    for address, name in admin_pages():
        if not fuzz.wants(name, 4):
            continue
        client = clerk if "request" in address else operator
        with transaction.atomic():
            if client.get(address).status_code == 200:
                each_field(fuzz, client, address, f"admin {name}", FEW)
            for shape, piece in SHAPES.items():
                text = as_text((piece * LONGEST_LINE)[:LONGEST_LINE])
                for query in ("q", "p", "o", "_changelist_filters", "state"):
                    fuzz.case(f"admin {name} ?{query}: {shape}", 2 * SOME, client.get, address, {query: text})
            transaction.set_rollback(True)


class _Slow:
    """An answer that takes just too long."""

    status_code = 200

    def __init__(self) -> None:
        begin = time.process_time()
        while time.process_time() - begin < 1.01 * MOST_SECONDS:
            pass


def test_T17_the_fuzzer_finds_what_takes_long() -> None:
    """A guard that lets everything pass looks just like one with nothing to find."""
    fuzz = Fuzz()
    fuzz.case("slow", 1, _Slow)
    assert fuzz.spent["slow"] > MOST_SECONDS
    assert len(fuzz.faults) == 1
    assert fuzz.slowest()[0].endswith("slow")
