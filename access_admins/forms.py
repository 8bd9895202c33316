"""What the management pages ask; the labels are the guide's."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from access_admins.capacities import Offer
from access_admins.models import Review
from access_admins.reviews import key_of
from access_admins.sentences import GROUPS
from enterprises.models import Capacity, CapacityKind
from ui.forms import MAILBOX_ADVICE, EmailField, InszField, PortalForm, TelephoneField


class FindForm(PortalForm):
    """Which of one's enterprises to show. kinds: the qualities to choose from; with fewer than two, none is asked (H1)."""

    search = forms.CharField(label=_("Name or enterprise number"), max_length=100, required=False)
    quality = forms.ChoiceField(label=_("In which capacity do you wish to log in?"), required=False)

    def __init__(self, *args: Any, kinds: Sequence[CapacityKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["quality"]
        if len(kinds) > 1 and isinstance(choice, forms.ChoiceField):
            choice.choices = [("", _("All capacities")), *((kind.code, kind.name) for kind in kinds)]
        else:
            del self.fields["quality"]


class ActivationForm(PortalForm):
    """Which of the offered capacities to activate."""

    capacities = forms.MultipleChoiceField(
        label=_("Capacities that can be activated"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Tick at least one capacity."),
            "invalid_choice": _("Choose from the capacities that can be activated now."),
        },
    )

    def __init__(self, *args: Any, offers: Sequence[Offer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["capacities"]
        if isinstance(choice, forms.MultipleChoiceField):
            choice.choices = [(offer.key, offer.capacity.in_words) for offer in offers]


class PlanForm(PortalForm):
    """A check page: the digest of what it showed travels with the button."""

    plan = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)


class ProfessionalDataForm(PortalForm):
    """H8: how one is reached as chief of an enterprise."""

    email = EmailField(label=_("E-mail"), help_text=MAILBOX_ADVICE)
    telephone = TelephoneField(label=_("Telephone"))


class OwnAccountForm(PortalForm):
    """U8: the addresses of one's own account."""

    email = EmailField(label=_("E-mail address"))
    local_email = EmailField(
        label=_("Local e-mail address"),
        required=False,
        help_text=_("May be used for your individual contacts with the contact centre."),
    )


class HistoryForm(PortalForm):
    """H9: which events to show. The number comes by POST and stands in no address."""

    insz = InszField(label=_("SSIN"), required=False, help_text=_("Of the person who did it or whom it happened to."))
    capacity = forms.ChoiceField(label=_("Capacity"), required=False)
    group = forms.ChoiceField(label=_("Kind of event"), required=False)

    def __init__(self, *args: Any, capacities: Sequence[Capacity], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = ("", pgettext_lazy("filter", "All"))
        places: list[tuple[str, Any]] = [(str(one.public_id), _in_words(one)) for one in capacities]
        groups: list[tuple[str, Any]] = [(name, title) for name, (title, _events) in GROUPS.items()]
        for name, choices in (("capacity", places), ("group", groups)):
            choice = self.fields[name]
            if isinstance(choice, forms.ChoiceField):
                choice.choices = [everything, *choices]


def _in_words(capacity: Capacity) -> str:
    words = capacity.in_words
    return words if capacity.retired_at is None else gettext("%(capacity)s (ended)") % {"capacity": words}


class ReviewForm(PortalForm):
    """S7: whom it is about, by `access_admins.reviews.key_of`, and what to do: one of DO. plan: what the check page showed."""

    DO = ("keep", "keep-all", "end", "end-all")

    people = forms.MultipleChoiceField(
        label=_("Persons to review"),
        required=False,
        error_messages={"invalid_choice": _("One of these persons is no longer on the list. Look at it again.")},
    )
    do = forms.ChoiceField(choices=[(name, name) for name in DO])
    plan = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(self, *args: Any, reviews: Sequence[Review], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = self.fields["people"]
        if isinstance(people, forms.MultipleChoiceField):
            people.choices = [(key_of(review), key_of(review)) for review in reviews]
