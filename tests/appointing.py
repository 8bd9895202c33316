"""Walking the standard procedure in tests, by posting its pages as a browser would."""

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client

from access_admins.holdings import current_chief
from access_admins.models import ChiefRole
from tests import adding

START = "/nl/appoint/standard"
OWN = {"own_email": "directie@example.be", "own_telephone": "03 201 23 45"}
CHIEF = {"chief_email": "toegang@example.be", "chief_telephone": "0470 12 34 56"}


def start(client: Client, number: str) -> str:
    """Answer S1 and return the address of the step "chief"."""
    response = client.post(START, {"enterprise_number": number})
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def choose_self(client: Client, number: str, **answers: str) -> str:
    """Answer S1 and S4 for oneself and return the address of the check page."""
    return _choose(client, number, {"who": "self", **OWN, **answers})


def choose_other(client: Client, number: str, insz: str, **answers: str) -> str:
    """Answer S1 and S4 for another person and return the address of the check page."""
    return _choose(client, number, {"who": "other", "chief_insz": insz, **CHIEF, **OWN, **answers})


def _choose(client: Client, number: str, answers: dict[str, str]) -> str:
    response = client.post(start(client, number), answers)
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def confirm(client: Client, check: str, **changes: Any) -> HttpResponse:
    """Open the check page and confirm what it shows."""
    return confirm_shown(client, check, plan_on(client, check), **changes)


def plan_on(client: Client, check: str) -> str:
    """Return the digest that the check page carries."""
    page = client.get(check)
    assert page.status_code == 200, page.content.decode()
    found = re.search(r'name="plan" value="([0-9a-f]{64})"', page.content.decode())
    assert found is not None
    return found[1]


def confirm_shown(client: Client, check: str, plan: str, **changes: Any) -> HttpResponse:
    """Confirm with the digest of an earlier look at the check page."""
    response: HttpResponse = client.post(check, {"confirmed": "on", "plan": plan, **changes})  # type: ignore[assignment]
    return response


def appoint_by_link(client: Client, number: str, insz: str) -> tuple[ChiefRole, str]:
    """Appoint somebody who has no card here and no means, with an activation; return the role and the code."""
    adding.without_card(insz)
    response = confirm(client, choose_other(client, number, insz))
    assert response.status_code == 302, response.content.decode()
    code = adding.code_on(client.get(response["Location"]))
    role = current_chief(number)
    assert role is not None
    return role, code
