"""What other rooms add to the pages and acts of an enterprise, without being imported: `csam_portal.apps` registers them.

A column of the list of capacities, things to do, and what ends with a capacity.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from enterprises.models import Capacity, Enterprise

Text = str | Promise


@dataclass(frozen=True)
class Task:
    """Something to do. text: the whole sentence, as a link. address: where it is done."""

    text: Text
    address: str


@dataclass(frozen=True)
class Contribution:
    """What a room adds to the enterprise's page. label: of its column in the list of capacities; cells: its words for each
    capacity that has any, by id; tasks: what there is to do."""

    label: Text
    cells: Mapping[int, Text]
    tasks: Sequence[Task] = ()


# Given an enterprise and its capacities in use: one query at most.
Contributor = Callable[[Enterprise, Sequence[Capacity]], Contribution]


@dataclass(frozen=True)
class Consequence:
    """What ends with a capacity in another room; `enterprises.hanging` ends it.

    facts: JSON-able, small at any size (counts, not lists); part of the plan that is confirmed. sentences: what the check page
    says of it.
    """

    facts: Any
    sentences: Sequence[Text]


# Given a capacity, what of a room would end with it; None where there is nothing. A constant number of queries.
ConsequenceFinder = Callable[[Capacity], Consequence | None]

_contributors: list[Contributor] = []
_consequences: list[ConsequenceFinder] = []


def register_contributor(contribute: Contributor) -> None:
    """Add a column and things to do to the enterprise's page."""
    if contribute not in _contributors:
        _contributors.append(contribute)


def register_consequence(find: ConsequenceFinder) -> None:
    """Add what ends when a capacity is retired."""
    if find not in _consequences:
        _consequences.append(find)


def contributions(enterprise: Enterprise, capacities: Sequence[Capacity]) -> list[Contribution]:
    """Return what other rooms add to an enterprise's page."""
    return [contribute(enterprise, capacities) for contribute in _contributors]


def consequences(capacity: Capacity) -> list[Consequence]:
    """Return what of other rooms would end with a capacity."""
    return [found for find in _consequences if (found := find(capacity)) is not None]
