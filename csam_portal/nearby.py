"""The last line outside production: nobody is answered who comes from another machine, or through a proxy (T19)."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden

from formats.hosts import is_this_machine

GetResponse = Callable[[HttpRequest], HttpResponse]
# What proxies and tunnels add. One that adds nothing cannot be told from a browser here: docs/settings.md says so.
FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")


class NearbyMiddleware:
    """Refuses whom no address of this machine brings; the starting checks cannot see every server's address."""

    def __init__(self, get_response: GetResponse) -> None:
        # Tests say themselves where their visitors come from.
        if settings.ENVIRONMENT in {"production", "test"}:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        came_by_proxy = any(name in request.headers for name in FORWARDED)
        if came_by_proxy or not is_this_machine(request.META.get("REMOTE_ADDR")):
            return HttpResponseForbidden(
                "Outside production this portal answers its own machine alone (ENVIRONMENT, docs/settings.md).\n",
                content_type="text/plain; charset=utf-8",
            )
        return self.get_response(request)
