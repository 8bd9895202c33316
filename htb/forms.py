"""What is asked on the way to an appointment; the labels and their order are the guide's."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from formats import ticket
from ui.forms import EmailField, EnterpriseNumberField, InszField, PortalForm, TelephoneField
from ui.journeys import BranchingForm

SELF, OTHER = "self", "other"

MAILBOX_ADVICE = _(
    "Best a general mailbox of the enterprise, such as management@enterprise.be, that is also read when somebody is away."
)


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
