"""Where a request is made, before any middleware can see it."""

from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest, get_str_from_wsgi
from django.http import parse_cookie
from django.utils.functional import cached_property

_OURS = frozenset({"utf-8", "utf8", "us-ascii"})


class Request(WSGIRequest):
    """Takes no client's word for how its bytes are to be read.

    Django does while it makes a request, and some of Python's encodings make no text of bytes (hex, zip): it falls over
    them where nobody can answer with a page. What is put in their place is refused by `csam_portal.bad_input` (BEHAVIOUR E7).
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        super().__init__({**environ, "CONTENT_TYPE": _with_our_charset(environ.get("CONTENT_TYPE", ""))})

    @cached_property
    def COOKIES(self) -> dict[str, str]:  # type: ignore[override]  # noqa: N802 - Django's name
        """The cookies. No value of ours is quoted, and Python takes a time that grows with the square of the backslashes in
        one that is (BEHAVIOUR T17)."""
        return parse_cookie(get_str_from_wsgi(self.environ, "HTTP_COOKIE", "").replace("\\", ""))


def _with_our_charset(content_type: str) -> str:
    """Return a content type that names no charset but ours, in whatever spelling ("charset*=utf-8''hex" is one)."""
    first, *parameters = content_type.split(";")
    return ";".join([first, *map(_unusable_unless_ours, parameters)])


def _unusable_unless_ours(parameter: str) -> str:
    name, _is, value = parameter.partition("=")
    is_charset = name.strip().rstrip("*").rstrip().lower() == "charset"
    return " charset=unusable" if is_charset and value.strip().strip('"').lower() not in _OURS else parameter


class Handler(WSGIHandler):
    """Django's, with our request."""

    request_class = Request
