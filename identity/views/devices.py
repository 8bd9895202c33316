"""Setting up a code device: the pages that an activation and one's own means share."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from acts.attempts import refuse
from acts.errors import TooMany
from identity import codes, drafts
from identity.enums import Means
from identity.forms import KeptForm, OneTimeCodeForm
from identity.models import Person

WRONG = _("The code is wrong. Wait for the next one that the app shows, and check that your phone's clock is right.")


def app_page(
    request: HttpRequest, person: Person, *, user_name: str, back: str, confirmed: Callable[[str, int], HttpResponse]
) -> HttpResponse:
    """Show the picture and the secret of the app in the draft; once its code is right, `confirmed(key, step)` answers."""
    draft = drafts.kept(request, drafts.APP, person)
    if draft is None:
        return redirect(back)
    form = OneTimeCodeForm(request.POST if request.method == "POST" else None, means=Means.TOTP)
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                step = codes.step_of(person, draft["key"], form.cleaned_data["code"])
                if step is not None:
                    return confirmed(draft["key"], step)
                form.add_error("code", str(WRONG))
            except TooMany as refusal:
                status = refuse(form, refusal, "code")
    context = {
        "form": form,
        "qr": codes.qr(user_name, draft["key"]),
        "key": codes.shown_key(draft["key"]),
        "back": back,
    }
    return render(request, "identity/app.html", context, status=status)


def codes_page(
    request: HttpRequest, person: Person, *, back: str, confirmed: Callable[[list[str]], HttpResponse]
) -> HttpResponse:
    """Show the list of codes in the draft; once the person has kept it, `confirmed(codes)` answers."""
    draft = drafts.kept(request, drafts.CODES, person)
    if draft is None:
        return redirect(back)
    form = KeptForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return confirmed(draft["codes"])
    context = {"form": form, "codes": draft["codes"], "back": back}
    return render(request, "identity/codes.html", context, status=422 if form.errors else 200)
