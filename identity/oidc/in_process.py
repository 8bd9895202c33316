"""Asking our own mock provider without a second worker (docs/adr/0003)."""

import contextvars
from functools import cache
from io import BytesIO
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpResponse
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse


class InProcessAdapter(HTTPAdapter):
    """Hands a request to the portal's own pages in this process instead of the network.

    The portal and its mock provider may share one synchronous worker, which is busy with the very request that asks:
    over the network it would wait for itself. The call runs in a copy of the context, so that the language and the
    request id of the page that asks stay its own; and without the signals that open and close a request, because those
    would close the page's database connection under it.
    """

    def send(self, request: PreparedRequest, *_network: Any, **_options: Any) -> Response:
        """Return what the page answers; timeouts, proxies and certificates have no meaning here."""
        asked = WSGIRequest(_environ(request))
        page = cast(HttpResponse, contextvars.copy_context().run(_pages().get_response, asked))
        asked.close()
        answer = HTTPResponse(
            body=BytesIO(page.content), status=page.status_code, headers=dict(page.items()), preload_content=False
        )
        return self.build_response(request, answer)


@cache
def _pages() -> WSGIHandler:
    return WSGIHandler()


def _environ(request: PreparedRequest) -> dict[str, Any]:
    """Return the request as PEP 3333 words it."""
    address = urlsplit(request.url or "")
    body = request.body or b""
    body = body.encode() if isinstance(body, str) else bytes(body)
    return {
        **{f"HTTP_{name.upper().replace('-', '_')}": str(value) for name, value in request.headers.items()},
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(address.path, "iso-8859-1"),
        "QUERY_STRING": address.query,
        "CONTENT_TYPE": request.headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": address.netloc,
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_NAME": address.hostname,
        "SERVER_PORT": str(address.port or {"http": 80, "https": 443}[address.scheme]),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": address.scheme,
        "wsgi.input": BytesIO(body),
    }
