"""What is asked for logging in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from identity.enums import LEVEL_OF, Means
from identity.login import NEXT_LENGTH, safe_next
from ui.forms import PortalForm


class MeansForm(PortalForm):
    """Which means to log in with, and what must not be lost on the way: the page asked for and the level it needs."""

    means = forms.TypedChoiceField(
        label=_("Choose how you want to log in"),
        choices=Means.choices,
        coerce=Means,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose how you want to log in."),
            "invalid_choice": _("Choose how you want to log in."),
        },
    )
    next = forms.CharField(required=False, max_length=NEXT_LENGTH, widget=forms.HiddenInput)
    level = forms.IntegerField(required=False, min_value=0, max_value=999, widget=forms.HiddenInput)

    def clean_next(self) -> str:
        """An address elsewhere is forgotten: it was not this portal that put it there."""
        return safe_next(self.cleaned_data["next"])

    def clean_level(self) -> int:
        """0 where the page asked for needs no level."""
        return self.cleaned_data["level"] or 0

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        means = cleaned.get("means")
        if means and LEVEL_OF[means] < cleaned.get("level", 0):
            self.add_error("means", _("This means is not strong enough for the page you asked for. Choose another."))
        return cleaned
