"""What surrounds the pages of a capacity: which one it is, in which role one acts there, and the guide's side menu (U0)."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enterprises.models import Capacity
from enterprises.scope import capacity_of
from identity.actor import Actor
from identity.enums import Role
from identity.rights import On, Permission, check_right
from ui.addresses import address_of


@dataclass(frozen=True)
class Item:
    """A line of the side menu. in_capacity: its address begins with the capacity's; fragment: a place on that page.

    only: the roles it is for, empty for all.
    """

    route: str
    text: Promise
    in_capacity: bool = True
    fragment: str = ""
    only: tuple[Role, ...] = ()


MENU: Sequence[tuple[Promise, Sequence[Item]]] = (
    (
        _("Capacity management"),
        (
            Item("capacity", _("Start page")),
            Item("users", _("Users")),
            Item("capacity-details", _("View or change the details of the capacity")),
            Item("users", _("Look up users"), fragment="#filter"),
            Item("person-add", _("Create users")),
        ),
    ),
    (
        _("Structured messages"),
        (
            Item("senders", _("Structured messages")),
            Item("sender-register", _("Register my configuration data")),
        ),
    ),
    (
        _("Personal data"),
        (
            Item("own-data", _("Change my personal data"), in_capacity=False),
            Item("my-access", _("My access"), in_capacity=False),
            Item("own-password", _("Change my password"), in_capacity=False),
            Item("own-means", _("My login means"), in_capacity=False),
            Item("role-resign", _("Resign"), only=(Role.TB, Role.CO_TB)),
        ),
    ),
)


@dataclass(frozen=True)
class Frame:
    """A page of a capacity: templates/users/frame.html shows it. role: in which the actor acts on this page."""

    capacity: Capacity
    role: Role

    @property
    def menu(self) -> list[tuple[Promise, list[tuple[str, str, Promise]]]]:
        """The groups of the side menu, each line with its route, address and words."""
        return [
            (
                title,
                [
                    (item.route, self._address(item), item.text)
                    for item in items
                    if not item.only or self.role in item.only
                ],
            )
            for title, items in MENU
        ]

    def _address(self, item: Item) -> str:
        return (self.address(item.route) if item.in_capacity else address_of(item.route)) + item.fragment

    def address(self, route: str, **arguments: object) -> str:
        """Return the address of a page of this capacity."""
        place = {"enterprise_id": self.capacity.enterprise.public_id, "capacity_id": self.capacity.public_id}
        return address_of(route, **place, **arguments)


def framed(
    actor: Actor,
    enterprise_id: uuid.UUID,
    capacity_id: uuid.UUID,
    permission: Permission = Permission.CAPACITY_SEE,
    on: On | None = None,
) -> Frame:
    """Return the frame of a capacity's page, the first line of its view.

    Raises Missing for a stranger or a capacity that is not there, NotAllowed for somebody without the right.
    """
    capacity = capacity_of(actor, enterprise_id, capacity_id)
    role = check_right(actor, permission, enterprise=capacity.enterprise_id, capacity=capacity.pk, on=on)
    return Frame(capacity, role)
