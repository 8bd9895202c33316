"""The history of an enterprise, read from the record: who did what, when (BEHAVIOUR H9)."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from access_admins.enums import ReviewOutcome
from access_admins.sentences import GROUPS, SENTENCES
from audit.models import Event
from enterprises.models import Application, Capacity, Enterprise
from identity.enums import Role
from identity.models import Person
from ui.keyset import SIZE, KeysetPage
from users.enums import AccountType
from users.models import Account

EXPORTED_AT_ONCE = 500


@dataclass(frozen=True)
class Wanted:
    """Which events: all, or those of a person (who did it or whom it happened to), of a capacity, of a group of kinds."""

    person: Person | None = None
    capacity: Capacity | None = None
    group: str = ""


@dataclass(frozen=True)
class Line:
    """An event as it is shown. who: of the portal, of the contact centre, or a person's name; what: a sentence."""

    at: datetime
    who: str
    role: str
    what: str
    capacity: str
    level: int
    number: str
    # The person whom the line can be narrowed to, "" where there is none.
    actor: str


def events_page(
    enterprise: Enterprise, wanted: Wanted, *, after: int = 0, before: int = 0, size: int = SIZE
) -> KeysetPage[Event]:
    """Return a page of events, newest first. after, before: ids of the events at the edge, 0 for none."""
    if before:
        newer = _merged(rows.filter(pk__gt=before).order_by("pk")[: size + 1] for rows in _sources(enterprise, wanted))
        found = newer[::-1][: size + 1]
        rows = found[:size][::-1]
        return KeysetPage(rows, _cursor(rows[:1], when=len(found) > size), _cursor(rows[-1:]))
    older = (rows.filter(pk__lt=after) if after else rows for rows in _sources(enterprise, wanted))
    found = _merged(rows.order_by("-pk")[: size + 1] for rows in older)[: size + 1]
    rows = found[:size]
    return KeysetPage(rows, _cursor(rows[:1], when=bool(after)), _cursor(rows[-1:], when=len(found) > size))


def _cursor(rows: Sequence[Event], *, when: bool = True) -> str:
    return str(rows[0].pk) if rows and when else ""


def _merged(sources: Iterable[QuerySet[Event]]) -> list[Event]:
    """Newest first, each once."""
    by_id = {event.pk: event for rows in sources for event in rows}
    return [by_id[pk] for pk in sorted(by_id, reverse=True)]


def _sources(enterprise: Enterprise, wanted: Wanted) -> Iterator[QuerySet[Event]]:
    """The events wanted, as lists that each have an index: one for all, three for a person."""
    events = Event.objects.filter(enterprise=str(enterprise.public_id))
    if wanted.group:
        events = events.filter(act__in=list(GROUPS[wanted.group][1]))
    if wanted.capacity is not None:
        events = events.filter(capacity=str(wanted.capacity.public_id))
    if wanted.person is None:
        yield events
        return
    person = str(wanted.person.public_id)
    yield events.filter(actor=person)
    yield events.filter(subject=person)
    # Of a capacity that ended with all its accounts one event speaks for all of them.
    ended = Account.objects.filter(person=wanted.person, capacity__enterprise=enterprise).filter(
        ended_at=F("capacity__retired_at")
    )
    capacities = [str(public_id) for public_id in ended.values_list("capacity__public_id", flat=True)]
    yield events.filter(act="capacity.retire", capacity__in=capacities)


def person_in(enterprise: Enterprise, **who: Any) -> Person | None:
    """Return a person where the enterprise's history speaks of them, else None. who: insz (eleven digits) or public_id."""
    person = Person.objects.filter(**who).first()
    if person is None or not any(rows.exists() for rows in _sources(enterprise, Wanted(person=person))):
        return None
    return person


def capacities_ever(enterprise: Enterprise) -> list[Capacity]:
    """Return all capacities that an enterprise has or had, in their order."""
    capacities = enterprise.capacities.select_related("kind__domain")
    return list(capacities.order_by("kind__domain__position", "kind__position", "identification", "pk"))


def lines_of(events: Sequence[Event], capacities: Sequence[Capacity]) -> list[Line]:
    """Word events, in two more queries: the persons they name, and the applications. capacities: all of the enterprise."""
    named = {event.actor for event in events} | {event.subject for event in events if event.subject}
    people = {str(person.public_id): person for person in Person.objects.filter(public_id__in=named)}
    places = {str(capacity.public_id): capacity for capacity in capacities}
    details = [json.loads(event.details) for event in events]
    codes = {code for facts in details for code in _codes(facts)}
    kinds = {places[event.capacity].kind_id for event in events if event.capacity in places}
    applications = (
        {one.code: one.name for one in Application.objects.filter(code__in=codes, kind__in=kinds)} if codes else {}
    )
    return [
        _line(event, facts, people, places.get(event.capacity), applications)
        for event, facts in zip(events, details, strict=True)
    ]


def _codes(facts: Mapping[str, Any]) -> list[str]:
    """The applications that an event names; where a whole capacity ended it only counts them."""
    named = facts.get("applications")
    return named if isinstance(named, list) else []


def _line(
    event: Event,
    facts: Mapping[str, Any],
    people: Mapping[str, Person],
    capacity: Capacity | None,
    applications: Mapping[str, str],
) -> Line:
    actor, subject = people.get(event.actor), people.get(event.subject)
    words = {
        "subject": subject.full_name if subject else "",
        "applications": ", ".join(applications.get(code, code) for code in _codes(facts)),
        "accounts": facts.get("accounts", ""),
        "number": facts.get("number", ""),
        "before": _type(facts.get("before")),
        "after": _type(facts.get("after")),
        "outcome": ReviewOutcome(facts["outcome"]).label if facts.get("outcome") in ReviewOutcome.values else "",
        "reason": facts.get("reason", ""),
    }
    return Line(
        at=datetime.fromisoformat(event.at),
        who=_who(actor),
        role=str(Role(event.role).label) if event.role in Role.values else "",
        what=str(SENTENCES[event.act]) % words if event.act in SENTENCES else event.act,
        capacity=capacity.in_words if capacity else "",
        level=event.level,
        number=subject.insz_masked if subject else "",
        actor=event.actor if actor is not None and actor.insz else "",
    )


def _who(actor: Person | None) -> str:
    """Staff are the contact centre to the outside: who of them it was stands in the record."""
    if actor is None or actor.is_portal:
        return _("CSAM")
    return _("Contact centre") if actor.is_staff else actor.full_name


def _type(kind: object) -> str:
    return str(AccountType(kind).label) if kind in AccountType.values else ""


def exported(enterprise: Enterprise, wanted: Wanted, capacities: Sequence[Capacity]) -> Iterator[list[Line]]:
    """Yield the whole history, newest first, in pieces of constant size."""
    after = 0
    while True:
        found = events_page(enterprise, wanted, after=after, size=EXPORTED_AT_ONCE)
        yield lines_of(found.rows, capacities)
        if not found.after:
            return
        after = int(found.after)
