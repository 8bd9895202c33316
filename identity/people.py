"""Persons by their number. Called inside acts: whoever is appointed, added or logs in becomes a Person once."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db.models import Q

from identity.models import Person

Follower = Callable[[Person], None]
_followers: list[Follower] = []


def register_follower(follower: Follower) -> None:
    """Add who keeps copies of a person's names or user name elsewhere: called, inside the act, after they changed."""
    if follower not in _followers:
        _followers.append(follower)


def person_of(*, insz: str, last_name: str, first_names: str, language: str) -> Person:
    """Return the person with this number, made if new; see meet_person."""
    return meet_person(insz=insz, last_name=last_name, first_names=first_names, language=language)[0]


def meet_person(*, insz: str, last_name: str, first_names: str, language: str) -> tuple[Person, bool]:
    """Return the person with this number, with the names that the register gives today, and whether they are new.

    insz: eleven digits. language: nl, fr, de or en; kept only for a new person, because it is the person's own choice.
    """
    person, is_new = Person.objects.get_or_create(
        insz=insz,
        defaults={
            "last_name": last_name,
            "first_names": first_names,
            "language": language or "nl",
            "password": make_password(None),
        },
    )
    if not is_new and (person.last_name, person.first_names) != (last_name, first_names):
        person.last_name, person.first_names = last_name, first_names
        person.save(update_fields=["last_name", "first_names"])
        tell_followers(person)
    return person, is_new


def tell_followers(person: Person) -> None:
    """Say that a person's names or user name changed. Inside the act; a person who is not stored yet has no copies."""
    if person.pk is not None:
        for follower in _followers:
            follower(person)


def opened_to(vouched_by: Any, path: str = "") -> Q:
    """Return the condition for enterprises that a person's means open: all, or the one alone that gave them (BEHAVIOUR L3).

    vouched_by: the person's; None for all. path: from the rows that are filtered to the enterprise, e.g.
    "capacity__enterprise__"; "" for enterprises themselves.
    """
    return Q() if vouched_by is None else Q(**{f"{path}public_id": vouched_by})
