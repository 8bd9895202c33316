"""Asking our own mock provider without a second worker (docs/adr/0003)."""

import contextvars
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.servers.basehttp import get_internal_wsgi_application
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse


class InProcessAdapter(HTTPAdapter):
    """Hands a request to this process's own WSGI application instead of the network.

    The portal and its mock provider may share one synchronous worker, which is busy with the very request that asks:
    over the network it would wait for itself. The call runs in a copy of the context, so that the language and the
    request id of the page that asks stay its own.
    """

    def send(self, request: PreparedRequest, *_network: Any, **_options: Any) -> Response:
        """Return what the application answers; timeouts, proxies and certificates have no meaning here."""
        status, headers, body = contextvars.copy_context().run(_call, _environ(request))
        answer = HTTPResponse(
            body=BytesIO(body), status=int(status.split(" ", 1)[0]), headers=dict(headers), preload_content=False
        )
        return self.build_response(request, answer)


def _call(environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
    started: list[tuple[str, list[tuple[str, str]]]] = []
    chunks: list[bytes] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_error: Any) -> Callable[[bytes], object]:
        started.append((status, headers))
        return chunks.append

    result = get_internal_wsgi_application()(environ, start_response)
    try:
        chunks.extend(result)
    finally:
        getattr(result, "close", lambda: None)()
    return *started[-1], b"".join(chunks)


def _environ(request: PreparedRequest) -> dict[str, Any]:
    """Return the request as PEP 3333 words it."""
    address = urlsplit(request.url or "")
    body = request.body or b""
    body = body.encode() if isinstance(body, str) else bytes(body)
    headers = {f"HTTP_{name.upper().replace('-', '_')}": str(value) for name, value in request.headers.items()}
    return {
        **headers,
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(address.path, "iso-8859-1"),
        "QUERY_STRING": address.query,
        "CONTENT_TYPE": headers.pop("HTTP_CONTENT_TYPE", ""),
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": address.netloc,
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_NAME": address.hostname,
        "SERVER_PORT": str(address.port or {"http": 80, "https": 443}[address.scheme]),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": address.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": BytesIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
