"""What every page shows around its content."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the actor, this page in the other languages, and what kind of installation this is."""
    path = request.get_full_path()
    return {
        "actor": getattr(request, "actor", None),
        "languages": [{"code": code, "address": translate_url(path, code)} for code, _name in settings.LANGUAGES],
        "is_demonstration": settings.MOCK_IDP,
        "services": settings.SERVICES,
        "site_url": settings.SITE_URL,
        "version": settings.VERSION,
    }
