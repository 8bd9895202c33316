"""What others gave a person to log in with: kept or ended by the person's own choice (BEHAVIOUR T2)."""

from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from identity.actions.vouching import decide
from identity.actor import ActorRequest
from identity.enums import OWN_LEVEL
from identity.forms import KeepMeansForm
from identity.login import safe_next
from identity.proof import check_fresh
from identity.views.asking import told
from identity.vouching import found
from ui.pages import page


@page(level="self", methods=("GET", "POST"), while_undecided=True)
def vouched_means(request: ActorRequest) -> HttpResponse:
    """Show what there is, who made it and when; what is not ticked ends. Until this is answered no other page opens."""
    actor = request.actor
    next_address = safe_next(request.GET.get("next", "")) or reverse("management-home")
    if actor.person.means_set_aside_at is None:
        return redirect(next_address)
    actor.needs_level(OWN_LEVEL)
    check_fresh(actor)
    there = found(actor.person)
    form = KeepMeansForm(request.POST if request.method == "POST" else None, found=there)
    if form.is_valid():
        person = decide(actor=actor, keep=form.cleaned_data["keep"])
        update_session_auth_hash(request, person)
        kept = bool(form.cleaned_data["keep"])
        told(
            request,
            _("What you kept is yours now.") if kept else _("Nothing of it is left. You log in with eID or itsme."),
        )
        return redirect(next_address)
    context = {"form": form, "found": there, "since": actor.person.means_set_aside_at}
    return render(request, "identity/vouched_means.html", context, status=422 if form.errors else 200)
