"""The list as a file (BEHAVIOUR U2)."""

import uuid

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import pgettext

from audit import readings
from formats import csv
from identity.actor import ActorRequest
from identity.rights import Permission
from ui.pages import page
from users.frame import framed
from users.list_references import filter_of
from users.sheet.export import export_accounts


@page(level="manage", methods=("POST",))
def export(request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID) -> StreamingHttpResponse:
    """Send the list that the query stands for. By POST: it is recorded, and nothing may fetch it on somebody's behalf."""
    frame = framed(request.actor, enterprise_id, capacity_id, Permission.ACCOUNT_EXPORT)
    capacity = frame.capacity
    wanted = filter_of(request.GET.dict(), actor=request.actor, session=request.session.session_key, capacity=capacity)
    made = export_accounts(actor=request.actor, capacity=capacity, wanted=wanted)
    readings.note(
        actor=str(request.actor.public_id),
        page="users-export",
        count=made.count if request.actor.shows_numbers else 0,
        enterprise=str(capacity.enterprise.public_id),
        capacity=str(capacity.public_id),
    )
    what = pgettext("file name", "users")
    name = f"{what}-{capacity.identification}-{timezone.localdate():%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        made.pieces, content_type=csv.CONTENT_TYPE, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
