"""An import under way: what its file wants, kept in a run that is its owner's alone (BEHAVIOUR U9; `ui.journeys`).

Of the file only the lines are kept that change something, without numbers and names.
"""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from acts.errors import Missing, Refused
from enterprises.models import Capacity
from identity.actor import Actor
from ui import journeys
from ui.models import Run
from users.sheet.changes import Plan, State, Target, plan_changes, plan_undoing
from users.sheet.matching import match
from users.sheet.reading import Problem, read_sheet

JOURNEY = "users-import"
# One transaction holds no more: more would keep everybody else in the enterprise waiting.
MOST_CHANGES = 2_000
UNDO_WITHIN = timedelta(hours=24)


@dataclass(frozen=True)
class Begun:
    """What a file comes to. count: its lines; run: None where there are problems, or nothing to change."""

    count: int
    problems: Sequence[Problem]
    run: Run | None


def begin(*, actor: Actor, capacity: Capacity, content: bytes) -> Begun:
    """Read a file, and keep what it wants until it is confirmed.

    Raises Refused where it is no sheet of ours or changes more than MOST_CHANGES accounts, LevelTooLow, Missing.
    """
    matched = match(capacity, read_sheet(content))
    if len(matched.targets) > MOST_CHANGES:
        raise Refused(
            _(
                "This file changes %(count)s users, and %(most)s can be changed at once. Divide it, or choose the users in the "
                "list and change all of them there."
            )
            % {"count": len(matched.targets), "most": MOST_CHANGES},
            code="too_many_changes",
        )
    plan = plan_changes(actor, capacity, matched.targets)
    problems = sorted([*matched.problems, *plan.problems], key=lambda problem: problem.line)
    if problems or not plan.changes:
        return Begun(matched.count, problems, None)
    targets = [[one.line, one.account, asdict(one.shall) if one.shall else None] for one in matched.targets]
    answers = {"capacity": str(capacity.public_id), "lines": matched.count, "targets": targets}
    run = Run.objects.create(journey=JOURNEY, owner=str(actor.public_id), answers=answers)
    return Begun(matched.count, problems, run)


def find(actor: Actor, capacity: Capacity, public_id: uuid.UUID) -> Run:
    """Return an import of the actor's own in this capacity. Raises Missing: somebody else's does not exist."""
    run = journeys.find(JOURNEY, public_id, owner=str(actor.public_id))
    if run is None or run.answers.get("capacity") != str(capacity.public_id):
        raise Missing
    return run


def recent(actor: Actor, capacity: Capacity) -> list[Run]:
    """Return the actor's own imports here whose time to undo is not over, the newest first, without what they changed."""
    runs = Run.objects.filter(
        journey=JOURNEY,
        owner=str(actor.public_id),
        finished_at__gt=timezone.now() - UNDO_WITHIN,
        answers__capacity=str(capacity.public_id),
    )
    return list(runs.order_by("-finished_at").defer("answers", "result"))


def drop(run: Run) -> bool:
    """Forget an import that was not confirmed; tell whether it is gone, or was confirmed meanwhile."""
    Run.objects.filter(pk=run.pk, finished_at=None).delete()
    return not Run.objects.filter(pk=run.pk).exists()


def targets_of(run: Run) -> list[Target]:
    """Return what the file of a run wants."""
    return [
        Target(line, account, State.of(shall) if shall else None) for line, account, shall in run.answers["targets"]
    ]


def changes_of(run: Run) -> list[dict[str, Any]]:
    """Return what a run that was carried out changed (`Change.stored`)."""
    changes: list[dict[str, Any]] = run.result["changes"]
    return changes


def undoing(actor: Actor, capacity: Capacity, run: Run) -> Plan:
    """Return what takes back all that a run changed; nothing where it was not carried out."""
    if run.finished_at is None:
        return Plan()
    return plan_undoing(actor, capacity, changes_of(run), since=run.finished_at)


def undone(run: Run) -> bool:
    """Tell whether a run was undone."""
    return "undone_at" in run.result


def undo_until(run: Run) -> datetime | None:
    """Return until when a run can be undone, None where it was not carried out."""
    return run.finished_at + UNDO_WITHIN if run.finished_at else None


def refuse_to_undo(run: Run, now: datetime) -> None:
    """Raise Refused where a run cannot be undone: never carried out, or too long ago."""
    until = undo_until(run)
    if until is None or until < now:
        raise Refused(_("An import can be undone for 24 hours. That time is over."), code="too_late")
