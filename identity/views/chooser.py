"""The login page with its five means, the way to the identity provider and back, logging off (BEHAVIOUR L1, L4, L5)."""

from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from acts.errors import Refused
from identity import oidc
from identity.actions.login import log_in_identified
from identity.actor import MaybeActorRequest
from identity.enums import LEVEL_OF, Means
from identity.forms import MeansForm
from identity.login import SENTENCES, Why, begin_session, end_session, login_address, safe_next
from identity.views import staff_proof
from ui.pages import public_page

# What the page answers when something went wrong on the way; otherwise 200.
STATUS_OF = {
    Why.NO_ANSWER: 503,
    Why.UNKNOWN_LOGIN: 400,
    Why.NOT_TRUSTED: 403,
    Why.TOO_WEAK: 403,
    Why.NO_NUMBER: 403,
    Why.INACTIVE: 403,
}


@public_page(methods=("GET", "POST"))
def login(request: HttpRequest) -> HttpResponse:
    """L1, L4: the means in the guide's order with their levels; those too weak for the page asked for are shut."""
    form = MeansForm(request.POST) if request.method == "POST" else MeansForm(initial=_asked(request))
    if form.is_bound and form.is_valid():
        return _go(request, **form.cleaned_data)
    actor = cast(MaybeActorRequest, request).actor
    level = _level(str(form["level"].value()))
    why = _why(request)
    if actor and actor.level >= level and not (form.is_bound or why):
        return redirect(form["next"].value() or start_page())
    return render(
        request,
        "identity/login.html",
        {
            "form": form,
            "will_do": [{"means": means, "level": own} for means, own in LEVEL_OF.items() if own >= level],
            "too_weak": [{"means": means, "level": own} for means, own in LEVEL_OF.items() if own < level],
            "level": level,
            "logged_in_with": actor.means.label if actor and actor.means else "",
            "why": SENTENCES[why] if why else "",
            "why_kind": "error" if why in STATUS_OF else "info",
        },
        status=400 if form.is_bound else STATUS_OF.get(why, 200) if why else 200,
    )


def _asked(request: HttpRequest) -> dict[str, str | int]:
    return {"next": safe_next(request.GET.get("next", "")), "level": _level(request.GET.get("level", ""))}


def _level(text: str) -> int:
    """Return the level that an address or form names, 0 for none and for what is no level."""
    return int(text) if text.isdecimal() and len(text) <= 3 else 0


def _why(request: HttpRequest) -> Why | None:
    why = request.GET.get("why", "")
    return Why(why) if why in set(Why) else None


def _go(request: HttpRequest, *, means: Means, next: str, level: int) -> HttpResponse:  # noqa: A002 - the form's name for it
    if means not in oidc.ANSWERED_BY_PROVIDER:
        return redirect(f"{reverse('login-password')}?{urlencode({'means': means.value, 'next': next})}")
    language = translation.get_language() or settings.LANGUAGE_CODE
    try:
        return redirect(oidc.begin(request.session, means, next_address=next, level=level, language=language))
    except oidc.NoAnswer:
        return _back_to_login(Why.NO_ANSWER, next, level)


@public_page(
    writes_on_get="the identity provider sends the browser back with a GET; its one-use code makes the login",
    has_secret=True,
)
@never_cache
def callback(request: HttpRequest) -> HttpResponse:
    """Where the identity provider sends the browser back to: its answer becomes a session, or a sentence why not."""
    began = oidc.begun(request.session, request.GET.get("state", ""))
    if began is None:
        return _back_to_login(Why.UNKNOWN_LOGIN)
    with translation.override(began.language):
        try:
            identified = oidc.finish(request.session, began, request.GET)
            if began.proves is not None:
                return staff_proof.keep_proof(request, began, identified)
            person = log_in_identified(identified)
        except oidc.LoginFailed as failure:
            if began.proves is not None:
                return staff_proof.no_proof(request, began, failure.why)
            return _back_to_login(failure.why, began.next, began.level)
        except Refused:
            return _back_to_login(Why.INACTIVE, began.next, began.level)
        begin_session(request, person, identified.means, identified.level, federal_email=identified.email)
        next_address = began.next or start_page()
        if person.means_set_aside_at is not None:  # PageMiddleware would lead there too
            return redirect(f"{reverse('vouched-means')}?{urlencode({'next': next_address})}")
        return redirect(next_address)


def _back_to_login(why: Why, next_address: str = "", level: int = 0) -> HttpResponse:
    """A page of its own, so that the one-use code stands in no address that a person sees, reloads or sends on."""
    return redirect(login_address(next_address=next_address, level=level, why=why.value))


@public_page(methods=("POST",))
def logout(request: HttpRequest) -> HttpResponse:
    """Log off."""
    end_session(request)
    return redirect("logged-off")


@public_page()
def logged_off(request: HttpRequest) -> HttpResponse:
    """You are logged off."""
    return render(request, "identity/logged_off.html")


def start_page() -> str:
    """Where a login leads that asked for no page: the management home (BEHAVIOUR L5)."""
    return reverse("management-home")
