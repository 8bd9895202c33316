"""Beginning and ending a session (BEHAVIOUR L4-L6)."""

import time

from django.conf import settings
from django.contrib.auth import login as django_login
from django.contrib.auth import logout as django_logout
from django.http import HttpRequest

from identity import sessions
from identity.enums import LEVEL_OF, Means
from identity.models import Person

BACKEND = "identity.backends.PersonBackend"


def begin_session(request: HttpRequest, person: Person, means: Means) -> None:
    """Log a person in by a means: a new session key, with the level that the means has."""
    django_login(request, person, backend=BACKEND)
    now = time.time()
    request.session[sessions.PERSON] = person.pk
    request.session[sessions.MEANS] = means.value
    request.session[sessions.LEVEL] = LEVEL_OF[means]
    request.session[sessions.BEGUN] = now
    request.session[sessions.SEEN] = now


def end_session(request: HttpRequest) -> None:
    """Log out: the session's row is gone."""
    django_logout(request)


def has_lapsed(request: HttpRequest) -> bool:
    """Tell whether a session was unused or alive for too long (30 minutes, 8 hours)."""
    now = time.time()
    begun, seen = request.session.get(sessions.BEGUN, now), request.session.get(sessions.SEEN, now)
    return bool(now - seen > settings.SESSION_IDLE_SECONDS or now - begun > settings.SESSION_COOKIE_AGE)
