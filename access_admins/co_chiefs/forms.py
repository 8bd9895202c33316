"""What is asked for a co-chief administrator."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from ui.forms import EmailField, InszField, PortalForm, TelephoneField


class CoChiefForm(PortalForm):
    """Whose number."""

    insz = InszField(label=_("SSIN"))


class ContactForm(PortalForm):
    """How the co-chief is reached for this enterprise."""

    email = EmailField(label=_("E-mail address"), is_own=False)
    telephone = TelephoneField(label=_("Telephone"), is_own=False)

    @property
    def contact(self) -> Iterable[forms.BoundField]:
        """All fields, as users.adding.forms.AccountForm names those after the means."""
        return self
