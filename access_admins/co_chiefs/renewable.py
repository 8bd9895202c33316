"""Which co-chiefs of an enterprise lost the activation that came with the role, or let it grow too old (BEHAVIOUR L7)."""

from access_admins.overview import Overview
from enterprises.models import Enterprise
from identity.actions.activation import who_can_be_sent_one
from identity.actor import Actor
from identity.rights import Permission, may


def co_chiefs_to_renew(actor: Actor, enterprise: Enterprise, overview: Overview) -> set[int]:
    """Return the persons (ids) to whom the actor may send a new one. At most three queries, none without co-chiefs."""
    if not overview.co_chiefs or not may(actor, Permission.CO_CHIEF_APPOINT, enterprise=enterprise.pk):
        return set()
    return who_can_be_sent_one([one.person for one in overview.co_chiefs], enterprise.public_id)
