"""Guards that stand in every test: a GET that writes fails, a socket to elsewhere fails; and what pages looked like is kept."""

import hashlib
import os
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

from audit.models import Reading
from identity.models import Attempt, Session

GetResponse = Callable[[HttpRequest], HttpResponse]

READS = (
    "SELECT",
    "SAVEPOINT",
    "RELEASE",
    "ROLLBACK",
    "BEGIN",
    "COMMIT",
    "PRAGMA",
    "EXPLAIN",
    "DECLARE",
    "FETCH",
    "SET",
)
# What any GET may write (docs/adr: the session's seen_at, a failed try, a reading of full numbers).
WRITABLE = {model._meta.db_table for model in (Session, Attempt, Reading)}
WRITE = re.compile(r"(?:INSERT (?:OR \w+ )?INTO|UPDATE|DELETE FROM)\s+\"?(\w+)\"?", re.IGNORECASE)


class WritingGetError(AssertionError):
    """A GET wrote to the database."""


class ReadOnlyGets:
    """Fails a GET or HEAD that changes a row, unless its page declares `writes_on_get` with a reason."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return self.get_response(request)

        def refuse_writes(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
            match = request.resolver_match
            page = getattr(match.func, "page", None) if match is not None else None
            if not (page is not None and page.writes_on_get) and not may_stand_in_a_get(sql):
                raise WritingGetError(f"a GET of {request.path} wrote: {sql[:200]}")
            return execute(sql, *args)

        with connection.execute_wrapper(refuse_writes):
            return self.get_response(request)


def may_stand_in_a_get(sql: str) -> bool:
    """Tell whether a statement reads, or writes to one of the few tables that every GET may write."""
    statement = sql.lstrip(" (\n")
    written = WRITE.match(statement)
    return statement.upper().startswith(READS) or (written is not None and written[1] in WRITABLE)


class PageKeeper:
    """Keeps one copy of every kind of page that the tests saw in the folder SAVE_PAGES, for the check of their HTML."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.folder = os.environ.get("SAVE_PAGES")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if self.folder and response.get("Content-Type", "").startswith("text/html") and not response.streaming:
            keep_page(Path(self.folder), request, response)
        return response


def keep_page(folder: Path, request: HttpRequest, response: HttpResponse) -> None:
    """Write a page to the folder under its route, status and language.

    Pages with the same tags in the same order are one, when what stands in their fields has the same shape too: whichever
    test comes last, a field that holds what it may not is among the pages that are kept.
    """
    html = response.content.decode()
    match = request.resolver_match
    if not html or (match is not None and "admin" in match.namespaces):
        return
    shape = [name + (shape_of(rest) if name == "input" else "") for name, rest in re.findall(r"<(\w+)([^>]*)", html)]
    skeleton = hashlib.sha256(" ".join(shape).encode()).hexdigest()[:8]
    route = (match.view_name if match is not None else "") or "none"
    language = response.get("Content-Language", "none")
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w.-]", "-", f"{route}.{response.status_code}.{language}.{skeleton}.html")
    (folder / name).write_text(html, encoding="utf-8")


def shape_of(attributes: str) -> str:
    """Return the type of a field, and what was typed in it with every word as one letter and every number as one digit."""
    said = dict(re.findall(r'\b(type|value)="([^"]*)"', attributes))
    if said.get("type") in {"hidden", "checkbox", "radio", "submit"}:  # ours, and in part of chance
        return str(said["type"])
    return re.sub(r"[^\W\d]+", "a", re.sub(r"\d+", "0", "|".join(said.values())))


class OutsideError(AssertionError):
    """A test reached for another machine."""


@contextmanager
def only_this_machine() -> Iterator[None]:
    """Let sockets reach this machine alone: tests need no network, and must not find out by needing one."""
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def judge(host: Any) -> None:
        if isinstance(host, bytes):
            host = host.decode()
        if host not in {None, "", "127.0.0.1", "::1", "localhost"}:
            raise OutsideError(f"a test reached for {host}")

    def guarded(real: Callable[..., Any]) -> Callable[..., Any]:
        def guard(self: socket.socket, address: Any) -> Any:
            if self.family in {socket.AF_INET, socket.AF_INET6}:
                judge(address[0])
            return real(self, address)

        return guard

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        judge(host)
        return look_up(host, *args, **kwargs)

    socket.socket.connect = guarded(connect)  # type: ignore[method-assign]
    socket.socket.connect_ex = guarded(connect_ex)  # type: ignore[method-assign]
    socket.getaddrinfo = guarded_look_up
    try:
        yield
    finally:
        socket.socket.connect, socket.socket.connect_ex = connect, connect_ex  # type: ignore[method-assign]
        socket.getaddrinfo = look_up
