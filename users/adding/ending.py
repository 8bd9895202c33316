"""The page on which somebody's role is ended: what ends with it, and the confirmation (BEHAVIOUR H3, H4, H5, H10)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from acts.attempts import attempt
from acts.errors import Missing
from identity.actor import ActorRequest
from users.adding.forms import ConfirmForm


def end_page(
    request: ActorRequest,
    *,
    ended_at: datetime | None,
    plan: Callable[[], dict[str, Any]],
    carry_out: Callable[[str], None],
    done: str,
    next_address: str,
    **context: Any,
) -> HttpResponse:
    """Show what ending a role changes; a POST ends it, and goes on to next_address.

    ended_at: of the role, as it was read. plan: what the page shows of it now, with its digest (`rows`, `consequences`,
    `plan_digest`); not asked where somebody else ended the role meanwhile. carry_out: given the digest that was confirmed.
    done: the sentence that follows. context: layout, frame, help, title, submit, back.
    """
    context = {"kind": "warning", **context}
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    status, changed = 200, None
    if request.method == "POST":
        tried = attempt(form, lambda: carry_out(form.cleaned_data["plan"]))
        if tried.done:
            return finished(request, done, next_address)
        status, changed = tried.status, tried.changed
    elif ended_at is not None:
        raise Missing
    is_over = changed is not None and changed.code == "ended_meanwhile"
    shown = {"consequences": []} if is_over else plan()
    return render(
        request, "users/adding/end.html", {**context, "form": form, "changed": changed, **shown}, status=status
    )


def finished(request: ActorRequest, sentence: str, address: str) -> HttpResponse:
    """Go on once a role has ended."""
    messages.success(request, sentence)
    return redirect(address)
