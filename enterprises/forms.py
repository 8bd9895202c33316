"""What is asked about a capacity."""

from django import forms
from django.utils.translation import gettext_lazy as _

from identity.enums import Language
from ui.forms import EmailField, PortalForm, TelephoneField


class CapacityContactForm(PortalForm):
    """U0: how the enterprise is reached about a capacity; what the register says is not asked."""

    name = forms.CharField(label=_("Name of the contact person"), max_length=200, required=False)
    email = EmailField(label=_("E-mail address"), required=False, is_own=False)
    telephone = TelephoneField(label=_("Telephone"), required=False, is_own=False)
    language = forms.ChoiceField(
        label=_("Choice of language"), choices=[("", _("None")), *Language.choices], required=False
    )
