"""What is asked on the way to an appointment; the labels and their order are the guide's."""

from typing import Any, ClassVar, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from acts.errors import TooMany
from formats import ticket
from htb.document.verify import MAX_BYTES
from ui.forms import (
    MAILBOX_ADVICE,
    ContentField,
    EmailField,
    EnterpriseNumberField,
    InszField,
    PortalForm,
    TelephoneField,
)
from ui.journeys import BranchingForm

SELF, OTHER = "self", "other"


class EnterpriseForm(PortalForm):
    """S1: for which enterprise."""

    enterprise_number = EnterpriseNumberField(label=_("Enterprise number"))


class ChiefForm(BranchingForm):
    """S4: who becomes chief administrator, and how both are reached. For oneself one's own contact data serve."""

    branch_field = "who"
    branches: ClassVar[dict[str, dict[str, bool]]] = {
        SELF: {},
        OTHER: {"chief_insz": True, "chief_email": True, "chief_telephone": True},
    }

    who = forms.ChoiceField(
        label=_("Chief Access Manager"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who becomes Chief Access Manager.")},
    )
    chief_insz = InszField(label=_("National register number"), required=False)
    chief_email = EmailField(label=_("E-mail"), required=False, help_text=MAILBOX_ADVICE, is_own=False)
    chief_telephone = TelephoneField(label=_("Telephone"), required=False, is_own=False)
    own_email = EmailField(
        label=_("E-mail"), help_text=MAILBOX_ADVICE, error_messages={"required": _("Enter your own e-mail address.")}
    )
    own_telephone = TelephoneField(
        label=_("Telephone"), error_messages={"required": _("Enter your own telephone number.")}
    )

    def __init__(self, *args: Any, own_name: str, is_current_chief: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own_choice = [] if is_current_chief else [(SELF, own_name)]
        who = self.fields["who"]
        if isinstance(who, forms.ChoiceField):
            who.choices = [*own_choice, (OTHER, _("Other person"))]


class ConfirmForm(PortalForm):
    """S6: the box that has to be ticked, and what the page showed."""

    confirmed = forms.BooleanField(
        label=_("Yes, I confirm"),
        error_messages={"required": _("Tick “Yes, I confirm” if you agree with the conditions.")},
    )
    plan = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)


class ApplicantForm(PortalForm):
    """X1, X2: who asks, for which enterprise, and that nobody there has a card."""

    insz = InszField(label=_("National register number"))
    first_name = forms.CharField(label=_("First name"), max_length=200)
    last_name = forms.CharField(label=_("Name"), max_length=200)
    enterprise_number = EnterpriseNumberField(label=_("Enterprise number"))
    nobody_has_eid = forms.BooleanField(
        label=_("I declare that no legal representative of the enterprise has an eID or electronic foreigner card"),
        error_messages={"required": _("Tick the declaration if it is true. Otherwise use the standard procedure.")},
    )


class DocumentForm(PortalForm):
    """X10: a file to look at."""

    file = ContentField(
        label=_("PDF file"),
        help_text=_("The file as you downloaded it, at most 5 MB. It is not kept."),
        most_bytes=MAX_BYTES,
        accept="application/pdf",
        error_messages={
            "required": _("Choose the PDF file."),
            "empty": _("This file is empty. Download the document again and choose that file."),
            "too_large": _("This file is larger than 5 MB. Our documents are far smaller: choose the PDF file itself."),
        },
    )

    def clean_file(self) -> bytes:
        """Return what the file holds, where it can be a document at all."""
        content: bytes = self.cleaned_data["file"]
        if b"%PDF-" not in content[:1024]:
            raise ValidationError(
                _("This is not a PDF file. Choose the PDF file that was downloaded, not a picture or a scan."),
                code="not_a_pdf",
            )
        return content

    @classmethod
    def refused(cls, refusal: TooMany) -> Self:
        """Return the form that says why no file is looked at."""
        form = cls({}, {})
        form.errors.clear()
        form.add_error(None, str(refusal.sentence))
        return form


class SignedForm(DocumentForm):
    """X9: the document, signed electronically."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = _("The signed PDF file")
        self.fields["file"].help_text = _("The file as your signing program made it, at most 5 MB.")


class FollowForm(PortalForm):
    """X6: ticket number and the applicant's number."""

    ticket = forms.CharField(
        label=_("Ticket number"),
        max_length=40,
        help_text=_("13 capitals and digits, with or without spaces."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "class": "govuk-input--width-20 number"}
        ),
    )
    insz = InszField(label=_("National register number"))

    def clean_ticket(self) -> str:
        """Return the thirteen characters; a mistyped number shows by its check character."""
        number = ticket.parse(self.cleaned_data["ticket"])
        if number is None:
            raise ValidationError(_("This is not a possible ticket number. Compare it with your document."))
        return number
