"""One's own code devices: an app, a list of token codes (BEHAVIOUR L3, U8, T4)."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from acts.errors import Missing, Sentence
from identity import codes, drafts
from identity.actions import devices as acts
from identity.actor import ActorRequest
from identity.enums import Means
from identity.permissions import check_change_device
from identity.views.asking import confirm, told
from identity.views.devices import app_page, codes_page
from ui.pages import page


@page(level="self", methods=("GET", "POST"), fresh=True)
@sensitive_post_parameters()
def own_app(request: ActorRequest) -> HttpResponse:
    """Begin: what an app is, and a button that makes its secret."""
    check_change_device(request.actor, Means.TOTP)
    if request.method == "POST":
        drafts.keep(request, drafts.APP, request.actor.person, key=codes.new_key())
        return redirect("own-app-confirm")
    return confirm(
        request,
        title=_("Set up a mobile app"),
        texts=[
            _("An app on your mobile phone makes a new code every 30 seconds. With it you log in at level 400."),
            _("Install an app first, for example FreeOTP or Aegis. It takes the place of an app that you set up here before."),
        ],
        submit=_("Next"),
        back="own-means",
    )  # fmt: skip


@page(level="self", methods=("GET", "POST"), fresh=True)
@sensitive_post_parameters()
def own_app_confirm(request: ActorRequest) -> HttpResponse:
    """The picture and the secret, and the first code."""
    check_change_device(request.actor, Means.TOTP)
    person = request.actor.person

    def confirmed(key: str, step: int) -> HttpResponse:
        acts.set_app(actor=request.actor, key=key, used=step)
        return _done(request, acts.SET[Means.TOTP])

    return app_page(request, person, user_name=person.user_name or "", back=reverse("own-app"), confirmed=confirmed)


@page(level="self", methods=("GET", "POST"), fresh=True)
@sensitive_post_parameters()
def own_codes(request: ActorRequest) -> HttpResponse:
    """Begin: what token codes are, and a button that makes them."""
    check_change_device(request.actor, Means.TOKEN)
    if request.method == "POST":
        drafts.keep(request, drafts.CODES, request.actor.person, codes=codes.new_codes())
        return redirect("own-codes-confirm")
    return confirm(
        request,
        title=_("Make a list of token codes"),
        texts=[
            _("You get a list of 24 codes to print or write down. Each serves for one login at level 300."),
            _("The codes of an earlier list stop working once you have confirmed the new one."),
        ],
        submit=_("Make the codes"),
        back="own-means",
    )  # fmt: skip


@page(level="self", methods=("GET", "POST"), fresh=True)
@sensitive_post_parameters()
def own_codes_confirm(request: ActorRequest) -> HttpResponse:
    """The list, until it is kept."""
    check_change_device(request.actor, Means.TOKEN)

    def confirmed(new: list[str]) -> HttpResponse:
        acts.set_codes(actor=request.actor, new=new)
        return _done(request, acts.SET[Means.TOKEN])

    return codes_page(request, request.actor.person, back=reverse("own-codes"), confirmed=confirmed)


@page(level="self", methods=("GET", "POST"), fresh=True)
def own_app_remove(request: ActorRequest) -> HttpResponse:
    """Remove the app, after a question."""
    return _remove(request, Means.TOTP, _("Remove the mobile app"), _("Codes of this app will no longer log you in."))


@page(level="self", methods=("GET", "POST"), fresh=True)
def own_codes_remove(request: ActorRequest) -> HttpResponse:
    """Remove the list of codes, after a question."""
    return _remove(
        request, Means.TOKEN, _("Remove the token codes"), _("No code of your list will log you in any more.")
    )


def _remove(request: ActorRequest, means: Means, title: Sentence, text: Sentence) -> HttpResponse:
    check_change_device(request.actor, means)
    if means not in codes.means_of(request.actor.person):
        raise Missing
    if request.method == "POST":
        acts.remove_device(actor=request.actor, means=means)
        return _done(request, acts.REMOVED[means])
    return confirm(request, title=title, texts=[text], submit=_("Remove"), back="own-means", kind="warning")


def _done(request: ActorRequest, sentence: Sentence) -> HttpResponse:
    drafts.drop(request.session, drafts.APP, drafts.CODES)
    told(request, sentence)
    return redirect("own-means")
