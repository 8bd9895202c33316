"""What no page can use of the texts that a request brings (BEHAVIOUR E7)."""

import re
from collections.abc import Iterable, Iterator

from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError

# Control characters, broken UTF-8, and what Unicode says is no character at all.
_UNUSABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffd-\uffff"
    + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(1, 17))
    + "]"
)
_TYPED = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data"
_FORMS = (_TYPED, PARTS)


def is_usable(request: HttpRequest) -> bool:
    """Tell whether address, query and cookies hold nothing but text."""
    texts = (request.path_info, *request.COOKIES.values(), *_names_and_values(request.GET.lists()))
    return all(map(_is_clean, texts))


def has_usable_form(request: HttpRequest) -> bool:
    """Tell whether the form of a request, if it brings one, arrived whole and holds nothing but text. Reads it."""
    if request.method != "POST" or request.content_type not in _FORMS:
        return True
    try:
        return _is_whole(request) and all(map(_is_clean, _typed(request)))
    except (UnreadablePostError, MultiPartParserError):  # the connection broke off, or the form makes no sense
        return False


def _is_whole(request: HttpRequest) -> bool:
    """Half a form is none; one with files says itself where it ends."""
    return request.content_type != _TYPED or len(request.body) == int(request.META.get("CONTENT_LENGTH") or 0)


def _typed(request: HttpRequest) -> Iterator[str]:
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
