"""What surrounds every page: its declaration, what acts raise, and input that no page could use."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from acts.errors import ActError, LevelTooLow
from csam_portal.errors import act_error_page, bad_request
from ui.pages import Page

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestLogMiddleware:
    """One line per request, with a request id."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)


class BadInputMiddleware:
    """Refuses what no page can use, before any page sees it: NUL bytes and broken UTF-8 (BEHAVIOUR E7)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _unusable(request.path_info) or any(_unusable(v) for values in request.GET.lists() for v in (values[0], *values[1])):
            return bad_request(request)
        return self.get_response(request)


def _unusable(text: str) -> bool:
    return "\x00" in text or "\ufffd" in text


class PageMiddleware:
    """Holds every view to its declaration: login, level. Turns what acts raise into their pages."""

    # Views of others that declare nothing: the admin guards itself.
    OTHERS = ("django.", "csam_portal.admin_site", "django_otp.")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        declaration: Page | None = getattr(view, "page", None)
        if declaration is None:
            if view.__module__.startswith(self.OTHERS):
                return None
            raise ImproperlyConfigured(f"{view.__module__}.{view.__qualname__} declares no page")
        request.page = declaration  # type: ignore[attr-defined]  # the portal's own attribute
        if declaration.level is None:
            return None
        level = settings.LEVELS[declaration.level]
        actor = request.actor  # type: ignore[attr-defined]
        if actor is None or actor.level < level:
            return step_up(request, level)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, LevelTooLow):
            return step_up(request, exception.level)
        if isinstance(exception, ActError):
            return act_error_page(request, exception)
        return None


def step_up(request: HttpRequest, level: int) -> HttpResponse:
    """Send to the login page, which says which means would do and leads back here (BEHAVIOUR L4)."""
    return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': request.get_full_path(), 'level': level})}")
