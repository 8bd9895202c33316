"""What is wrong with a file that came back signed, in a sentence each (BEHAVIOUR X9, T14)."""

from django.utils.translation import gettext_lazy as _

from acts.errors import Refused, Sentence

SENTENCES: dict[str, Sentence] = {
    "encrypted": _("This file is protected with a password. Sign the document without protecting it, and return that file."),
    "not_ours": _(
        "This is not the document of this request, or it was saved anew by another program. Sign the PDF file exactly as you "
        "downloaded it."
    ),
    "another_document": _("This is the document of another request. Return the document that belongs to this ticket number."),
    "changed": _("The document in this file was changed. Download it again, sign that file and change nothing else."),
    "not_signed": _("This file carries no signature besides our seal. Sign the document with your signing program first."),
    "two_signatures": _("This file carries more than one signature or time stamp. Return it with exactly one signature."),
    "javascript": _("This file contains a script or an action. Sign the PDF file exactly as you downloaded it."),
    "out_of_place": _(
        "The picture of the signature stands where the document has other things to say. Let it show in the box for the "
        "signature and nowhere else, or sign without a picture."
    ),
    "looks_changed": _(
        "With this signature the document no longer looks as we made it. Sign the file as you downloaded it; the signature may "
        "show in its box and nowhere else."
    ),
    "not_drawn": _(
        "We could not draw the pages of this file to compare them with ours. Sign the document anew, without a picture of the "
        "signature, and return that file."
    ),
    "added_before": _("Something besides the signature was added to the document. Sign the file exactly as you downloaded it."),
    "added_after": _(
        "Something was added to the file after the signature. Return the file exactly as the signing program made it."
    ),
    "bomb": _("This file unpacks to far more than a document holds. It was not opened further."),
    "too_many_certificates": _(
        "This signature brings along far more certificates than a signature needs. Sign the document with another program, or "
        "sign on paper."
    ),
    "unreadable": _("This file cannot be read as a PDF. Sign the document anew and return that file."),
    "broken": _("The signature is not intact: it does not belong to this document. Sign the document anew."),
    "revoked": _("The certificate of this signature was revoked. It no longer counts; use another card or sign on paper."),
    "expired": _("The certificate of this signature is not valid today. Use a card that is valid, or sign on paper."),
    "unknown_issuer": _(
        "The certificate of this signature does not come from an issuer of qualified certificates that we know. Use an "
        "identity card's signature, or sign on paper."
    ),
    "not_established": _(
        "We cannot establish at this moment that the certificate of this signature counts: we do not know whether it or its "
        "issuer was revoked. Try again tomorrow, or sign on paper."
    ),
    "not_qualified": _(
        "This signature was not made with a qualified certificate for signing. On an identity card it is the one that asks "
        "the PIN for each signature."
    ),
    "no_number": _("The certificate of this signature holds no national register number, so we cannot tell who signed."),
    "wrong_time": _(
        "The signature says that it was made at a moment at which this request did not exist. Set the clock of your computer "
        "right and sign the document anew."
    ),
}  # fmt: skip


def refused(code: str) -> Refused:
    """Return the refusal with this code, for the field of the file."""
    return Refused(SENTENCES[code], field="file", code=code)
