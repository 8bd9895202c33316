"""What saving a kept thing would do: which part holds at once, which waits for a second keeper (BEHAVIOUR T10).

The check page and the acts go by the same plan. Values are those of the columns: a related thing stands here by its id.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Field, Model
from django.utils import timezone

from acts.act import Act
from acts.errors import Missing
from enterprises.kept import Effect, Values, fields_with, is_entangled, widening
from enterprises.models import Application, CapacityKind, Domain, FunctionRule
from enterprises.verdicts import first_day, lets_in, verdict_of
from identity.enums import Role

# What the record calls them; what higher rooms let keepers keep goes by its own name.
_NOUNS: dict[type[Model], str] = {
    Domain: "domain",
    CapacityKind: "kind",
    Application: "application",
    FunctionRule: "rule",
}


def noun_of(model: type[Model]) -> str:
    """Return what the record calls such a thing."""
    return _NOUNS.get(model, str(model._meta.model_name))


@dataclass(frozen=True)
class Keeping:
    """A plan. pk: None for a new thing. now: what holds at once; waits: what a second keeper decides, and from which day.

    comes_too_late: what waits would change nothing but days gone by. is_entangled: part of what waits narrows.
    """

    model: type[Model]
    pk: int | None
    before: Values | None
    now: Values
    waits: Values
    from_day: date
    comes_too_late: bool = False
    is_entangled: bool = False

    def as_plan(self) -> dict[str, Any]:
        """Return what is compared between the check page and the act."""
        return {
            "of": self.model._meta.label_lower,
            "pk": self.pk,
            "before": dict(self.before or {}),
            "now": dict(self.now),
            "waits": dict(self.waits),
            "from": self.from_day,
        }

    @property
    def thing(self) -> Model:
        """The thing as it would be once all of it holds, not saved."""
        return built(self.model, self.pk, {**(self.before or {}), **self.now, **self.waits})


def tomorrow() -> date:
    """The first day on which anything that widens may hold, in Brussels."""
    return timezone.localdate() + timedelta(days=1)


def values_of(thing: Model) -> dict[str, Any]:
    """Return a kept thing's values by the names of the table, its number apart."""
    return {name: getattr(thing, column(thing, name).attname) for name in kept_fields(type(thing))}


def kept_fields(model: type[Model]) -> tuple[str, ...]:
    """Return the fields of a kept model but the row's own number."""
    return fields_with(model, *(effect for effect in Effect if effect is not Effect.NUMBER))


def column(model: Model | type[Model], name: str) -> "Field[Any, Any]":
    """Return a column of a model."""
    found: Field[Any, Any] = model._meta.get_field(name)  # type: ignore[assignment]  # every kept field is a column
    return found


def built(model: type[Model], pk: int | None, values: Values) -> Model:
    """Return a thing with these values, not saved."""
    thing = model(pk=pk, **{column(model, name).attname: value for name, value in values.items()})
    thing._state.adding = pk is None
    return thing


def plan_keeping(model: type[Model], before: Model | None, values: Values, *, on: date | None = None) -> Keeping:
    """Return what writing these values does. before: the thing as it is, None for a new one; on: see `Keeping.from_day`."""
    day, was = on or tomorrow(), None if before is None else values_of(before)
    after = {**(was or {}), **values}
    waiting, too_late = widening(model, was, after), False
    if waiting.intersection(fields_with(model, Effect.VERDICT)):
        former, wanted = None if was is None else verdict_of(was), verdict_of(after)
        if (first := first_day(former, wanted, on=day)) != wanted.first:
            after["valid_from"] = first
        too_late = not lets_in(former, verdict_of(after), since=day)
        waiting |= {"valid_from"}
    differing = {name: value for name, value in after.items() if was is None or was[name] != value}
    return Keeping(
        model=model,
        pk=None if before is None else before.pk,
        before=was,
        now={name: value for name, value in differing.items() if name not in waiting},
        waits={name: value for name, value in differing.items() if name in waiting},
        from_day=day,
        comes_too_late=too_late,
        is_entangled=is_entangled(model, was, after),
    )


def held(model: type[Model], pk: int) -> Model:
    """Lock a kept thing inside an act; return it as it is now. Raises Missing."""
    found: Model | None = model._default_manager.select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        raise Missing
    return found


def write_kept(model: type[Model], pk: int | None, values: Values) -> Model:
    """Write values upon a thing, or a new one, inside an act; return it."""
    if pk is None:
        thing = built(model, None, values)
        thing.save(force_insert=True)
        return thing
    thing = model._default_manager.get(pk=pk)
    for name, value in values.items():
        setattr(thing, column(model, name).attname, value)
    if values:
        thing.save(update_fields=list(values))
    return thing


def record_kept(act: Act, plan: Keeping, thing: Model, written: Values, **details: Any) -> None:
    """Record what was and what is now of every field that was written."""
    noun = noun_of(plan.model)
    act.event(
        f"{noun}.{'add' if plan.pk is None else 'edit'}",
        role=Role.PORTAL if getattr(act.actor, "level", 0) == 0 else Role.STAFF,
        about=f"{noun}:{thing.pk}",
        details={
            "before": {name: value for name, value in (plan.before or {}).items() if name in written},
            "after": dict(written),
            **details,
        },
    )
