"""One spelling for every address (BEHAVIOUR T26): what decides by a path, here or in a proxy in front, sees the same one."""

import string
from collections.abc import Callable
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import add_never_cache_headers

from csam_portal.bad_input import refuse
from csam_portal.errors import not_found

_PLAIN = frozenset(string.ascii_letters + string.digits + "._~-")


class SpellingMiddleware:
    """Answers 404 for an address in another spelling than ours, 400 where not the header Host alone names a host."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        target: str | None = request.META.get("RAW_URI")
        if target is not None and not (target.startswith("/") and request.META.get("HTTP_HOST")):
            return refuse(request, 400)
        # Of another server than gunicorn only the path is known, decoded.
        path = quote(request.path_info, safe="/~") if target is None else target.partition("#")[0].partition("?")[0]
        return self.get_response(request) if _is_ours(path) else _not_found(request)


def _is_ours(path: str) -> bool:
    """Tell whether a path is pieces of plain letters, none empty; the last may be, so that it ends with a slash."""
    root, *pieces = path.split("/")
    if pieces and not pieces[-1]:
        pieces.pop()
    return not root and all(map(_is_plain, pieces))


def _is_plain(piece: str) -> bool:
    """Tell whether a piece is of plain letters and neither begins nor ends with a dot, but for ".well-known"."""
    has_dot = piece.endswith(".") or (piece.startswith(".") and piece != ".well-known")
    return bool(piece) and not has_dot and _PLAIN.issuperset(piece)


def _not_found(request: HttpRequest) -> HttpResponse:
    with translation.override(translation.get_language_from_request(request, check_path=True)):
        page = not_found(request)
    add_never_cache_headers(page)
    return page
