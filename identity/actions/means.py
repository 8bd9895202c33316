"""What the acts upon means of login share: one's own row is locked, and one is told by mail."""

from django.utils.functional import Promise

from acts.act import Act
from formats.names import user_name_key
from identity import letters
from identity.models import Person, Session
from identity.people import tell_followers


def chain_of(person: Person) -> str:
    """Return the chain of the record that holds what persons do about themselves."""
    return f"person:{person.public_id}"


def hold(person: Person) -> Person:
    """Return the person's row as it is now, locked until the commit."""
    return Person.objects.select_for_update().get(pk=person.pk)


def tell(act: Act, person: Person, what: str | Promise) -> None:
    """Mail the person, at their own address alone, that their means changed. what: one sentence."""
    if person.email:
        act.mail(person, address=person.email, letter=letters.means_changed(person, what))


def set_user_name(person: Person, user_name: str) -> None:
    """Give a person their user name; the caller saves. It stays theirs for ever."""
    person.user_name, person.user_name_key = user_name, user_name_key(user_name)
    tell_followers(person)


def is_taken(user_name: str) -> bool:
    """Tell whether somebody has, or ever had, this user name or one that looks like it."""
    return Person.objects.filter(user_name_key=user_name_key(user_name)).exists()


def end_other_sessions(person: Person, keep: str | None = None) -> int:
    """End the person's sessions but the one with this key; return how many."""
    return Session.objects.filter(person=person).exclude(pk=keep or "").delete()[0]
