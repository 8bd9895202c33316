"""Logging in with user name, password and code in tests, and reading what the portal wrote about it."""

import json
import re
import uuid
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django_otp.oath import totp

from audit.models import Event
from formats.names import user_name_key
from identity import codes
from identity.actions.means import How, Kind, note_vouched
from identity.models import Person
from outbox.models import Mail

PASSWORD = "demo-csam-2026"
NEW_PASSWORD = "een lange nieuwe zin"
PAGE = "/nl/login/password"


def person_called(user_name: str) -> Person:
    """Return the person with this user name."""
    return Person.objects.get(user_name_key=user_name_key(user_name))


def give_password(
    client: Client, user_name: str, password: str = PASSWORD, query: str = "", **extra: Any
) -> HttpResponse:
    """Post user name and password; query: "?means=…&next=…"."""
    response: HttpResponse = client.post(PAGE + query, {"user_name": user_name, "password": password}, **extra)  # type: ignore[assignment]
    return response


def give_code(client: Client, code: str) -> HttpResponse:
    """Post the one-time code."""
    response: HttpResponse = client.post("/nl/login/code", {"code": code})  # type: ignore[assignment]
    return response


def with_first_password(
    person: Person, enterprise: uuid.UUID, *, user_name: str, by: uuid.UUID | None = None
) -> Person:
    """Give a person a user name and a first password, PASSWORD, as an administrator (by) of an enterprise does (U3)."""
    person.user_name, person.user_name_key = user_name, user_name_key(user_name)
    person.set_password(PASSWORD)
    person.password_is_first, person.vouched_by = True, enterprise
    person.save()
    note_vouched(person, [Kind.USER_NAME, Kind.PASSWORD], enterprise=enterprise, how=How.GIVEN, by=by)
    return person


def set_up_app(person: Person) -> str:
    """Give a person an app; return its secret, hex."""
    key = codes.new_key()
    codes.put_app(person, key)
    return key


def code_of(key: str, later: int = 0) -> str:
    """Return the code that an app with this secret shows now, or some steps of 30 seconds later."""
    return f"{totp(bytes.fromhex(key), t0=-30 * later):06}"


def level_of(client: Client) -> int:
    """Return the level at which a client is logged in, 0 where it is not."""
    return int(client.session.get("level", 0))


def acts_of(person: Person) -> list[str]:
    """Return the names of what the record says in the person's chain, in order."""
    return list(Event.objects.filter(chain=f"person:{person.public_id}").order_by("pk").values_list("act", flat=True))


def details_of(act: str) -> list[dict[str, Any]]:
    """Return the details of every event of this name."""
    return [json.loads(text) for text in Event.objects.filter(act=act).order_by("pk").values_list("details", flat=True)]


def mails_to(address: str) -> list[Mail]:
    """Return the mails queued for an address, the oldest first."""
    return list(Mail.objects.filter(to=address).order_by("pk"))


def link_in(mail: Mail) -> str:
    """Return the path of the secret link in a mail."""
    found = re.search(r"https?://[^/\s]+(/(?:nl|fr|de|en)/link/\S+)", mail.text)
    assert found is not None, mail.text
    return found[1]
