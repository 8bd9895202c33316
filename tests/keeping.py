"""A keeper at work in tests: the forms of the admin, as a browser sends them."""

from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import time_machine
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from identity.actions.proposals import apply_due, confirm
from identity.models import Proposal
from tests.requesting import staff


class _Fields(HTMLParser):
    """The fields of the one form whose id ends with "_form"."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._inside = self._text = self._select = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        name = given.get("name", "")
        if tag == "form":
            self._inside = given.get("id", "") if given.get("id", "").endswith("_form") else ""
        elif self._inside and tag == "input" and name:
            is_box = given.get("type") in {"checkbox", "radio"}
            if given.get("type") != "submit" and (not is_box or "checked" in given):
                self.fields[name] = given.get("value", "on" if is_box else "")
        elif self._inside and tag == "textarea":
            self._text = name
            self.fields[name] = ""
        elif self._inside and tag == "select":
            self._select = name
            self.fields[name] = ""
        elif self._select and tag == "option" and "selected" in given:
            self.fields[self._select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = ""
        self._text = "" if tag == "textarea" else self._text
        self._select = "" if tag == "select" else self._select

    def handle_data(self, data: str) -> None:
        if self._text:
            self.fields[self._text] += data.replace("\r\n", "\n").removeprefix("\n")


def fields_of(response: Any) -> dict[str, str]:
    """Return what the page's form would send as it stands."""
    parser = _Fields()
    parser.feed(response.content.decode())
    parser.fields.pop("csrfmiddlewaretoken", None)
    return parser.fields


def address_of(model: type[Model], pk: int | None = None) -> str:
    """Return the address of a kept thing's form, of a new one's without pk."""
    place = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    return f"{place}add/" if pk is None else f"{place}{pk}/change/"


def save(client: Client, model: type[Model], pk: int | None = None, **changed: Any) -> HttpResponse:
    """Open a form, change fields (None: a box not ticked), and press Save once; return the page that answers."""
    address = address_of(model, pk)
    fields = {**fields_of(client.get(address)), **changed}
    return client.post(address, {name: value for name, value in fields.items() if value is not None})  # type: ignore[return-value]


def propose(client: Client, model: type[Model], pk: int | None = None, **changed: Any) -> HttpResponse:
    """Save, look at what it touches, and press Propose."""
    response = save(client, model, pk, **changed)
    if response.status_code == 200:
        response = client.post(address_of(model, pk), fields_of(response))  # type: ignore[assignment]
    return response


def keep(client: Client, model: type[Model], pk: int | None = None, **changed: Any) -> None:
    """Propose, let a second keeper confirm, and wait for the night."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert propose(client, model, pk, **changed).status_code == 302
        confirm(actor=staff("eranova4"), proposal=Proposal.objects.latest("pk").public_id)
        clock.shift(timedelta(days=1))
        apply_due()
