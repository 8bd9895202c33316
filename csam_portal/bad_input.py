"""Refuses what no page can use, before any page sees it (BEHAVIOUR E7): a page that says what to do, never a 500."""

import re
from collections.abc import Callable, Iterable, Iterator

from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils import translation

from csam_portal.errors import bad_request

# Control characters, broken UTF-8, and what Unicode says is no character at all.
_UNUSABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffd-\uffff"
    + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(1, 17))
    + "]"
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class BadInputMiddleware:
    """Answers control characters, broken UTF-8, other encodings and unknown methods with a page of status 400 or 405.

    Too many fields and too large a form are refused by Django while it reads them (DATA_UPLOAD_…), with the same page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return _refuse(request, 405)
        if not _is_usable(request):
            return _refuse(request, 400)
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            page = _refuse(request, 405)
            page["Allow"] = response["Allow"]
            return page
        return response


def _is_usable(request: HttpRequest) -> bool:
    charset = (request.content_params or {}).get("charset", "utf-8")
    if charset.lower() not in {"utf-8", "utf8", "us-ascii"}:
        return False
    try:
        return all(map(_is_clean, _texts(request)))
    except (UnreadablePostError, MultiPartParserError):  # the connection broke off, or the form makes no sense
        return False


def _texts(request: HttpRequest) -> Iterator[str]:
    """Yield every text that the request brings. Its form is read only where there may be one."""
    yield request.path_info
    yield from request.COOKIES.values()
    yield from _names_and_values(request.GET.lists())
    if request.method == "POST" and request.content_type in _FORMS:
        yield from _names_and_values(request.POST.lists())
        for name, files in request.FILES.lists():
            yield name
            yield from (file.name or "" for file in files)


def _names_and_values(lists: Iterable[tuple[str, list[str]]]) -> Iterator[str]:
    for name, values in lists:
        yield name
        yield from values


def _is_clean(text: str) -> bool:
    """Tell whether a text has no control characters but tabs and line ends (PostgreSQL cannot store NUL, a page may not show
    the others), and no U+FFFD, which stands for broken UTF-8."""
    return _UNUSABLE.search(text) is None and _is_encodable(text)


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        return False
    return True


def _refuse(request: HttpRequest, status: int) -> HttpResponse:
    with translation.override(translation.get_language_from_request(request, check_path=True)):
        page = bad_request(request)
    page.status_code = status
    return page
