"""The enterprise's page for its chiefs, and how one is reached as chief (BEHAVIOUR H2, H8)."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from access_admins.actions.own import change_professional_data
from access_admins.appointments import who_appointed_whom
from access_admins.co_chiefs.renewable import co_chiefs_to_renew
from access_admins.forms import ProfessionalDataForm
from access_admins.frame import framed_enterprise
from access_admins.holdings import chief_role_of
from access_admins.hooks import contributions
from access_admins.overview import overview_of
from access_admins.presenters import capacity_table, chief_table, enterprise_rows, own_tasks
from acts.attempts import attempt
from identity.actor import ActorRequest
from identity.rights import Permission
from ui.kept import take
from ui.pages import page


@page(level="manage")
def management(request: ActorRequest, enterprise_id: uuid.UUID) -> HttpResponse:
    """The enterprise, its capacities and who administers them, what there is to do."""
    frame = framed_enterprise(request.actor, enterprise_id)
    overview = overview_of(frame.enterprise)
    added = contributions(frame.enterprise, [line.capacity for line in overview.capacities])
    context = {
        "frame": frame,
        "enterprise_rows": enterprise_rows(frame.enterprise),
        "tasks": [*own_tasks(overview, frame), *(task for one in added for task in one.tasks)],
        "capacity_table": capacity_table(overview, frame, added) if overview.capacities else None,
        "chief_table": chief_table(
            overview, frame, renewable=co_chiefs_to_renew(request.actor, frame.enterprise, overview)
        ),
        "tree": who_appointed_whom(overview),
    }
    return render(request, "access_admins/management.html", context)


@page(level="manage", methods=("GET", "POST"), keeps_form=True, fresh=True)
def professional_data(request: ActorRequest, enterprise_id: uuid.UUID) -> HttpResponse:
    """E-mail and telephone of the actor as chief of this enterprise."""
    frame = framed_enterprise(request.actor, enterprise_id, Permission.ENTERPRISE_CONTACT)
    role = chief_role_of(request.actor.person, frame.enterprise)
    initial = {"email": role.email, "telephone": role.telephone} | take(request)
    form = ProfessionalDataForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 200
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: change_professional_data(actor=request.actor, enterprise=frame.enterprise, **form.cleaned_data),
        )
        if tried.done:
            messages.success(request, _("Your professional data are saved."))
            return redirect(frame.address("enterprise-management"))
        status = tried.status
    context = {"frame": frame, "form": form, "role": role}
    return render(request, "access_admins/professional_data.html", context, status=status)
