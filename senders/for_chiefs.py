"""What the enterprise's page and the end of a capacity say of senders; `csam_portal.apps` registers it (BEHAVIOUR H2, H6)."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Min, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from access_admins.hooks import Consequence, Contribution, Task
from acts.prepared import prepared
from enterprises.models import Capacity, Enterprise
from senders.models import Sender
from senders.notices import SOON
from senders.standing import sender_of
from ui.templatetags.ui import day
from users.models import LIVE

_CERTIFICATES = "channels__certificates__"
_IN_USE = Q(channels__ended_at=None, **{f"{_CERTIFICATES}retired_at": None, f"{_CERTIFICATES}revoked_at": None})


def contribute(enterprise: Enterprise, capacities: Sequence[Capacity]) -> Contribution:
    """Return the sender of each capacity that has one, and which of them have a certificate that ends soon. One query."""
    by_capacity = {capacity.pk: capacity for capacity in capacities}
    cells, tasks, now = {}, [], timezone.now()
    for sender in _senders(enterprise=enterprise.pk):
        cells[sender.capacity_id] = (
            _("%(number)s (blocked)") % {"number": sender.number} if sender.blocked_at else sender.number
        )
        if sender.ends_at is not None and sender.ends_at <= now + SOON:
            sentence = (
                _("A certificate of sender %(number)s ended on %(day)s")
                if sender.ends_at <= now
                else _("A certificate of sender %(number)s ends on %(day)s")
            )
            place = by_capacity[sender.capacity_id]
            address = reverse("senders", args=[enterprise.public_id, place.public_id])
            tasks.append(Task(sentence % {"number": sender.number, "day": day(sender.ends_at)}, address))
    return Contribution(_("Sender"), cells, tasks)


@prepared
def _senders(enterprise: Any) -> QuerySet[Any, Any]:
    senders = Sender.objects.filter(LIVE, capacity__enterprise=enterprise)
    return senders.annotate(ends_at=Min(f"{_CERTIFICATES}valid_to", filter=_IN_USE)).order_by("ends_at", "pk")


def ends_with(capacity: Capacity) -> Consequence | None:
    """Return that the sender of a capacity ends with it, None where there is none."""
    sender = sender_of(capacity)
    if sender is None:
        return None
    sentence = _("Sender %(number)s ends: nothing can be sent with it any more.")
    return Consequence({"sender": str(sender.public_id)}, [sentence % {"number": sender.number}])
