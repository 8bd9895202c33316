"""The management home (BEHAVIOUR H1, L5)."""

from django.http import HttpResponse
from django.shortcuts import render

from access_admins.holdings import enterprises_of
from identity.actor import ActorRequest
from ui.pages import page


@page(level="self")
def home(request: ActorRequest) -> HttpResponse:
    """The enterprises for which the actor holds a role; without any, what to do."""
    return render(request, "access_admins/home.html", {"enterprises": enterprises_of(request.actor.person)})
