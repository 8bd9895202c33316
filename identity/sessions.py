"""The session store: Django's database sessions, with person, means, level and times as columns of the row."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import QuerySet
from django.utils import timezone

from acts.prepared import prepared

if TYPE_CHECKING:
    from identity.models import Person, Session

PERSON, MEANS, LEVEL, BEGUN = "person", "means", "level", "begun"
# When the person last proved to be it (identity.proof), what they were told of their means, and the address that the
# identity provider gave with the login.
PROVED, TOLD, FEDERAL_EMAIL = "proved", "told", "federal_email"


@prepared
def _live(key: Any, now: Any) -> QuerySet["Session", "Session"]:
    from identity.models import Session

    return Session.objects.filter(session_key=key, expire_date__gt=now).select_related("person")


class SessionStore(DatabaseStore):
    """Keeps in columns what "my sessions" and "end them all" must find without decoding every row.

    `seen_at` stands in its column alone: a page that notes the visit changes one column, and cannot overwrite what
    another tab put into the session meanwhile.
    """

    seen_at: datetime | None = None
    # Whose session it is, read with its row (identity.middleware.PersonMiddleware).
    owner: "Person | None" = None

    @classmethod
    def get_model_class(cls):  # type: ignore[no-untyped-def]  # Django's signature is untyped
        from identity.models import Session

        return Session

    def load(self) -> dict[str, Any]:
        row = self._row()
        if row is None:
            self._session_key = None  # as in Django's own load()
            return {}
        self.seen_at, self.owner = row.seen_at, row.person
        return self.decode(row.session_data)

    def _row(self) -> Any:
        return _live.first(key=self.session_key, now=timezone.now())

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        row.person_id = data.get(PERSON)
        row.means = data.get(MEANS, "")
        row.level = data.get(LEVEL, 0)
        begun = data.get(BEGUN)
        row.begun_at = datetime.fromtimestamp(begun, UTC) if begun else None
        row.seen_at = self.seen_at = timezone.now() if SESSION_KEY in data else None
        return row

    def note_visit(self) -> None:
        """Write down that the session is used now."""
        self.seen_at = timezone.now()
        model: Any = self.model
        model.objects.filter(pk=self.session_key).update(seen_at=self.seen_at)
