"""One spelling for every address (BEHAVIOUR T26): what decides by a path, here or in a proxy in front, sees the same one."""

import re
from collections.abc import Callable
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import add_never_cache_headers

from csam_portal.bad_input import refuse
from csam_portal.errors import not_found

# Pieces of plain letters, none of them empty; none begins or ends with a dot but for ".well-known".
_ADDRESS = re.compile(r"(?:/(?!\.(?!well-known/)|[^/]*\.(?:/|$))[A-Za-z0-9._~-]++)*+/?")


class SpellingMiddleware:
    """Answers 404 for an address in another spelling than ours, 400 where not the header Host alone names a host."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        target: str | None = request.META.get("RAW_URI")
        if target is not None and not (target.startswith("/") and request.META.get("HTTP_HOST")):
            return refuse(request, 400)
        # Of another server than gunicorn only the path is known, decoded.
        path = quote(request.path_info, safe="/~") if target is None else re.split("[?#]", target, maxsplit=1)[0]
        return self.get_response(request) if _ADDRESS.fullmatch(path) else _not_found(request)


def _not_found(request: HttpRequest) -> HttpResponse:
    with translation.override(translation.get_language_from_request(request, check_path=True)):
        page = not_found(request)
    add_never_cache_headers(page)
    return page
