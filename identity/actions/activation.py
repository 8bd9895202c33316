"""A first way in for somebody who cannot log in yet: a mailed link and a code given apart (BEHAVIOUR L7)."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from acts.act import Act, perform
from acts.errors import Missing, Refused
from audit.models import Event
from identity import codes, letters
from identity.actions.login import OWN_LEVEL
from identity.actions.means import chain_of, hold, is_taken, set_user_name, tell
from identity.actions.passwords import TAKEN, link_hash, use_up
from identity.actor import Actor
from identity.limits import counted
from identity.models import Activation, Person
from outbox.mails import queue

LIFE = timedelta(days=7)
DONE = _("You have set up your user name, your password and your one-time codes.")


@dataclass(frozen=True)
class NewMeans:
    """What an activation sets. password_hash: made when it was typed. app_key (hex) or token_codes: the code device."""

    user_name: str
    password_hash: str
    app_key: str = ""
    token_codes: tuple[str, ...] = ()


def can_log_in(person: Person) -> bool:
    """Tell whether a person has a way in already: a user name, or once a login that the person alone can make.

    Nobody may give such a person means: they would come into somebody else's hands.
    """
    return (
        bool(person.user_name)
        or Event.objects.filter(chain=chain_of(person), act="login", level__gte=OWN_LEVEL).exists()
    )


def open_activation(act: Act, *, person: Person, enterprise_public_id: uuid.UUID, address: str, language: str) -> str:
    """Inside another act: mail a person the link, and return the code that the appointing person is shown once.

    person: locked or made by that act. enterprise_public_id: on whose word the means are given. address: where the link
    goes. language: of the mail. An earlier link on the same enterprise's word ends.
    Raises Refused where the person can log in already (can_log_in).
    """
    if can_log_in(person):
        raise Refused(_("This person can log in already."), code="can_log_in")
    now, secret, code = timezone.now(), secrets.token_urlsafe(32), codes.new_code()
    Activation.objects.filter(person=person, enterprise=enterprise_public_id, used_at=None, expires_at__gt=now).update(
        expires_at=now
    )
    activation = Activation.objects.create(
        person=person,
        purpose=Activation.Purpose.ACTIVATE,
        enterprise=enterprise_public_id,
        link_hash=link_hash(secret),
        code_hash=make_password(codes.tidy(code)),
        expires_at=now + LIFE,
    )
    act.event("means.activation.open", enterprise=enterprise_public_id, subject=person.public_id)
    letter = letters.activation(person, language=language, secret=secret, until=activation.expires_at)
    # A key of its own: the act may have another mail for the same person.
    queue(key=f"{act.id}:{person.public_id}:activation", to=address, language=language, letter=letter)
    return code


def followed(secret: str) -> Activation | None:
    """Return what a link leads to, None where it is unknown, used, too old, or no longer needed."""
    return _live(Activation.objects.filter(link_hash=link_hash(secret)).select_related("person").first())


def still_live(pk: int) -> Activation | None:
    """Return an activation that a session has followed, None where it is gone meanwhile."""
    return _live(Activation.objects.filter(pk=pk).select_related("person").first())


def _live(activation: Activation | None) -> Activation | None:
    if activation is None or activation.used_at is not None or activation.expires_at <= timezone.now():
        return None
    if not activation.person.is_active:
        return None
    if activation.purpose == Activation.Purpose.ACTIVATE and can_log_in(activation.person):
        return None
    return activation


def is_right_code(activation: Activation, code: str) -> bool:
    """Tell whether this is the code that was given apart. Wrong tries count; raises TooMany."""
    with counted(("code.person", f"activation:{activation.pk}")) as attempt:
        if not check_password(codes.tidy(code), activation.code_hash):
            attempt.miss()
    return not attempt.missed


def activate(*, activation: Activation, means: NewMeans) -> Person:
    """Give the person a user name, a password and a code device, on the enterprise's word. Return the person.

    Raises Missing for a link that is gone, Refused (the user name was taken meanwhile), Changed.
    """
    person = activation.person
    with perform("means.activate", actor=Actor(person, level=0), chain=chain_of(person)) as act:
        person = hold(person)
        if can_log_in(person):
            raise Missing
        use_up(activation)
        if is_taken(means.user_name):
            raise Refused(TAKEN, field="user_name", code="user_name_taken")
        set_user_name(person, means.user_name)
        person.password, person.password_is_first = means.password_hash, False
        person.vouched_by = activation.enterprise
        person.save(update_fields=["user_name", "user_name_key", "password", "password_is_first", "vouched_by"])
        if means.app_key:
            codes.put_app(person, means.app_key)
        else:
            codes.put_codes(person, list(means.token_codes))
        act.event(
            enterprise=activation.enterprise,
            subject=person.public_id,
            details={"device": "totp" if means.app_key else "token"},
        )
        tell(act, person, DONE)
    return person
