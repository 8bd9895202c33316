"""Ending the role of an access administrator or co-administrator: by the HTB, or by themselves (BEHAVIOUR H3, H4, H10)."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from acts.errors import Missing
from identity.actor import ActorRequest
from identity.rights import Permission, check_right
from ui.pages import page
from users.adding.accounts import administrator, has_resigned, own_account
from users.adding.actions import TO_END, on_removal, remove_administrator
from users.adding.actions import resign as give_back
from users.adding.ending import end_page, finished
from users.adding.plan import plan_removal
from users.adding.presenters import ROLES, removal_consequences, role_rows
from users.enums import AccountType
from users.frame import Frame, framed
from users.models import Account

METHODS = ("GET", "POST")


@page(level="manage", methods=METHODS)
def remove(
    request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID, account_id: uuid.UUID
) -> HttpResponse:
    """H3, H4: what ends with the role, and the confirmation."""
    frame = framed(request.actor, enterprise_id, capacity_id)
    account = administrator(frame.capacity, account_id)
    kind = AccountType(account.type)
    check_right(
        request.actor, TO_END[kind], enterprise=frame.capacity.enterprise_id, capacity=frame.capacity.pk,
        on=on_removal(account),
    )  # fmt: skip
    return _end_page(
        request,
        frame,
        account,
        title=_("Remove the %(role)s") % {"role": ROLES[kind]},
        submit=_("Confirm the removal"),
        is_own=False,
        carry_out=lambda confirmed: remove_administrator(actor=request.actor, account=account, confirmed=confirmed),
        done=_("%(name)s is no longer %(role)s.") % {"name": account.person.full_name, "role": ROLES[kind]},
        next_address=frame.address("users"),
    )


@page(level="manage", methods=METHODS)
def resign(request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID) -> HttpResponse:
    """H10: giving one's own role back."""
    done = _("You have resigned.")
    if request.method == "POST" and has_resigned(request.actor, capacity_id):
        return finished(request, done, "management-home")  # a double click: the tie is gone with the first
    frame = framed(request.actor, enterprise_id, capacity_id)
    account = own_account(request.actor, frame.capacity)
    check_right(
        request.actor, Permission.ROLE_RESIGN, enterprise=frame.capacity.enterprise_id, capacity=frame.capacity.pk,
        on=on_removal(account) if account is not None else None,
    )  # fmt: skip
    if account is None:
        raise Missing
    return _end_page(
        request,
        frame,
        account,
        title=_("Resign as %(role)s") % {"role": ROLES[AccountType(account.type)]},
        submit=_("Resign"),
        is_own=True,
        carry_out=lambda confirmed: give_back(actor=request.actor, account=account, confirmed=confirmed),
        done=done,
        next_address="management-home",
    )


def _end_page(request: ActorRequest, frame: Frame, account: Account, *, is_own: bool, **words: Any) -> HttpResponse:
    def plan() -> dict[str, Any]:
        removal = plan_removal(account)
        return {
            "rows": role_rows(account),
            "consequences": removal_consequences(removal, is_own=is_own),
            "plan_digest": removal.digest,
        }

    return end_page(
        request,
        ended_at=account.ended_at,
        plan=plan,
        layout="users/frame.html",
        help="access-managers",
        frame=frame,
        back=frame.address("users"),
        **words,
    )
