"""How a member of staff gets means of login: a mailed link, a code given apart, and the own eID (BEHAVIOUR T7, T8).

Link and code meet in no other hand than the member's: the link goes to the address of the account, the code to whoever confirms
the proposal, who did not choose that address.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from acts.act import Act, perform
from acts.errors import Missing, Refused
from audit.record import hold as hold_chain
from formats.names import is_named
from identity import codes, letters
from identity.actions.means import hold
from identity.actions.passwords import link_hash, use_up
from identity.actor import Actor
from identity.enums import LEVEL_OF, Means, Role
from identity.models import Activation, Person, StaffNumber
from identity.passwords import make_unusable
from identity.proposals import SUPERVISORS, holders_of
from identity.staff_rules import CHAIN, check_duty_of_number
from outbox.mails import queue

LIFE = timedelta(days=7)
LEVEL = LEVEL_OF[Means.EID]
ACTIVATED = _("%(name)s has set up how they log in, with their eID.")
PROVED = _("%(name)s has proved with their eID whose account it is.")


@dataclass(frozen=True)
class Proof:
    """What an eID proved: whose number it is, as a keyed hash, and the names on it. level: of that login."""

    number_hash: str
    first_names: str
    last_name: str
    level: int


def open_staff_activation(act: Act, person: Person) -> str:
    """Inside another act: mail a member of staff the link to an activation, and return its code, to be shown once.

    person: locked or made by that act. Earlier links of theirs end.
    """
    end_links(person)
    secret, code = secrets.token_urlsafe(32), codes.new_code()
    activation = Activation.objects.create(
        person=person,
        purpose=Activation.Purpose.STAFF,
        link_hash=link_hash(secret),
        code_hash=make_password(codes.tidy(code)),
        expires_at=timezone.now() + LIFE,
    )
    act.event("staff.activation.open", role=Role.STAFF, subject=person.public_id)
    # A key of its own: the act may have another mail for the same person.
    queue(
        key=f"{act.id}:{person.public_id}:activation",
        to=person.email,
        language=person.language,
        letter=letters.staff_activation(person, secret=secret, until=activation.expires_at),
    )
    return code


def end_links(person: Person) -> None:
    """Inside an act: end the links that a member of staff was sent."""
    now = timezone.now()
    live = Activation.objects.filter(person=person, purpose=Activation.Purpose.STAFF, used_at=None, expires_at__gt=now)
    live.update(expires_at=now)


def end_means(person: Person) -> None:
    """Inside an act: end a member of staff's password and codes, and so the sessions."""
    person.password, person.password_is_first = make_unusable(), False
    person.save(update_fields=["password", "password_is_first"])
    for means in (Means.TOTP, Means.TOKEN):
        codes.remove(person, means)


def check_proof(person: Person, proof: Proof) -> None:
    """Raise Refused where an eID is not that of the account: too weak a login, another name, another number than before, or a
    number whose other account has another duty (T9)."""
    if proof.level < LEVEL:
        raise Refused(_("Use your eID: another means does not suffice here."), code="level")
    if not is_named(person, first_names=proof.first_names, last_name=proof.last_name):
        raise Refused(
            _("The name on this eID is not that of the account. Ask a supervisor to have the name put right."),
            code="another_name",
        )
    known = StaffNumber.objects.filter(person=person).first()
    if known is not None and known.number_hash != proof.number_hash:
        raise Refused(_("This account belongs to another eID."), code="another_number")
    check_duty_of_number(proof.number_hash, list(person.groups.values_list("name", flat=True)), person)


def activate_staff(
    *, activation: Activation, proof: Proof, password_hash: str, app_key: str, app_used: int = codes.NO_STEP
) -> Person:
    """Give a member of staff the means that they chose, bound to their number.

    app_key: of the app, hex; app_used: the step whose code proved it.
    Raises Missing for a link that is gone, Refused as `check_proof` does.
    """
    with perform("staff.activate", actor=Actor(activation.person, level=proof.level), chain=CHAIN) as act:
        person = _hold_open(activation.person)
        use_up(activation)
        _bind(person, proof)
        person.password, person.password_is_first = password_hash, False
        person.save(update_fields=["password", "password_is_first"])
        codes.remove(person, Means.TOKEN)
        codes.put_app(person, app_key, used=app_used)
        act.event(role=Role.STAFF, subject=person.public_id)
        tell_staff(act, person, ACTIVATED)
    return person


def prove_number(*, actor: Actor, proof: Proof) -> None:
    """Bind one's own account, made before that was asked, to one's number. Raises Missing, Refused as `check_proof` does."""
    with perform("staff.number.prove", actor=actor, chain=CHAIN) as act:
        person = _hold_open(actor.person)
        _bind(person, proof)
        act.event(role=Role.STAFF, subject=person.public_id)
        tell_staff(act, person, PROVED)


def _hold_open(person: Person) -> Person:
    # First the chain: two accounts that prove one number at once are judged one after the other.
    hold_chain(CHAIN)
    held = hold(person)
    if not (held.is_staff and held.is_active):
        raise Missing
    return held


def _bind(person: Person, proof: Proof) -> None:
    check_proof(person, proof)
    proved = {"number_hash": proof.number_hash, "proved_at": timezone.now()}
    StaffNumber.objects.get_or_create(person=person, defaults=proved)


def tell_staff(act: Act, person: Person, what: str | Promise, *, by: Person | None = None) -> None:
    """Inside an act: mail every supervisor, and the member of staff, what became of an account. what: as of staff_told."""
    receivers = {one.pk: one for one in [*holders_of(SUPERVISORS), person] if one.email}
    for receiver in receivers.values():
        act.mail(receiver, address=receiver.email, letter=letters.staff_told(receiver, person, what, by))
