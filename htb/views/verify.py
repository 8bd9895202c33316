"""BEHAVIOUR X10: anyone who holds a file sees whether it is a document of ours, unchanged."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from acts.errors import TooMany
from htb.document.verify import MAX_BYTES, Verified, verify
from htb.forms import DocumentForm
from identity.limits import client_address, spend
from ui.pages import file_of, public_page


@public_page(methods=("GET", "POST"), body=file_of(MAX_BYTES))
def verify_document(request: HttpRequest) -> HttpResponse:
    """Ask for a file and say what it is; nothing about the request that it belongs to. Every upload counts (section 11)."""
    if request.method != "POST":
        return _page(request, DocumentForm())
    form = DocumentForm(request.POST, request.FILES)
    try:
        spend(("upload.actor", client_address(request)))
    except TooMany as refusal:
        return _page(request, DocumentForm.refused(refusal), status=refusal.status)
    if form.is_valid():
        return _page(request, DocumentForm(), verified=verify(form.cleaned_data["file"]))
    return _page(request, form, status=422)


def _page(
    request: HttpRequest, form: DocumentForm, *, verified: Verified | None = None, status: int = 200
) -> HttpResponse:
    return render(request, "htb/verify.html", {"form": form, "verified": verified}, status=status)
