"""Addresses of pages, whose parts are public ids: made, and read."""

import uuid
from functools import cache

from django.urls import reverse
from django.utils.translation import get_language


def address_of(route: str, **ids: object) -> str:
    """Return the address of a page. ids: public ids (or their text), by the names that the route gives them.

    Its shape is worked out once per language, not for every link. Raises NoReverseMatch where there is no such page.
    """
    return _shape(route, get_language(), tuple(ids)).format(**ids)


@cache
def _shape(route: str, _language: str | None, names: tuple[str, ...]) -> str:
    """Return an address with a mark for each of its ids."""
    marks = {name: uuid.UUID(int=number) for number, name in enumerate(names)}
    shape = reverse(route, kwargs=marks)
    for name, mark in marks.items():
        shape = shape.replace(str(mark), f"{{{name}}}")
    return shape


def id_in(text: str | None) -> uuid.UUID | None:
    """Return the public id that a text from outside is, None for anything else."""
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None
