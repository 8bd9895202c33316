"""Walking towards a role in tests, by posting its pages as a browser would."""

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from enterprises.models import Capacity, RegisterPerson
from tests import cast
from users.models import Account

EMAIL = "nieuw@brasserie.example.be"
# A first password, twice, and a user name, twice: for somebody who has no way in.
MEANS: dict[str, Any] = {
    "user_name": "nieuwe.gebruiker",
    "user_name_again": "nieuwe.gebruiker",
    "password": "een eerste wachtwoord",
    "password_again": "een eerste wachtwoord",
}
# Of somebody who is new to the portal.
PERSON: dict[str, Any] = {"title": "ms", "language": "fr"}
LB, CO_LB, USER = "LB", "CO", "USER"


def capacity(number: str = cast.BRASSERIE, kind: str = "employer-rsz") -> Capacity:
    """Return a capacity in use of an enterprise; by default where Thomas is TB."""
    return Capacity.objects.select_related("enterprise", "kind__domain").get(
        enterprise__number=number, kind__code=kind, retired_at=None
    )


def without_tb(number: str = cast.BRASSERIE) -> Capacity:
    """Return a capacity that the HTB holds."""
    return capacity(number, "finance-enterprise")


def address(route: str, place: Capacity | None = None, **arguments: Any) -> str:
    """Return the Dutch address of a page of a capacity."""
    place = place or capacity()
    kwargs = {"enterprise_id": place.enterprise.public_id, "capacity_id": place.public_id, **arguments}
    return reverse(route, kwargs=kwargs)


def find(client: Client, insz: str, kind: str = USER, place: Capacity | None = None) -> HttpResponse:
    """Answer which role for whom."""
    response: HttpResponse = client.post(address("person-add", place), {"kind": kind, "insz": insz})  # type: ignore[assignment]
    return response


def begin(client: Client, insz: str, kind: str = USER, place: Capacity | None = None) -> str:
    """Answer which role for whom, and return the address of the form; of the names, where they have to be typed."""
    response = find(client, insz, kind, place)
    assert response.status_code == 302, response.content.decode()
    follow = client.get(response["Location"])
    return str(follow["Location"]) if follow.status_code == 302 else str(response["Location"])


def fill_in(client: Client, form: str, **answers: Any) -> HttpResponse:
    """Answer the form."""
    response: HttpResponse = client.post(form, {"email": EMAIL, **answers})  # type: ignore[assignment]
    return response


def reach_check(client: Client, insz: str, kind: str = USER, place: Capacity | None = None, **answers: Any) -> str:
    """Walk up to the check page and return its address."""
    response = fill_in(client, begin(client, insz, kind, place), **answers)
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def plan_on(client: Client, check: str) -> str:
    """Return the digest that a check page carries."""
    page = client.get(check)
    assert page.status_code == 200, page.content.decode()
    found = re.search(r'name="plan" value="([0-9a-f]{64})"', page.content.decode())
    assert found is not None
    return found[1]


def confirm(client: Client, check: str, plan: str = "", **answers: Any) -> HttpResponse:
    """Confirm what the check page shows; or, with a plan, what it showed at an earlier look."""
    response: HttpResponse = client.post(check, {"plan": plan or plan_on(client, check), **answers})  # type: ignore[assignment]
    return response


def give(client: Client, insz: str, kind: str = USER, place: Capacity | None = None, **answers: Any) -> Account:
    """Walk the whole way and return the account."""
    place = place or capacity()
    check = reach_check(client, insz, kind, place, **answers)
    response = confirm(client, check)
    assert response.status_code == 302, response.content.decode()
    return Account.objects.get(capacity=place, person__insz=insz, ended_at=None)


def give_by_link(client: Client, kind: str = CO_LB, place: Capacity | None = None) -> tuple[Account, str]:
    """Give Luc Janssens, who has no card here and no means, a role with an activation; return the account and the code."""
    without_card(cast.LUC)
    place = place or capacity()
    response = confirm(client, reach_check(client, cast.LUC, kind, place, title="mr", language="nl"))
    assert response.status_code == 302, response.content.decode()
    code = code_on(client.get(response["Location"]))
    return Account.objects.get(capacity=place, person__insz=cast.LUC, ended_at=None), code


def without_card(insz: str) -> None:
    """Let the register say that somebody has no eID."""
    RegisterPerson.objects.filter(insz=insz).update(has_eid=False)


def code_on(page: Any) -> str:
    """Return the activation code that a page shows."""
    found = re.search(r'class="govuk-heading-l code">([^<]+)<', page.content.decode())
    assert found is not None, page.content.decode()
    return found[1]
