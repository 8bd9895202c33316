"""Where a request is made, before any middleware can see it."""

import re
from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

# A charset other than ours, in whatever spelling ("charset*=utf-8''hex" is one).
_OTHER_CHARSET = re.compile(r'charset\*?\s*=(?!\s*"?(?:utf-?8|us-ascii)"?\s*(?:;|$))[^;]*', re.IGNORECASE)


class Request(WSGIRequest):
    """Takes no client's word for how its bytes are to be read.

    Django does while it makes a request, and some of Python's encodings make no text of bytes (hex, zip): it falls over
    them where nobody can answer with a page. What is put in their place is refused by `csam_portal.bad_input` (BEHAVIOUR E7).
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        content_type = environ.get("CONTENT_TYPE", "")
        super().__init__({**environ, "CONTENT_TYPE": _OTHER_CHARSET.sub("charset=unusable", content_type)})


class Handler(WSGIHandler):
    """Django's, with our request."""

    request_class = Request
