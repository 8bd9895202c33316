"""What comes over plain http: pages are sent on to https, secrets are refused (BEHAVIOUR T26)."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.security import SecurityMiddleware
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import add_never_cache_headers

from csam_portal.bodies import match_at
from csam_portal.errors import FOR_PROGRAMS
from ui.pages import Page

_WORDS = (
    "This address is served over https alone. What was sent is on the open line: take another secret, then use https."
)


class TransportMiddleware(SecurityMiddleware):
    """Django's, which sends whoever comes by plain http on to https; but never a program, a form or a secret.

    Whoever was sent on would go on, and would not notice that each time the secret was readable on the way.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:  # type: ignore[override]  # says less than Django takes
        """Return the redirect or the refusal of a request that came by plain http; None for one that may go on."""
        redirect = super().process_request(request)
        return redirect if redirect is None or _is_a_page(request) else _refuse(request)


def _is_a_page(request: HttpRequest) -> bool:
    """Tell whether a request only asks for a page, and shows nothing that opens a door."""
    return request.method in {"GET", "HEAD"} and "Authorization" not in request.headers and _is_open(request.path_info)


def _is_open(path: str) -> bool:
    """Tell whether an address leads to a page, be it without its language or last slash, and carries no secret."""
    if path.startswith(settings.STATIC_URL):
        return True
    match = match_at(path) or match_at(f"{path}/") or match_at(f"/{settings.LANGUAGE_CODE}{path}")
    page: Page | None = getattr(match and match.func, "page", None)
    return match is not None and not (page is not None and (page.has_secret or page.for_programs))


def _refuse(request: HttpRequest) -> HttpResponse:
    response: HttpResponse
    if request.path_info.startswith(FOR_PROGRAMS):
        response = JsonResponse({"error": "https_required", "error_description": _WORDS}, status=403)
    else:
        with translation.override(translation.get_language_from_request(request, check_path=True)):
            response = HttpResponse(render_to_string("errors/https.html"), status=403)
    add_never_cache_headers(response)
    return response
