"""How keepers keep in the admin: a save that widens anybody's power is shown first, then proposed to a second keeper (T10).

The page that shows it is the form itself, with all that was typed and what it would do above it: nothing is lost by looking,
and what is changed after the look is looked at again.
"""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from acts.act import digest
from acts.errors import ActError
from enterprises.actions import carry_out
from enterprises.keeping import Keeping, plan_keeping
from enterprises.kept import Effect, fields_with
from enterprises.proposed import change_lines, check_proposable, label_of, shown
from enterprises.touched import touched_by
from identity.actions.staff import staff_actor
from identity.actor import Actor
from identity.models import Person, Proposal
from identity.proposals import Change, Touches, touched_in_words
from ui.lookups import DeclaredLookups

if TYPE_CHECKING:
    BaseAdmin = admin.ModelAdmin[Any]
    BaseForm = forms.ModelForm[Any]
else:
    BaseAdmin, BaseForm = admin.ModelAdmin, forms.ModelForm


def actor_of(request: HttpRequest) -> Actor:
    """Return the member of staff at work; the admin lets in nobody else."""
    return staff_actor(cast(Person, request.user))


class KeptForm(BaseForm):
    """Is valid once what would wait for a second keeper was looked at, exactly as it is now.

    checked: the digest of the plan that the page showed. actor: given by the admin.
    """

    actor: Actor
    checked = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    plan: Keeping | None = None
    touches: Touches | None = None

    def is_valid(self) -> bool:
        """Tell whether it can be saved; `to_check` says whether the page is to be looked at first."""
        if not super().is_valid():
            return False
        self.plan = plan = self._planned()
        if not plan.waits:
            return True
        try:
            check_proposable(self.actor, plan)
            self.touches = touched_by(plan.thing)
        except ActError as refusal:
            self.add_error(refusal.field, str(refusal.sentence))
            return False
        return not self.to_check

    @property
    def digest(self) -> str:
        """Of the plan that is shown."""
        return digest(self.plan.as_plan()) if self.plan else ""

    @property
    def to_check(self) -> bool:
        """Whether something waits for a second keeper that the keeper has not looked at yet."""
        looked_at = self.cleaned_data.get("checked") if hasattr(self, "cleaned_data") else None
        return self.plan is not None and bool(self.plan.waits) and not self.errors and looked_at != self.digest

    @property
    def people(self) -> str:
        """How many what waits touches."""
        return touched_in_words(self.touches.people) if self.touches else ""

    @property
    def enterprises(self) -> str:
        """In how many enterprises."""
        return touched_in_words(self.touches.enterprises) if self.touches else ""

    @property
    def waiting(self) -> list[Change]:
        """What a second keeper decides."""
        return change_lines(self.plan) if self.plan else []

    @property
    def at_once(self) -> list[Change]:
        """What holds as soon as it is saved."""
        plan = self.plan
        if plan is None:
            return []
        return [Change(label_of(plan.model, name), "", shown(plan.thing, name)) for name in plan.now]

    def _planned(self) -> Keeping:
        """Return what saving does: of a known thing what was changed, of a new one all that is said."""
        names = self.changed_data if self.instance.pk else self.fields
        given = {name: self.cleaned_data[name] for name in names if name != "checked"}
        values = {name: value.pk if isinstance(value, Model) else value for name, value in given.items()}
        model = type(self.instance)
        before = model._default_manager.get(pk=self.instance.pk) if self.instance.pk else None
        return plan_keeping(model, before, values)


class KeptAdmin(DeclaredLookups, BaseAdmin):
    """Saves through acts, never deletes; what is fixed once it is there, and who decides about the rest: `enterprises.kept`."""

    form = KeptForm
    add_form_template = change_form_template = "admin/enterprises/kept_form.html"

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        """The form knows who is at work."""
        made = super().get_form(request, obj, change=change, **kwargs)
        return type(made.__name__, (made,), {"actor": actor_of(request)})

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """What an act of its own writes; of what is there, also what was fixed when it was made."""
        effects = (Effect.ENDS,) if obj is None else (Effect.ENDS, Effect.FIXED)
        fixed = fields_with(self.model, *effects)
        return tuple(name for name in cast("tuple[str, ...]", self.fields) if name in fixed)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """No window beside the form in which to add what it hangs on: that would not be there yet."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Show what waits above the form, where there is something to look at."""
        form = context["adminform"].form
        if isinstance(form, KeptForm) and form.to_check:
            context.update(to_check=form, title=gettext("Check what you propose"))
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Carry out what the page showed."""
        thing, proposal = carry_out(actor=actor_of(request), plan=form.plan)
        if thing is not None:
            obj.pk = thing.pk
        obj.proposal = proposal

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """What is only proposed was not added."""
        return super().log_addition(request, obj, message) if obj.pk else None

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """Go to the proposal, where there is one."""
        return self._to_proposal(request, obj.proposal) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Go to the proposal, where there is one."""
        return self._to_proposal(request, obj.proposal) or super().response_change(request, obj)

    def _to_proposal(self, request: HttpRequest, proposal: Proposal | None) -> HttpResponse | None:
        if proposal is None:
            return None
        sentence = gettext("Proposed. Nothing of it holds before another keeper confirms it, nor before tomorrow.")
        messages.success(request, sentence)
        return redirect("admin:identity_proposal_change", proposal.pk)
