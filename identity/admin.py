"""Staff accounts, kept by supervisors: who, which groups, open or closed. Other persons cannot be reached from here."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from acts.errors import ActError, NotAllowed, Refused
from identity.actions.means import is_taken
from identity.actions.passwords import TAKEN
from identity.actions.staff import FirstMeans, add_staff, change_staff, check_keep_staff, renew_staff_means, staff_actor
from identity.duties import check_one_duty
from identity.forms import NewUserNameField
from identity.models import Person
from identity.proposal_admin import ProposalAdmin
from ui.lookups import DeclaredLookups

__all__ = ["ProposalAdmin", "StaffAdmin"]


class StaffForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own class takes no argument
    """An account of staff. Its user name is chosen once."""

    groups = forms.ModelMultipleChoiceField(
        label=_("Groups"), queryset=Group.objects.order_by("name"), widget=forms.CheckboxSelectMultiple, required=False
    )

    class Meta:
        model = Person
        fields = ("user_name", "first_names", "last_name", "language", "email", "is_active", "groups")

    def clean_user_name(self) -> str:
        """Hold it to the rules of everybody's user names, and refuse one that is taken."""
        user_name = NewUserNameField().clean(self.cleaned_data["user_name"])
        if is_taken(user_name):
            raise ValidationError(str(TAKEN), code="user_name_taken")
        return user_name

    def clean_groups(self) -> "QuerySet[Group]":
        """One duty at most (BEHAVIOUR T9)."""
        groups: QuerySet[Group] = self.cleaned_data["groups"]
        try:
            check_one_duty(groups)
        except Refused as refusal:
            raise ValidationError(str(refusal.sentence), code=refusal.code) from refusal
        return groups


@admin.register(Person)
class StaffAdmin(DeclaredLookups, admin.ModelAdmin):  # type: ignore[type-arg]  # Django's own class takes no argument
    """Supervisors' page of staff accounts. Every write is an act of identity.actions.staff."""

    form = StaffForm
    list_display = ("user_name", "full_name", "is_active")
    list_filter = ("is_active", "groups")
    search_fields = ("user_name", "last_name", "first_names")
    ordering = ("user_name",)
    actions = ("renew_means",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        """Staff alone: nobody else can be seen here."""
        return super().get_queryset(request).filter(is_staff=True)

    def get_readonly_fields(self, request: HttpRequest, obj: Person | None = None) -> tuple[str, ...]:
        """A user name is somebody's for ever."""
        return ("user_name",) if obj is not None else ()

    def has_change_permission(self, request: HttpRequest, obj: Person | None = None) -> bool:
        """Not one's own account, nor an operator's: those are shown and no more."""
        if not super().has_change_permission(request, obj):
            return False
        try:
            check_keep_staff(staff_actor(_person(request)), obj)
        except (NotAllowed, Refused):
            return False
        return True

    def has_delete_permission(self, request: HttpRequest, obj: Person | None = None) -> bool:
        """Accounts are closed, never deleted: the record speaks of them."""
        return False

    def save_model(self, request: HttpRequest, obj: Person, form: StaffForm, change: bool) -> None:
        """Carry out the act; a new account's first means are shown once."""
        actor, groups = staff_actor(_person(request)), form.cleaned_data["groups"]
        if change:
            change_staff(actor=actor, person=obj, groups=groups)
        else:
            self._show(request, add_staff(actor=actor, person=obj, groups=groups))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing is left to write: the act has done it."""

    @admin.action(description=_("Give a new first password and a new secret for the app"), permissions=["change"])
    def renew_means(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        """Give the ticked accounts new first means, shown once."""
        for person in queryset:
            try:
                self._show(request, renew_staff_means(actor=staff_actor(_person(request)), person=person))
            except ActError as refusal:
                self.message_user(request, f"{person.user_name}: {refusal.sentence}", messages.ERROR)

    def _show(self, request: HttpRequest, first: FirstMeans) -> None:
        sentence = _(
            "Shown only now: user name %(user_name)s, first password %(password)s, secret for the app %(key)s. Give the "
            "password and the secret by different ways."
        )
        self.message_user(request, sentence % vars(first), messages.WARNING)


def _person(request: HttpRequest) -> Person:
    """Return who is logged in; the admin lets nobody in who is not."""
    if not isinstance(request.user, Person):
        raise NotAllowed(_("Only supervisors keep the accounts of staff."), code="not_supervisor")
    return request.user
