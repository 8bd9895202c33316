"""Puts `request.user` and `request.actor` on every request: the person and the Actor of a session that still lives."""

from collections.abc import Callable
from datetime import timedelta
from typing import cast

from django.contrib import messages
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare
from django.utils.formats import date_format
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from identity import sessions
from identity.actor import Actor
from identity.enums import Means
from identity.login import end_session, lapse_of
from identity.models import Person

# A visit is noted at most this often, so that reading pages seldom writes; a session may so end up to a minute early.
SEEN_EVERY = timedelta(seconds=60)


# A change is told in every session that begins within this time after it.
TOLD_FOR = timedelta(days=7)


class PersonMiddleware(AuthenticationMiddleware):
    """Django's own, which need not ask for the person whom the session's row brought along."""

    def process_request(self, request: HttpRequest) -> None:
        """Put the user on the request, looked up when first asked for."""
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _owner(request) or get_user(request))  # type: ignore[assignment]  # lazy


def _owner(request: HttpRequest) -> Person | None:
    """Return the session's owner where nothing is doubtful; the rest (staff, a changed password, …) is Django's to judge."""
    session = cast(sessions.SessionStore, request.session)
    if session.get(sessions.PERSON) is None or session.owner is None:
        return None
    owner = session.owner
    is_sure = (
        owner.is_active
        and session.get(SESSION_KEY) == str(owner.pk)
        and constant_time_compare(session.get(HASH_SESSION_KEY, ""), owner.get_session_auth_hash())
    )
    return owner if is_sure else None


class ActorMiddleware:
    """Ends sessions that lapsed, notes that others were seen, and makes the Actor.

    `request.lapsed` says why a session ended just now (identity.login.Why), so that the login page can say it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.lapsed = self._end_when_lapsed(request)  # type: ignore[attr-defined]  # the portal's own attribute
        actor = self._actor(request)
        request.actor = actor  # type: ignore[attr-defined]  # the portal's own attribute
        if actor is not None:
            _tell_of_change(request, actor)
        return self.get_response(request)

    def _end_when_lapsed(self, request: HttpRequest) -> str:
        session = cast(sessions.SessionStore, request.session)
        if SESSION_KEY not in session:
            return ""
        why = lapse_of(session)
        if why is not None:
            request.lapsed_person = session[SESSION_KEY]  # type: ignore[attr-defined]  # the portal's own attribute
            end_session(request)
            return why.value
        if session.seen_at is None or timezone.now() - session.seen_at > SEEN_EVERY:
            session.note_visit()
        return ""

    def _actor(self, request: HttpRequest) -> Actor | None:
        # Staff who log in at the admin have a session without means: they are nobody's actor (BEHAVIOUR E9).
        if sessions.PERSON not in request.session or not request.user.is_authenticated:
            return None
        return Actor(
            person=request.user,
            level=request.session[sessions.LEVEL],
            means=Means(request.session[sessions.MEANS]),
            language=translation.get_language() or "nl",
            proved_at=request.session.get(sessions.PROVED, 0),
            federal_email=request.session.get(sessions.FEDERAL_EMAIL, ""),
        )


def _tell_of_change(request: HttpRequest, actor: Actor) -> None:
    """Say once in each session that means of login or the own address changed, whoever did it (BEHAVIOUR T3).

    Of what was done in this very session its own page says more (identity.views.asking.told).
    """
    changed_at = actor.person.means_changed_at
    if changed_at is None or timezone.now() - changed_at > TOLD_FOR:
        return
    if actor.person.means_set_aside_at is not None:  # the page that comes before every other says more
        return
    if request.session.get(sessions.TOLD, 0) >= changed_at.timestamp():
        return
    request.session[sessions.TOLD] = changed_at.timestamp()
    moment = date_format(timezone.localtime(changed_at), "DATETIME_FORMAT")
    sentence = _(
        "Your means of login or your own e-mail address were changed on %(moment)s. Was it not you? Then look at "
        "“My digital keys” and “My sessions”, and contact the contact centre."
    )
    messages.warning(request, sentence % {"moment": moment})
