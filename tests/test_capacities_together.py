"""S8, H6: a capacity ends while others act upon it, with real threads and real commits: one is first, nothing stays behind."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.urls import reverse

from access_admins.actions.capacities import activate_capacities, retire_capacity
from access_admins.capacities import ask_register, plan_retirement
from acts.act import digest
from acts.errors import ActError
from audit.models import Event
from csam_portal.invariants import broken
from enterprises.enums import IdentifiedBy
from enterprises.models import Capacity, RegisterNumber
from identity.actor import Actor
from tests import cast, delegating
from tests.conftest import LogIn
from tests.test_appointing_together import at_once
from users.enums import AccountType
from users.models import Account

pytestmark = pytest.mark.django_db(transaction=True)


def outcome(act: Callable[[], Any]) -> Callable[[], str]:
    """Return what an act does: "done", or the name of what it raised."""

    def run() -> str:
        try:
            act()
        except ActError as error:
            return type(error).__name__
        return "done"

    return run


def for_each_chief(act: Callable[[Actor], Any]) -> list[Callable[[], str]]:
    """The same act of the HTB and of the co-HTB."""
    return [outcome(partial(act, delegating.actor(insz))) for insz in (cast.MARIE, cast.BART)]


def test_S8_two_chiefs_retire_at_once_and_one_does() -> None:
    place = delegating.capacity(cast.BRASSERIE)
    plan = digest(plan_retirement(place).as_plan())
    acts = for_each_chief(lambda actor: retire_capacity(actor=actor, capacity=place, confirmed=plan))
    assert sorted(at_once(*acts)) == ["Missing", "done"]
    assert Event.objects.filter(act="capacity.retire").count() == 1
    assert list(broken()) == []


def test_S8_two_chiefs_activate_at_once_and_one_does() -> None:
    RegisterNumber.objects.create(number=cast.BRASSERIE, kind=IdentifiedBy.RSZ, value="199900222")
    enterprise = delegating.enterprise(cast.BRASSERIE)
    answer, key = ask_register(enterprise), ["employer-rsz:199900222"]
    acts = for_each_chief(
        lambda actor: activate_capacities(actor=actor, enterprise=enterprise, answer=answer, chosen=key)
    )
    assert sorted(at_once(*acts)) == ["Refused", "done"]
    place = Capacity.objects.get(identification="199900222")
    assert Account.objects.filter(capacity=place, type=AccountType.LB, ended_at=None).count() == 1
    assert list(broken()) == []


def test_H6_a_capacity_ends_while_its_access_manager_is_removed(log_in: LogIn) -> None:
    """Whichever is first, nobody is left in a retired capacity and no capacity in use without access administrator."""
    place = delegating.capacity(cast.BRASSERIE)
    plan = digest(plan_retirement(place).as_plan())
    thomas = Account.objects.get(person__insz=cast.THOMAS, ended_at=None)
    client = log_in(cast.BART)
    arguments = [place.enterprise.public_id, place.public_id, thomas.public_id]
    remove = reverse("administrator-remove", args=arguments)
    page = client.get(remove).content.decode()
    shown = page.split('name="plan" value="')[1].split('"')[0]
    marie = delegating.actor(cast.MARIE)
    at_once(
        outcome(lambda: retire_capacity(actor=marie, capacity=place, confirmed=plan)),
        outcome(lambda: client.post(remove, {"plan": shown})),
    )
    assert list(broken()) == []
    thomas.refresh_from_db()
    assert thomas.ended_at is not None
