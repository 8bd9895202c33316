"""BEHAVIOUR X10: anyone who holds a file sees whether it is a document of ours, unchanged."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from acts.errors import TooMany
from htb.document.verify import MAX_BYTES, Verified, verify
from identity.limits import client_address, counted
from ui.forms import PortalForm
from ui.pages import public_page


class DocumentForm(PortalForm):
    """The file to look at."""

    file = forms.FileField(
        label=_("PDF file"),
        help_text=_("The file as you downloaded it, at most 5 MB. It is not kept."),
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
        error_messages={
            "required": _("Choose the PDF file."),
            "empty": _("This file is empty. Download the document again and choose that file."),
        },
    )

    def clean_file(self) -> bytes:
        """Return what the file holds, where it can be a document at all."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if file.size is None or file.size > MAX_BYTES:
            raise ValidationError(
                _("This file is larger than 5 MB. Our documents are far smaller: choose the PDF file itself.")
            )
        content: bytes = file.read()
        if b"%PDF-" not in content[:1024]:
            raise ValidationError(
                _("This is not a PDF file. Choose the PDF file that was downloaded, not a picture or a scan.")
            )
        return content


@public_page(methods=("GET", "POST"))
def verify_document(request: HttpRequest) -> HttpResponse:
    """Ask for a file and say what it is; nothing about the request that it belongs to. Every upload counts (section 11)."""
    if request.method != "POST":
        return _page(request, DocumentForm())
    form = DocumentForm(request.POST, request.FILES)
    try:
        with counted(("upload.actor", client_address(request))) as upload:
            upload.miss()
            if form.is_valid():
                return _page(request, DocumentForm(), verified=verify(form.cleaned_data["file"]))
            return _page(request, form, status=422)
    except TooMany as refusal:
        form = DocumentForm({}, {})
        form.errors.clear()
        form.add_error(None, str(refusal.sentence))
        return _page(request, form, status=refusal.status)


def _page(
    request: HttpRequest, form: DocumentForm, *, verified: Verified | None = None, status: int = 200
) -> HttpResponse:
    return render(request, "htb/verify.html", {"form": form, "verified": verified}, status=status)
