"""The mock provider's endpoints (OpenID Connect Core 1.0, Discovery 1.0) and the page where one shows a demo card."""

import base64
from urllib.parse import unquote_plus

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import constant_time_compare
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from acts.attempts import attempt
from identity.limits import client_address
from mock_idp.actions import Asked, InvalidGrant, log_in, redeem, told
from mock_idp.cards import card_of, check_pin, shown_cards
from mock_idp.forms import CardForm
from mock_idp.keys import public_keys
from ui.pages import api, public_page

EID, ITSME = 500, 450
RETURN_ORIGINS = ["/".join(address.split("/")[:3]) for address in settings.MOCK_IDP_REDIRECT_URIS]


@public_page()
def discovery(request: HttpRequest) -> HttpResponse:
    """What the provider is and where its endpoints are."""
    here = settings.SITE_URL
    return JsonResponse(
        {
            "issuer": settings.MOCK_IDP_ISSUER,
            "authorization_endpoint": here + reverse("mock-idp-authorise"),
            "token_endpoint": here + reverse("mock-idp-token"),
            "userinfo_endpoint": here + reverse("mock-idp-userinfo"),
            "jwks_uri": here + reverse("mock-idp-jwks"),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "userinfo_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": settings.OIDC_SCOPES.split(),
            "acr_values_supported": [f"{settings.OIDC_LEVEL_PREFIX}{level}" for level in (EID, ITSME)],
            "ui_locales_supported": [code for code, _name in settings.LANGUAGES],
        }
    )


@public_page()
def jwks(request: HttpRequest) -> HttpResponse:
    """The keys to check signatures with."""
    return JsonResponse(public_keys())


@public_page(methods=("GET", "POST"))
@never_cache
@csp_update({"form-action": RETURN_ORIGINS})
def authorise(request: HttpRequest) -> HttpResponse:
    """Pick a card, give its PIN, go back to the client with a code."""
    query = request.GET
    if (
        query.get("client_id") != settings.OIDC_CLIENT_ID
        or query.get("redirect_uri") not in settings.MOCK_IDP_REDIRECT_URIS
    ):
        # Never sent on: the address to return to is just what cannot be trusted (RFC 6749, 4.1.2.1).
        return HttpResponseBadRequest("unknown client_id or redirect_uri\n", content_type="text/plain")
    asked = Asked(
        redirect_uri=query["redirect_uri"],
        state=query.get("state", ""),
        nonce=query.get("nonce", ""),
        code_challenge=query.get("code_challenge", ""),
        level=ITSME if query.get("acr_values", "").split()[:1] == [f"{settings.OIDC_LEVEL_PREFIX}{ITSME}"] else EID,
    )
    error = _error_of(request)
    if error:
        return _return(asked, error=error)
    with translation.override(_language(request)):
        return _card_page(request, asked)


def _error_of(request: HttpRequest) -> str:
    """Return the code of RFC 6749 or OpenID Connect for a request that cannot be answered, "" for a good one."""
    query = request.GET
    if query.get("response_type") != "code":
        return "unsupported_response_type"
    if "openid" not in query.get("scope", "").split():
        return "invalid_scope"
    if query.get("code_challenge") and query.get("code_challenge_method") != "S256":
        return "invalid_request"
    return "login_required" if query.get("prompt") == "none" else ""


def _card_page(request: HttpRequest, asked: Asked) -> HttpResponse:
    if "cancel" in request.POST:
        return _return(asked, error="access_denied")
    form = CardForm(request.POST if request.method == "POST" else None, cards=shown_cards())
    status = 200
    if request.method == "POST":
        tried = attempt(form, lambda: _insz_on_card(request, form))
        if tried.result is not None:
            return _return(asked, code=log_in(asked, tried.result, email=form.cleaned_data["email"]))
        status = tried.status
    languages = [
        {"code": code, "address": f"{request.path}?{urlencode({**request.GET.dict(), 'ui_locales': code})}"}
        for code, _name in settings.LANGUAGES
    ]
    context = {
        "form": form,
        "is_itsme": asked.level == ITSME,
        "level": asked.level,
        "languages": languages,
        "actor": None,
    }
    response = render(request, "mock_idp/card.html", context, status=status)
    response["Content-Language"] = translation.get_language()
    return response


def _insz_on_card(request: HttpRequest, form: CardForm) -> str:
    """Return the number of the card that was shown with its PIN. Raises Refused, TooMany, RegisterDown."""
    person = card_of(form.chosen)
    check_pin(person.insz, form.cleaned_data["pin"], address=client_address(request))
    return person.insz


def _language(request: HttpRequest) -> str:
    """The first language that the client asked for and we speak, else the one of the browser."""
    spoken = dict(settings.LANGUAGES)
    asked = (locale[:2].lower() for locale in request.GET.get("ui_locales", "").split())
    return next((code for code in asked if code in spoken), translation.get_language() or settings.LANGUAGE_CODE)


def _return(asked: Asked, **answer: str) -> HttpResponse:
    return redirect(f"{asked.redirect_uri}?{urlencode({**answer, 'state': asked.state})}")


@api(methods=("POST",))  # for servers, which authenticate by their secret
def token(request: HttpRequest) -> HttpResponse:
    """A client brings a code and its secret, and gets an id_token and an access token (RFC 6749, 4.1.3)."""
    client_id, secret = _client_of(request)
    if client_id != settings.OIDC_CLIENT_ID or not constant_time_compare(secret, settings.OIDC_CLIENT_SECRET):
        return JsonResponse({"error": "invalid_client"}, status=401, headers={"WWW-Authenticate": "Basic"})
    if request.POST.get("grant_type") != "authorization_code":
        return JsonResponse({"error": "unsupported_grant_type"}, status=400)
    try:
        answer = redeem(
            code=request.POST.get("code", ""),
            redirect_uri=request.POST.get("redirect_uri", ""),
            code_verifier=request.POST.get("code_verifier", ""),
        )
    except InvalidGrant:
        return JsonResponse({"error": "invalid_grant"}, status=400)
    return JsonResponse(answer)


def _client_of(request: HttpRequest) -> tuple[str, str]:
    """Return name and secret from the header, else from the form (RFC 6749, 2.3.1)."""
    kind, _space, encoded = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        return request.POST.get("client_id", ""), request.POST.get("client_secret", "")
    try:
        name, _colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:  # no base64, no ASCII, or no text in it
        return "", ""
    return unquote_plus(name), unquote_plus(secret)


@api(methods=("GET", "POST"))  # for servers, which authenticate by their token
def userinfo(request: HttpRequest) -> HttpResponse:
    """A client brings its access token and learns who logged in, as a signed token."""
    _bearer, _space, access_token = request.headers.get("Authorization", "").partition(" ")
    try:
        return HttpResponse(told(access_token), content_type="application/jwt")
    except InvalidGrant:
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
