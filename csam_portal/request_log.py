"""One line per request: which route, which answer, how long, by whom (public_id); never a path or query (BEHAVIOUR E4)."""

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from csam_portal.bad_input import METHODS
from csam_portal.logs import mask, route_name

HEADER = "X-Request-ID"
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

log = structlog.get_logger("csam_portal.request")


class RequestLogMiddleware:
    """Gives every request an id, which every line of it bears and the answer names, and logs the request when it is done."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.monotonic()
        request_id = id_of(request)
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            actor = getattr(request, "actor", None)
            log.info(
                "request",
                route="static" if request.path.startswith(settings.STATIC_URL) else route_name(request),
                method=request.method if request.method in METHODS else "other",
                status=response.status_code,
                ms=round((time.monotonic() - begun) * 1000),
                **({"person": str(actor.public_id)} if actor else {}),
            )
        response[HEADER] = request_id
        return response


def id_of(request: HttpRequest) -> str:
    """Return the id that the proxy in front gave the request, if it is one that can be logged, else a new one."""
    given = request.headers.get(HEADER, "")
    return given if _SANE_ID.fullmatch(given) and mask(given) == given else uuid.uuid4().hex
