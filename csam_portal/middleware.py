"""What surrounds every page: its declaration, and what acts raise."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode

from acts.errors import ActError, LevelTooLow, ProofTooOld
from csam_portal.errors import act_error_page
from identity.login import login_address
from identity.proof import is_fresh
from ui import kept
from ui.pages import Page

GetResponse = Callable[[HttpRequest], HttpResponse]


class PageMiddleware:
    """Holds every view to its declaration: login, level. Turns what acts raise into their pages."""

    # Views of others that declare nothing: the admin guards itself.
    OTHERS = ("django.", "csam_portal.admin_site", "django_otp.")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        declaration: Page | None = getattr(request, "page", None)
        # After logging off, "Back" must not show what somebody saw.
        if request.actor is not None or (declaration is not None and not declaration.is_kept):  # type: ignore[attr-defined]
            add_never_cache_headers(response)
        if declaration is not None and declaration.has_secret:
            # Not "no-referrer": with it a page's own form has the origin "null", like one of another site (T27).
            response["Referrer-Policy"] = "strict-origin"
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        declaration: Page | None = getattr(view, "page", None)
        if declaration is None:
            if view.__module__.startswith(self.OTHERS) or hasattr(view, "model_admin"):
                return None
            raise ImproperlyConfigured(f"{view.__module__}.{view.__qualname__} declares no page")
        return way_elsewhere(declaration, request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, LevelTooLow):
            return step_up(request, exception.level)
        if isinstance(exception, ProofTooOld) and hasattr(request, "page"):
            return _lead_to("prove", request)
        if isinstance(exception, ActError):
            declaration: Page | None = getattr(request, "page", None)
            if declaration is not None and declaration.for_programs:
                answer = {"error": exception.code, "error_description": str(exception.sentence)}
                return JsonResponse(answer, status=exception.status)
            return act_error_page(request, exception)
        return None


def way_elsewhere(declaration: Page, request: HttpRequest) -> HttpResponse | None:
    """Return where somebody has to go before the page opens, None where they may come. Sets the page of the request."""
    request.page = declaration  # type: ignore[attr-defined]  # the portal's own attribute
    if declaration.level is None:
        return None
    level = settings.LEVELS[declaration.level]
    actor = request.actor  # type: ignore[attr-defined]
    if actor is None or actor.level < level:
        return step_up(request, level)
    if actor.person.means_set_aside_at is not None and not declaration.while_undecided:
        return _lead_to("vouched-means", request)
    if declaration.fresh and not is_fresh(actor):
        return _lead_to("prove", request)
    return None


def step_up(request: HttpRequest, level: int) -> HttpResponse:
    """Send to the login page, which says which means would do and leads back here (BEHAVIOUR L4)."""
    page: Page = request.page  # type: ignore[attr-defined]  # set by way_elsewhere
    if page.keeps_form and request.method == "POST":
        kept.keep(request)
    lapsed: str = request.lapsed  # type: ignore[attr-defined]  # set by identity.middleware
    return redirect(login_address(next_address=_way_back(request), level=level, why=lapsed))


def _lead_to(page: str, request: HttpRequest) -> HttpResponse:
    """Send to a page that comes first, and leads back here; what was typed waits as it does for a login."""
    declaration: Page = request.page  # type: ignore[attr-defined]  # set by way_elsewhere
    if declaration.keeps_form and request.method == "POST":
        kept.keep(request)
    query = urlencode({"next": way_back}) if (way_back := _way_back(request)) else ""
    return redirect(f"{reverse(page)}?{query}" if query else reverse(page))


def _way_back(request: HttpRequest) -> str:
    """Return where to come back to; a page that only takes a POST is none."""
    page: Page = request.page  # type: ignore[attr-defined]  # set by way_elsewhere
    return request.get_full_path() if "GET" in page.methods else ""
