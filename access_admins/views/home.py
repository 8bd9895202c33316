"""The management home: which enterprise, then which role there (BEHAVIOUR H1, L5, U6)."""

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render

from access_admins.forms import FindForm
from access_admins.holdings import current_chief
from access_admins.presenters import enterprise_links, role_links
from access_admins.reach import ORDER, enterprises_of, first_enterprises, is_blocked_everywhere, kinds_of, roles_in
from enterprises.scope import enterprise_of
from identity.actor import ActorRequest
from ui.addresses import id_in
from ui.keyset import SIZE, first_page, page_of
from ui.pages import page


@page(level="self")
def home(request: ActorRequest) -> HttpResponse:
    """The enterprises for which the actor holds a role, with a search box when they fill more than a page.

    Without any, what to do; with one alone, straight to it: coming home from it leads back to it.
    """
    person = request.actor.person
    everything = first_page(first_enterprises(person))
    if len(everything.rows) <= 1:
        if everything.rows:
            return redirect("enterprise", everything.rows[0].public_id)
        return render(request, "access_admins/no_role.html")
    form = FindForm(request.GET if {"search", "quality"} & request.GET.keys() else None, kinds=kinds_of(person))
    wanted = form.cleaned_data if form.is_valid() else {}
    search, quality = wanted.get("search", ""), wanted.get("quality", "")
    after, before = id_in(request.GET.get("after")), id_in(request.GET.get("before"))
    found = everything
    if search or quality or after or before:
        rows = enterprises_of(person, search=search, kind=quality)
        found = page_of(rows, ORDER, after=after, before=before)
    context = {
        "form": form,
        "asks": len(everything.rows) == SIZE or "quality" in form.fields,
        "enterprises": enterprise_links(found.rows),
        "is_blocked": is_blocked_everywhere(person),
        **found.addresses(search=search, quality=quality),
    }
    return render(request, "access_admins/home.html", context)


@page(level="self")
def enterprise(request: ActorRequest, enterprise_id: uuid.UUID) -> HttpResponse:
    """The actor's roles in one enterprise, as links; who is blocked in all of them reads whom to ask."""
    chosen = enterprise_of(request.actor, enterprise_id)
    roles = roles_in(request.actor.person, chosen)
    context = {"enterprise": chosen, "roles": role_links(chosen, roles), "is_blocked": roles.are_blocked}
    if roles.are_blocked:
        context["chief"] = current_chief(chosen.number)
    return render(request, "access_admins/enterprise.html", context)
