"""One line per request: which route, which answer, how long, by whom (public_id); never a path or query (BEHAVIOUR E4)."""

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from csam_portal.bad_input import METHODS
from csam_portal.logs import route_name
from csam_portal.masking import mask

HEADER = "X-Request-ID"
# Under which a caller's own id comes back.
CALLERS = "X-Caller-Request-ID"
LONGEST = 64
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

log = structlog.get_logger("csam_portal.request")


class RequestLogMiddleware:
    """Gives every request an id, which every line of it bears and the answer names, and logs the request when it is done.

    The id is ours alone (BEHAVIOUR T15): who asks could otherwise have two requests told as one. Theirs stands beside it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.monotonic()
        request_id, callers = uuid.uuid4().hex, callers_id(request)
        ids = {"request_id": request_id, **({"caller_request_id": callers} if callers else {})}
        with structlog.contextvars.bound_contextvars(**ids):
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
        if callers:
            response[CALLERS] = callers
        return response


def callers_id(request: HttpRequest) -> str:
    """Return the id that whoever asks gave the request, "" where there is none that can be logged."""
    given = request.headers.get(HEADER, "")
    return given if len(given) <= LONGEST and _SANE_ID.fullmatch(given) and mask(given) == given else ""
