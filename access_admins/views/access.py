"""My access: roles and applications, what, where, since when, by whom (BEHAVIOUR U8)."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from access_admins.access import access_of, own_account
from access_admins.actions.own import change_own_account, check_own_account
from access_admins.forms import OwnAccountForm
from access_admins.presenters import access_blocks
from access_admins.reach import ORDER, enterprises_of
from acts.attempts import attempt
from acts.errors import Missing
from enterprises.scope import enterprise_of
from identity.actor import ActorRequest
from ui.addresses import id_in
from ui.kept import take
from ui.keyset import page_of
from ui.pages import page

# Each enterprise takes a good part of a screen.
AT_ONCE = 10


@page(level="self")
def my_access(request: ActorRequest) -> HttpResponse:
    """What the actor may do in every enterprise, by name."""
    person = request.actor.person
    after, before = id_in(request.GET.get("after")), id_in(request.GET.get("before"))
    found = page_of(enterprises_of(person), ORDER, after=after, before=before, size=AT_ONCE)
    context = {"blocks": access_blocks(access_of(person, found.rows)), **found.addresses()}
    return render(request, "access_admins/my_access.html", context)


@page(level="self")
def enterprise_access(request: ActorRequest, enterprise_id: uuid.UUID) -> HttpResponse:
    """What the actor may do in one enterprise."""
    enterprise = enterprise_of(request.actor, enterprise_id)
    context = {"blocks": access_blocks(access_of(request.actor.person, [enterprise])), "enterprise": enterprise}
    return render(request, "access_admins/my_access.html", context)


@page(level="self", methods=("GET", "POST"), keeps_form=True, fresh=True)
def account_contact(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """The e-mail addresses of one's own account in a capacity."""
    account = own_account(request.actor.person, account_id)
    if account is None:
        raise Missing
    check_own_account(account)
    initial = {"email": account.email, "local_email": account.local_email} | take(request)
    form = OwnAccountForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 200
    if request.method == "POST":
        tried = attempt(form, lambda: change_own_account(actor=request.actor, account=account, **form.cleaned_data))
        if tried.done:
            messages.success(request, _("Your data are saved."))
            return redirect("enterprise-access", account.capacity.enterprise.public_id)
        status = tried.status
    context = {
        "form": form,
        "enterprise": account.capacity.enterprise,
        "capacity": account.capacity.in_words,
    }
    return render(request, "access_admins/account_contact.html", context, status=status)
