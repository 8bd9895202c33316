"""Picking a card and giving its PIN."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from enterprises.models import RegisterPerson
from formats import insz as insz_format
from ui.forms import EmailField, InszField, PortalForm


class CardForm(PortalForm):
    """A card of the table or the number of another; a typed number wins, because a picked card cannot be unpicked."""

    card = forms.ChoiceField(label=_("Choose a card"), widget=forms.RadioSelect, required=False)
    insz = InszField(
        label=_("National register number"),
        required=False,
        help_text=_("Of another card that the register knows. 11 digits."),
    )
    pin = forms.CharField(
        label=_("PIN code"),
        max_length=12,
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Enter the PIN code.")},
    )

    email = EmailField(
        label=_("E-mail address"),
        required=False,
        is_own=False,
        help_text=_("The login service may know one, and then passes it on."),
    )

    def __init__(self, *args: Any, cards: list[RegisterPerson], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["card"])
        field.choices = [(card.insz, f"{card} · {insz_format.show(card.insz)}") for card in cards]
        if not cards:
            del self.fields["card"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "insz" not in self.errors and not self.chosen:
            raise ValidationError(_("Choose a card, or enter the number of one."))
        return cleaned

    @property
    def chosen(self) -> str:
        """The eleven digits of the card, "" where none was given."""
        return self.cleaned_data.get("insz") or self.cleaned_data.get("card") or ""
