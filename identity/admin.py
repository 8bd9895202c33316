"""Staff accounts, kept by supervisors: who, which group, open or closed. Other persons cannot be reached from here.

Nothing is written here: what narrows is an act at once, the rest a proposal for a second supervisor (BEHAVIOUR T7).
"""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from acts.errors import ActError, NotAllowed, Refused
from identity.actions.staff import change_staff, propose_renewal, propose_staff, staff_actor
from identity.duties import check_one_duty
from identity.forms import NewUserNameField
from identity.models import Person, StaffNumber
from identity.proposal_admin import ProposalAdmin
from identity.staff_rules import check_address, check_keep_staff, check_new
from ui.lookups import DeclaredLookups

__all__ = ["ProposalAdmin", "StaffAdmin"]
CHANGED = ("first_names", "last_name", "language", "email", "is_active")


class StaffForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own class takes no argument
    """An account of staff. Its user name, and whether it is an operator's, are chosen once."""

    groups = forms.ModelMultipleChoiceField(
        label=_("Groups"), queryset=Group.objects.order_by("name"), widget=forms.CheckboxSelectMultiple, required=False
    )

    class Meta:
        model = Person
        fields = ("user_name", "first_names", "last_name", "language", "email", "is_superuser", "is_active", "groups")
        labels = {"is_superuser": _("Operator: sees everything, changes nothing")}
        help_texts = {"is_superuser": "", "email": _("The link to the means of login goes there.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:  # the eID is held against both names (T8); an old account is closed without them
            self.fields["first_names"].required = self.fields["email"].required = True

    def clean_user_name(self) -> str:
        """Hold it to the rules of everybody's user names."""
        return NewUserNameField().clean(self.cleaned_data["user_name"])

    def clean(self) -> dict[str, Any]:
        """What a proposal would be refused for is said at its field."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        is_operator = cleaned.get("is_superuser", self.instance.is_superuser)
        self._hold("groups", lambda: check_one_duty(cleaned.get("groups") or (), is_operator=is_operator))
        if self.instance.pk is None and "user_name" in cleaned and "email" in cleaned:
            self._hold("email", lambda: check_new(user_name=cleaned["user_name"], email=cleaned["email"]))
        elif self.instance.pk is not None and "email" in self.changed_data and "email" in cleaned:
            self._hold("email", lambda: check_address(cleaned["email"], self.instance))
        return cleaned

    def _hold(self, field: str, check: Callable[[], None]) -> None:
        try:
            check()
        except Refused as refusal:
            self.add_error(refusal.field or field, ValidationError(str(refusal.sentence), code=refusal.code))


@admin.register(Person)
class StaffAdmin(DeclaredLookups, admin.ModelAdmin):  # type: ignore[type-arg]  # Django's own class takes no argument
    """Supervisors' page of staff accounts. Every write is an act of identity.actions.staff."""

    form = StaffForm
    list_display = ("user_name", "full_name", "duty", "is_active", "is_proved")
    list_filter = ("is_active", "groups")
    search_fields = ("user_name", "last_name", "first_names")
    ordering = ("user_name",)
    actions = ("renew_means",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        """Staff alone: nobody else can be seen here."""
        proved = Exists(StaffNumber.objects.filter(person=OuterRef("pk")))
        return Person.objects.filter(is_staff=True).prefetch_related("groups").annotate(has_number=proved)

    @admin.display(description=_("Group"))
    def duty(self, person: Person) -> str:
        """The group."""
        return ", ".join(group.name for group in person.groups.all())

    @admin.display(description=_("eID proved"), boolean=True)
    def is_proved(self, person: Person) -> bool:
        """Whether the account is bound to a number (BEHAVIOUR T8)."""
        return bool(person.has_number)  # type: ignore[attr-defined]  # annotated

    def get_readonly_fields(self, request: HttpRequest, obj: Person | None = None) -> tuple[str, ...]:
        """A user name is somebody's for ever, and an operator is made as one."""
        return ("user_name", "is_superuser") if obj is not None else ()

    def get_exclude(self, request: HttpRequest, obj: Person | None = None) -> tuple[str, ...]:
        """A new account is open."""
        return () if obj is not None else ("is_active",)

    def has_change_permission(self, request: HttpRequest, obj: Person | None = None) -> bool:
        """Not one's own account: that is shown and no more."""
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
        """Propose, or do at once what narrows; what came of it is told, also where it was refused."""
        actor, cleaned = staff_actor(_person(request)), form.cleaned_data
        groups = sorted(group.name for group in cleaned["groups"])
        try:
            if change:
                wanted = {name: cleaned[name] for name in CHANGED} | {"groups": groups}
                # The form has put what was typed into `obj`: the act reads the account as it is.
                done = change_staff(actor=actor, person=Person.objects.get(pk=obj.pk), wanted=wanted)
                if done.is_done:
                    self.message_user(request, _("What narrows was done at once."), messages.SUCCESS)
                proposed = done.proposal is not None
            else:
                names = ("user_name", "first_names", "last_name", "language", "email")
                wanted = {name: cleaned[name] for name in names}
                wanted |= {"groups": groups, "is_operator": cleaned["is_superuser"]}
                propose_staff(actor=actor, wanted=wanted)
                proposed = True
        except ActError as refusal:
            self.message_user(request, str(refusal.sentence), messages.ERROR)
        else:
            if proposed:
                self._say_proposed(request)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing is left to write: the act has done it."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]  # no entry
        """The record has it."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]  # no entry
        """The record has it."""

    def response_add(self, request: HttpRequest, obj: Person, post_url_continue: str | None = None) -> HttpResponse:
        """To the list: what came of it was told."""
        return redirect("admin:identity_person_changelist")

    def response_change(self, request: HttpRequest, obj: Person) -> HttpResponse:
        """To the list: what came of it was told."""
        return redirect("admin:identity_person_changelist")

    @admin.action(description=_("Propose new means of login"), permissions=["change"])
    def renew_means(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        """Propose new means for the ticked accounts."""
        for person in queryset:
            try:
                propose_renewal(actor=staff_actor(_person(request)), person=person)
            except ActError as refusal:
                self.message_user(request, f"{person.user_name}: {refusal.sentence}", messages.ERROR)
            else:
                self._say_proposed(request)

    def _say_proposed(self, request: HttpRequest) -> None:
        sentence = _("Proposed. It takes effect once another supervisor confirms it under “Proposals”.")
        self.message_user(request, sentence, messages.WARNING)


def _person(request: HttpRequest) -> Person:
    """Return who is logged in; the admin lets nobody in who is not."""
    return cast(Person, request.user)
