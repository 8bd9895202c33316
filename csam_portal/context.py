"""What every page shows around its content."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language_from_path


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the actor, this page in the other languages, and what kind of installation this is."""
    return {
        "actor": getattr(request, "actor", None),
        "languages": _languages(request.get_full_path()),
        "is_demonstration": settings.MOCK_IDP,
        "services": settings.SERVICES,
        "site_url": settings.SITE_URL,
        "version": settings.VERSION,
    }


def _languages(address: str) -> list[dict[str, str]]:
    """Return this page's address in each language: pages differ in the first part of their path alone (docs/addresses.md)."""
    language = get_language_from_path(address)
    rest = address.removeprefix(f"/{language}") if language else ""
    return [{"code": code, "address": f"/{code}{rest}" if rest else address} for code, _name in settings.LANGUAGES]
