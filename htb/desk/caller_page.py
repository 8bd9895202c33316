"""The page for callers: find an enterprise or a person, with a reason; see roles and states, change nothing (BEHAVIOUR X11)."""

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from acts.attempts import Attempt, attempt
from formats import enterprise_number, insz
from htb.callers import EnterpriseFound, PersonFound, look_up_enterprise, look_up_person
from htb.desk import actor_of
from htb.desk.forms import CallerForm
from htb.models import Request
from identity.actor import Actor


def callers(admin: "ModelAdmin[Request]", request: HttpRequest) -> HttpResponse:
    """Ask, look up, show. What was found is the answer to the POST: no address leads to it."""
    form = CallerForm(request.POST if request.method == "POST" else None)
    tried: Attempt[EnterpriseFound | PersonFound] = Attempt(200)
    if form.is_bound:
        tried = attempt(form, lambda: _look_up(actor_of(request), form))
    found, status = tried.result, tried.status
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Callers"),
        "opts": admin.opts,
        "form": form,
        "is_wrong": status != 200,
        "found": found,
        "name": _name(found),
        "number": _number(found),
        "enterprise": found if isinstance(found, EnterpriseFound) else None,
        "person": found if isinstance(found, PersonFound) else None,
    }
    return TemplateResponse(request, "admin/htb/request/callers.html", context, status=status)


def _look_up(actor: Actor, form: CallerForm) -> EnterpriseFound | PersonFound:
    (kind, number), reason = form.cleaned_data["number"], form.cleaned_data["reason"]
    if kind == "enterprise":
        return look_up_enterprise(actor=actor, number=number, reason=reason)
    return look_up_person(actor=actor, insz=number, reason=reason)


def _name(found: EnterpriseFound | PersonFound | None) -> str:
    if isinstance(found, EnterpriseFound):
        if found.registered:
            return found.registered.name_in(get_language() or "nl")
        return found.enterprise.name if found.enterprise else ""
    known = found and (found.registered or found.person)
    return f"{known.first_names} {known.last_name}" if known else ""


def _number(found: EnterpriseFound | PersonFound | None) -> str:
    if isinstance(found, EnterpriseFound):
        return enterprise_number.show(found.number)
    return insz.mask(found.insz) if found else ""
