"""What is asked on the way to a role in a capacity; the labels and their order are the guide's (LABELS)."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext_lazy as _

from enterprises.models import Application, Capacity
from identity.actor import Actor
from identity.enums import Language, Title
from identity.forms import NewPasswordForm, NewUserNameField
from identity.models import Person
from identity.rights import may
from ui.forms import EmailField, InszField, PasswordField, PortalForm
from users.adding.actions import TO_GIVE
from users.enums import AccountType

CHOICES = [
    (AccountType.USER, _("Add a user")),
    (AccountType.LB, _("Change the local administrator")),
    (AccountType.CO_LB, _("Add a co-local administrator")),
]


class PersonForm(PortalForm):
    """Below the users list and on a page of its own: which role, for whom.

    offered: the roles that the page offers. Another is understood too, and the act says who could give it.
    """

    kind = forms.ChoiceField(
        label=_("What do you want to do?"),
        choices=CHOICES,
        error_messages={"invalid_choice": _("Choose what you want to do.")},
    )
    insz = InszField(label=_("SSIN"))

    def __init__(self, *args: Any, offered: Sequence[AccountType], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = self.fields["kind"].widget
        if isinstance(widget, forms.Select):
            widget.choices = [choice for choice in CHOICES if choice[0] in offered]


def person_form(actor: Actor, capacity: Capacity, data: Any = None, **initial: str) -> PersonForm:
    """Return the form that begins here: below the users list, and on its own page. It posts to the route person-add."""
    offered = [
        kind
        for kind, _words in CHOICES
        if may(actor, TO_GIVE[kind], enterprise=capacity.enterprise_id, capacity=capacity.pk)
    ]
    # Beside the list's own field for a number: an id stands once on a page.
    return PersonForm(data, initial=initial, offered=offered, auto_id="add_%s")


class NamesForm(PortalForm):
    """H7: the names of somebody whom nothing ties to the enterprise."""

    last_name = forms.CharField(label=_("Name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    first_name = forms.CharField(
        label=_("First name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class ApplicationsField(forms.MultipleChoiceField):
    """Applications to tick; cleaned to their codes with spaces between, as a run keeps them."""

    widget = forms.CheckboxSelectMultiple

    def to_python(self, value: Any) -> list[str]:
        """Read ticks, or what a run kept."""
        return super().to_python(value.split() if isinstance(value, str) else value)

    def prepare_value(self, value: Any) -> Any:
        """Tick what a run kept."""
        return value.split() if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        """Return the codes."""
        return " ".join(super().clean(value))


class AccountForm(NewPasswordForm):
    """The account, and of somebody who is new what an administrator says of them (U3).

    asks_means: user name and password, each twice. asks_person: title and language. applications: those that may be given.
    former: the name of who may stay as a user, "" where nobody makes place. kept_hash: of a password typed before; the
    password itself is kept nowhere.
    """

    field_order = ("user_name", "user_name_again", "password", "password_again")

    user_name = NewUserNameField(
        label=_("User name (first time)"),
        help_text=_(
            "4 to 30 letters without accents, digits, dots, hyphens or underscores. Starts with a letter. It stays this "
            "person's for ever."
        ),
    )
    user_name_again = NewUserNameField(label=_("User name (confirmation)"), help_text="")
    password = PasswordField(
        label=_("Password (first time)"),
        is_new=True,
        help_text=_("At least 12 characters. It serves once: the user then chooses another."),
    )
    password_again = PasswordField(label=_("Password (confirmation)"), is_new=True)
    title = forms.ChoiceField(label=_("Title"), choices=Title.choices, required=False)
    language = forms.ChoiceField(label=_("Choice of language"), choices=Language.choices)
    email = EmailField(label=_("E-mail address"), is_own=False)
    local_email = EmailField(
        label=_("Local e-mail address"),
        required=False,
        is_own=False,
        help_text=_("May be used in this person's own contacts with the contact centre Eranova."),
    )
    former_stays = forms.BooleanField(required=False)
    applications = ApplicationsField(label=_("Secured applications"), required=False)

    MEANS: ClassVar[tuple[str, ...]] = ("user_name", "user_name_again", "password", "password_again")

    def __init__(
        self,
        *args: Any,
        person: Person,
        asks_means: bool,
        asks_person: bool,
        applications: Sequence[Application],
        former: str,
        kept_hash: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, person=person, **kwargs)
        self.kept_hash = kept_hash
        if not asks_means:
            self._drop(*self.MEANS)
        elif kept_hash:
            for name in ("password", "password_again"):
                self.fields[name].required = False
            self.fields["password"].help_text = _("Leave both empty to keep the password that you typed before.")
        if not asks_person:
            self._drop("title", "language")
        if former:
            self.fields["former_stays"].label = _("%(name)s stays as a user") % {"name": former}
        else:
            self._drop("former_stays")
        if applications:
            field = self.fields["applications"]
            if isinstance(field, forms.ChoiceField):
                field.choices = [(one.code, one.name) for one in applications]
        else:
            self._drop("applications")

    def _drop(self, *names: str) -> None:
        for name in names:
            del self.fields[name]

    @property
    def contact(self) -> list[forms.BoundField]:
        """The fields that come after user name and password."""
        return [field for field in self if field.name not in self.MEANS]

    def owner(self) -> Person:
        """Return the person with the user name that is being typed: the password must not be made of it."""
        self.person.user_name = self.cleaned_data.get("user_name")
        return self.person

    def clean(self) -> dict[str, Any]:
        """Hold both user names to each other, and keep of the password its hash alone."""
        cleaned = super().clean()
        user_name, again = cleaned.get("user_name"), cleaned.get("user_name_again")
        if user_name and again and user_name != again:
            self.add_error("user_name_again", _("The two user names differ. Type the same user name twice."))
        password, repeated = cleaned.pop("password", ""), cleaned.pop("password_again", "")
        if "password" in self.fields:
            if self.kept_hash and bool(password) != bool(repeated):
                self.add_error("password_again", _("The two passwords differ. Type the same password twice."))
            cleaned["password_hash"] = self.kept_hash
            if password and not {"password", "password_again"} & self.errors.keys():
                cleaned["password_hash"] = make_password(password)
        return cleaned


class ConfirmForm(PortalForm):
    """The check page: what it showed, and for somebody without a tie that this is known (H7)."""

    plan = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    knows_no_tie = forms.BooleanField(
        label=_("I know this person, and I know that no tie to the enterprise is known"),
        required=False,
    )

    def __init__(self, *args: Any, asks_tie: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_tie:
            del self.fields["knows_no_tie"]
