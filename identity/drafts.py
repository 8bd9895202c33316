"""What a session holds between two pages: a login under way, a link that was followed, a code device not yet confirmed.

Each draft belongs to one person and ends by itself. A draft never makes anybody an actor: it is what came before.
"""

import time
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from identity.models import Person

# Between password and code, and for the pages after a link.
LOGIN_SECONDS = 5 * 60
LINK_SECONDS = 30 * 60

LOGIN, LINK, APP, CODES, PROOF = "login", "link", "app", "codes", "proof"


def keep(request: HttpRequest, name: str, person: Person, *, seconds: int = LINK_SECONDS, **answers: Any) -> None:
    """Put a draft of this name into the session, for this person; one that stood there is replaced."""
    keep_for(request, name, person.pk, seconds=seconds, **answers)


def keep_for(
    request: HttpRequest, name: str, person: int | None, *, seconds: int = LINK_SECONDS, **answers: Any
) -> None:
    """The same, for a person of whom only the id is known."""
    request.session[_key(name)] = {"person": person, "until": time.time() + seconds, **answers}


def kept(request: HttpRequest, name: str, person: Person | None = None) -> dict[str, Any] | None:
    """Return a draft that still lives (and is this person's), else None."""
    draft: dict[str, Any] | None = request.session.get(_key(name))
    if draft is None or draft["until"] < time.time() or (person is not None and draft["person"] != person.pk):
        return None
    return draft


def drop(session: SessionBase, *names: str) -> None:
    """Take drafts out of the session."""
    for name in names:
        session.pop(_key(name), None)


def _key(name: str) -> str:
    return f"draft.{name}"


def person_of_draft(draft: dict[str, Any] | None) -> Person | None:
    """Return whom a draft belongs to, None without one or where the person may not log in any more."""
    return Person.objects.filter(pk=draft["person"], is_active=True).first() if draft is not None else None
