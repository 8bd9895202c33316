"""Showing again that it is you, before a change to how you log in or are reached (BEHAVIOUR T4)."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from acts.attempts import refuse
from acts.errors import TooMany
from identity import proof, sessions
from identity.actor import ActorRequest
from identity.enums import OWN_LEVEL
from identity.forms import ProofForm
from identity.limits import client_address
from identity.login import Why, login_address, safe_next
from identity.passwords import check_own_password
from identity.views.asking import ask
from ui.pages import page

WRONG = _("This is not your password.")


@page(level="self", methods=("GET", "POST"), while_undecided=True)
@sensitive_post_parameters()
def prove(request: ActorRequest) -> HttpResponse:
    """Ask the password, or a login that the person alone can make; then go back to ?next=."""
    next_address = safe_next(request.GET.get("next", "")) or reverse("own-means")
    again = login_address(next_address=next_address, level=OWN_LEVEL, why=Why.PROVE)
    if not request.actor.person.has_usable_password():
        return redirect(again)
    form = ProofForm(request.POST if request.method == "POST" else None)
    status = 0
    if form.is_valid():
        try:
            if prove_by_password(request, form.cleaned_data["password"]):
                return redirect(next_address)
            form.add_error("password", str(WRONG))
        except TooMany as refusal:
            status = refuse(form, refusal, "password")
    return ask(
        request,
        form,
        title=_("Is it you?"),
        submit=_("Next"),
        texts=[_("What you want to change concerns how you log in or are reached. Type your password to go on.")],
        back=reverse("own-means"),
        links=[(again, _("Log in again with eID or itsme instead"))],
        status=status,
    )


def prove_by_password(request: ActorRequest, password: str) -> bool:
    """Tell whether this is the password of who is logged in; then they have proved it. Wrong tries count. Raises TooMany."""
    actor = request.actor
    if not check_own_password(actor.person, password, address=client_address(request)):
        return False
    proof.note(request.session)
    actor.proved_at = request.session[sessions.PROVED]
    return True
