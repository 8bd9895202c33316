"""The step-by-step engine: answers wait in a row that belongs to one owner, never in the session or the address.

A run is one walk through a journey. Each step has its slot of answers; before a later step is shown, the earlier ones are
validated again; answers of a branch that was not taken are blanked; a finished run only shows its result. Two tabs are two
runs.
"""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone

from ui.forms import PortalForm
from ui.models import Run

# An unfinished run is forgotten after a day, a finished one (its result page) after a week.
FORGET_UNFINISHED = timedelta(days=1)
FORGET_FINISHED = timedelta(days=7)


class BranchingForm(PortalForm):
    """A form in which one choice decides which other fields count.

    `branch_field` names the choice; `branches` maps a choice to the fields that only it uses, with whether each is required.
    """

    branch_field: ClassVar[str]
    branches: ClassVar[dict[str, dict[str, bool]]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for fields in self.branches.values():
            for name, required in fields.items():
                self.fields[name].is_required_in_branch = required  # type: ignore[attr-defined]  # read by ui.forms.BoundField

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        taken = cleaned.get(self.branch_field)
        for choice, fields in self.branches.items():
            for name, required in fields.items():
                if choice != taken:
                    self.errors.pop(name, None)
                    cleaned[name] = ""
                elif required and not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, self.fields[name].error_messages["required"])
        return cleaned


def begin(journey: str, *, owner: str, step: str, form: PortalForm) -> Run:
    """Start a run with the answers of its first step."""
    return Run.objects.create(journey=journey, owner=owner, answers={step: answers_of(form)})


def find(journey: str, public_id: uuid.UUID, *, owner: str) -> Run | None:
    """Return a run of this owner, or None: somebody else's run does not exist."""
    return Run.objects.filter(journey=journey, public_id=public_id, owner=owner).first()


def keep(run: Run, *, step: str, form: PortalForm) -> None:
    """Put a valid form's answers into the step's slot."""
    with transaction.atomic():
        fresh = Run.objects.select_for_update().get(pk=run.pk)
        fresh.answers[step] = answers_of(form)
        fresh.save(update_fields=["answers"])
    run.answers = fresh.answers


def answers_of(form: PortalForm) -> dict[str, str]:
    """Return a valid form's cleaned answers as texts; bound to the same form again they give the same answers."""
    return {name: "" if value is None else str(value) for name, value in form.cleaned_data.items()}


def first_open(forms: Iterable[tuple[str, PortalForm]]) -> str | None:
    """Return the name of the first step whose kept answers do not hold (any more), None where all do.

    forms: the steps in order, each bound to its kept answers.
    """
    return next((step for step, form in forms if not form.is_valid()), None)


def finish(run: Run, result: dict[str, Any]) -> None:
    """Mark a run as done, inside the act that it leads to. The run counts once: `acts.runs.hold_run` first."""
    run.finished_at = timezone.now()
    run.result = result
    run.save(update_fields=["finished_at", "result"])


def is_finished(run: Run) -> bool:
    """Tell whether a run is done by now: it was read when the request began, and the other click of two may have been first."""
    return Run.objects.filter(pk=run.pk, finished_at__isnull=False).exists()


def forget_old() -> int:
    """Delete runs that nobody will come back to; return how many. Safe to run twice or late."""
    now = timezone.now()
    unfinished, _by_model = Run.objects.filter(finished_at=None, begun_at__lt=now - FORGET_UNFINISHED).delete()
    finished, _by_model = Run.objects.filter(finished_at__lt=now - FORGET_FINISHED).delete()
    return unfinished + finished
