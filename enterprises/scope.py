"""What an actor reaches: enterprises and capacities through a tie alone, so that a stranger finds nothing (BEHAVIOUR E2).

Views begin here; whether the role suffices is asked afterwards (identity.rights).
"""

import uuid
from typing import Any

from django.db.models import QuerySet

from acts.errors import Missing
from acts.prepared import prepared
from enterprises.models import Capacity, Enterprise
from identity.actor import Actor


def enterprise_of(actor: Actor, public_id: uuid.UUID) -> Enterprise:
    """Return an enterprise in CSAM to which the actor has a tie: a current role or account. Raises Missing."""
    enterprise = _enterprise.first(public_id=public_id)
    if enterprise is None or not actor.holdings_in(enterprise.pk):
        raise Missing
    return enterprise


def capacity_of(actor: Actor, enterprise: uuid.UUID, capacity: uuid.UUID) -> Capacity:
    """Return a capacity in use of an enterprise to which the actor has a tie, with its enterprise, kind and domain.

    enterprise, capacity: public ids as they stand in the address. Raises Missing, also for a capacity of another enterprise.
    """
    found = _capacity.first(enterprise=enterprise, capacity=capacity)
    if found is None or not actor.holdings_in(found.enterprise_id):
        raise Missing
    return found


@prepared
def _enterprise(public_id: Any) -> QuerySet[Enterprise]:
    return Enterprise.objects.filter(public_id=public_id)


@prepared
def _capacity(enterprise: Any, capacity: Any) -> QuerySet[Capacity]:
    in_use = Capacity.objects.filter(public_id=capacity, enterprise__public_id=enterprise, retired_at=None)
    return in_use.select_related("enterprise", "kind__domain")


def hold_capacity(capacity: Capacity) -> Capacity:
    """Lock an enterprise, then one of its capacities, inside an act; return the capacity as it is now, with its enterprise.

    Raises Missing where the capacity was retired meanwhile.
    """
    enterprise = hold_enterprise(capacity.enterprise)
    fresh = Capacity.objects.select_for_update(of=("self",)).select_related("kind__domain").get(pk=capacity.pk)
    if fresh.retired_at is not None:
        raise Missing
    fresh.enterprise = enterprise
    return fresh


def hold_enterprise(enterprise: Enterprise) -> Enterprise:
    """Lock an enterprise, and with it all that hangs on it, inside an act; return it as it is now."""
    return Enterprise.objects.select_for_update().get(pk=enterprise.pk)
