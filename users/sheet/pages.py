"""What the pages of an import show: problems, what would change, whether it can be undone (BEHAVIOUR U9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy, pgettext

from enterprises.models import Application, Capacity
from identity.actor import Actor
from ui.components import Column, Row, Table
from ui.models import Run
from users.sheet.changes import Change, Plan, plan_changes
from users.sheet.reading import MOST_PROBLEMS, Problem
from users.sheet.runs import changes_of, targets_of, undo_until, undoing, undone

# Lines on one page of a check, problems that are told at once.
AT_ONCE = 100
# What the check page counts, beside deleting.
UNBLOCKED = ngettext_lazy("One user is unblocked.", "%(count)s users are unblocked.", "count")
BLOCKED = ngettext_lazy("One user is blocked.", "%(count)s users are blocked.", "count")
GIVEN = ngettext_lazy("One user gets applications.", "%(count)s users get applications.", "count")
TAKEN = ngettext_lazy("One user loses applications.", "%(count)s users lose applications.", "count")
READDRESSED = ngettext_lazy("One user’s e-mail changes.", "The e-mail of %(count)s users changes.", "count")


@dataclass(frozen=True)
class Problems:
    """What is wrong with a file: the first of it, all of it counted."""

    count: int
    table: Table

    @property
    def others(self) -> int:
        """How many are not told."""
        return self.count - len(self.table.rows)


def problems_of(problems: Sequence[Problem], caption: str) -> Problems | None:
    """Return what is wrong, by line and column; None where nothing is."""
    if not problems:
        return None
    columns = [Column(_("Line")), Column(pgettext("sheet", "Column")), Column(_("What is wrong"))]
    rows = [(one.line, one.column or "—", one.sentence) for one in problems[:AT_ONCE]]
    return Problems(len(problems), Table(caption, columns, rows))


def in_short(problems: Sequence[Problem]) -> str:
    """Return how much is wrong, for the form's own error."""
    if len(problems) >= MOST_PROBLEMS:
        return _(
            "At least %(count)s things in the file are not right, so nothing was changed and the file was not read to its end. "
            "Mend them and choose the file again."
        ) % {"count": len(problems)}
    return ngettext(
        "One thing in the file is not right, so nothing was changed. Mend it and choose the file again.",
        "%(count)s things in the file are not right, so nothing was changed. Mend them and choose the file again.",
        len(problems),
    ) % {"count": len(problems)}


@dataclass(frozen=True)
class Check:
    """The check page. table: a page of the lines that change something; number: which page, from 1."""

    plan: Plan
    lines: int
    number: int
    table: Table

    @property
    def count(self) -> int:
        """How many users change."""
        return len(self.plan.changes)

    @property
    def deleted(self) -> int:
        """How many of them are deleted."""
        return sum(change.shall is None for change in self.plan.changes)

    @property
    def counted(self) -> list[str]:
        """How many users meet each kind of change, a sentence each; first what opens a door again."""
        changes = self.plan.changes
        counts = (
            (sum(one.is_blocking is False for one in changes), UNBLOCKED),
            (sum(one.is_blocking is True for one in changes), BLOCKED),
            (sum(bool(one.given) for one in changes), GIVEN),
            (sum(bool(one.ended) for one in changes), TAKEN),
            (sum(bool(one.addresses) for one in changes), READDRESSED),
        )
        return [sentence % {"count": count} for count, sentence in counts if count]

    @property
    def problems(self) -> Problems | None:
        """What stands in the way by now."""
        return problems_of(self.plan.problems, _("What stands in the way now"))

    @property
    def next(self) -> str:
        """The query of the next page."""
        return f"?page={self.number + 1}" if self.number * AT_ONCE < self.count else ""

    @property
    def previous(self) -> str:
        """The query of the page before."""
        return f"?page={self.number - 1}" if self.number > 1 else ""


def check_of(actor: Actor, capacity: Capacity, run: Run, number: int) -> Check:
    """Return what confirming an import would do now. number: of the page, from 1. Raises LevelTooLow, Missing."""
    plan = plan_changes(actor, capacity, targets_of(run))
    names = {one.code: one.name for one in Application.objects.filter(kind=capacity.kind_id)}
    columns = [Column(_("Name")), Column(_("SSIN")), Column(_("Line")), Column(_("What changes"))]
    rows = [
        (
            change.account.person.full_name,
            change.account.person.insz_masked,
            change.line,
            format_html_join("", "<div>{}</div>", ((text,) for text in in_words(change, names))),
        )
        for change in plan.changes[(number - 1) * AT_ONCE : number * AT_ONCE]
    ]
    return Check(plan, run.answers["lines"], number, Table(_("What the file changes"), columns, rows))


def in_words(change: Change, names: Mapping[str, str]) -> list[str]:
    """Return what changes for one account, a sentence each. names: of applications, by code."""
    if change.shall is None or change.was is None:
        return [_("Deleted, with all applications")]
    said = []
    for name, label in (("email", _("E-mail address")), ("local_email", _("Local e-mail address"))):
        if name in change.addresses:
            was, shall = getattr(change.was, name), getattr(change.shall, name)
            said.append(
                _("%(what)s: %(was)s becomes %(shall)s") % {"what": label, "was": was or "—", "shall": shall or "—"}
            )
    if change.is_blocking is not None:
        said.append(_("Is blocked") if change.is_blocking else _("Is unblocked"))
    if change.given:
        said.append(_("Gets %(applications)s") % {"applications": ", ".join(names[code] for code in change.given)})
    if change.ended:
        said.append(_("Loses %(applications)s") % {"applications": ", ".join(names[code] for code in change.ended)})
    return said


@dataclass(frozen=True)
class Done:
    """The page of an import that was carried out. problems: why it can no longer be undone, by line."""

    run: Run
    rows: Sequence[Row]
    until: datetime | None
    is_undone: bool
    problems: Problems | None = None

    @property
    def can_be_undone(self) -> bool:
        """Whether the button stands on the page."""
        return not (self.is_undone or self.is_too_late or self.problems)

    @property
    def is_too_late(self) -> bool:
        """Whether the time to undo is over."""
        return self.until is None or self.until < timezone.now()


def done_of(actor: Actor, capacity: Capacity, run: Run) -> Done:
    """Return what became of an import."""
    changes = changes_of(run)
    rows = [Row(_("Lines in the file"), run.answers["lines"]), Row(_("Users changed"), len(changes))]
    done = Done(run, rows, undo_until(run), undone(run))
    if not done.can_be_undone:
        return done
    plan = undoing(actor, capacity, run)
    return replace(done, problems=problems_of(plan.problems, _("Why this can no longer be undone")))
