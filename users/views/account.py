"""The pages of one account: view, and edit with its check page (BEHAVIOUR U1, U3)."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from acts.attempts import attempt
from acts.errors import Changed
from audit import readings
from identity.actor import ActorRequest
from identity.rights import Permission
from ui.components import Row
from ui.pages import page
from users.account_page import account_in, person_rows, read_account
from users.editing import Plan, applications_for, check_readdress, edit_account, held_codes, plan_edit
from users.enums import AccountStatus, AccountType
from users.forms import EditForm
from users.frame import Frame, framed
from users.lines import type_words
from users.models import Account
from users.permissions import check_upon, may_upon


@page(level="manage")
def view(
    request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID, account_id: uuid.UUID
) -> HttpResponse:
    """Show who it is, its state, its applications, and what happened to it."""
    frame = framed(request.actor, enterprise_id, capacity_id, Permission.ACCOUNT_SEE)
    shown = read_account(request.actor, frame, account_id)
    _note(request, frame, "account")
    return render(request, "users/account.html", {"frame": frame, "shown": shown})


@page(level="manage", methods=("GET", "POST"))
def edit(
    request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID, account_id: uuid.UUID
) -> HttpResponse:
    """Ask what shall change, show it to be checked, save it once it is confirmed."""
    frame = framed(request.actor, enterprise_id, capacity_id, Permission.ACCOUNT_SEE)
    account = account_in(frame, account_id)
    check_upon(request.actor, Permission.ACCOUNT_EDIT, account, frame.capacity)
    check_readdress(request.actor, account)  # so that nothing is typed in vain
    may_grant = may_upon(request.actor, Permission.GRANT_GIVE, account, frame.capacity)
    offered = applications_for(account) if may_grant else None
    if request.method == "GET":
        now = {"email": account.email, "local_email": account.local_email, "applications": list(held_codes(account))}
        return _form(request, frame, account, EditForm(initial=now, offered=offered))
    form = EditForm(request.POST, offered=offered)
    if "back" in request.POST:
        return _form(request, frame, account, EditForm(initial=_typed(request), offered=offered))
    if not form.is_valid():
        return _form(request, frame, account, form, status=422)
    if not form.cleaned_data["plan"]:
        plan = plan_edit(account, form.edit)
        if plan.is_empty:
            messages.info(request, _("Nothing was changed."))
            return redirect(frame.address("account", account_id=account_id))
        return _check(request, frame, form, plan)
    tried = attempt(
        form,
        lambda: edit_account(actor=request.actor, account=account, edit=form.edit, confirmed=form.cleaned_data["plan"]),
    )
    if tried.done:
        messages.success(request, _saved(account))
        return redirect(frame.address("account", account_id=account_id))
    if tried.changed is not None:
        account = account_in(frame, account_id)
        return _check(request, frame, form, plan_edit(account, form.edit), tried.changed)
    return _form(request, frame, account, form, status=tried.status)


def _form(request: ActorRequest, frame: Frame, account: Account, form: EditForm, status: int = 200) -> HttpResponse:
    context = {
        "frame": frame,
        "back": frame.address("account", account_id=account.public_id),
        "person_rows": person_rows(request.actor, account),
        "form": form,
    }
    _note(request, frame, "account-edit")
    return render(request, "users/account_edit.html", context, status=status)


def _check(
    request: ActorRequest, frame: Frame, form: EditForm, plan: Plan, changed: Changed | None = None
) -> HttpResponse:
    _note(request, frame, "account-edit")
    return render(
        request,
        "users/account_check.html",
        {
            "frame": frame,
            "plan": plan,
            "kept": form.kept,
            "rows": [*person_rows(request.actor, plan.account), *_rows(plan)],
            "changed": changed,
        },
        status=changed.status if changed else 200,
    )


def _rows(plan: Plan) -> list[Row]:
    account = plan.account
    status = AccountStatus.ACTIVE if account.blocked_at is None else AccountStatus.BLOCKED
    return [
        Row(_("Type"), type_words(account.get_type_display(), as_htb=account.as_htb)),
        Row(_("Status"), status.label),
        Row(_("E-mail address"), plan.edit.email),
        Row(_("Local e-mail address"), plan.edit.local_email or "—"),
    ]


def _typed(request: ActorRequest) -> dict[str, object]:
    return {
        "email": request.POST.get("email", ""),
        "local_email": request.POST.get("local_email", ""),
        "applications": request.POST.getlist("applications"),
    }


def _saved(account: Account) -> str:
    return {
        AccountType.LB: _("The data of the Access Manager were saved"),
        AccountType.CO_LB: _("The data of the Co-Access Manager were saved"),
        AccountType.USER: _("The data of the user were saved"),
    }[AccountType(account.type)]


def _note(request: ActorRequest, frame: Frame, name: str) -> None:
    """A page that shows one full number leaves one reading (E1)."""
    readings.note(
        actor=str(request.actor.public_id),
        page=name,
        count=int(request.actor.shows_numbers),
        enterprise=str(frame.capacity.enterprise.public_id),
        capacity=str(frame.capacity.public_id),
    )
