"""The mailed link, and what an activation asks: the code given apart, user name and password, a code device (BEHAVIOUR L7).

Nothing is written before the last page; until then the answers are a draft in the session. A link's GET uses nothing up.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from acts.attempts import refuse
from acts.errors import Missing, Refused, Sentence, TooMany
from identity import codes, drafts
from identity.actions import activation as acts
from identity.actions.first_passwords import choose_renewed_password
from identity.actions.means import is_taken
from identity.actions.passwords import TAKEN
from identity.enums import Means
from identity.forms import ActivationCodeForm, DeviceForm, NewPasswordForm, NewUserNameForm
from identity.login import end_session
from identity.models import Activation
from identity.views.asking import ask
from identity.views.devices import app_page, codes_page
from identity.views.password import followed_before
from ui.pages import public_page

PAGE_OF = {
    Activation.Purpose.ACTIVATE: "activate",
    Activation.Purpose.PASSWORD: "new-password",
    Activation.Purpose.STAFF: "staff-activate",
    Activation.Purpose.RENEW: "activate",
}
WRONG = _("The activation code is wrong. Ask whoever gave you access.")

Step = Callable[[HttpRequest, Activation, dict[str, Any]], HttpResponse]
View = Callable[[HttpRequest], HttpResponse]


@public_page(methods=("GET", "POST"), has_secret=True)
def link(request: HttpRequest, secret: str) -> HttpResponse:
    """Where a mailed link leads: a button. Its POST looks at the secret, and moves on to an address without it.

    Whoever is logged in is asked first whether to log off: the link may have come from somebody else (BEHAVIOUR T27).
    """
    is_logged_in = request.user.is_authenticated
    if request.method != "POST" or (is_logged_in and "log_off" not in request.POST):
        return render(request, "identity/link.html", {"who": request.user if is_logged_in else None})
    activation = acts.followed(secret)
    if activation is None:
        return redirect("link-gone")
    if is_logged_in:
        end_session(request)
    request.session.cycle_key()
    drafts.drop(request.session, drafts.APP, drafts.CODES, drafts.PROOF)
    drafts.keep(request, drafts.LINK, activation.person, activation=activation.pk)
    return redirect(PAGE_OF[Activation.Purpose(activation.purpose)])


@public_page()
def link_gone(request: HttpRequest) -> HttpResponse:
    """One answer for a link that is unknown, used, too old, or whose pages were left for too long."""
    return render(request, "identity/link_gone.html", status=404)


def step(
    needs: str = "", *, purposes: tuple[Activation.Purpose, ...] = (Activation.Purpose.ACTIVATE,)
) -> Callable[[Step], View]:
    """Make a page of an activation: it needs a followed link, and the answer that the page before put into the draft.

    purposes: of the links that lead to it.
    """

    def make(view: Step) -> View:
        @wraps(view)
        def page(request: HttpRequest) -> HttpResponse:
            activation = followed_before(request, *purposes)
            draft = drafts.kept(request, drafts.LINK)
            if activation is None or draft is None:
                return redirect("link-gone")
            if needs and needs not in draft:
                return redirect("activate")
            try:
                return view(request, activation, draft)
            except Missing:
                return redirect("link-gone")

        return public_page(methods=("GET", "POST"))(sensitive_post_parameters()(page))

    return make


@step(purposes=(Activation.Purpose.ACTIVATE, Activation.Purpose.RENEW))
def activate(request: HttpRequest, activation: Activation, draft: dict[str, Any]) -> HttpResponse:
    """The code that was given apart from the link."""
    form = ActivationCodeForm(request.POST if request.method == "POST" else None)
    status = 0
    if form.is_valid():
        try:
            if acts.is_right_code(activation, form.cleaned_data["code"]):
                if activation.purpose == Activation.Purpose.RENEW:
                    _keep(request, activation, draft, code_was_right=True)
                    return redirect("activate-password")
                user_name = activation.person.user_name
                answers = {"user_name": user_name} if user_name else {}  # one that is there stays as it is
                _keep(request, activation, draft, code_was_right=True, **answers)
                return redirect("activate-device" if user_name else "activate-user-name")
            form.add_error("code", str(WRONG))
        except TooMany as refusal:
            status = refuse(form, refusal, "code")
    return ask(request, form, title=_("Set up how you log in"), submit=_("Next"), status=status)


@step("code_was_right")
def activate_user_name(request: HttpRequest, activation: Activation, draft: dict[str, Any]) -> HttpResponse:
    """User name and password. Of the password the draft holds the hash alone."""
    if activation.person.user_name:
        return redirect("activate-device")
    form = NewUserNameForm(request.POST if request.method == "POST" else None, person=activation.person)
    if form.is_valid():
        user_name = form.cleaned_data["user_name"]
        if not is_taken(user_name, by_others_than=activation.person):
            hashed = make_password(form.cleaned_data["password"])
            _keep(request, activation, draft, user_name=user_name, password_hash=hashed)
            return redirect("activate-device")
        form.add_error("user_name", str(TAKEN))
    return ask(
        request, form, title=_("Choose a user name and a password"), submit=_("Next"), back=reverse("activate"),
    )  # fmt: skip


@step("code_was_right", purposes=(Activation.Purpose.RENEW,))
def activate_password(request: HttpRequest, activation: Activation, draft: dict[str, Any]) -> HttpResponse:
    """A password in the place of a first one that was renewed (T5)."""
    form = NewPasswordForm(request.POST if request.method == "POST" else None, person=activation.person)
    if form.is_valid():
        hashed = make_password(form.cleaned_data["password"])
        choose_renewed_password(activation=activation, password_hash=hashed)
        drafts.drop(request.session, drafts.LINK)
        messages.success(request, str(_("You have a new password. Log in with it.")))
        return redirect("login")
    text = _("Your user name is %(user_name)s.") % {"user_name": activation.person.user_name}
    return ask(
        request, form, title=_("Choose a password"), submit=_("Save"), texts=[text], back=reverse("activate"),
    )  # fmt: skip


@step("user_name")
def activate_device(request: HttpRequest, activation: Activation, draft: dict[str, Any]) -> HttpResponse:
    """From where the one-time codes will come."""
    form = DeviceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if form.cleaned_data["means"] is Means.TOTP:
            drafts.keep(request, drafts.APP, activation.person, key=codes.new_key())
            return redirect("activate-app")
        drafts.keep(request, drafts.CODES, activation.person, codes=codes.new_codes())
        return redirect("activate-codes")
    texts: list[Sentence] = [
        _(
            "To manage access you log in with a one-time code after your password: a stolen password alone does not suffice."
        )
    ]
    user_name = activation.person.user_name
    if user_name:
        kept = _("Your user name, %(user_name)s, and your password stay as they are.")
        texts.insert(0, kept % {"user_name": user_name})
    return ask(
        request, form, title=_("Choose your one-time codes"), submit=_("Next"), texts=texts,
        back=reverse("activate" if user_name else "activate-user-name"),
    )  # fmt: skip


@step("user_name")
def activate_app(request: HttpRequest, activation: Activation, draft: dict[str, Any]) -> HttpResponse:
    """The app's picture, and its first code; then everything is written."""
    return app_page(
        request,
        activation.person,
        user_name=draft["user_name"],
        back=reverse("activate-device"),
        confirmed=lambda key, step: _finish(request, activation, draft, app_key=key, app_used=step),
    )


@step("user_name")
def activate_codes(request: HttpRequest, activation: Activation, draft: dict[str, Any]) -> HttpResponse:
    """The list of codes; once it is kept, everything is written."""
    return codes_page(
        request,
        activation.person,
        back=reverse("activate-device"),
        confirmed=lambda new: _finish(request, activation, draft, token_codes=tuple(new)),
    )


def _keep(request: HttpRequest, activation: Activation, draft: dict[str, Any], **answers: Any) -> None:
    """Add answers to the draft; its time begins anew."""
    former = {name: value for name, value in draft.items() if name not in {"person", "until"}}
    drafts.keep(request, drafts.LINK, activation.person, **{**former, **answers})


def _finish(request: HttpRequest, activation: Activation, draft: dict[str, Any], **device: Any) -> HttpResponse:
    means = acts.NewMeans(user_name=draft["user_name"], password_hash=draft.get("password_hash", ""), **device)
    try:
        acts.activate(activation=activation, means=means)
    except Refused as refusal:  # somebody took the user name meanwhile
        messages.error(request, str(refusal.sentence))
        return redirect("activate-user-name")
    drafts.drop(request.session, drafts.LINK, drafts.APP, drafts.CODES)
    messages.success(
        request, str(_("Everything is set up. Log in with your user name, your password and a one-time code."))
    )
    return redirect("login")
