"""What is asked for logging in and for one's own means; what was typed of passwords and codes never comes back."""

import re
from collections.abc import Sequence
from copy import copy
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from identity.enums import LEVEL_OF, Language, Means, Title
from identity.login import NEXT_LENGTH, safe_next
from identity.models import Person
from identity.vouching import FoundMeans
from ui.forms import EmailField, PasswordField, PortalForm

USER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._-]{3,29}")
LONG_NUMBER = re.compile(r"\d{6}")


class UserNameField(forms.CharField):
    """A user name that exists; nothing is said of what is wrong with it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": _("User name"), "max_length": 60, **kwargs})

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """What a password manager needs to know; no "corrections"."""
        return {
            **super().widget_attrs(widget),
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
        }


class NewUserNameField(UserNameField):
    """A user name to be chosen: letters of any keyboard, and nothing that could be somebody's national number."""

    def __init__(self, **kwargs: Any) -> None:
        hint = _(
            "4 to 30 letters without accents, digits, dots, hyphens or underscores. Starts with a letter. Yours for ever."
        )
        super().__init__(**{"help_text": hint, **kwargs})

    def clean(self, value: Any) -> str:
        """Return the user name as typed."""
        typed = super().clean(value)
        if not USER_NAME.fullmatch(typed):
            raise ValidationError(
                _(
                    "Use 4 to 30 letters without accents, digits, dots, hyphens or underscores, and start with a letter."
                ),
                code="invalid",
            )
        if LONG_NUMBER.search(typed):
            raise ValidationError(
                _("Use at most five digits in a row: a user name is no number of a person."), code="number"
            )
        return str(typed)


class CodeInput(forms.TextInput):
    """What was typed does not come back: a wrong code is of no use, and a right one nobody else's business."""

    def format_value(self, value: Any) -> None:
        """Return nothing to show."""


class CodeField(forms.CharField):
    """A one-time code or a code given apart; spaces, hyphens and capitals do not matter."""

    widget = CodeInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=30, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Lets the telephone offer the code it received."""
        return {
            **super().widget_attrs(widget),
            "autocomplete": "one-time-code",
            "autocapitalize": "none",
            "spellcheck": "false",
            "class": "govuk-input--width-10 number",
        }


def code_label(means: Means) -> tuple[Any, Any]:
    """Return label and hint of the field for a one-time code."""
    if means is Means.TOTP:
        return _("Code from your mobile app"), _("6 digits")
    return _("Code from your list"), _("A code that you have not used yet, for example ab3d-ef5g.")


class PasswordLoginForm(PortalForm):
    """User name and password."""

    user_name = UserNameField()
    password = PasswordField(label=_("Password"))


class OneTimeCodeForm(PortalForm):
    """The code after the password. means: TOTP or TOKEN."""

    code = CodeField()

    def __init__(self, *args: Any, means: Means, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label, self.fields["code"].help_text = code_label(means)
        self.fields["code"].error_messages["required"] = _("Enter the code.")


class NewPasswordForm(PortalForm):
    """A new password, twice. person: whose data it must not be made of."""

    password = PasswordField(
        label=_("New password"),
        is_new=True,
        help_text=_("At least 12 characters. A sentence is easy to remember and hard to guess."),
    )
    password_again = PasswordField(label=_("New password, once more"), is_new=True)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean(self) -> dict[str, Any]:
        """Hold the password to settings.AUTH_PASSWORD_VALIDATORS, and both answers to each other."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        password, again = cleaned.get("password"), cleaned.get("password_again")
        if password and again and password != again:
            self.add_error("password_again", _("The two passwords differ. Type the same password twice."))
        elif password:
            try:
                validate_password(password, self.owner())
            except ValidationError as weak:
                self.add_error("password", weak)
        return cleaned

    def owner(self) -> Person:
        """Return the person that the password will be of."""
        return self.person


class OwnPasswordForm(NewPasswordForm):
    """A new password, after the old one, where there is one (BEHAVIOUR L3: a first password ends at 450)."""

    field_order = ("password_old",)

    password_old = PasswordField(label=_("Your password until now"))

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, person=person, **kwargs)
        if not person.has_usable_password():
            del self.fields["password_old"]


class RenewPasswordForm(NewPasswordForm):
    """A new password after a forgotten one; with a one-time code for those who have a device."""

    code = CodeField(
        label=_("One-time code"),
        help_text=_("From your mobile app, or a code from your list that you have not used yet."),
    )

    def __init__(self, *args: Any, has_device: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_device:
            del self.fields["code"]


class NewUserNameForm(NewPasswordForm):
    """A user name to be chosen, and its password."""

    field_order = ("user_name",)

    user_name = NewUserNameField()

    def owner(self) -> Person:
        """Return the person with the user name that they are choosing."""
        owner = copy(self.person)
        owner.user_name = self.cleaned_data.get("user_name")
        return owner


class ForgottenPasswordForm(PortalForm):
    """Whose password was forgotten."""

    user_name = UserNameField()


class ActivationCodeForm(PortalForm):
    """The code that was given apart from the link."""

    code = CodeField(
        label=_("Activation code"),
        help_text=_("The code that you were given in person or by telephone, for example ab3d-ef5g."),
    )


class DeviceForm(PortalForm):
    """From where the one-time codes will come."""

    means = forms.TypedChoiceField(
        label=_("From where will your one-time codes come?"),
        choices=[
            (Means.TOTP.value, _("From an app on my mobile phone")),
            (Means.TOKEN.value, _("From a list of codes that I print or write down")),
        ],
        coerce=Means,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose from where your one-time codes will come.")},
    )


class ProofForm(PortalForm):
    """The password once more."""

    password = PasswordField(label=_("Password"))


class KeepMeansForm(PortalForm):
    """What stays of the means that others made (BEHAVIOUR T2). found: what there is; nothing is ticked beforehand."""

    keep = forms.MultipleChoiceField(
        label=_("What do you want to keep?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick only what you made yourself, or what you know and use. What you do not tick ends."),
    )

    def __init__(self, *args: Any, found: Sequence[FoundMeans], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["keep"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(one.kind, f"{one.label}: {one.value}" if one.value else one.label) for one in found]


class KeptForm(PortalForm):
    """The box under a list of codes."""

    kept = forms.BooleanField(
        label=_("I have printed the codes or written them down"),
        error_messages={
            "required": _("Print the codes or write them down, then tick the box: they are shown only now.")
        },
    )


class OwnDataForm(PortalForm):
    """What a person says of themselves. The password is asked of a login by password, and where the last proof is old (T4)."""

    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)
    title = forms.ChoiceField(label=_("Title"), choices=Title.choices, required=False)
    email = EmailField(
        label=_("Own e-mail address"),
        required=False,
        help_text=_("Messages about your login go to this address alone. No enterprise sees it or can change it."),
    )
    password = PasswordField(
        label=_("Password"), help_text=_("To change your e-mail address, type your password."), required=False
    )

    def __init__(self, *args: Any, asks_password: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_password:
            del self.fields["password"]


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
