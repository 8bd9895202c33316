"""BEHAVIOUR X9: the applicant returns the document, signed with a qualified electronic signature."""

import time
import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from acts.attempts import attempt
from acts.errors import TooMany
from htb import requests
from htb.document.verify import MAX_BYTES
from htb.forms import SignedForm
from htb.models import Request
from htb.policies import returnable
from identity.limits import client_address, spend
from ui.pages import file_of, public_page

# The session's place for the request that was followed last with ticket number and national number.
_FOLLOWED = "followed"


def remember_followed(request: HttpRequest, made: Request) -> None:
    """Let this session return the document of a request for as long as a session may lie idle.

    Under a new key: whoever planted the session in the browser does not hold it any more (BEHAVIOUR T27).
    """
    request.session.cycle_key()
    request.session[_FOLLOWED] = {
        "request": str(made.public_id),
        "until": time.time() + settings.SESSION_IDLE_SECONDS,
    }


def _followed(request: HttpRequest) -> Request | None:
    followed = request.session.get(_FOLLOWED)
    if followed is None or followed["until"] < time.time():
        return None
    return requests.with_document(uuid.UUID(followed["request"]))


@public_page(methods=("GET", "POST"), body=file_of(MAX_BYTES))
def return_signed(request: HttpRequest) -> HttpResponse:
    """Ask for the signed file, check it, say what is wrong or that it came. Every upload counts (section 11)."""
    made = _followed(request)
    if made is None:
        return redirect("follow")
    if request.method != "POST":
        return _page(request, made, SignedForm())
    form = SignedForm(request.POST, request.FILES)
    try:
        spend(("upload.actor", client_address(request)), ("upload.actor", f"request:{made.public_id}"))
    except TooMany as refusal:
        return _page(request, made, SignedForm.refused(refusal), status=refusal.status)
    tried = attempt(form, lambda: requests.return_signed(request=made, content=form.cleaned_data["file"]))
    if tried.done:
        return redirect("return-signed")
    return _page(request, made, form, status=tried.status)


def _page(request: HttpRequest, made: Request, form: SignedForm, *, status: int = 200) -> HttpResponse:
    context = {"request_made": made, "form": form, "waits": returnable(made)}
    return render(request, "htb/signed.html", context, status=status)
