"""The contact centre's desk: the pages of one case and of callers in the admin (BEHAVIOUR X7, X11)."""

from typing import cast

from django.http import HttpRequest

from identity.actions.staff import staff_actor
from identity.actor import Actor
from identity.models import Person


def actor_of(request: HttpRequest) -> Actor:
    """Return the member of staff at work; the admin lets in nobody else."""
    return staff_actor(cast(Person, request.user))
