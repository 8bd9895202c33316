"""Actor: the person who asks, with roles, login level and language. Views find it at `request.actor`; acts get it first."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from acts.errors import LevelTooLow
from acts.prepared import prepared
from formats import insz
from identity.enums import LEVEL_OF, Means, Role
from identity.models import Person


@dataclass(frozen=True)
class Holding:
    """A role that somebody holds now. capacity: its id, None for a role over the whole enterprise."""

    role: Role
    enterprise: int
    capacity: int | None = None
    as_htb: bool = False
    blocked: bool = False


# The columns of a source's rows, by the names of Holding's own, but for the enterprise.
HOLDING_COLUMNS = ("role", "capacity_id", "as_htb", "is_blocked")
RoleSource = Callable[[Any, Any, Any], QuerySet[Any, Any]]
_sources: list[RoleSource] = []


def register_roles(source: RoleSource) -> None:
    """Add a source of roles: given a person's id and `vouched_by` and an enterprise's id, it returns rows (HOLDING_COLUMNS,
    `values_list`) of what the person holds there now. All sources are asked by one statement (acts.prepared)."""
    if source not in _sources:
        _sources.append(source)


@prepared
def _held(person: Any, vouched_by: Any, enterprise: Any) -> QuerySet[Any, Any]:
    first, *others = [source(person, vouched_by, enterprise) for source in _sources]
    return first.union(*others, all=True)


@dataclass
class Actor:
    """Who asks. `level` and `means` are those of this login; `public_id` and `level` are what the record keeps."""

    person: Person
    level: int
    means: Means | None = None
    language: str = "nl"
    # When the person last proved to be it, seconds since 1970 (identity.proof); what knows of no session has no proof.
    proved_at: float = 0
    # The address that the identity provider gave with this login, "" where it gave none: also told of changed means (T2, T3).
    federal_email: str = ""
    _holdings: dict[int, list[Holding]] = field(default_factory=dict, repr=False)

    @property
    def public_id(self) -> uuid.UUID:
        """Of the person."""
        return self.person.public_id

    @cached_property
    def name(self) -> str:
        """As shown at the top of the page."""
        return self.person.full_name

    def holdings_in(self, enterprise: int, *, afresh: bool = False) -> list[Holding]:
        """Return what the actor holds in an enterprise (its id); `afresh` asks the database again, as an act must."""
        if afresh or enterprise not in self._holdings:
            self._holdings[enterprise] = [
                Holding(Role(role), enterprise, capacity, as_htb=bool(as_htb), blocked=bool(is_blocked))
                for role, capacity, as_htb, is_blocked in _held(
                    person=self.person.pk, vouched_by=self.person.vouched_by, enterprise=enterprise
                )
            ]
        return self._holdings[enterprise]

    @property
    def shows_numbers(self) -> bool:
        """Whether national numbers are shown in full: not at the level of a password alone (BEHAVIOUR T6)."""
        return self.level > LEVEL_OF[Means.PASSWORD]

    def number_shown(self, number: str | None) -> str:
        """Return a national number (eleven digits) as this login may see it, where its page shows it in full (E4, T6)."""
        if not number:
            return ""
        return insz.show(number) if self.shows_numbers else insz.mask(number)

    def needs_level(self, level: int) -> None:
        """Raise LevelTooLow where this login is weaker than an act asks."""
        if self.level < level:
            raise LevelTooLow(level)


class ActorRequest(HttpRequest):
    """A request to a page that needs a login: there is an actor (`csam_portal.middleware.PageMiddleware` sees to it)."""

    actor: Actor


class MaybeActorRequest(HttpRequest):
    """A request to a public page: somebody may be logged in.

    `lapsed` says why a session ended just now (a value of identity.login.Why), else "".
    """

    actor: Actor | None
    lapsed: str


def portal_actor() -> Actor:
    """Return the actor for what the portal does by itself: expiry, notices, demo data."""
    return Actor(person=Person.objects.portal(), level=0)
