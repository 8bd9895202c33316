"""Logging in with user name and password, then a code; a first and a forgotten password (BEHAVIOUR L1, L3, L6, L7).

Between the pages a draft in the session says whose password was right; until the last page nobody is logged in.
"""

import time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from acts.attempts import refuse
from acts.errors import Missing, Refused, TooMany
from formats.names import user_name_key
from identity import codes, drafts
from identity.actions import passwords as acts
from identity.actions.activation import still_live
from identity.actions.login import log_in
from identity.actor import Actor
from identity.enums import LEVEL_OF, Means
from identity.forms import ForgottenPasswordForm, NewPasswordForm, OneTimeCodeForm, PasswordLoginForm, RenewPasswordForm
from identity.limits import client_address, spend
from identity.login import Why, begin_session, login_address, safe_next
from identity.models import Activation, Person
from identity.passwords import person_with
from identity.views.asking import ask
from identity.views.chooser import start_page
from ui.pages import public_page

WRONG = _("The user name or the password is wrong.")
WRONG_CODE = _("The code is wrong, or it was used already.")
BY_PASSWORD = (Means.PASSWORD, Means.TOKEN, Means.TOTP)
NO_DEVICE = {
    Means.TOTP: _("You have no mobile app for one-time codes yet. Log in with eID or itsme to set one up."),
    Means.TOKEN: _("You have no token codes left. Log in with eID or itsme to make a new list."),
}


@public_page(methods=("GET", "POST"))
@sensitive_post_parameters()
def login_password(request: HttpRequest) -> HttpResponse:
    """User name and password; ?means= says whether a code follows, ?next= where to go afterwards."""
    means = _means(request.GET.get("means", ""))
    next_address = safe_next(request.GET.get("next", ""))
    form = PasswordLoginForm(request.POST if request.method == "POST" else None)
    status = 0
    if form.is_valid():
        try:
            person = person_with(**form.cleaned_data, address=client_address(request))
        except (TooMany, Refused) as refusal:
            status = refuse(form, refusal)
        else:
            if person is None:
                form.add_error(None, str(WRONG))
            elif means in NO_DEVICE and means not in codes.means_of(person):
                form.add_error(None, str(NO_DEVICE[means]))
            else:
                return _go_on(request, person, means=means, next_address=next_address)
    return ask(
        request,
        form,
        title=means.label,
        submit=_("Next") if means in NO_DEVICE else _("Log in"),
        back=login_address(next_address=next_address),
        links=[(reverse("forgotten-password"), _("Forgotten your password?"))],
        status=status,
    )


@public_page(methods=("GET", "POST"))
@sensitive_post_parameters()
def login_code(request: HttpRequest) -> HttpResponse:
    """The one-time code, within five minutes of the password."""
    draft, person = _under_way(request)
    if draft is None or person is None or draft["done"]:
        return redirect("login")
    means = Means(draft["means"])
    form = OneTimeCodeForm(request.POST if request.method == "POST" else None, means=means)
    status = 0
    if form.is_valid():
        try:
            if codes.accepts(person, means, form.cleaned_data["code"]):
                return _let_in(request, person, means=means, next_address=draft["next"])
            form.add_error("code", str(WRONG_CODE))
        except TooMany as refusal:
            status = refuse(form, refusal, "code")
    back = f"{reverse('login-password')}?means={means.value}"
    return ask(request, form, title=means.label, submit=_("Log in"), back=back, status=status)


@public_page(methods=("GET", "POST"))
@sensitive_post_parameters()
def first_password(request: HttpRequest) -> HttpResponse:
    """Who logs in with a password that somebody else gave chooses an own one before anything else."""
    draft, person = _under_way(request)
    if draft is None or person is None or not draft["done"]:
        return redirect("login")
    form = NewPasswordForm(request.POST if request.method == "POST" else None, person=person)
    if form.is_valid() and person.check_password(form.cleaned_data["password"]):
        form.add_error("password", str(_("This is the password that you were given. Choose another.")))
    if form.is_valid():
        means = Means(draft["means"])
        actor = Actor(person, LEVEL_OF[means], means, proved_at=time.time())
        person = acts.change_password(actor=actor, password=form.cleaned_data["password"])
        return _let_in(request, person, means=means, next_address=draft["next"])
    texts = [_("You were given this password by somebody else. Choose one that only you know.")]
    return ask(request, form, title=_("Choose your own password"), submit=_("Save"), texts=texts)


@public_page(methods=("GET", "POST"))
def forgotten_password(request: HttpRequest) -> HttpResponse:
    """L7: a link to the person's own address. Everybody gets the same answer."""
    form = ForgottenPasswordForm(request.POST if request.method == "POST" else None)
    status = 0
    if form.is_valid():
        user_name = form.cleaned_data["user_name"]
        places = (
            ("password.person", f"forgotten:{user_name_key(user_name)}"),
            ("password.address", client_address(request)),
        )
        try:
            spend(*places)  # every mail counts, so that nobody's mailbox is filled
            acts.ask_new_password(user_name=user_name)
        except TooMany as refusal:
            status = refuse(form, refusal)
        else:
            sentence = _(
                "If this user name exists and has an own e-mail address, a message with a link to a new password is on its way."
            )
            messages.success(request, str(sentence))
            return redirect("login")
    texts = [
        _(
            "You get a message at your own e-mail address, the one in “My data”. No enterprise can see or change that address."
        ),
        _("Have you no own e-mail address in CSAM? Then log in with eID or itsme, or ask the contact centre."),
    ]
    return ask(
        request, form, title=_("Forgotten your password?"), submit=_("Send me a link"), texts=texts,
        back=reverse("login"), status=status,
    )  # fmt: skip


@public_page(methods=("GET", "POST"))
@sensitive_post_parameters()
def new_password(request: HttpRequest) -> HttpResponse:
    """L7: after the link of a forgotten password; with a one-time code for those who have a device."""
    activation = followed_before(request, Activation.Purpose.PASSWORD)
    if activation is None:
        return redirect("link-gone")
    person = activation.person
    has_device = bool(codes.means_of(person))
    form = RenewPasswordForm(request.POST if request.method == "POST" else None, person=person, has_device=has_device)
    status = 0
    if form.is_valid():
        try:
            if has_device and not codes.accepts_any(person, form.cleaned_data["code"]):
                form.add_error("code", str(WRONG_CODE))
            else:
                acts.set_forgotten_password(activation=activation, password=form.cleaned_data["password"])
                drafts.drop(request.session, drafts.LINK)
                messages.success(request, str(_("You have a new password. Log in with it.")))
                return redirect("login")
        except TooMany as refusal:
            status = refuse(form, refusal, "code")
        except Missing:
            return redirect("link-gone")
    return ask(request, form, title=_("Choose a new password"), submit=_("Save"), status=status)


def followed_before(request: HttpRequest, *purposes: Activation.Purpose) -> Activation | None:
    """Return the activation whose link this session followed, while it lives, if it is for one of these purposes."""
    draft = drafts.kept(request, drafts.LINK)
    activation = still_live(draft["activation"]) if draft is not None else None
    return activation if activation is not None and activation.purpose in purposes else None


def _means(text: str) -> Means:
    return Means(text) if text in BY_PASSWORD else Means.PASSWORD


def _go_on(request: HttpRequest, person: Person, *, means: Means, next_address: str) -> HttpResponse:
    """The password was right: ask the code, or let in."""
    if means not in NO_DEVICE:
        return _let_in(request, person, means=means, next_address=next_address)
    _draft(request, person, means=means, next_address=next_address, done=False)
    return redirect("login-code")


def _let_in(request: HttpRequest, person: Person, *, means: Means, next_address: str) -> HttpResponse:
    """Everything was right: begin the session, unless a first password has to be changed before."""
    if person.password_is_first:
        _draft(request, person, means=means, next_address=next_address, done=True)
        return redirect("first-password")
    drafts.drop(request.session, drafts.LOGIN)
    try:
        log_in(person=person, means=means)
    except Refused as refusal:  # closed, or other means, since the password was asked
        why = Why.INACTIVE if refusal.code == Why.INACTIVE else Why.UNKNOWN_LOGIN
        return redirect(login_address(why=why))
    begin_session(request, person, means)
    return redirect(next_address or start_page())


def _under_way(request: HttpRequest) -> tuple[dict[str, Any] | None, Person | None]:
    """Return the login under way and whose it is; none where the password is another since it was typed."""
    draft = drafts.kept(request, drafts.LOGIN)
    person = drafts.person_of_draft(draft)
    if draft is None or person is None or not constant_time_compare(draft["proof"], person.get_session_auth_hash()):
        return None, None
    return draft, person


def _draft(request: HttpRequest, person: Person, *, means: Means, next_address: str, done: bool) -> None:
    request.session.cycle_key()
    drafts.keep(
        request, drafts.LOGIN, person, seconds=drafts.LOGIN_SECONDS, means=means.value, next=next_address, done=done,
        proof=person.get_session_auth_hash(),
    )  # fmt: skip
