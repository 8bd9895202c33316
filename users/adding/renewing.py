"""The pages on which a new activation is sent in the place of a lost one: the confirmation, the code, once (BEHAVIOUR L7)."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from acts.attempts import attempt
from identity.actions.activation import Renewable, renewable
from identity.actor import ActorRequest
from identity.models import Person
from ui.kept import keep_code, take_code
from users.adding.forms import ConfirmForm
from users.adding.plan import by_link
from users.adding.presenters import RENEW, about_way_in


def renewal_page(
    request: ActorRequest,
    *,
    person: Person,
    enterprise: uuid.UUID,
    held: uuid.UUID,
    carry_out: Callable[[str], str],
    sent: str,
    **context: Any,
) -> HttpResponse:
    """Show what a new activation does; a POST sends it, and goes on to the page that shows the code.

    held: the role's or account's public_id. carry_out: the act, given the digest that was confirmed; returns the code. sent:
    the address of that page. context: layout, frame, help, rows, back. Where none can be sent (any more), the page
    says why.
    """
    form = ConfirmForm(request.POST)
    found, status = None, 200
    if request.method == "POST":
        tried = attempt(form, lambda: keep_code(request, held, carry_out(form.cleaned_data["plan"])))
        # Changed: a double click, or another chief was first; the code is shown to the session that has it.
        if tried.done or tried.changed is not None:
            return redirect(sent)
        status = tried.status
    else:
        asked = attempt(form, lambda: renewable(person, enterprise))
        found, status = asked.result, asked.status
    shown = {"plan_digest": found.digest, "consequences": _consequences(person, found)} if found is not None else {}
    return render(
        request,
        "users/adding/end.html",
        {**context, "title": RENEW, "submit": RENEW, "form": form, **shown},
        status=status,
    )


def _consequences(person: Person, found: Renewable) -> list[str]:
    return [
        _("The earlier link and the earlier code stop working."),
        *about_way_in(by_link(found.sets), {"name": person.full_name}, ends=found.ends),
    ]


def sent_page(request: ActorRequest, *, person: Person, held: uuid.UUID, **context: Any) -> HttpResponse:
    """Show the code, once; then back to where the activation was sent from. context: layout, frame, back, back_text."""
    code = take_code(request, held)
    if not code:
        messages.info(request, _("The code of an activation is shown once, to the person who sends it."))
        return redirect(context["back"])
    return render(request, "users/adding/sent.html", {**context, "name": person.full_name, "code": code})
