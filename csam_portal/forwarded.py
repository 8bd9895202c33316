"""Where what proxies say of a request is judged, before anything reads it (BEHAVIOUR T26)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from identity.forwarded import judge


class ForwardedMiddleware:
    """Leaves of a request what counts, whichever web server handed it over."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        judge(request.META)
        return self.get_response(request)
