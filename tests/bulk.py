"""A bulk act as somebody carries it out on the pages: tick, choose, pick, check, confirm."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.test import Client
from django.urls import resolve, reverse
from django.utils import translation

from enterprises.models import Capacity
from tests import cast
from users.bulk.actions import plan_of
from users.models import Account, BulkRun

DMFA, DIMONA = "dmfa", "dimona"


def capacity_of(number: str = cast.BRASSERIE, kind: str = "employer-rsz") -> Capacity:
    """Return a capacity in use of an enterprise."""
    return Capacity.objects.select_related("enterprise").get(
        enterprise__number=number, kind__code=kind, retired_at=None
    )


def address(capacity: Capacity, route: str, **arguments: Any) -> str:
    """Return the address of a page of a capacity, in Dutch."""
    place = {"enterprise_id": capacity.enterprise.public_id, "capacity_id": capacity.public_id}
    with translation.override("nl"):  # whatever the last page of this test was in
        return reverse(route, kwargs={**place, **arguments})


def account_of(insz: str, capacity: Capacity | None = None) -> Account:
    """Return somebody's live account in a capacity, default the brasserie's Werkgever RSZ."""
    return Account.objects.get(person__insz=insz, capacity=capacity or capacity_of(), ended_at=None)


def start(
    client: Client, act: str, *accounts: Account | uuid.UUID, capacity: Capacity | None = None, **more: Any
) -> Any:
    """Post ticks to the list's act; return the answer, a redirect."""
    ids = [one.public_id if isinstance(one, Account) else one for one in accounts]
    return client.post(address(capacity or capacity_of(), "users-bulk"), {"act": act, "account": ids, **more})


def run_at(response: Any) -> BulkRun:
    """Return the run whose page a redirect leads to."""
    return BulkRun.objects.get(public_id=resolve(response["Location"]).kwargs["run_id"])


def pick(client: Client, response: Any, codes: Iterable[str]) -> Any:
    """Pick applications by code on the page that a redirect leads to."""
    run = run_at(response)
    applications = run.capacity.kind.applications.filter(code__in=codes).values_list("pk", flat=True)
    return client.post(response["Location"], {"applications": list(applications)})


def confirm(client: Client, check: str, **more: Any) -> Any:
    """Post the check page as it stands; return the answer."""
    run = BulkRun.objects.get(public_id=resolve(check).kwargs["run_id"])
    return client.post(check, {"plan": plan_of(run)}, **more)


def carry_out(
    client: Client,
    act: str,
    *accounts: Account | uuid.UUID,
    applications: Iterable[str] = (),
    capacity: Capacity | None = None,
) -> str:
    """Walk a bulk act to its end; return its last page."""
    response = start(client, act, *accounts, capacity=capacity)
    if applications:
        response = pick(client, response, applications)
    assert response.status_code == 302, response.content.decode()
    return str(confirm(client, response["Location"], follow=True).content.decode())
