"""The guards of every test bite: a guard that lets everything pass looks just like one with nothing to find."""

import socket
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import RequestFactory
from django.urls import resolve

from identity.models import Attempt, Person
from tests.guards import OutsideError, ReadOnlyGets, WritingGetError, keep_page, may_stand_in_a_get
from ui.pages import page, public_page


def ask(method: str, view: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    """Send a request through the guard to a view."""
    request = getattr(RequestFactory(), method)("/")

    def respond(request: HttpRequest) -> HttpResponse:
        request.resolver_match = resolve("/healthz")
        request.resolver_match.func = view
        return view(request)

    return ReadOnlyGets(respond)(request)


def write(_request: HttpRequest) -> HttpResponse:
    Person.objects.create(last_name="Test", is_staff=True)
    return HttpResponse()


@pytest.mark.django_db
def test_a_get_that_writes_fails() -> None:
    with pytest.raises(WritingGetError):
        ask("get", public_page(methods=("GET", "POST"))(write))


@pytest.mark.django_db
def test_a_post_may_write_and_so_may_a_get_that_says_why() -> None:
    assert ask("post", public_page(methods=("POST",))(write)).status_code == 200
    assert ask("get", page(level="self", writes_on_get="because")(write)).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    "vendor_sql", ["DELETE FROM identity_person", 'UPDATE "identity_person" SET title = 1', "TRUNCATE x"]
)
def test_every_way_to_write_is_seen(vendor_sql: str) -> None:
    assert not may_stand_in_a_get(vendor_sql)


@pytest.mark.django_db
def test_a_get_may_note_a_wrong_try() -> None:
    with connection.execute_wrapper(lambda execute, sql, *rest: seen.append(sql) or execute(sql, *rest)):  # type: ignore[func-returns-value]
        seen: list[str] = []
        list(Attempt.objects.all())
        Attempt.objects.filter(scope="none").delete()
    assert seen
    assert all(may_stand_in_a_get(sql) for sql in seen)


def test_a_socket_to_elsewhere_fails() -> None:
    with pytest.raises(OutsideError):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(OutsideError):
        socket.getaddrinfo("example.org", 80)


def test_an_undefined_template_variable_fails() -> None:
    with pytest.raises(pytest.fail.Exception):
        engines["django"].from_string("{{ nobody_said_this }}").render({})


def test_a_warning_fails() -> None:
    with pytest.raises(DeprecationWarning):
        warnings.warn("old", DeprecationWarning, stacklevel=1)


def test_pages_are_kept_once_per_kind(tmp_path: Path) -> None:
    request = RequestFactory().get("/")
    request.resolver_match = resolve("/healthz")
    for name in ("An", "Luc"):
        keep_page(tmp_path, request, HttpResponse(f"<p>{name}</p>"))
    keep_page(tmp_path, request, HttpResponse("<p>An</p><p>Luc</p>"))
    assert len(list(tmp_path.iterdir())) == 2


def test_pages_are_kept_for_every_shape_of_what_their_fields_hold(tmp_path: Path) -> None:
    request = RequestFactory().get("/")
    request.resolver_match = resolve("/healthz")
    for value in ("2026-03-14", "2025-12-01", "never", "ever", "two\nlines"):
        keep_page(tmp_path, request, HttpResponse(f'<input type="text" value="{value}">'))
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_the_world_comes_back_after_a_test_that_commits(turn: int) -> None:
    assert not Person.objects.filter(last_name="Left behind").exists()
    Person.objects.create(last_name="Left behind", is_staff=True)


@pytest.mark.django_db
def test_the_world_is_there() -> None:
    assert Person.objects.filter(insz__isnull=False).exists()
