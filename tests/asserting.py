"""Programs of senders at the door for tokens: assertions as they make them, and what they get."""

import time
import uuid
from typing import Any

from django.test import Client
from django.urls import reverse
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from senders.api import assertions
from senders.views.api import ASSERTION, GRANT
from tests.messages import Signer
from tests.senders import Registered


def assertion(sender: Registered, signer: Signer | None = None, *, algorithm: str = "RS256", **claims: Any) -> str:
    """Make the assertion that a sender's program makes; claims given as None are left out."""
    now = int(time.time())
    said = {
        "iss": sender.number, "sub": sender.number, "aud": assertions.token_address(), "exp": now + 300, "iat": now,
        "jti": str(uuid.uuid4()),
    } | claims  # fmt: skip
    said = {name: value for name, value in said.items() if value is not None}
    kind = ECKey if algorithm.startswith("ES") else RSAKey
    return jwt.encode({"alg": algorithm}, said, kind.import_key((signer or sender.signer).key), algorithms=[algorithm])


def ask_token(text: str, **form: str) -> Any:
    fields = {"grant_type": GRANT, "client_assertion_type": ASSERTION, "client_assertion": text}
    return Client().post(reverse("api-token"), fields | form)


def token_of(sender: Registered) -> str:
    return str(ask_token(assertion(sender)).json()["access_token"])
