"""The accounts that the pages about roles are about, reached through the actor's capacity alone."""

import uuid
from datetime import timedelta

from django.utils import timezone

from acts.errors import Missing
from enterprises.models import Capacity
from identity.actor import Actor
from users.enums import AccountType
from users.models import LIVE, Account

# A second click comes within this time, and finds that the first was carried out.
JUST_NOW = timedelta(minutes=1)


def account_by(public_id: str) -> Account:
    """Return an account, live or ended, with its person."""
    return Account.objects.select_related("person").get(public_id=public_id)


def administrator(capacity: Capacity, public_id: uuid.UUID) -> Account:
    """Return a TB's or co-TB's account of a capacity, also one that ended, with its person. Raises Missing."""
    account = (
        Account.objects.filter(capacity=capacity, public_id=public_id)
        .exclude(type=AccountType.USER)
        .select_related("person")
        .first()
    )
    if account is None:
        raise Missing
    account.capacity = capacity
    return account


def own_account(actor: Actor, capacity: Capacity) -> Account | None:
    """Return the actor's live account in a capacity."""
    account = Account.objects.filter(LIVE, capacity=capacity, person=actor.person).select_related("person").first()
    if account is not None:
        account.capacity = capacity
    return account


def has_resigned(actor: Actor, capacity: uuid.UUID) -> bool:
    """Tell whether the actor gave back a role in this capacity (its public_id) just now, and holds no account there."""
    own = Account.objects.filter(capacity__public_id=capacity, person=actor.person)
    ended = own.filter(ended_by=actor.person, ended_at__gt=timezone.now() - JUST_NOW)
    return ended.exists() and not own.filter(LIVE).exists()
