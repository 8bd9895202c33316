"""Persons by their number. Called inside acts: whoever is appointed, added or logs in becomes a Person once."""

import uuid
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db.models import Q

from identity.models import Person

# How long a first password waits to be used (BEHAVIOUR T5): of who manages an enterprise or a capacity, of a user.
FIRST_PASSWORD_OF_MANAGER = timedelta(days=7)
FIRST_PASSWORD_OF_USER = timedelta(days=30)

AddressesIn = Callable[[Person, uuid.UUID], list[str]]
_addresses_in: list[AddressesIn] = []
# Of persons (ids): those who hold something in the enterprise that answers for their means.
Holders = Callable[[Collection[int]], set[tuple[int, uuid.UUID]]]
_holders: list[Holders] = []
Follower = Callable[[Person], None]
_followers: list[Follower] = []


def register_follower(follower: Follower) -> None:
    """Add who keeps copies of a person's names or user name elsewhere: called, inside the act, after they changed."""
    if follower not in _followers:
        _followers.append(follower)


def register_addresses(addresses_in: AddressesIn) -> None:
    """Set who knows at which addresses an enterprise (public_id) reaches a person."""
    _addresses_in[:] = [addresses_in]


def register_holders(holders: Holders) -> None:
    """Add who knows in which enterprises persons hold something: given ids, it returns pairs of id and public_id."""
    if holders not in _holders:
        _holders.append(holders)


def without_use(people: Collection[Person]) -> set[int]:
    """Return whose means (ids) open nothing any more: they hold nothing in the enterprise that answers for them (T31)."""
    answered = {one.pk: one.vouched_by for one in people if one.vouched_by is not None}
    held = {pair for ask in _holders for pair in ask(list(answered))} if answered else set()
    return {pk for pk, enterprise in answered.items() if (pk, enterprise) not in held}


def addresses_in(person: Person, enterprise: uuid.UUID) -> list[str]:
    """Return at which addresses an enterprise reaches a person; they are the enterprise's, not the person's own."""
    return [address for ask in _addresses_in for address in ask(person, enterprise)]


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


def shown_user_name(user_name: str | None, given_by: uuid.UUID | None, enterprise: uuid.UUID) -> str:
    """Return a user name as an enterprise (public_id) may see it: "" where another enterprise chose it (BEHAVIOUR T1).

    given_by: Person.user_name_given_by.
    """
    return (user_name or "") if given_by in {None, enterprise} else ""


def own_address(person: Person, enterprise: uuid.UUID) -> str:
    """Return the own address as mails about an enterprise (public_id) may use it: "" where another answers for it (T1)."""
    return person.email if person.vouched_by in {None, enterprise} else ""


def shorten_first_passwords(people: Any, now: datetime) -> None:
    """Let first passwords of people who manage something from now on end as early as those of managers do (T5).

    people: ids, or a queryset of them. Inside the act that gives the role.
    """
    until = now + FIRST_PASSWORD_OF_MANAGER
    Person.objects.filter(pk__in=people, password_is_first=True, first_password_until__gt=until).update(
        first_password_until=until
    )


def opened_to(vouched_by: Any, path: str = "") -> Q:
    """Return the condition for enterprises that a person's means open: all, or the one alone that gave them (BEHAVIOUR L3).

    vouched_by: the person's; None for all. path: from the rows that are filtered to the enterprise, e.g.
    "capacity__enterprise__"; "" for enterprises themselves.
    """
    return Q() if vouched_by is None else Q(**{f"{path}public_id": vouched_by})
