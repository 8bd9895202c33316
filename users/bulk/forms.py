"""What is asked for a bulk act."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enterprises.models import Application
from ui.forms import PortalForm


class PickForm(PortalForm):
    """Which applications. offered: those to choose from."""

    applications = forms.MultipleChoiceField(
        label=_("Secured applications"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Tick at least one application."),
            "invalid_choice": _("This application can no longer be chosen. Look at the list again."),
        },
    )

    def __init__(self, *args: Any, offered: Sequence[Application], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {str(application.pk): application for application in offered}
        self.fields["applications"].choices = [(pk, one.name) for pk, one in self.offered.items()]  # type: ignore[attr-defined]  # a choice field's

    @property
    def rows(self) -> list[tuple[Any, Application]]:
        """Each tick with its application, for the table."""
        ticks = self["applications"].subwidgets
        return list(zip(ticks, self.offered.values(), strict=True))

    @property
    def picked(self) -> list[Application]:
        """The applications that a valid form names."""
        return [self.offered[pk] for pk in self.cleaned_data["applications"]]
