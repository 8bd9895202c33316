"""What surrounds the pages of an enterprise for its chiefs: which one it is, in which role one acts, and the side menu."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from enterprises.scope import enterprise_of
from identity.actor import Actor
from identity.enums import Role
from identity.rights import Permission, check_right
from ui.addresses import address_of


@dataclass(frozen=True)
class Item:
    """A line of the side menu. in_enterprise: its address begins with the enterprise's. only: the role it is for."""

    route: str
    text: Promise
    in_enterprise: bool = True
    only: Role | None = None


MENU: Sequence[tuple[Promise, Sequence[Item]]] = (
    (
        _("Enterprise management"),
        (
            Item("enterprise-management", _("Capacities")),
            Item("capacity-activate", _("Activate a capacity")),
            Item("co-chief-add", _("Appoint a Co-Chief Access Manager"), only=Role.HTB),
            Item("co-chief-resign", _("Resign as Co-Chief Access Manager"), only=Role.CO_HTB),
            Item("reviews", _("Persons to review")),
            Item("history", _("History")),
        ),
    ),
    (
        _("Personal data"),
        (
            Item("professional-data", _("Data on your professional activity")),
            Item("own-data", _("Own data"), in_enterprise=False),
            Item("my-access", _("My access"), in_enterprise=False),
            Item("own-means", _("My login means"), in_enterprise=False),
        ),
    ),
)


@dataclass(frozen=True)
class EnterpriseFrame:
    """A page of an enterprise: templates/access_admins/frame.html shows it. role: in which the actor acts on this page."""

    enterprise: Enterprise
    role: Role

    @property
    def menu(self) -> list[tuple[Promise, list[tuple[str, str, Promise]]]]:
        """The groups of the side menu, each line with its route, address and words."""
        return [
            (
                title,
                [(item.route, self._address(item), item.text) for item in items if item.only in {None, self.role}],
            )
            for title, items in MENU
        ]

    def _address(self, item: Item) -> str:
        return self.address(item.route) if item.in_enterprise else address_of(item.route)

    def address(self, route: str, **arguments: object) -> str:
        """Return the address of a page of this enterprise."""
        return address_of(route, enterprise_id=self.enterprise.public_id, **arguments)


def framed_enterprise(
    actor: Actor, enterprise_id: uuid.UUID, permission: Permission = Permission.ENTERPRISE_SEE
) -> EnterpriseFrame:
    """Return the frame of an enterprise's page, the first line of its view.

    Raises Missing for a stranger or an enterprise that is not there, NotAllowed for somebody without the right.
    """
    enterprise = enterprise_of(actor, enterprise_id)
    return EnterpriseFrame(enterprise, check_right(actor, permission, enterprise=enterprise.pk))
