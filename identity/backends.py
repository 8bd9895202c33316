"""How Django finds the person of a session. Checking a password is `identity.actions`' work, with its limits."""

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from identity.models import Person


class PersonBackend(ModelBackend):
    """Loads persons and answers staff permissions; never authenticates by itself."""

    def authenticate(self, request: HttpRequest | None, **credentials: object) -> Person | None:  # type: ignore[override]  # no way in here
        return None
