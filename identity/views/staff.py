"""The activation of an account of staff: code, eID, password, app; written on the last page (BEHAVIOUR T7, T8)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from acts.attempts import refuse
from acts.errors import Missing, Refused, TooMany
from identity import codes, drafts
from identity.actions import staff_means as acts
from identity.actions.activation import is_right_code
from identity.forms import ActivationCodeForm, NewPasswordForm
from identity.models import Activation
from identity.views.activation import WRONG
from identity.views.asking import ask
from identity.views.devices import app_page
from identity.views.password import followed_before
from identity.views.staff_proof import begin_proof, drop_proof, proof_of
from ui.forms import PortalForm
from ui.pages import public_page

Step = Callable[[HttpRequest, Activation, dict[str, Any]], HttpResponse]
View = Callable[[HttpRequest], HttpResponse]


def step(needs: str = "") -> Callable[[Step], View]:
    """Make a page of the activation: it needs a followed link, and the answer that the page before put into the draft."""

    def make(view: Step) -> View:
        @wraps(view)
        def page(request: HttpRequest) -> HttpResponse:
            activation = followed_before(request, Activation.Purpose.STAFF)
            draft = drafts.kept(request, drafts.LINK)
            if activation is None or draft is None:
                return redirect("link-gone")
            if needs and needs not in draft:
                return redirect("staff-activate")
            try:
                return view(request, activation, draft)
            except Missing:
                return redirect("link-gone")

        return public_page(methods=("GET", "POST"))(sensitive_post_parameters()(page))

    return make


@step()
def staff_activate(request: HttpRequest, activation: Activation, draft: dict[str, Any]) -> HttpResponse:
    """The code that a supervisor gave apart from the link."""
    form = ActivationCodeForm(request.POST if request.method == "POST" else None)
    status = 0
    if form.is_valid():
        try:
            if is_right_code(activation, form.cleaned_data["code"]):
                _keep(request, activation, draft, code_was_right=True)
                return redirect("staff-eid")
            form.add_error("code", str(WRONG))
        except TooMany as refusal:
            status = refuse(form, refusal, "code")
    return ask(request, form, title=_("Set up how you log in"), submit=_("Next"), status=status)


class EidForm(PortalForm):
    """A button: nothing is asked here."""


@step("code_was_right")
def staff_eid(request: HttpRequest, activation: Activation, draft: dict[str, Any]) -> HttpResponse:
    """Who it is, by eID; back from the identity provider, what was proved is held against the account."""
    person = activation.person
    form: forms.Form = EidForm(request.POST if request.method == "POST" else None)
    proof = proof_of(request, person)
    status = 0
    if form.is_bound:
        return begin_proof(request, person, back=reverse("staff-eid"))
    if proof is not None:
        try:
            acts.check_proof(person, proof)
        except Refused as refusal:
            drop_proof(request)
            messages.error(request, str(refusal.sentence))
            status = refusal.status
        else:
            return redirect("staff-password")
    texts = [
        _("Show with your eID whose account this is. The portal does not keep your number, only a sealed print of it.")
    ]
    return ask(
        request, form, title=_("Prove who you are"), submit=_("Continue with your eID"), texts=texts,
        back=reverse("staff-activate"), status=status,
    )  # fmt: skip


@step("code_was_right")
def staff_password(request: HttpRequest, activation: Activation, draft: dict[str, Any]) -> HttpResponse:
    """A password. Of it the draft holds the hash alone."""
    if proof_of(request, activation.person) is None:
        return redirect("staff-eid")
    form = NewPasswordForm(request.POST if request.method == "POST" else None, person=activation.person)
    if form.is_valid():
        _keep(request, activation, draft, password_hash=make_password(form.cleaned_data["password"]))
        drafts.keep(request, drafts.APP, activation.person, key=codes.new_key())
        return redirect("staff-app")
    user_name = _("Your user name is %(user_name)s.") % {"user_name": activation.person.user_name}
    return ask(
        request, form, title=_("Choose your own password"), submit=_("Next"), texts=[user_name], back=reverse("staff-eid"),
    )  # fmt: skip


@step("password_hash")
def staff_app(request: HttpRequest, activation: Activation, draft: dict[str, Any]) -> HttpResponse:
    """The app's picture, and its first code; then everything is written."""

    def finish(key: str, step: int) -> HttpResponse:
        proof = proof_of(request, activation.person)
        if proof is None:
            return redirect("staff-eid")
        try:
            acts.activate_staff(
                activation=activation,
                proof=proof,
                password_hash=draft["password_hash"],
                app_key=key,
                app_used=step,
            )
        except Refused as refusal:  # decided otherwise meanwhile
            messages.error(request, str(refusal.sentence))
            return redirect("staff-eid")
        drafts.drop(request.session, drafts.LINK, drafts.APP, drafts.PROOF)
        return redirect("admin:login")

    return app_page(
        request,
        activation.person,
        user_name=activation.person.user_name or "",
        back=reverse("staff-password"),
        confirmed=finish,
    )


def _keep(request: HttpRequest, activation: Activation, draft: dict[str, Any], **answers: Any) -> None:
    """Add answers to the draft; its time begins anew."""
    former = {name: value for name, value in draft.items() if name not in {"person", "until"}}
    drafts.keep(request, drafts.LINK, activation.person, **{**former, **answers})
