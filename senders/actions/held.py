"""How every act upon a sender begins: parents locked, the right read again, the sender as it is now."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from acts.act import Act, Recorder, about
from enterprises.models import Capacity
from enterprises.scope import hold_capacity
from identity.actor import Actor
from identity.enums import Role
from identity.models import Person
from identity.people import own_address
from identity.rights import Permission, check_right
from senders.letters import Write
from senders.models import Sender
from senders.policies import check_sender
from senders.standing import Standing, standing_of
from users.enums import AccountType
from users.models import LIVE, Account


@dataclass(frozen=True)
class Held:
    """A capacity that an act has locked, and in which role it may act there. at: the moment that all its rows bear."""

    act: Act
    record: Recorder
    capacity: Capacity
    by: Person
    at: datetime

    def sender(self) -> Sender:
        """Lock the capacity's live sender and return it. Raises Missing where there is none."""
        return check_sender(Sender.objects.select_for_update().filter(LIVE, capacity=self.capacity).first())

    def standing(self) -> Standing:
        """Lock the live sender and return it with all that is live on it. Raises Missing."""
        return standing_of(self.sender())

    def event(self, name: str, sender: Sender, **details: Any) -> None:
        """Record what happened to a sender."""
        self.record(name, None, about("sender", sender), capacity=self.capacity, number=sender.number, **details)


def hold(act: Act, capacity: Capacity, *, actor: Actor) -> Held:
    """Lock a capacity and see that the actor may manage its sender. Raises Missing, NotAllowed, LevelTooLow."""
    capacity = hold_capacity(capacity)
    act.chain = f"enterprise:{capacity.enterprise.public_id}"
    role = check_right(
        actor, Permission.SENDER_MANAGE, enterprise=capacity.enterprise_id, capacity=capacity.pk, afresh=True
    )
    return Held(act, Recorder(act, role, capacity.enterprise), capacity, actor.person, timezone.now())


def hold_as_portal(act: Act, capacity: Capacity, *, by: Person) -> Held:
    """Lock a capacity for what the portal does by itself. by: the portal's person. Raises Missing where it was retired."""
    capacity = hold_capacity(capacity)
    act.chain = f"enterprise:{capacity.enterprise.public_id}"
    return Held(act, Recorder(act, Role.PORTAL, capacity.enterprise), capacity, by, timezone.now())


@dataclass
class _Mailbox:
    """One of the addresses of a sender's contact, as `Act.mail` wants its receiver: each gets its own copy."""

    public_id: uuid.UUID
    language: str


def tell(held: Held, sender: Sender, letter: Write) -> None:
    """Mail a sender's contact and the capacity's access administrator, each in their language."""
    language = sender.contact_language
    for email in sender.contact_emails:
        held.act.mail(
            _Mailbox(uuid.uuid5(sender.public_id, email), language),
            address=email,
            letter=letter(sender, capacity=held.capacity, name=sender.contact_name, language=language),
        )
    administrator = (
        Account.objects.filter(LIVE, capacity=held.capacity, type=AccountType.LB).select_related("person").first()
    )
    if administrator is None:
        return
    person = administrator.person
    if email := administrator.email or own_address(person, held.capacity.enterprise.public_id):
        held.act.mail(
            person,
            address=email,
            letter=letter(sender, capacity=held.capacity, name=person.full_name, language=person.language),
        )
