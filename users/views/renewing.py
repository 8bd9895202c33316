"""Sending an access administrator or co-administrator a new activation (BEHAVIOUR L7)."""

import uuid

from django.http import HttpResponse
from django.utils.translation import gettext as _

from acts.errors import Missing
from identity.actor import ActorRequest
from identity.rights import check_right
from ui.pages import page
from users.account_page import account_in
from users.adding.actions import TO_END, TO_GIVE, on_removal, renew_activation
from users.adding.presenters import role_rows
from users.adding.renewing import renewal_page, sent_page
from users.enums import AccountType
from users.frame import Frame, framed
from users.models import Account

LAYOUT = "users/frame.html"


@page(level="manage", methods=("GET", "POST"), fresh=True)
def renew(
    request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID, account_id: uuid.UUID
) -> HttpResponse:
    """What a new activation does, and the confirmation."""
    frame, account = _reached(request, enterprise_id, capacity_id, account_id)
    return renewal_page(
        request,
        person=account.person,
        enterprise=frame.capacity.enterprise.public_id,
        held=account.public_id,
        carry_out=lambda confirmed: renew_activation(actor=request.actor, account=account, confirmed=confirmed),
        sent=frame.address("administrator-activation-sent", account_id=account.public_id),
        layout=LAYOUT,
        help="access-managers",
        frame=frame,
        rows=role_rows(account),
        back=frame.address("account", account_id=account.public_id),
    )


@page(level="manage")
def sent(
    request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID, account_id: uuid.UUID
) -> HttpResponse:
    """The code, once."""
    frame, account = _reached(request, enterprise_id, capacity_id, account_id)
    return sent_page(
        request,
        person=account.person,
        held=account.public_id,
        layout=LAYOUT,
        frame=frame,
        back=frame.address("account", account_id=account.public_id),
        back_text=_("go back to the account"),
    )


def _reached(
    request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID, account_id: uuid.UUID
) -> tuple[Frame, Account]:
    """Return an administrator's account, for who may give that role."""
    frame = framed(request.actor, enterprise_id, capacity_id)
    account = account_in(frame, account_id)
    kind = AccountType(account.type)
    if kind not in TO_END:
        raise Missing
    check_right(
        request.actor, TO_GIVE[kind], enterprise=frame.capacity.enterprise_id, capacity=frame.capacity.pk,
        on=on_removal(account),
    )  # fmt: skip
    return frame, account
