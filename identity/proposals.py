"""Proposals: what widens somebody's power is proposed by one member of staff and confirmed by a second (BEHAVIOUR T7).

How to use it (docs/two-people.md): a room makes a `Kind` for each thing that needs two people, registers it when the app is
ready, and calls `identity.actions.proposals.propose` where it would have written. The page "Proposals" in the admin shows it;
`confirm` carries it out through the kind's `apply`. What narrows does not come here: it is an act of its own, at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext

from acts.act import Act
from identity.actor import Actor
from identity.models import Person, Proposal

State = dict[str, Any]
# Who keeps the accounts of staff, and is told of every proposal.
SUPERVISORS = "identity.change_person"


@dataclass(frozen=True)
class Change:
    """A line of the page: what changes, as it is and as it will be, in words."""

    label: str | Promise
    before: str
    after: str


@dataclass(frozen=True)
class Touches:
    """How many people and enterprises a proposal reaches."""

    people: int = 0
    enterprises: int = 0


# Counting stops somewhere behind this: whoever decides need not know how many millions.
MOST_TOUCHED = 100_000


def touched_in_words(count: int) -> str:
    """Return how many are touched, as a page or a mail says it."""
    if count < MOST_TOUCHED:
        return number_format(count)
    return gettext("%(count)s or more") % {"count": number_format(MOST_TOUCHED, force_grouping=True)}


@dataclass(frozen=True)
class Kind:
    """One kind of proposal: a word for it, who may decide, and what it does.

    permission: of Django, "app.codename"; who proposes and who confirms both hold it.
    headline: what it is about, from the proposal alone (no query), for lists and mails.
    state: how the things stand now that it would change (JSON-able, {} where there is nothing yet); with lock=True their rows
        are locked until the commit. A proposal made on another state is overtaken.
    changes: the lines before and after, from the proposal and that state.
    touches: how many people and enterprises it reaches; two or three statements.
    check: raises Refused or NotAllowed where a rule says no; asked when it is made and again before it is carried out.
    apply: writes it, inside the act, with its own events; who confirmed is `act.actor`, or the portal on the day itself. May
        return a sentence that the confirmer alone is shown, once.
    days_ahead: how many days after the confirmation it takes effect at the earliest; 0: at once, or on the day asked for.
    is_dated: `apply` writes rows that carry their first day (`proposal.takes_effect_on`) and are read by date, so it runs
        at the confirmation. Otherwise a chore runs it on that day.
    """

    name: str
    label: str | Promise
    permission: str
    headline: Callable[[Proposal], str]
    state: Callable[[Proposal, bool], State]
    changes: Callable[[Proposal, State], list[Change]]
    touches: Callable[[Proposal], Touches]
    check: Callable[[Actor, Proposal], None]
    apply: Callable[[Act, Proposal], str | None]
    days_ahead: int = 0
    is_dated: bool = False


_kinds: dict[str, Kind] = {}


def register_kind(kind: Kind) -> None:
    """Add a kind; its name is unique."""
    if _kinds.setdefault(kind.name, kind) is not kind:
        raise ValueError(f"there is a kind {kind.name} already")


def kind_of(proposal: Proposal) -> Kind:
    """Return the kind of a proposal."""
    return _kinds[proposal.kind]


def kinds_for(person: Person) -> list[str]:
    """Return the names of the kinds about which somebody may see proposals."""
    sees_all = sees_every_kind(person)
    return [name for name, kind in _kinds.items() if sees_all or person.has_perm(kind.permission)]


def sees_every_kind(person: Person) -> bool:
    """Tell whether somebody may see every proposal: supervisors, and operators, who look and decide nothing."""
    return person.is_superuser or person.has_perm(SUPERVISORS)


def holders_of(permission: str) -> QuerySet[Person]:
    """Return the open accounts of staff that hold a permission by a group or by themselves."""
    label, codename = permission.split(".")
    held = Permission.objects.filter(content_type__app_label=label, codename=codename)
    by_group, by_themselves = Q(groups__permissions__in=held), Q(user_permissions__in=held)
    return Person.objects.filter(by_group | by_themselves, is_staff=True, is_active=True).distinct().order_by("pk")


def told_of(kind: Kind) -> list[Person]:
    """Return who gets a mail about every step of such a proposal: every supervisor, and who may decide about it."""
    supervisors = holders_of(SUPERVISORS)
    return list(supervisors if kind.permission == SUPERVISORS else (supervisors | holders_of(kind.permission)))


def under_way(kind: str, subject: str) -> Proposal | None:
    """Return the proposal of this kind about this thing that has no outcome yet."""
    return Proposal.objects.filter(kind=kind, subject=subject, outcome="").first()
