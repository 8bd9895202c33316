"""Beginning and ending a session (BEHAVIOUR L4-L6)."""

import time
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.contrib.auth import login as django_login
from django.contrib.auth import logout as django_logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext_lazy as _

from identity import sessions
from identity.enums import LEVEL_OF, Means
from identity.models import Person, Session

BACKEND = "identity.backends.PersonBackend"
# Longer addresses are not ours.
NEXT_LENGTH = 2000


class Why(StrEnum):
    """Why somebody is at the login page who did not choose to be; stands in its address as `why`."""

    IDLE = "idle"
    EXPIRED = "expired"
    NO_ANSWER = "no-answer"
    CANCELLED = "cancelled"
    UNKNOWN_LOGIN = "unknown-login"
    NOT_TRUSTED = "not-trusted"
    TOO_WEAK = "too-weak"
    NO_NUMBER = "no-number"
    INACTIVE = "inactive"
    PROVE = "prove"


SENTENCES: dict[Why, Promise] = {
    Why.IDLE: _("You were logged off because you did nothing for a while. Log in again to go on where you were."),
    Why.EXPIRED: _(
        "You were logged off because a session ends after eight hours. Log in again to go on where you were."
    ),
    Why.NO_ANSWER: _("The login service does not answer. Nothing is lost: try again in a moment."),
    Why.CANCELLED: _("You stopped the login. You are not logged in."),
    Why.UNKNOWN_LOGIN: _("This login was already finished, took too long, or began in another browser. Log in again."),
    Why.NOT_TRUSTED: _("The answer of the login service could not be trusted, so you are not logged in. Log in again."),
    Why.TOO_WEAK: _("The login service let you in with a weaker means than you chose, so you are not logged in."),
    Why.NO_NUMBER: _("The login service did not give your national register number, so you are not logged in."),
    Why.INACTIVE: _("Your access to CSAM is closed. Ask the contact centre."),
    Why.PROVE: _("Log in once more, so that we are sure that it is you. Then you come back to where you were."),
}


def begin_session(
    request: HttpRequest, person: Person, means: Means, level: int | None = None, *, federal_email: str = ""
) -> None:
    """Log a person in by a means: a new session key, what an anonymous session held goes along (BEHAVIOUR L6).

    level: as the identity provider said; default the level that the means has. federal_email: the address that it gave.
    """
    was_logged_in = request.session.get(sessions.PERSON) is not None
    django_login(request, person, backend=BACKEND)
    if was_logged_in:  # Django keeps the key when the same person logs in again
        request.session.cycle_key()
    request.session[sessions.PERSON] = person.pk
    request.session[sessions.MEANS] = means.value
    request.session[sessions.LEVEL] = level or LEVEL_OF[means]
    request.session[sessions.PROVED] = time.time()
    request.session[sessions.FEDERAL_EMAIL] = federal_email
    request.session.pop(sessions.TOLD, None)


@receiver(user_logged_in)
def note_begin(request: HttpRequest, **_signal: Any) -> None:
    """Every login starts the eight hours anew, the contact centre's in the admin too."""
    request.session[sessions.BEGUN] = time.time()


def end_session(request: HttpRequest) -> None:
    """Log out: the session's row is gone."""
    django_logout(request)


def lapse_of(session: sessions.SessionStore) -> Why | None:
    """Tell whether a session was unused or alive for too long (BEHAVIOUR L6: 30 minutes, 8 hours), and which."""
    if time.time() - session.get(sessions.BEGUN, 0) > settings.SESSION_COOKIE_AGE:
        return Why.EXPIRED
    seen_at = session.seen_at
    if seen_at is None or (timezone.now() - seen_at).total_seconds() > settings.SESSION_IDLE_SECONDS:
        return Why.IDLE
    return None


def login_address(*, next_address: str = "", level: int = 0, why: str = "") -> str:
    """Return the address of the login page: for the page asked for, the level it needs, why somebody is sent there."""
    asked: dict[str, str | int] = {"next": next_address, "level": level, "why": why}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{reverse(settings.LOGIN_URL)}?{query}" if query else reverse(settings.LOGIN_URL)


def safe_next(address: str) -> str:
    """Return an address of this portal to go to after login, or "" where it could lead elsewhere."""
    is_ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if is_ours and len(address) <= NEXT_LENGTH else ""


def live_sessions(person: Person) -> list[Session]:
    """Return a person's sessions that have not lapsed, the last seen first."""
    now = timezone.now()
    return list(
        Session.objects.filter(
            person=person,
            begun_at__gt=now - timedelta(seconds=settings.SESSION_COOKIE_AGE),
            seen_at__gt=now - timedelta(seconds=settings.SESSION_IDLE_SECONDS),
        ).order_by("-seen_at")
    )
