"""What is asked on a sender's pages; the labels and their order are the guide's (chapter VI)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enterprises.models import Application
from identity.enums import Language, Title
from senders.enums import HAS_SSH_KEY, ChannelKind
from senders.fields import ApplicationsField, MaterialForm
from senders.passwords import LONGEST_PASSWORD, hash_password
from ui.forms import EmailField, PasswordField, PortalForm, TelephoneField

# Every technical user begins with it (M3).
PREFIX = "EXP"
_OWN_PART = re.compile(r"[A-Z0-9]{4,12}")
EMAILS = ("email_1", "email_2", "email_3")

KIND_NAMES = {
    ChannelKind.FTP: _("FTP channel"),
    ChannelKind.SFTP: _("SFTP channel"),
    ChannelKind.WEB_SERVICE: _("WBS channel"),
}


class ContactForm(PortalForm):
    """M2: who is asked when something is wrong with the files."""

    last_name = forms.CharField(
        label=_("Name"), max_length=100, error_messages={"required": _("Fill in the contact person's name.")}
    )
    first_name = forms.CharField(
        label=_("First name"),
        max_length=100,
        error_messages={"required": _("Fill in the contact person's first name.")},
    )
    title = forms.ChoiceField(
        label=_("Title"),
        choices=[(Title.MR.value, Title.MR.label), (Title.MS.value, Title.MS.label)],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a title.")},
    )
    function = forms.CharField(label=pgettext_lazy("of a contact person", "Function"), max_length=100)
    language = forms.ChoiceField(
        label=pgettext_lazy("of a contact person", "Language"),
        choices=Language.choices,
        widget=forms.RadioSelect,
        help_text=_("In this language messages about the sender are written."),
        error_messages={"required": _("Choose a language.")},
    )
    telephone = TelephoneField(label=_("Telephone"), is_own=False)
    fax = TelephoneField(
        label=_("Fax"),
        required=False,
        is_own=False,
        error_messages={
            "invalid": _("This is not a possible fax number. Enter it as 02 123 45 67 or +32 2 123 45 67.")
        },
    )
    mobile = TelephoneField(
        label=_("Mobile phone"),
        required=False,
        is_own=False,
        error_messages={
            "invalid": _("This is not a possible mobile number. Enter it as 0470 12 34 56 or +32 470 12 34 56.")
        },
    )
    email_1, email_2, email_3 = (
        EmailField(
            label=format_lazy(_("E-mail address {place}"), place=place),
            required=False,
            is_own=False,
            error_messages={
                "invalid": format_lazy(
                    _("E-mail address {place} is not a possible one. Enter it as name@example.be."), place=place
                )
            },
        )
        for place in (1, 2, 3)
    )

    def clean(self) -> dict[str, Any]:
        """Ask at least one e-mail address."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors.keys() & set(EMAILS) and not any(cleaned.get(name) for name in EMAILS):
            self.add_error("email_1", str(_("Fill in at least one e-mail address.")))
        return cleaned


class KindForm(PortalForm):
    """M2: which channel; only kinds of which there is none yet."""

    kind = forms.ChoiceField(
        label=_("Channels"), widget=forms.RadioSelect, error_messages={"required": _("Choose a channel.")}
    )

    def __init__(self, *args: Any, free: Sequence[ChannelKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        if isinstance(kind, forms.ChoiceField):
            kind.choices = [(one.value, KIND_NAMES[one]) for one in free]


@dataclass(frozen=True)
class Offer:
    """What the page of a channel offers. applications: to tick; empty where a web service joins other channels (M5).

    rivals: by application's id, the kinds that carry it as well, the preferred one first (M6).
    """

    kind: ChannelKind
    applications: Sequence[Application]
    rivals: Mapping[int, Sequence[ChannelKind]]


class ChannelForm(MaterialForm):
    """M3-M6: certificate and key, applications, and for those that other channels carry too, the preferred channel."""

    def __init__(self, *args: Any, offer: Offer, **kwargs: Any) -> None:
        self.offer = offer
        materials = ("ssh_key", "certificate") if offer.kind in HAS_SSH_KEY else ("certificate",)
        super().__init__(*args, materials=materials, further=self._choices(), **kwargs)

    def _choices(self) -> dict[str, forms.Field]:
        if not self.offer.applications:
            return {}
        rivals = self.offer.rivals
        return {
            "applications": _ticks(self.offer.applications),
            **{
                preferred_name(one): _preferred(one, self.offer.kind, rivals[one.pk]) for one in self.chosen_from_rivals
            },
        }

    @property
    def chosen_from_rivals(self) -> list[Application]:
        """The applications that come with a choice of their preferred channel."""
        return [one for one in self.offer.applications if one.pk in self.offer.rivals]

    @property
    def ticks(self) -> list[tuple[Any, forms.BoundField | None]]:
        """Each application's tick, with the choice of its preferred channel where there is one."""
        preferred = {str(one.pk): self[preferred_name(one)] for one in self.chosen_from_rivals}
        return [(tick, preferred.get(str(tick.data["value"]))) for tick in self["applications"].subwidgets]

    def clean(self) -> dict[str, Any]:
        """Of an application that is not ticked, the preferred channel does not count."""
        cleaned = super().clean()
        ticked = set(str(cleaned.get("applications", "")).split(","))
        for one in self.chosen_from_rivals:
            name = preferred_name(one)
            if str(one.pk) not in ticked:
                self.errors.pop(name, None)
                cleaned[name] = ""
            elif not cleaned.get(name) and name not in self.errors:
                self.add_error(name, str(_choose_preferred(one)))
        return cleaned

    @property
    def chosen(self) -> list[Application]:
        """The applications that were ticked; the form is valid."""
        ticked = str(self.cleaned_data.get("applications", "")).split(",")
        return [one for one in self.offer.applications if str(one.pk) in ticked]

    @property
    def chosen_preferred(self) -> dict[int, ChannelKind]:
        """By application's id, the kind that was chosen as preferred; the form is valid."""
        chosen = {one.pk: self.cleaned_data[preferred_name(one)] for one in self.chosen_from_rivals}
        return {pk: ChannelKind(kind) for pk, kind in chosen.items() if kind}


def _ticks(applications: Sequence[Application]) -> ApplicationsField:
    return ApplicationsField(
        applications,
        label=_("List of the applications"),
        error_messages={"required": _("Choose at least one application.")},
    )


def preferred_name(application: Application) -> str:
    """Return the name of the field that asks an application's preferred channel."""
    return f"preferred_{application.pk}"


def _choose_preferred(application: Application) -> Any:
    return format_lazy(_("Choose the preferred channel of “{application}”."), application=application.name)


def _preferred(application: Application, own: ChannelKind, rivals: Sequence[ChannelKind]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=format_lazy(_("preferred channel: {application}"), application=application.name),
        choices=[(kind.value, kind.label) for kind in (own, *rivals)],
        initial=rivals[0].value,
        required=False,
        widget=forms.RadioSelect,
    )


class PreferredForm(PortalForm):
    """M6: the preferred channel of every application that several channels carry."""

    def __init__(self, *args: Any, rivals: Mapping[Application, Sequence[ChannelKind]], **kwargs: Any) -> None:
        self.rivals = rivals
        further = {
            preferred_name(one): forms.ChoiceField(
                label=format_lazy(_("preferred channel: {application}"), application=one.name),
                choices=[(kind.value, kind.label) for kind in kinds],
                initial=kinds[0].value,
                widget=forms.RadioSelect,
                error_messages={
                    "required": format_lazy(_("Choose the preferred channel of “{application}”."), application=one.name)
                },
            )
            for one, kinds in rivals.items()
        }
        super().__init__(*args, further=further, **kwargs)

    @property
    def chosen_preferred(self) -> dict[Application, ChannelKind]:
        """What was chosen; the form is valid."""
        return {one: ChannelKind(self.cleaned_data[preferred_name(one)]) for one in self.rivals}


class ApplicationsForm(PortalForm):
    """M9: what a channel carries from now on."""

    def __init__(self, *args: Any, applications: Sequence[Application], **kwargs: Any) -> None:
        super().__init__(*args, further={"applications": _ticks(applications)}, **kwargs)


class TechnicalUserForm(PortalForm):
    """M3, M4: the technical user's own part, typed twice; with FTP a password, typed twice.

    kept_hash: the hash of the password that was typed on this page before; then nothing has to be typed again. The answers have
    the hash and never the password.
    """

    user_name = forms.CharField(
        label=_("User name"),
        max_length=20,
        help_text=_("4 to 12 capitals and digits after EXP. It can never be changed, nor given to anybody else."),
        error_messages={"required": _("Fill in the user name.")},
    )
    user_name_again = forms.CharField(
        label=_("Confirm the user name."), max_length=20, error_messages={"required": _("Fill in the user name again.")}
    )
    password = PasswordField(label=_("Password"), is_new=True, required=False, help_text=_("At least 12 characters."))
    password_again = PasswordField(label=_("Confirm the password."), is_new=True, required=False)

    def __init__(self, *args: Any, has_password: bool, kept_hash: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept_hash = kept_hash
        self.has_password = has_password
        for name in ("user_name", "user_name_again"):
            self.fields[name].widget.template_name = "senders/user_name_input.html"
            self.fields[name].widget.attrs |= {
                "class": "govuk-input--width-20 number",
                "autocomplete": "off",
                "spellcheck": "false",
            }
        for name in ("password", "password_again"):
            if not has_password:
                del self.fields[name]
            else:
                self.fields[name].is_required_in_branch = not kept_hash  # type: ignore[attr-defined]  # read by ui.forms.BoundField
        if kept_hash:
            self.fields["password"].help_text = _("A password is kept. Type one only to put it in its place.")

    def clean_user_name(self) -> str:
        """Return the own part in capitals."""
        own = str(self.cleaned_data["user_name"]).upper()
        if own.startswith(PREFIX):
            raise ValidationError(_("Type only what comes after EXP."))
        if not _OWN_PART.fullmatch(own):
            raise ValidationError(_("Use 4 to 12 capitals and digits, nothing else."))
        return own

    def clean_user_name_again(self) -> str:
        """Return it in capitals."""
        return str(self.cleaned_data["user_name_again"]).upper()

    def clean(self) -> dict[str, Any]:
        """Compare what was typed twice, and put the password's hash in its place."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and cleaned["user_name"] != cleaned["user_name_again"]:
            self.add_error("user_name_again", str(_("This is not the same user name. Type it twice alike.")))
        if self.has_password:
            cleaned["password_hash"] = new_password_hash(self, kept=self.kept_hash)
        return cleaned

    @property
    def whole_name(self) -> str:
        """The technical user's name with its prefix; the form is valid."""
        return f"{PREFIX}{self.cleaned_data['user_name']}"


def new_password_hash(form: PortalForm, *, kept: str = "") -> str:
    """Return the hash of the password that was typed twice, and let the form forget the password; errors go into the form.

    kept: the hash to return where nothing was typed.
    """
    cleaned = form.cleaned_data
    password, again = str(cleaned.pop("password", "")), str(cleaned.pop("password_again", ""))
    if not password and not again and kept:
        return kept
    if form.errors.keys() & {"password", "password_again"}:
        return ""
    if not password:
        form.add_error("password", str(_("Fill in the password.")))
    elif len(password.encode()) > LONGEST_PASSWORD:
        form.add_error("password", str(_("This password is too long. Choose one of at most 128 letters and digits.")))
    elif password != again:
        form.add_error("password_again", str(_("This is not the same password. Type it twice alike.")))
    else:
        try:
            validate_password(password)
        except ValidationError as refusal:
            form.add_error("password", list(refusal.messages))
        else:
            return hash_password(password)
    return ""


class PasswordForm(PortalForm):
    """M9: another password for an FTP channel's technical user."""

    password = PasswordField(
        label=_("Password"), is_new=True, help_text=_("At least 12 characters."),
        error_messages={"required": _("Fill in the password.")},
    )  # fmt: skip
    password_again = PasswordField(
        label=_("Confirm the password."), is_new=True, error_messages={"required": _("Fill in the password again.")}
    )

    def clean(self) -> dict[str, Any]:
        """Put the password's hash in its place."""
        super().clean()
        self.cleaned_data["password_hash"] = new_password_hash(self)
        return self.cleaned_data


class LoadForm(MaterialForm):
    """M9: one more certificate or key for a channel."""

    def __init__(self, *args: Any, material: str, **kwargs: Any) -> None:
        super().__init__(*args, materials=(material,), **kwargs)


class ConfirmForm(PortalForm):
    """A check page: nothing to fill in but what the page showed."""

    plan = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)


class RetireForm(ConfirmForm):
    """M9: retire a certificate or key; told twice where it is the only one that works."""

    anyway = forms.BooleanField(label=_("I know that nothing can be delivered over this channel then"), required=False)

    def __init__(self, *args: Any, is_last: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_last:
            del self.fields["anyway"]
