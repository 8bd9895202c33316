"""What this room must know of the chief administrators, whose roles are kept above it (access_admins).

`csam_portal.apps` says who answers, as it does for roles (identity.actor) and followers (identity.people).
"""

import uuid
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import QuerySet

from identity.models import Person


@dataclass(frozen=True)
class Chief:
    """The chief administrator of an enterprise (HTB), and the address at which the enterprise reaches them."""

    person: Person
    email: str


class Chiefs(Protocol):
    """Who answers."""

    def chief_of(self, enterprise: int) -> Chief:
        """Return the chief administrator of an enterprise in CSAM (its id) now."""

    def is_chief(self, person: int, enterprise: uuid.UUID) -> bool:
        """Tell whether a person (id) is HTB or co-HTB of an enterprise (public_id) now."""

    def persons_with_role(self, enterprise: int) -> QuerySet[Any, Any]:
        """Return the ids of the persons who are HTB or co-HTB of an enterprise (its id) now, as a subquery."""


_answering: list[Chiefs] = []


def register_chiefs(chiefs: Chiefs) -> None:
    """Say who answers for the chief administrators."""
    _answering[:] = [chiefs]


def chiefs() -> Chiefs:
    """Return who answers."""
    return _answering[0]
