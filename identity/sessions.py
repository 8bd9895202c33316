"""The session store: Django's database sessions, with person, means and level as columns of the row."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

PERSON, MEANS, LEVEL, BEGUN, SEEN = "person", "means", "level", "begun", "seen"


class SessionStore(DatabaseStore):
    """Keeps in columns what "my sessions" and "end them all" must find without decoding every row."""

    @classmethod
    def get_model_class(cls):  # type: ignore[no-untyped-def]  # Django's signature is untyped
        from identity.models import Session

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row = super().create_model_instance(data)
        row.person_id = data.get(PERSON)
        row.means = data.get(MEANS, "")
        row.level = data.get(LEVEL, 0)
        row.begun_at = _moment(data.get(BEGUN))
        row.seen_at = _moment(data.get(SEEN))
        return row


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
