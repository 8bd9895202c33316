"""The proposals of keepers: a kind for each kept model, decided by a second keeper, carried out from the next day (T10)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import BooleanField, DateField, Model
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from acts.act import Act, digest
from acts.errors import Missing, NotAllowed, Refused, RegisterDown
from enterprises.keeping import (
    Keeping,
    built,
    column,
    held,
    kept_fields,
    noun_of,
    plan_keeping,
    record_kept,
    tomorrow,
    write_kept,
)
from enterprises.kept import KEPT, LANGUAGES, Effect, Values, fields_with
from enterprises.models import InLanguages
from enterprises.touched import touched_by
from identity.actor import Actor
from identity.models import Proposal
from identity.proposals import Change, Kind, State, Touches, register_kind, under_way

# What a proposal's subject has room for, with what it is of.
_LONGEST_FIXED = 120
# What of a thing an existing one may be proposed to change.
CHANGEABLE = (Effect.WORDS, Effect.OPENS, Effect.VERDICT)


def proposal_of(model: type[Model], pk: int | None, values: Values) -> dict[str, Any]:
    """Return what `identity.actions.proposals.propose` is told, inside a transaction: kind, subject, content.

    Raises Missing, Refused where nothing widens.
    """
    before = None if pk is None else held(model, pk)
    plan = plan_keeping(model, before, values)
    if plan.now or not plan.waits:
        raise Refused(_("This widens nothing: it is saved at once, without a second keeper."), code="widens_nothing")
    return {
        "kind": kind_name(model),
        "subject": _subject(plan),
        "content": {"pk": pk, "values": _to_json(plan.waits), "title": _title(before or plan.thing)},
    }


def check_proposable(actor: Actor, plan: Keeping) -> None:
    """Raise what proposing this would raise, as far as can be told without trying: NotAllowed, Refused."""
    kind, subject = kind_name(plan.model), _subject(plan)
    if under_way(kind, subject):
        raise Refused(_("The same is proposed already: decide about that first."), code="proposed_already")
    check_plan(plan)


def kind_name(model: type[Model]) -> str:
    """Return the name of a kept model's kind of proposal."""
    return f"keep.{noun_of(model)}"


def register_kinds() -> None:
    """Register a kind for each kept model; when the apps are ready."""
    for label in KEPT:
        register_kind(_Proposed(apps.get_model(label)).kind())


@dataclass(frozen=True)
class _Proposed:
    """What a kind asks of the proposals about one kept model."""

    model: type[Model]

    @property
    def permission(self) -> str:
        """Who proposes and who confirms."""
        return f"{self.model._meta.app_label}.change_{self.model._meta.model_name}"

    def kind(self) -> Kind:
        return Kind(
            name=kind_name(self.model),
            label=self.model._meta.verbose_name or "",
            permission=self.permission,
            headline=_headline,
            state=self.state,
            changes=self.changes,
            touches=self.touches,
            check=self.check,
            apply=self.apply,
            days_ahead=1,
        )

    def plan(self, proposal: Proposal, *, lock: bool = False) -> Keeping:
        """Plan it anew: for tomorrow as long as nobody confirmed it, then for its day."""
        pk, before, day = proposal.content["pk"], None, tomorrow()
        if pk is not None:
            before = held(self.model, pk) if lock else self.model._default_manager.filter(pk=pk).first()
            if before is None:
                raise Missing
        if proposal.confirmed_at is not None and proposal.takes_effect_on is not None:
            day = max(proposal.takes_effect_on, timezone.localdate())
        return plan_keeping(self.model, before, _from_json(self.model, proposal.content["values"]), on=day)

    def state(self, proposal: Proposal, lock: bool) -> State:
        before = self.plan(proposal, lock=lock).before or {}
        of_interest = {*proposal.content["values"], *fields_with(self.model, Effect.VERDICT)}
        return _to_json({name: value for name, value in before.items() if name in of_interest})

    def changes(self, proposal: Proposal, _state: State) -> list[Change]:
        return change_lines(self.plan(proposal))

    def touches(self, proposal: Proposal) -> Touches:
        try:
            return touched_by(self.plan(proposal).thing)
        except RegisterDown:
            # Whoever wants to stop it must not wait for the register.
            if proposal.pk is None:
                raise
            return Touches(proposal.people, proposal.enterprises)

    def check(self, _actor: Actor, proposal: Proposal) -> None:
        if not proposal.made_by.has_perm(self.permission):
            raise NotAllowed(_("Who proposed this is no keeper any more."), code="proposer_left")
        check_plan(self.plan(proposal))

    def apply(self, act: Act, proposal: Proposal) -> None:
        plan = self.plan(proposal)
        thing = write_kept(self.model, plan.pk, plan.waits)
        record_kept(act, plan, thing, plan.waits, proposal=proposal.public_id)


def check_plan(plan: Keeping) -> None:
    """Raise Refused where what waits may not be, or could not begin any more."""
    if plan.pk is not None and plan.waits.keys() - set(fields_with(plan.model, *CHANGEABLE)):
        raise Refused(_("What was fixed when this was made does not change."), code="fixed")
    if plan.comes_too_late:
        raise Refused(
            _("This would change days that have gone by, and no other. Choose later days, or add a new rule."),
            code="too_late",
        )
    try:
        plan.thing.full_clean()
    except ValidationError as fault:
        raise Refused(" ".join(fault.messages), code="not_valid") from fault


def change_lines(plan: Keeping) -> list[Change]:
    """Return what waits, as lines of a page; of a new thing what is said of it."""
    after = built(plan.model, plan.pk, {**(plan.before or {}), **plan.waits})
    before = None if plan.before is None else built(plan.model, plan.pk, plan.before)
    return [
        Change(label_of(plan.model, name), "" if before is None else shown(before, name), shown(after, name))
        for name in kept_fields(plan.model)
        if name in plan.waits and (before is not None or plan.waits[name] not in (None, ""))
    ]


def shown(thing: Model, name: str) -> str:
    """Return a value of a kept thing in words."""
    field, value = column(thing, name), getattr(thing, name)
    if isinstance(field, BooleanField):
        return gettext("yes") if value else gettext("no")
    if isinstance(field, DateField):
        return date_format(value, "SHORT_DATE_FORMAT") if value else ""
    if display := getattr(thing, f"get_{name}_display", None):
        return str(display())
    return "" if value is None else str(value)


def _subject(plan: Keeping) -> str:
    """One proposal at a time about a thing; about a new one, by what is fixed of it."""
    noun = noun_of(plan.model)
    if plan.pk is not None:
        return f"{noun}:{plan.pk}"
    fixed = "/".join(str(plan.waits.get(name)) for name in fields_with(plan.model, Effect.FIXED))
    return f"{noun}:new:{fixed if len(fixed) <= _LONGEST_FIXED else digest({'fixed': fixed})}"


def _title(thing: Model) -> dict[str, str]:
    """Return what the thing is called, by language; under "" where it is called the same in all."""
    if isinstance(thing, InLanguages):
        return {language: f"{getattr(thing, f'name_{language}')} ({thing.code})" for language in LANGUAGES}
    return {"": str(thing)}


def _headline(proposal: Proposal) -> str:
    title: dict[str, str] = proposal.content["title"]
    return title.get("") or title[(get_language() or "nl")[:2]]


def label_of(model: type[Model], name: str) -> str:
    """Return what a page calls a column."""
    return str(capfirst(str(column(model, name).verbose_name)))


def _to_json(values: Values) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _from_json(model: type[Model], values: Values) -> dict[str, Any]:
    return {name: column(model, name).to_python(value) for name, value in values.items()}
