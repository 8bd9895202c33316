"""The page "Proposals" in the admin: what waits for a second person, what it changes, and the buttons (BEHAVIOUR T7)."""

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import BadRequest
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from acts.errors import ActError
from identity.actions import proposals as acts
from identity.actions.staff import staff_actor
from identity.actor import Actor
from identity.models import Person, Proposal
from identity.proposals import kind_of, kinds_for, sees_every_kind, touched_in_words
from ui.components import Row
from ui.lookups import DeclaredLookups

ROUTE = "admin:identity_proposal_change"
ACTS = {"confirm": acts.confirm, "refuse": acts.refuse, "withdraw": acts.withdraw}


class OutcomeFilter(admin.SimpleListFilter):
    """Those under way, unless another outcome is asked for."""

    title = gettext_lazy("outcome")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(value), label) for value, label in Proposal.Outcome.choices]

    def choices(self, changelist: Any) -> Any:
        everything, *outcomes = super().choices(changelist)
        return [{**everything, "display": _("under way")}, *outcomes]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> QuerySet[Proposal]:
        value = self.value()
        return queryset.filter(outcome=value if value in Proposal.Outcome.values else "")


@admin.register(Proposal)
class ProposalAdmin(DeclaredLookups, admin.ModelAdmin):  # type: ignore[type-arg]  # Django's own class takes no argument
    """Proposals about which the member of staff may decide, the oldest first. Each has a page with its buttons."""

    list_display = (
        "about",
        "what",
        "made_by",
        "made_at",
        "touched_people",
        "touched_enterprises",
        "takes_effect_on",
        "state",
    )
    list_filter = (OutcomeFilter,)
    list_select_related = ("made_by",)
    ordering = ("made_at", "id")
    sortable_by = ()
    list_per_page = list_max_show_all = 50
    show_facets = admin.ShowFacets.NEVER
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proposal]:
        """Of the kinds that are theirs."""
        return Proposal.objects.filter(kind__in=kinds_for(_person(request)))

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return sees_every_kind(_person(request)) or bool(kinds_for(_person(request)))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("about"))
    def about(self, proposal: Proposal) -> str:
        """In words."""
        return kind_of(proposal).headline(proposal)

    @admin.display(description=gettext_lazy("proposal"))
    def what(self, proposal: Proposal) -> str:
        """The kind's word."""
        return str(kind_of(proposal).label)

    @admin.display(description=gettext_lazy("people"))
    def touched_people(self, proposal: Proposal) -> str:
        """How many, as far as they were counted."""
        return touched_in_words(proposal.people)

    @admin.display(description=gettext_lazy("enterprises"))
    def touched_enterprises(self, proposal: Proposal) -> str:
        """How many, as far as they were counted."""
        return touched_in_words(proposal.enterprises)

    @admin.display(description=gettext_lazy("state"))
    def state(self, proposal: Proposal) -> str:
        """How it stands."""
        return state_of(proposal)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One proposal: what changes, and the buttons; a POST carries one out."""
        actor = staff_actor(_person(request))
        proposal = self._proposal(request, object_id)
        error, status = "", 200
        if request.method == "POST":
            act = ACTS.get(request.POST.get("act", ""))
            if act is None:
                raise BadRequest("no act upon a proposal")
            try:
                done = act(actor=actor, proposal=proposal.public_id)
            except ActError as refusal:
                error, status = str(refusal.sentence), refusal.status
                proposal = self._proposal(request, object_id)
            else:
                _say(request, done)
                return redirect(ROUTE, proposal.pk)
        return TemplateResponse(
            request,
            "admin/identity/proposal/proposal.html",
            {
                **self.admin_site.each_context(request),
                "title": _("Proposal"),
                "opts": self.opts,
                "error": error,
                "is_wrong": bool(error),
                **_shown(actor, proposal),
            },
            status=status,
        )

    def _proposal(self, request: HttpRequest, pk: str) -> Proposal:
        if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
            raise Http404
        rows = self.get_queryset(request).select_related("made_by", "confirmed_by", "ended_by")
        found = rows.filter(pk=pk).first()
        if found is None:
            raise Http404
        return found


def state_of(proposal: Proposal) -> str:
    """Return how a proposal stands, in words."""
    if proposal.outcome:
        return str(Proposal.Outcome(proposal.outcome).label)
    if proposal.confirmed_at:
        return _("confirmed, waits for its day")
    return _("waits for a second person")


def _shown(actor: Actor, proposal: Proposal) -> dict[str, Any]:
    kind = kind_of(proposal)
    is_under_way = not proposal.outcome
    # What was done is shown as it was proposed: the state of today says nothing about it any more.
    touches = kind.touches(proposal) if is_under_way else None
    return {
        "proposal": proposal,
        "about": _about(proposal),
        "people": touched_in_words(touches.people if touches else proposal.people),
        "enterprises": touched_in_words(touches.enterprises if touches else proposal.enterprises),
        "changes": kind.changes(proposal, kind.state(proposal, False)) if is_under_way else [],
        "is_own": proposal.made_by == actor.person,
        "may_decide": is_under_way and acts.can_decide(actor, proposal),
        "why_not": _why_not(actor, proposal) if is_under_way and not proposal.confirmed_at else "",
        "is_confirmed": proposal.confirmed_at is not None,
    }


def _why_not(actor: Actor, proposal: Proposal) -> str:
    """Return why this person cannot confirm, "" where they can."""
    try:
        acts.check_confirm(actor, proposal)
        kind_of(proposal).check(actor, proposal)
    except ActError as refusal:
        return str(refusal.sentence)
    return ""


def _about(proposal: Proposal) -> list[Row]:
    def moment(value: Any, by: Person | None) -> str:
        return f"{date_format(localtime(value), 'SHORT_DATETIME_FORMAT')} ({by.full_name if by else ''})"

    kind = kind_of(proposal)
    rows = [
        Row(_("Proposal"), str(kind.label)),
        Row(_("About"), kind.headline(proposal)),
        Row(_("State"), state_of(proposal)),
        Row(_("Proposed"), moment(proposal.made_at, proposal.made_by)),
    ]
    if proposal.confirmed_at:
        rows.append(Row(_("Confirmed"), moment(proposal.confirmed_at, proposal.confirmed_by)))
    if proposal.ended_at:
        rows.append(Row(_("Ended"), moment(proposal.ended_at, proposal.ended_by)))
    if proposal.takes_effect_on:
        rows.append(Row(_("Takes effect on"), date_format(proposal.takes_effect_on)))
    return rows


def _say(request: HttpRequest, proposal: Proposal) -> None:
    if proposal.outcome == Proposal.Outcome.OVERTAKEN:
        sentence = _("Nothing was done: meanwhile things stand otherwise than when this was proposed. Propose it anew.")
        messages.warning(request, sentence)
    else:
        messages.success(request, _("Noted: this proposal is now %(state)s.") % {"state": state_of(proposal)})
    if proposal.shown_once:
        messages.warning(request, proposal.shown_once)


def _person(request: HttpRequest) -> Person:
    """Return who is logged in; the admin lets nobody in who is not."""
    return cast(Person, request.user)
