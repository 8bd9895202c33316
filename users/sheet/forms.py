"""What the pages of an import ask."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ui.forms import ContentField, PortalForm
from users.sheet.reading import MOST_BYTES


class SheetForm(PortalForm):
    """The file."""

    file = ContentField(
        label=_("CSV file"),
        help_text=_("The exported file with your changes, at most 20 MB."),
        most_bytes=MOST_BYTES,
        accept=".csv,text/csv",
        error_messages={
            "required": _("Choose the CSV file."),
            "empty": _("This file is empty. Export the users and change that file."),
            "too_large": _("This file is larger than 20 MB. Export a part of the users and change that."),
        },
    )


class PlanForm(PortalForm):
    """The plan that the check page showed, as its digest."""

    plan = forms.CharField(max_length=64, widget=forms.HiddenInput)
