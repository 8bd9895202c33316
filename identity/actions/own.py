"""One's own data and sessions (BEHAVIOUR U8, L6)."""

from django.utils.translation import gettext_lazy as _

from acts.act import perform
from identity.actions.means import Kind, chain_of, end_other_sessions, hold_own, note_change
from identity.actor import Actor
from identity.models import Person, Session
from identity.proof import check_fresh

OWN_FIELDS = ("language", "title", "email")
ADDRESS_CHANGED = _("Your own e-mail address was changed. From now on messages about your login go to the new address.")


def change_own_data(*, actor: Actor, language: str, title: str, email: str) -> Person:
    """Change what a person says of themselves. A changed address is told to both, in case it was somebody else (T3).

    Return the person as they are now. Addresses are not recorded, only that they changed. Raises ProofTooOld (for another
    address), Changed.
    """
    with perform("own.change", actor=actor, chain=chain_of(actor.person)) as act:
        person = hold_own(actor=actor)
        new = {"language": language, "title": title, "email": email}
        changed = [name for name in OWN_FIELDS if getattr(person, name) != new[name]]
        if not changed:
            act.is_repeated = True
            return person
        if "email" in changed:
            check_fresh(actor)
        former = person.email
        for name in changed:
            setattr(person, name, new[name])
        person.save(update_fields=changed)
        act.event(subject=person.public_id, details={"changed": changed})
        if "email" in changed:
            note_change(act, person, ADDRESS_CHANGED, kinds=[Kind.EMAIL], also=[former])
    return person


def end_session_of(*, actor: Actor, key: str) -> None:
    """End one of one's own sessions. key: its session key; one that has ended already is no mistake. Raises ProofTooOld."""
    check_fresh(actor)
    with perform("session.end", actor=actor, chain=chain_of(actor.person)) as act:
        if not Session.objects.filter(person=actor.person, pk=key).delete()[0]:
            act.is_repeated = True
            return
        act.event(subject=actor.public_id, details={"sessions_ended": 1})


def end_sessions(*, actor: Actor, keep: str | None) -> None:
    """End all of one's own sessions, but the one with this key where one is given. Raises ProofTooOld."""
    check_fresh(actor)
    with perform("session.end", actor=actor, chain=chain_of(actor.person)) as act:
        ended = end_other_sessions(actor.person, keep=keep)
        if not ended:
            act.is_repeated = True
            return
        act.event(subject=actor.public_id, details={"sessions_ended": ended})
