"""The web service (BEHAVIOUR M5, M11): a token for an assertion, a receipt for a submission. docs/gateway.md has an example."""

from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control

from acts.errors import Missing
from identity.actor import portal_actor
from identity.limits import client_address, counted
from senders.api import submissions
from senders.api.assertions import LoginRefusedError
from senders.api.tokens import LIFETIME, Client, client_of, exchange
from senders.messages.names import MOST_PARTS
from ui.pages import Body, api
from ui.texts import has_usable_form

GRANT = "client_credentials"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# FI and FS of each part; all together no more than two of the largest, which is more than anybody declares.
SUBMISSION = Body(form_bytes=1024 * 1024, files=2 * MOST_PARTS, files_bytes=2 * settings.MESSAGE_MAX_BYTES)
_DESCRIPTION = Path(__file__).parent.parent / "api" / "openapi.json"


@api(methods=("POST",))
def token(request: HttpRequest) -> HttpResponse:
    """Give a token for an assertion (RFC 7523). The errors are those of RFC 6749, section 5.2."""
    if request.POST.get("grant_type") != GRANT:
        return _error(400, "unsupported_grant_type", f"grant_type must be {GRANT}")
    if request.POST.get("client_assertion_type") != ASSERTION:
        return _error(400, "invalid_request", f"client_assertion_type must be {ASSERTION}")
    address = client_address(request)
    with counted(("assertion.address", address)) as attempt:
        try:
            given = exchange(request.POST.get("client_assertion", ""), address=address)
        except LoginRefusedError as refused:
            attempt.miss()
            return _error(401, "invalid_client", f"{refused.fault.value}: {_in_english(refused.fault.label)}")
    return _private(
        {"access_token": given, "token_type": "Bearer", "expires_in": int(LIFETIME.total_seconds())}, status=200
    )


def _for_clients(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a view run for who brings a token that counts (RFC 6750)."""

    @wraps(view)
    def ask(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        scheme, _blank, given = request.headers.get("Authorization", "").partition(" ")
        client = client_of(given.strip()) if scheme.lower() == "bearer" else None
        if client is None:
            refusal = _error(
                401, "invalid_token", "The token is missing, has expired, or its holder may no longer send."
            )
            refusal["WWW-Authenticate"] = 'Bearer error="invalid_token"'
            return refusal
        return view(request, client, **kwargs)

    return ask


@api(methods=("POST",), body=SUBMISSION)
@_for_clients
def submit(request: HttpRequest, client: Client) -> HttpResponse:
    """Take the files FI and FS of a submission, in the form's field "files"; answer with its receipt: 201 or 422."""
    # Not read before: a stranger's files are none of our work (BEHAVIOUR T16).
    if not has_usable_form(request):
        return _error(400, "bad_request", "We could not read what was sent.")
    files = request.FILES.getlist("files")
    if not files:
        return _error(400, "invalid_request", 'Send the files FI and FS as multipart/form-data, in the field "files".')
    receipt = submissions.submit(actor=portal_actor(), channel=client.channel, files=files)
    return _private(submissions.as_json(receipt), status=201 if receipt.delivery.is_accepted else 422)


@api(methods=("GET",))
@_for_clients
def receipt(request: HttpRequest, client: Client, name: str) -> HttpResponse:
    """The receipt of a submission, by the name of its FI or GO, for whose first answer was lost."""
    found = submissions.receipt_of(client.channel, name, today=timezone.localdate())
    if found is None:
        raise Missing("There is no submission of this name.")
    return _private(submissions.as_json(found), status=200)


@api(methods=("GET",))
def description(request: HttpRequest) -> HttpResponse:
    """The web service described for programs (OpenAPI 3.1)."""
    return HttpResponse(_described(), content_type="application/json")


@cache
def _described() -> bytes:
    return _DESCRIPTION.read_bytes()


def _in_english(text: Any) -> str:
    with translation.override("en"):
        return str(text)


def _private(content: dict[str, Any], *, status: int) -> JsonResponse:
    response = JsonResponse(content, status=status)
    patch_cache_control(response, no_store=True)
    return response


def _error(status: int, error: str, words: str) -> JsonResponse:
    return _private({"error": error, "error_description": words}, status=status)
