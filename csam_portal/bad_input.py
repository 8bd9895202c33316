"""Refuses what no page can use, before any page sees it (BEHAVIOUR E7): a page that says what to do, never a 500."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from csam_portal.errors import bad_request
from csam_portal.middleware import way_elsewhere
from ui.pages import Page
from ui.texts import PARTS, has_usable_form, is_usable

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class BadInputMiddleware:
    """Answers control characters, broken UTF-8, other encodings and unknown methods with a page of status 400 or 405.

    How much a request may bring, `csam_portal.bodies` has judged; too many fields and files are refused by Django while it
    reads them (DATA_UPLOAD_…), with the same page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return refuse(request, 405)
        if not _is_usable(request):
            return refuse(request, 400)
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            page = refuse(request, 405)
            page["Allow"] = response["Allow"]
            return page
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Read a form with files only where who sends it may come: the check against forgery, which is next, would read it."""
        page: Page | None = getattr(view, "page", None)
        if request.content_type != PARTS or (page is not None and page.reads_itself):
            return None
        # What was typed on a page that keeps it waits for the login, so it has to be read.
        if page is not None and page.body.files and not page.keeps_form:
            elsewhere = way_elsewhere(page, request)
            if elsewhere is not None:
                return elsewhere
        return None if has_usable_form(request) else refuse(request, 400)


def _is_usable(request: HttpRequest) -> bool:
    charset = (request.content_params or {}).get("charset", "utf-8")
    if charset.lower() not in {"utf-8", "utf8", "us-ascii"}:
        return False
    return is_usable(request) and (request.content_type == PARTS or has_usable_form(request))


def refuse(request: HttpRequest, status: int) -> HttpResponse:
    """Return the page that says so, in the language of the address: nothing has chosen one yet."""
    with translation.override(translation.get_language_from_request(request, check_path=True)):
        page = bad_request(request)
    page.status_code = status
    return page
