"""A small OpenID Connect provider whose tokens a test can spoil one by one."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from tests import cast

CLIENT_ID = "csam-portal"
SUBJECT = "fedid-of-marie"

# The answer of an endpoint: status, content type, body.
Answer = tuple[int, str, str]


def json_answer(data: Any, status: int = 200) -> Answer:
    """Return data as the provider answers it."""
    return status, "application/json", json.dumps(data)


class Provider:
    """The provider: `id_token` and `userinfo` are the claims it signs, `sign` how, `answers` what an endpoint says instead."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
        self.metadata: dict[str, Any] = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorise",
            "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": f"{issuer}/userinfo",
            "jwks_uri": f"{issuer}/jwks",
        }
        now = int(time.time())
        common = {"iss": issuer, "aud": CLIENT_ID, "sub": SUBJECT}
        self.id_token: dict[str, Any] = {
            **common,
            "iat": now,
            "exp": now + 300,
            "acr": "0",
            "amr": ["urn:be:fedict:iam:fas:Level500", "eid"],
        }
        self.userinfo: dict[str, Any] = {
            **common,
            "egovNRN": cast.MARIE,
            "surname": "Dubois",
            "givenName": "Marie",
            "prefLanguage": "fr",
        }
        self.sign: Callable[[dict[str, Any]], str] = self.signed
        self.answers: dict[str, Callable[[], Answer]] = {}
        self.asked: list[str] = []

    def signed(self, claims: dict[str, Any]) -> str:
        """Return claims signed as they should be."""
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key, algorithms=["RS256"])

    def answer(self, path: str) -> Answer:
        """Return what an endpoint says."""
        self.asked.append(path)
        if path in self.answers:
            return self.answers[path]()
        if path == "/.well-known/openid-configuration":
            return json_answer(self.metadata)
        if path == "/jwks":
            return json_answer(KeySet([self.key]).as_dict(private=False))
        if path == "/token":
            token = {"access_token": "a-token", "token_type": "Bearer", "expires_in": 300}
            return json_answer({**token, "id_token": self.sign(self.id_token)})
        return 200, "application/jwt", self.sign(self.userinfo)


@contextmanager
def running() -> Iterator[Provider]:
    """Serve a provider on a port of this machine for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, kind, body = provider.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        do_POST = do_GET  # noqa: N815 - the name that http.server looks for

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    provider = Provider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
