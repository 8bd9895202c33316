"""A page's try to carry out an act: what the act refuses comes back as the form's errors and the page's status."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from acts.errors import ActError, Changed, Refused, RegisterDown, TooMany

T = TypeVar("T")


class Fillable(Protocol):
    """A form, as much of it as is needed here."""

    @property
    def fields(self) -> Mapping[str, object]: ...
    def is_valid(self) -> bool: ...
    def add_error(self, field: str | None, error: str) -> None: ...


@dataclass(frozen=True)
class Attempt(Generic[T]):
    """How it went. done: whether the act was carried out, with its result. changed: what somebody else did first."""

    status: int
    done: bool = False
    result: T | None = None
    changed: Changed | None = None


def attempt(form: Fillable, carry_out: Callable[[], T]) -> Attempt[T]:
    """Carry out an act with a posted form, and put what it refuses into the form.

    Statuses: 422 for a form or a rule that says no, 409 for Changed, 429, 503; other errors of acts go up to their own pages.
    """
    if not form.is_valid():
        return Attempt(422)
    try:
        return Attempt(200, done=True, result=carry_out())
    except Changed as change:
        return Attempt(change.status, changed=change)
    except (Refused, TooMany, RegisterDown) as refusal:
        return Attempt(refuse(form, refusal))


def refuse(form: Fillable, refusal: ActError, field: str | None = None) -> int:
    """Put a refusal into a form, and return the page's status.

    It stands at its own field, else at the one given; on top where the form has no such field, as that of an earlier step.
    """
    at = refusal.field or field
    form.add_error(at if at in form.fields else None, str(refusal.sentence))
    return refusal.status
