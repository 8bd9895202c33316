"""Code devices of one's own: an app, a list of token codes (BEHAVIOUR L3). The record never holds a secret of theirs."""

from django.utils.translation import gettext_lazy as _

from acts.act import perform
from acts.errors import Missing
from identity import codes
from identity.actions.means import Kind, chain_of, hold_own, note_change
from identity.actor import Actor
from identity.enums import Means
from identity.permissions import check_change_device
from identity.proof import check_fresh

SET = {
    Means.TOTP: _("A mobile app was set up to make your one-time codes."),
    Means.TOKEN: _("A new list of token codes was made. Codes of an earlier list no longer work."),
}
REMOVED = {
    Means.TOTP: _("The mobile app that made your one-time codes was removed."),
    Means.TOKEN: _("Your list of token codes was removed."),
}


def set_app(*, actor: Actor, key: str, used: int = codes.NO_STEP) -> None:
    """Set up an app, in place of a former one. key: its secret, hex, which just gave a right code, that of step `used`.

    Raises Refused (no user name), LevelTooLow, ProofTooOld, Changed.
    """
    with perform("means.totp.set", actor=actor, chain=chain_of(actor.person)) as act:
        person = hold_own(actor=actor)
        check_change_device(Actor(person, actor.level, actor.means), Means.TOTP)
        check_fresh(actor)
        codes.put_app(person, key, used=used)
        act.event(subject=person.public_id)
        note_change(act, person, SET[Means.TOTP], kinds=[Kind.APP])


def set_codes(*, actor: Actor, new: list[str]) -> None:
    """Set a list of token codes, in place of a former one. new: the codes as they were shown.

    Raises Refused (no user name), LevelTooLow, ProofTooOld, Changed.
    """
    with perform("means.token.set", actor=actor, chain=chain_of(actor.person)) as act:
        person = hold_own(actor=actor)
        check_change_device(Actor(person, actor.level, actor.means), Means.TOKEN)
        check_fresh(actor)
        codes.put_codes(person, new)
        act.event(subject=person.public_id, details={"codes": len(new)})
        note_change(act, person, SET[Means.TOKEN], kinds=[Kind.CODES])


def remove_device(*, actor: Actor, means: Means) -> None:
    """Remove the app or the list. Raises Missing (there is none), Refused, LevelTooLow, ProofTooOld, Changed."""
    with perform(f"means.{means}.remove", actor=actor, chain=chain_of(actor.person)) as act:
        person = hold_own(actor=actor)
        check_change_device(Actor(person, actor.level, actor.means), means)
        check_fresh(actor)
        if not codes.remove(person, means):
            raise Missing
        act.event(subject=person.public_id)
        person.vouched_means.filter(kind=Kind.APP if means is Means.TOTP else Kind.CODES).delete()
        note_change(act, person, REMOVED[means])
