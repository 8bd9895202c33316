"""User name and password: chosen, changed, forgotten (BEHAVIOUR L3, L7). The record never holds either."""

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from acts.act import perform
from acts.errors import Missing, Refused
from formats.names import user_name_key
from identity import letters
from identity.actions.means import (
    Kind,
    chain_of,
    end_other_sessions,
    hold,
    hold_own,
    is_taken,
    note_change,
    set_user_name,
)
from identity.actor import Actor
from identity.models import Activation, Person
from identity.permissions import check_change_password, check_choose_user_name
from identity.proof import check_fresh

FORGOTTEN_LIFE = timedelta(hours=4)
TAKEN = _("This user name is taken, or looks too much like one that is. Choose another.")


def choose_user_name(*, actor: Actor, user_name: str, password: str) -> None:
    """Give oneself a user name and a password; a user name that others chose is replaced (T2).

    Raises Refused (taken, or there is one), LevelTooLow, ProofTooOld, Changed.
    """
    with perform("means.user_name.choose", actor=actor, chain=chain_of(actor.person)) as act:
        person = hold_own(actor=actor)
        check_choose_user_name(Actor(person, actor.level, actor.means))
        check_fresh(actor)
        if is_taken(user_name):
            raise Refused(TAKEN, field="user_name", code="user_name_taken")
        set_user_name(person, user_name)
        set_password(person, password)
        person.save(update_fields=["user_name", "user_name_key", "user_name_given_by"])
        act.event(subject=person.public_id)
        note_change(act, person, _("You have chosen a user name and a password."))


def change_password(*, actor: Actor, password: str, keep_session: str | None = None) -> Person:
    """Change one's own password; every other session than the one with this key ends. Return the person as they are now.

    The caller has asked the old password (identity.passwords). Raises Refused (there is none), LevelTooLow,
    ProofTooOld, Changed.
    """
    with perform("means.password.change", actor=actor, chain=chain_of(actor.person)) as act:
        person = hold_own(actor=actor)
        check_change_password(Actor(person, actor.level, actor.means))
        check_fresh(actor)
        set_password(person, password)
        ended = end_other_sessions(person, keep=keep_session)
        act.event(subject=person.public_id, details={"sessions_ended": ended})
        note_change(act, person, _("Your password was changed."), kinds=[Kind.PASSWORD])
    return person


def set_password(person: Person, password: str) -> None:
    """Write a password that the person chose. Inside an act that holds them."""
    person.password, person.password_is_first, person.first_password_until = make_password(password), False, None
    person.save(update_fields=["password", "password_is_first", "first_password_until"])


class _Nobody(Exception):
    """There is nobody to mail: whatever was written is undone."""


def ask_new_password(*, user_name: str) -> None:
    """Mail a link to a new password to the person's own address, where there is such a person with such an address.

    The same answer and the same work for everybody: for a name that nobody has, all of it is written for the portal's own
    person and undone.
    """
    known = Person.objects.filter(user_name_key=user_name_key(user_name)).first()
    nobody = Person.objects.portal()
    can_be_mailed = known is not None and known.is_active and not known.is_staff and bool(known.email)
    person = known if known is not None and can_be_mailed else nobody
    try:
        with transaction.atomic():
            _mail_link(person, to=person.email or "nobody@example.invalid")
            if person is nobody:
                raise _Nobody
    except _Nobody:
        return


def _mail_link(person: Person, *, to: str) -> None:
    secret, until = secrets.token_urlsafe(32), timezone.now() + FORGOTTEN_LIFE
    with perform("means.password.ask", actor=Actor(person, level=0), chain=chain_of(person)) as act:
        Activation.objects.create(
            person=person,
            purpose=Activation.Purpose.PASSWORD,
            enterprise=person.vouched_by,
            link_hash=link_hash(secret),
            expires_at=until,
        )
        act.event(subject=person.public_id)
        act.mail(person, address=to, letter=letters.forgotten_password(person, secret=secret, until=until))


def set_forgotten_password(*, activation: Activation, password: str) -> None:
    """Set the password that was forgotten, and end all of the person's sessions. Raises Missing for a link that is gone.

    The caller has asked the one-time code of those who have a device.
    """
    person = activation.person
    with perform("means.password.renew", actor=Actor(person, level=0), chain=chain_of(person)) as act:
        person = hold(person)
        if person.vouched_by != activation.enterprise or person.means_set_aside_at is not None:
            raise Missing
        use_up(activation)
        set_password(person, password)
        act.event(subject=person.public_id, details={"sessions_ended": end_other_sessions(person)})
        note_change(
            act,
            person,
            _("You have chosen a new password, because you had forgotten the former."),
            kinds=[Kind.PASSWORD],
        )


def use_up(activation: Activation) -> None:
    """Note that a link was used; other links of the same kind to that person end. Raises Missing where it is gone."""
    now = timezone.now()
    live = Activation.objects.filter(
        person=activation.person, purpose=activation.purpose, used_at=None, expires_at__gt=now
    )
    if not live.filter(pk=activation.pk).update(used_at=now):
        raise Missing
    live.update(expires_at=now)


def link_hash(secret: str) -> str:
    """Return what is stored of a link's secret: 256 bits of chance need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
