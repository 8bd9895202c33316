"""The form of the seven filters above the users list (BEHAVIOUR U1)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enterprises.models import Application
from ui.forms import NUMBER_LENGTH, PortalForm, one_line
from users.enums import AccountStatus, AccountType
from users.listing import Filter

_SEPARATORS = re.compile(r"[\s.\-/]")


@dataclass(frozen=True)
class Box:
    """A field of the form without errors, as its template shows it.

    choices: value, words and whether chosen; none for a field to type in.
    """

    name: str
    label: Any
    value: str
    choices: Sequence[tuple[str, Any, bool]]


class FilterForm(PortalForm):
    """Every field may stay empty; `wanted` is the filter that a valid form asks for."""

    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    first_name = forms.CharField(label=_("First name"), max_length=200, required=False)
    user_name = forms.CharField(label=_("User name"), max_length=60, required=False)
    type = forms.ChoiceField(label=_("Type"), choices=[("", _("All")), *AccountType.choices], required=False)
    insz = forms.CharField(label=_("SSIN"), max_length=NUMBER_LENGTH, required=False)
    status = forms.ChoiceField(label=_("Status"), choices=[("", _("All")), *AccountStatus.choices], required=False)
    application = forms.ChoiceField(label=_("Secured applications"), required=False)

    def __init__(self, *args: Any, applications: Sequence[Application], **kwargs: Any) -> None:
        """applications: those of the capacity's kind, retired ones too: somebody may still hold them."""
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["application"]
        every = pgettext_lazy("applications", "All")
        choice.choices = [("", every), *((application.code, application.name) for application in applications)]
        for name, field in self.fields.items():
            # What is searched is somebody else's: nothing for the browser to fill in or to keep.
            field.widget.attrs["autocomplete"] = "off"
            if name == "insz":
                field.widget.attrs["inputmode"] = "numeric"

    def clean_insz(self) -> str:
        """Return the digits of a whole number or of a part of one."""
        digits = _SEPARATORS.sub("", self.cleaned_data["insz"])
        if digits and not (digits.isascii() and digits.isdigit() and len(digits) <= 11):
            raise ValidationError(_("Enter the number or a part of it: at most 11 digits, for example 70.03.14."))
        return digits

    @property
    def boxes(self) -> list[Box]:
        """The fields with what is filtered now; seven fields rendered by the form itself would cost half the page's time."""
        boxes = []
        for name, field in self.fields.items():
            value = one_line(str(self.initial.get(name, "")))
            choices = [(key, words, key == value) for key, words in getattr(field, "choices", ())]
            boxes.append(Box(name, field.label, value, choices))
        return boxes

    @property
    def wanted(self) -> Filter:
        """The filter of a valid form."""
        return Filter.of(self.cleaned_data)
