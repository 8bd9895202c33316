"""Walking towards a co-chief administrator in tests, by posting its pages as a browser would."""

from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from access_admins.models import ChiefRole
from enterprises.models import Enterprise
from tests import adding, cast

CONTACT = {"email": "mede@brasserie.example.be", "telephone": "0470 12 34 56"}


def address(route: str, number: str = cast.BRASSERIE, **arguments: Any) -> str:
    """Return the Dutch address of a page about co-chiefs."""
    return reverse(route, kwargs={"enterprise_id": Enterprise.objects.get(number=number).public_id, **arguments})


def find(client: Client, insz: str, number: str = cast.BRASSERIE) -> HttpResponse:
    """Answer whose number."""
    response: HttpResponse = client.post(address("co-chief-add", number), {"insz": insz})  # type: ignore[assignment]
    return response


def begin(client: Client, insz: str) -> str:
    """Answer whose number, and return the address of the form."""
    response = find(client, insz)
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def reach_check(client: Client, insz: str) -> str:
    """Walk up to the check page and return its address."""
    response = client.post(begin(client, insz), CONTACT)
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def appoint(client: Client, insz: str) -> ChiefRole:
    """Walk the whole way and return the role."""
    response = adding.confirm(client, reach_check(client, insz))
    assert response.status_code == 302, response.content.decode()
    return ChiefRole.objects.get(enterprise__number=cast.BRASSERIE, person__insz=insz, ended_at=None)


def appoint_by_link(client: Client) -> tuple[ChiefRole, str]:
    """Appoint Luc Janssens, who has no card here and no means, with an activation; return the role and the code."""
    adding.without_card(cast.LUC)
    response = adding.confirm(client, reach_check(client, cast.LUC))
    assert response.status_code == 302, response.content.decode()
    code = adding.code_on(client.get(response["Location"]))
    return ChiefRole.objects.get(enterprise__number=cast.BRASSERIE, person__insz=cast.LUC, ended_at=None), code
