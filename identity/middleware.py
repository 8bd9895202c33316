"""Puts `request.actor` on every request: the Actor of a session that still lives, else None."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from identity import sessions
from identity.actor import Actor
from identity.enums import Means
from identity.login import end_session, has_lapsed

# A session is marked as seen at most this often, so that reading pages seldom writes.
SEEN_EVERY_SECONDS = 60


class ActorMiddleware:
    """Ends sessions that lapsed, notes that others were seen, and makes the Actor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = self._actor(request)  # type: ignore[attr-defined]  # the portal's own attribute
        return self.get_response(request)

    def _actor(self, request: HttpRequest) -> Actor | None:
        if sessions.PERSON not in request.session:
            return None
        if has_lapsed(request):
            end_session(request)
            return None
        if not request.user.is_authenticated:
            return None
        now = time.time()
        if now - request.session[sessions.SEEN] > SEEN_EVERY_SECONDS:
            request.session[sessions.SEEN] = now
        return Actor(
            person=request.user,
            level=request.session[sessions.LEVEL],
            means=Means(request.session[sessions.MEANS]),
            language=translation.get_language() or "nl",
        )
