"""What is asked of an account."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enterprises.models import Application
from ui.forms import EmailField, PortalForm
from users.editing import Edit


class EditForm(PortalForm):
    """E-mail addresses and applications. applications: those to choose from; None where they are not the actor's to change."""

    email = EmailField(
        label=_("E-mail address"),
        is_own=False,
        help_text=_("Our messages about this account go there, never a password or a code."),
    )
    local_email = EmailField(
        label=_("Local e-mail address"),
        is_own=False,
        required=False,
        help_text=_("May be used when this person contacts the Eranova contact centre."),
    )
    applications = forms.MultipleChoiceField(
        label=_("Secured applications"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("This application can no longer be chosen. Look at the list again.")},
    )
    # Where it stands: filled in, then confirmed.
    plan = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, offered: Sequence[Application] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_applications = offered is not None
        if offered is None:
            del self.fields["applications"]
        else:
            self.fields["applications"].choices = [(one.code, one.name) for one in offered]  # type: ignore[attr-defined]  # a choice field's

    @property
    def edit(self) -> Edit:
        """What a valid form asks."""
        codes = frozenset(self.cleaned_data["applications"]) if self.has_applications else None
        return Edit(self.cleaned_data["email"], self.cleaned_data["local_email"], codes)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What was filled in, as hidden fields of the check page."""
        edit = self.edit
        return [
            ("email", edit.email),
            ("local_email", edit.local_email),
            *(("applications", code) for code in sorted(edit.applications or ())),
        ]
