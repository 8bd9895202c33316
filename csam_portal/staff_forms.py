"""The forms with which the contact centre logs in and changes its own password."""

import time
from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from acts.errors import TooMany
from identity import codes
from identity.actions.passwords import change_password
from identity.actions.staff import staff_actor
from identity.forms import CodeField, UserNameField
from identity.limits import client_address
from identity.models import Person
from identity.passwords import check_own_password, staff_with

WRONG = _("The user name, the password or the code is wrong.")


class StaffLoginForm(AdminAuthenticationForm):
    """User name, password and the app's code on one page; which of them is wrong is not said. Tries count as everywhere."""

    username = UserNameField(widget=forms.TextInput(attrs={"autofocus": True}))
    code = CodeField(label=_("Code from your mobile app"))

    request: HttpRequest

    def clean(self) -> dict[str, Any]:
        """Find the member of staff who gives these answers."""
        answers = self.cleaned_data
        if not self.errors:
            try:
                person = staff_with(
                    user_name=answers["username"],
                    password=answers["password"],
                    code=answers["code"],
                    address=client_address(self.request),
                )
            except TooMany as refusal:
                raise ValidationError(str(refusal.sentence), code=refusal.code) from refusal
            if person is None:
                raise ValidationError(str(WRONG), code="invalid_login")
            person.otp_device = codes.app_of(person)  # type: ignore[attr-defined]  # django-otp finds it here at login
            self.user_cache = person
        return answers


class StaffPasswordForm(AdminPasswordChangeForm):
    """Changing one's own password, by the act that everybody's passwords are changed by."""

    user: Person

    def __init__(self, *args: Any, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = address

    def clean_old_password(self) -> str:
        """Wrong tries count as at login."""
        password = str(self.cleaned_data["old_password"])
        try:
            is_right = check_own_password(self.user, password, address=self.address)
        except TooMany as refusal:
            raise ValidationError(str(refusal.sentence), code=refusal.code) from refusal
        if not is_right:
            raise ValidationError(str(_("This is not your password.")), code="password_incorrect")
        return password

    def clean(self) -> dict[str, Any]:
        """The new password is another one."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("old_password") and cleaned["old_password"] == cleaned.get("new_password1"):
            self.add_error("new_password1", str(_("This is the password that you have. Choose another.")))
        return cleaned

    def save(self, commit: bool = True) -> Person:
        """Change it; the view then goes on with the session that it was changed in."""
        actor = staff_actor(self.user)
        # The old password was asked just now (BEHAVIOUR T4).
        actor.proved_at = time.time()
        self.user = change_password(actor=actor, password=self.cleaned_data["new_password1"])
        return self.user
