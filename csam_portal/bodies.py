"""How much a request may bring along (BEHAVIOUR T16): each address declares it, here it is held to it, before a byte is read.

What is said of the length is believed: no more is read than that, and a web server that hands over less has broken off.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch, resolve
from django.urls.exceptions import Resolver404
from django.utils import translation

from csam_portal.bad_input import refuse
from csam_portal.errors import too_large
from ui.pages import FORM, KILOBYTE, Body, Page

# Of all headers together. gunicorn counts each by itself, and joins those of the same name.
MOST_HEADER_BYTES = 32 * KILOBYTE
# Digits of a length: more bytes than anybody has.
_LONGEST_LENGTH = 12


def match_at(path: str) -> ResolverMatch | None:
    """Return where an address leads, None where it leads nowhere. Whatever decides by a path before the page does asks here."""
    with translation.override(translation.get_language_from_path(path) or settings.LANGUAGE_CODE):
        try:
            return resolve(path)
        except Resolver404:
            return None


def declared_at(path: str) -> Body:
    """Return what the page at an address takes; where there is no page, what a form takes."""
    match = match_at(path)
    if match is None:
        return FORM
    page: Page | None = getattr(match.func, "page", None)
    return page.body if page is not None else _of_admin(match)


def _of_admin(match: ResolverMatch) -> Body:
    """Views of the admin declare nothing; what takes files among them stands in their ModelAdmin, by the route's name."""
    bodies: dict[str, Body] = getattr(getattr(match.func, "model_admin", None), "bodies", {})
    return bodies.get(match.url_name or "", FORM)


def most_bytes_at(path: str) -> int:
    """Return how much a request to an address may bring along."""
    return declared_at(path).most_bytes


class BodyMiddleware:
    """Refuses too long a body (413), one without a length (411), a length that is none (400), and too many headers (431)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if sum(len(text) for name, text in request.META.items() if name.startswith("HTTP_")) > MOST_HEADER_BYTES:
            return refuse(request, 431)
        # Django reads no body without a length; whoever sends one would think that it was read.
        if "HTTP_TRANSFER_ENCODING" in request.META:
            return refuse(request, 411)
        length = str(request.META.get("CONTENT_LENGTH") or "0")
        if not (length.isascii() and length.isdigit() and len(length) <= _LONGEST_LENGTH):
            return refuse(request, 400)
        # Most requests bring little, and no file: what their page takes need not be looked up.
        if int(length) > FORM.most_bytes or request.content_type == "multipart/form-data":
            body = declared_at(request.path_info)
            if int(length) > body.most_bytes:
                return too_large(request, body.told_bytes)
            request.body_taken = body  # type: ignore[attr-defined]  # for ui.uploads
        return self.get_response(request)
