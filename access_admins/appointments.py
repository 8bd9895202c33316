"""Who appointed whom in an enterprise, as a tree: chief, co-chiefs, administrators (H2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise

from access_admins.overview import Administrator, Overview
from enterprises.models import Capacity
from identity.enums import Role
from users.enums import AccountType
from users.holdings import ROLE_OF


@dataclass(frozen=True)
class Place:
    """A capacity that somebody administers, and since when."""

    capacity: Capacity
    holds: Administrator


@dataclass
class Node:
    """Somebody in the tree.

    role: None for who appointed people here and has no role over the enterprise any more. places: capacities administered.
    """

    name: str
    role: str | Promise | None = None
    places: list[Place] = field(default_factory=list)
    appointed: list["Node"] = field(default_factory=list)


def who_appointed_whom(overview: Overview) -> list[Node]:
    """Return the chief's node, then those of former chiefs and others whose appointments still stand, by name.

    What the chief holds as HTB nobody appointed.
    """
    capacities = {line.capacity.pk: line.capacity for line in overview.capacities}
    top = {overview.chief.person: Node(overview.chief.name, Role.HTB.label)}
    co_chiefs = {one.person: Node(one.name, Role.CO_HTB.label) for one in overview.co_chiefs}
    appointed_by = {one.person: one.by_person for one in overview.co_chiefs}
    for one in overview.co_chiefs:
        is_below = one.by_person in co_chiefs and not _leads_back(one.person, appointed_by)
        _below(one, co_chiefs if is_below else top).append(co_chiefs[one.person])
    nodes: dict[tuple[int, int, str], Node] = {}
    for one in _administrators(overview):
        key = one.person, one.by_person, one.kind
        if key not in nodes:
            nodes[key] = Node(one.name, ROLE_OF[AccountType(one.kind)].label)
            _below(one, co_chiefs if one.by_person in co_chiefs else top).append(nodes[key])
        nodes[key].places.append(Place(capacities[one.capacity or 0], one))
    chief, *others = top.values()
    return [chief, *sorted(others, key=lambda node: node.name)]


def _leads_back(person: int, appointed_by: Mapping[int, int]) -> bool:
    """Tell whether the way up from a co-chief never leaves the co-chiefs: two who were chief in turn appointed each other."""
    climbed = {person}
    while person in appointed_by:
        person = appointed_by[person]
        if person in climbed:
            return True
        climbed.add(person)
    return False


def _administrators(overview: Overview) -> Iterable[Administrator]:
    for line in overview.capacities:
        if line.tb is not None and not line.tb.as_htb:
            yield line.tb
        yield from line.co_tbs


def _below(one: Administrator, nodes: dict[int, Node]) -> list[Node]:
    """Return the list below whoever appointed somebody; they get a node without a role where they have none."""
    return nodes.setdefault(one.by_person, Node(one.by)).appointed
