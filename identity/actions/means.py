"""What the acts upon means of login share: one's own row is locked, whoever answers for the means is noted, one is told."""

import uuid
from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from acts.act import Act
from acts.errors import Changed, Refused
from formats.names import user_name_key
from identity import letters
from identity.actor import Actor
from identity.models import FormerUserName, Person, Session, VouchedMeans
from identity.people import addresses_in, tell_followers
from outbox.letters import Letter
from outbox.mails import queue

Kind, How = VouchedMeans.Kind, VouchedMeans.How
# What an enterprise gives of a person's row.
GIVEN = [
    "user_name",
    "user_name_key",
    "user_name_given_by",
    "password",
    "password_is_first",
    "first_password_until",
    "vouched_by",
]


def chain_of(person: Person) -> str:
    """Return the chain of the record that holds what persons do about themselves."""
    return f"person:{person.public_id}"


def hold(person: Person) -> Person:
    """Return the person's row as it is now, locked until the commit."""
    return Person.objects.select_for_update().get(pk=person.pk)


def hold_own(*, actor: Actor) -> Person:
    """Return the actor's own row, locked, for a change of means or own address.

    Raises Changed where the session that asks has ended meanwhile, because the password or whoever answers for the means
    changed: a request under way must not do afterwards what it no longer could (BEHAVIOUR T2). Raises Refused while the
    person has to say first what becomes of means that were set aside.
    """
    person, asked = hold(actor.person), actor.person
    if (person.vouched_by, person.password) != (asked.vouched_by, asked.password):
        raise Changed(_("Your login has changed meanwhile. Log in again."), code="login_changed")
    if person.means_set_aside_at is not None:
        raise Refused(_("Say first what becomes of the means that others gave you."), code="means_set_aside")
    return person


def note_vouched(
    person: Person, kinds: Iterable[str], *, enterprise: uuid.UUID, how: str, by: uuid.UUID | None = None
) -> None:
    """Note that an enterprise answers for means of a person (T1). by: the administrator (public_id), where one made them."""
    for kind in kinds:
        VouchedMeans.objects.update_or_create(
            person=person,
            kind=kind,
            defaults={"enterprise": enterprise, "how": how, "by": by, "at": timezone.now(), "value": ""},
        )


def note_change(
    act: Act, person: Person, what: str | Promise, *, kinds: Iterable[str] = (), also: Iterable[str] = ()
) -> None:
    """Note that means or the own address of a person changed: for every session to tell (T3), and who answers for them (T1).

    what: one sentence, mailed to the person's own address, the one that the identity provider gave, and `also` (a former one).
    kinds: what was made, by whoever has this session.
    """
    if person.vouched_by is not None:
        note_vouched(person, kinds, enterprise=person.vouched_by, how=How.SESSION)
        # Who made the means may have set the own address, or left none: where the person works they may hear of it.
        also = [*also, *addresses_in(person, person.vouched_by)]
    person.means_changed_at = timezone.now()
    person.save(update_fields=["means_changed_at"])
    tell(act, person, letters.means_changed(person, what), also=also)


def tell(act: Act, person: Person, letter: Letter, *, also: Iterable[str] = ()) -> None:
    """Mail a person about their means: at the own address, the one that the identity provider gave just now, and `also`."""
    # What the identity provider gave with this login is the address of who acts, perhaps upon somebody else.
    federal = getattr(act.actor, "federal_email", "") if act.actor.public_id == person.public_id else ""
    addresses = [person.email, federal, *also]
    for place, address in enumerate(dict.fromkeys(filter(None, addresses))):
        queue(key=f"{act.id}:{person.public_id}:means:{place}", to=address, language=person.language, letter=letter)


def set_user_name(person: Person, user_name: str, *, given_by: uuid.UUID | None = None) -> None:
    """Give a person their user name; the caller saves. A former one stays theirs for ever.

    given_by: the enterprise that chose it, which alone shows it until the person keeps it (T1).
    """
    let_go_of_user_name(person)
    person.user_name, person.user_name_key = user_name, user_name_key(user_name)
    person.user_name_given_by = given_by
    FormerUserName.objects.filter(person=person.pk, user_name_key=person.user_name_key).delete()
    tell_followers(person)


def let_go_of_user_name(person: Person) -> None:
    """Take a person's user name out of use; the caller saves. It stays theirs for ever."""
    if person.user_name_key and person.pk is not None:
        FormerUserName.objects.create(person=person, user_name_key=person.user_name_key)
    person.user_name = person.user_name_key = person.user_name_given_by = None
    tell_followers(person)


def is_taken(user_name: str, *, by_others_than: Person | None = None) -> bool:
    """Tell whether somebody has, or ever had, this user name or one that looks like it.

    by_others_than: whoever lost the use of a user name may choose it again.
    """
    key = user_name_key(user_name)
    former = FormerUserName.objects.filter(user_name_key=key).values("person")
    holders = Person.objects.filter(Q(user_name_key=key) | Q(pk__in=former))
    return (holders.exclude(pk=by_others_than.pk) if by_others_than is not None else holders).exists()


def end_other_sessions(person: Person, keep: str | None = None) -> int:
    """End the person's sessions but the one with this key; return how many."""
    return Session.objects.filter(person=person).exclude(pk=keep or "").delete()[0]
