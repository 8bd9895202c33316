"""Means that an enterprise answers for, once the person alone logs in: set aside, then kept or ended by an explicit choice
(BEHAVIOUR T2)."""

from collections.abc import Collection

from django.db.models import Q
from django.utils import timezone

from acts.act import Act, perform
from acts.errors import Missing
from identity import codes, letters
from identity.actions.means import How, Kind, chain_of, end_other_sessions, hold, tell
from identity.actor import Actor
from identity.enums import OWN_LEVEL
from identity.models import Activation, Person, VouchedMeans
from identity.passwords import make_unusable
from identity.people import tell_followers
from identity.proof import check_fresh

ASIDE = ["password", "password_is_first", "first_password_until", "email", "vouched_by", "means_set_aside_at"]


def set_aside(act: Act, person: Person) -> None:
    """Inside a login at 450 or more: take all that an enterprise answers for out of use, until the person has chosen.

    It opens nothing from here on: the password and the address are moved to where nothing reads them but the choice, devices
    count as unconfirmed, sessions and open links end. A first password ends for good: its maker knows it. person: locked.
    """
    enterprise, now = person.vouched_by, timezone.now()
    if enterprise is None:
        return
    there: dict[str, str] = dict.fromkeys(codes.set_aside(person), "")
    if person.user_name:
        there[Kind.USER_NAME] = ""
    if person.has_usable_password() and not person.password_is_first:
        there[Kind.PASSWORD] = person.password
    if person.email:
        there[Kind.EMAIL] = person.email
    person.vouched_means.exclude(kind__in=there).delete()
    for kind, value in there.items():
        VouchedMeans.objects.update_or_create(
            person=person,
            kind=kind,
            defaults={"value": value},
            create_defaults={"value": value, "enterprise": enterprise, "how": How.UNKNOWN},
        )
    details = {
        "vouched_by": str(enterprise),
        "set_aside": sorted(there),
        "password_ended": person.password_is_first,
        "sessions_ended": end_other_sessions(person),
    }
    former = person.email
    Activation.objects.filter(Q(expires_at__gt=now), person=person, used_at=None).update(expires_at=now)
    person.password, person.password_is_first, person.first_password_until = make_unusable(), False, None
    person.email, person.vouched_by, person.means_set_aside_at = "", None, now
    person.save(update_fields=ASIDE)
    act.event("means.vouch.end", subject=person.public_id, details=details)
    tell(act, person, letters.means_found(person), also=[former])


def decide(*, actor: Actor, keep: Collection[str]) -> Person:
    """Keep what the person chose of the means that were set aside, and end the rest; return the person as they are now.

    keep: of VouchedMeans.Kind. A user name that is not kept stays theirs until they choose another. Raises Missing (nothing is
    set aside, or somebody decided meanwhile), LevelTooLow, ProofTooOld.
    """
    with perform("means.vouch.decide", actor=actor, chain=chain_of(actor.person)) as act:
        person = hold(actor.person)
        actor.needs_level(OWN_LEVEL)
        check_fresh(actor)
        if person.means_set_aside_at is None:
            raise Missing
        rows = {row.kind: row for row in person.vouched_means.all()}
        kept = sorted(kind for kind in rows if kind in keep)
        ended = sorted(rows.keys() - set(kept))
        if Kind.PASSWORD in kept:
            person.password = rows[Kind.PASSWORD].value
        former = rows[Kind.EMAIL].value if Kind.EMAIL in rows else ""
        if Kind.EMAIL in kept:
            person.email = former
        if Kind.USER_NAME in kept:
            person.user_name_given_by = None
        codes.decide(person, kept)
        person.means_set_aside_at, person.means_changed_at = None, timezone.now()
        person.save(update_fields=["password", "email", "user_name_given_by", "means_set_aside_at", "means_changed_at"])
        person.vouched_means.all().delete()
        tell_followers(person)
        act.event(subject=person.public_id, details={"kept": kept, "ended": ended})
        tell(act, person, letters.means_decided(person, kept=kept, ended=ended), also=[former])
    return person
