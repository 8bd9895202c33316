"""The attacker wants: to keep a worker busy for seconds with one file, one pasted text or one header (BEHAVIOUR T16, T17)."""

import time
import unicodedata
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import TooManyFieldsSent
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser
from django.test import Client, RequestFactory
from django.urls import reverse

from acts.errors import Refused
from csam_portal.bodies import declared_at
from csam_portal.handler import Request
from formats import names
from htb.document.verify import MAX_BYTES as DOCUMENT_BYTES
from senders.reading.certificates import read_certificate
from senders.reading.material import MAX_BYTES
from senders.reading.ssh_keys import read_ssh_key
from tests import cast, sheets
from tests.bulk import address, capacity_of
from tests.conftest import LogIn
from tests.pages_table import NOBODY, routes
from ui.pages import FORM, Page
from ui.uploads import CountedParts
from users.sheet.reading import MOST_BYTES, read_sheet

pytestmark = pytest.mark.django_db

# Seconds of the processor that no answer may take.
MOST_SECONDS = 1.0


def seconds(act: Callable[[], object]) -> float:
    begin = time.process_time()
    act()
    return time.process_time() - begin


# --- What is larger than its page takes is not even read


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads a body fails."""

    def read(*_args: Any, **_named: Any) -> None:
        raise AssertionError("the body was read")

    monkeypatch.setattr(MultiPartParser, "parse", read)
    monkeypatch.setattr(HttpRequest, "body", property(read))


def send(address: str, length: int, **headers: str) -> Any:
    """Say that so many bytes come; send none of them."""
    return Client().post(address, b"", "multipart/form-data; boundary=x", CONTENT_LENGTH=length, headers=headers)


TAKES_FILES = {
    "verify-document", "return-signed", "users-import", "channel-load", "sender-register-step", "channel-add-step",
    "api-submit",
}  # fmt: skip


def test_T16_every_page_takes_64_kB_but_those_that_take_files(db: None) -> None:
    """Over the whole URL conf: a new page that takes more declares it, and stands in this list."""
    declared: dict[str, Page] = {
        name: route.callback.page for name, route in routes() if hasattr(route.callback, "page")
    }
    assert len(declared) > 100
    assert {name for name, page in declared.items() if page.body != FORM} == TAKES_FILES
    assert FORM.most_bytes == 64 * 1024 and FORM.files == 0


@pytest.mark.parametrize(
    "address",
    ["/nl/", "/nl/contact", "/nl/login", "/nl/nowhere", "/healthz", "/static/x.css", "/admin/login/", "/oidc/callback",
     "/mock-idp/token", "/api/v1/token", "/api/v1/nowhere", "/admin/enterprises/application/add/"],
)  # fmt: skip
def test_T16_forty_megabytes_to_a_page_without_a_file_are_refused_unread(unread: None, address: str) -> None:
    answer = send(address, 40 * 1024 * 1024)
    assert answer.status_code == 413
    if address.startswith("/api/"):
        assert answer.json()["error"] == "too_large"
    else:
        assert "<h1" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("verify-document", DOCUMENT_BYTES),
        ("users-import", MOST_BYTES),
        ("admin:htb_request_change", 10 * 1024 * 1024),
        ("api-submit", 40 * 1024 * 1024),
    ],
)
def test_T16_what_takes_a_file_takes_no_more_than_it_declares(unread: None, name: str, most: int) -> None:
    arguments: dict[str, list[Any]] = {"users-import": [NOBODY, NOBODY], "admin:htb_request_change": [1]}
    path = reverse(name, args=arguments.get(name, []))
    body = declared_at(path)
    assert body.files > 0, path
    assert most <= body.most_bytes <= most + 2 * 1024 * 1024
    assert send(path, body.most_bytes + 1).status_code == 413


def test_T16_a_strangers_submission_is_refused_unread(unread: None) -> None:
    answer = send(reverse("api-submit"), 40 * 1024 * 1024, Authorization="Bearer nothing")
    assert answer.status_code == 401


def test_T16_more_files_than_a_page_takes_are_refused(client: Client) -> None:
    files = {f"f{number}": SimpleUploadedFile("f.pdf", b"%PDF-") for number in range(2)}
    assert client.post(reverse("verify-document"), files).status_code == 400


# What stands before an empty part that belongs to no field: Django counts none of them.
NAMELESS = {
    "a file without a name of a field": b'Content-Disposition: form-data; filename="f"\r\n\r\n',
    "a file without a name of its own": b'Content-Disposition: form-data; name="a"; filename=""\r\n\r\n',
    "a name that is a folder": b'Content-Disposition: form-data; name="a"; filename=".."\r\n\r\n',
    "no disposition": b"A: b\r\n\r\n",
    "nothing": b"",
}


@pytest.mark.parametrize("head", NAMELESS)
def test_T16_no_number_of_parts_holds_a_worker(log_in: LogIn, head: str) -> None:
    client = log_in(cast.THOMAS)
    part = b"--x\r\n" + NAMELESS[head] + b"\r\n"
    content = part * ((MOST_BYTES - 10) // len(part)) + b"--x--\r\n"
    answers: list[Any] = []
    kind = "multipart/form-data; boundary=x"
    assert (
        seconds(lambda: answers.append(client.post(address(capacity_of(), "users-import"), content, kind)))
        < MOST_SECONDS
    )
    assert answers[0].status_code == 400


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_T16_a_boundary_is_counted_once_however_it_arrives(size: int) -> None:
    body = CountedParts(BytesIO(b"--ab\r\n" * 5), b"ab", 5)
    assert b"".join(iter(lambda: body.read(size), b"")) == b"--ab\r\n" * 5
    body = CountedParts(BytesIO(b"--ab\r\n" * 6), b"ab", 5)
    with pytest.raises(TooManyFieldsSent):
        list(iter(lambda: body.read(size), b""))


def test_T16_nothing_is_read_of_who_may_not_come(unread: None) -> None:
    """Nor by the check against forgery."""
    answer = send(reverse("users-import", args=[NOBODY, NOBODY]), MOST_BYTES)
    assert answer.status_code == 302
    assert "login" in answer["Location"]


# --- Whatever stands in it, reading it ends soon

HEADS = sheets.file_of([])
SHEETS: dict[str, Callable[[int], bytes]] = {
    "nothing but semicolons": lambda size: b";" * size,
    "semicolons under the heads": lambda size: HEADS + b";" * size,
    "heads without an end": lambda size: HEADS.rstrip() + b";x" * (size // 2),
    "a quotation without an end": lambda size: HEADS + b'"' + b"x\n" * (size // 2),
    "cells over many lines": lambda size: HEADS + b'"\n";' * (size // 4),
    "quotation marks": lambda size: b'"' * size,
    "empty lines": lambda size: HEADS + b"\r\n" * (size // 2),
    "lines of empty cells": lambda size: HEADS + b";;;;;;;;\r\n" * (size // 10),
    "lines of nothing": lambda size: HEADS + b";;;;x;;;;\r\n" * (size // 11),
    "long cells": lambda size: HEADS + (b";;;;" + b"1" * 9_000 + b";;;;\r\n") * (size // 9_010),
    "accents": lambda size: HEADS + (b";;;;" + "\u0345\u0315\u0300".encode() * 1_500 + b";;;;\r\n") * (size // 9_010),
    "accents as heads": lambda size: "\u0345\u0315\u0300".encode() * (size // 6),
    "wide cells": lambda size: HEADS + (b"x" * 4_400 + b";") * (size // 4_401),
    "bytes that are no letters": lambda size: b"\x81" * size,
    "bytes that are no letters in cells": lambda size: HEADS + b"\x81\x8d;" * (size // 3),
    "UTF-16": lambda size: b"\xff\xfe" + ";".encode("utf-16-le") * (size // 2),
    "line ends of old": lambda size: HEADS + b"\r" * size,
    "delimiters named": lambda size: b"sep=;\r\n" * (size // 7),
    "empty cells behind": lambda size: HEADS + (b";" * 190 + b"\r\n") * (size // 192),
    "blank cells behind": lambda size: HEADS + (b" ;" * 190 + b"\r\n") * (size // 382),
    "records of many lines": lambda size: HEADS + (b'"' + b"\n" * 9_000 + b'";;;;;;;;\r\n') * (size // 9_012),
    "quoted nothing": lambda size: HEADS + (b'"";' * 150 + b"\r\n") * (size // 452),
    "formulas": lambda size: HEADS + b"'" * size,
}


@pytest.mark.parametrize("shape", SHEETS)
def test_T17_no_file_of_users_holds_a_worker(log_in: LogIn, shape: str) -> None:
    client = log_in(cast.THOMAS)
    content = SHEETS[shape](MOST_BYTES - 1_000)[: MOST_BYTES - 1]
    answers: list[Any] = []
    assert seconds(lambda: answers.append(sheets.upload(client, content))) < MOST_SECONDS
    assert answers[0].status_code == 422


MATERIALS: dict[str, str] = {
    "BEGIN": "BEGIN ",
    "armour": "-----BEGIN ",
    "blocks that begin": "-----BEGIN CERTIFICATE-----\n",
    "blocks that end": "-----END CERTIFICATE-----\n",
    "blocks of all kinds": "-----BEGIN A-----\n-----END B-----\n",
    "blocks": "-----BEGIN A-----\nAAAA\n-----END A-----\n",
    "SSH": "---- BEGIN SSH2 PUBLIC KEY ----\n",
    "SSH blanks": "---- BEGIN SSH2 PUBLIC KEY ----  \n \n",
    "SSH headers": "---- BEGIN SSH2 PUBLIC KEY ----\nComment: x\\\n",
    "continued headers": "a:\\\n",
    "dashes": "-",
    "blanks": " ",
    "lines": "\n",
    "lines of old": "\r",
    "base64": "A",
    "commas": ",",
    "nested": "0\x82\xff\xff",
    "private": "END PRIVATE",
    "keys": "ssh-rsa AAAA\n",
    "notes": "# x\n",
}


@pytest.mark.parametrize("read", [read_certificate, read_ssh_key])
@pytest.mark.parametrize("shape", MATERIALS)
def test_T17_no_certificate_and_no_key_holds_a_worker(read: Callable[[bytes], object], shape: str) -> None:
    for encoding in ("utf-8", "latin-1", "utf-16"):
        piece = MATERIALS[shape].encode(encoding)
        content = (piece * MAX_BYTES)[:MAX_BYTES]

        def refused(content: bytes = content) -> None:
            with pytest.raises(Refused):
                read(content)

        assert seconds(refused) < MOST_SECONDS / 2


@pytest.mark.parametrize(
    "piece", ["\u0315\u0300", "\u0345\u0300", "a\u0300\u0315", "\u1d15e", "ᾳ", "\ufdfa", "ﷺ\u0315"]
)
def test_T17_no_row_of_accents_holds_a_worker(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    assert seconds(lambda: names.fold(text)) < MOST_SECONDS


@pytest.mark.parametrize(
    "name", ["Ångström", "Đặng", "ΆΙΔΗΣ ᾳ", "İstanbul", "Straße", "Zoë", "e\u0301\u0327", "Ａｎ", "ﬁn", "x\u0345"]
)
def test_T17_names_are_folded_as_before(name: str) -> None:
    """The accents of one letter, in whatever order and form."""
    assert (
        names.fold(name)
        == names.fold(unicodedata.normalize("NFC", name))
        == names.fold(unicodedata.normalize("NFD", name))
    )


@pytest.mark.parametrize("piece", ["\\", "\\0", "=", ";", '"', "a=1;", "\\\\"])
def test_T17_no_cookie_holds_a_worker(piece: str) -> None:
    """Python unquotes a cookie in a time that grows with the square of its backslashes."""
    cookie = f'language=fr; session="{(piece * 32_000)[:32_000]}"'
    request = Request({**RequestFactory().get("/nl/contact").environ, "HTTP_COOKIE": cookie})
    assert seconds(lambda: request.COOKIES) < MOST_SECONDS / 4
    assert request.COOKIES["language"] == "fr"


def test_T17_a_sheet_of_ours_is_read_as_before(log_in: LogIn) -> None:
    content = sheets.export(log_in(cast.MARIE))
    assert len(list(read_sheet(content).rows)) == len(sheets.lines_of(content))
