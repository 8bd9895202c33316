"""Persons by their number. Called inside acts: whoever is appointed, added or logs in becomes a Person once."""

from django.contrib.auth.hashers import make_password
from django.db.models import Q

from identity.models import Person


def person_of(*, insz: str, last_name: str, first_names: str, language: str) -> Person:
    """Return the person with this number, made if new, with the names that the register gives today.

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
    return person


def opened_to(person: Person, path: str = "") -> Q:
    """Return the condition for enterprises that a person's means open: all, or the one alone that gave them (BEHAVIOUR L3).

    path: from the rows that are filtered to the enterprise, e.g. "capacity__enterprise__"; "" for enterprises themselves.
    """
    return Q(**{f"{path}public_id": person.vouched_by}) if person.vouched_by is not None else Q()
