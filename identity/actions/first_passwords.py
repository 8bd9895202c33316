"""First passwords that nobody used, renewed: a link to each person's account address, a code given apart (BEHAVIOUR T5).

Neither who renews them nor who reads the mailbox can choose the password alone, and the enterprise goes on answering for it.
"""

import secrets
import uuid
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from acts.act import perform
from acts.errors import Missing
from identity import letters
from identity.actions.activation import LIFE
from identity.actions.means import How, Kind, chain_of, hold, note_change, note_vouched
from identity.actions.passwords import link_hash, use_up
from identity.actor import Actor
from identity.models import Activation, Person
from identity.passwords import make_unusable
from outbox.mails import queue

RENEWED = _("You have chosen a password in the place of your first one.")


def renew_first_passwords(people: "QuerySet[Any, Any]", enterprise_public_id: uuid.UUID, *, now: datetime) -> None:
    """Inside an act: end the first passwords, and earlier links to new ones, that an enterprise gave to persons (a subquery of
    ids). Whoever chose a password meanwhile keeps it (BEHAVIOUR T5)."""
    those = waiting(enterprise_public_id).filter(pk__in=people)
    Activation.objects.filter(
        purpose=Activation.Purpose.RENEW, person__in=those.values("pk"), used_at=None, expires_at__gt=now
    ).update(expires_at=now)
    those.update(password=make_unusable(), first_password_until=now + LIFE, means_changed_at=now)


def mail_first_password_link(
    person: Person, *, enterprise_public_id: uuid.UUID, address: str, opened_by: Person, code_hash: str, key: str
) -> None:
    """Mail a person the link to a password in the place of their first one, which was renewed; nothing where they chose one.

    In the transaction that notes that they were told. address: of the account. code_hash: of the code given apart. key: of
    the act.
    """
    person = hold(person)
    if not address or not waiting(enterprise_public_id).filter(pk=person.pk).exists():
        return
    secret, until = secrets.token_urlsafe(32), timezone.now() + LIFE
    Activation.objects.create(
        person=person,
        purpose=Activation.Purpose.RENEW,
        enterprise=enterprise_public_id,
        opened_by=opened_by.public_id,
        link_hash=link_hash(secret),
        code_hash=code_hash,
        expires_at=until,
    )
    letter = letters.first_password_renewed(person, by=opened_by, secret=secret, until=until)
    queue(key=f"{key}:{person.public_id}", to=address, language=person.language, letter=letter)


def choose_renewed_password(*, activation: Activation, password_hash: str) -> None:
    """Set the password that a person chose by such a link; the enterprise goes on answering for it. Raises Missing (gone)."""
    person, enterprise = activation.person, activation.enterprise
    if enterprise is None:
        raise Missing
    with perform("means.first_password.choose", actor=Actor(person, level=0), chain=chain_of(person)) as act:
        person = hold(person)
        if not waiting(enterprise).filter(pk=person.pk).exists():
            raise Missing
        use_up(activation)
        person.password, person.password_is_first, person.first_password_until = password_hash, False, None
        person.save(update_fields=["password", "password_is_first", "first_password_until"])
        act.event(enterprise=enterprise, subject=person.public_id)
        note_change(act, person, RENEWED)
        note_vouched(person, [Kind.PASSWORD], enterprise=enterprise, how=How.ACTIVATION, by=activation.opened_by)


def waiting(enterprise_public_id: uuid.UUID) -> QuerySet[Person]:
    """Return who has a first password of this enterprise that was never used, or that was renewed."""
    return Person.objects.filter(password_is_first=True, vouched_by=enterprise_public_id, is_staff=False)
