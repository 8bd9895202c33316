"""What the pages of a bulk act show: people, what changes, what does not and why, how far it is (BEHAVIOUR U4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from enterprises.models import Application
from identity.actor import Actor
from identity.people import shown_user_name
from ui.components import Column, Row, Table
from ui.templatetags.ui import day, day_and_time
from users.bulk.rules import GRANT_ACTS, judge
from users.bulk.runs import own_runs, people_of
from users.enums import AccountStatus, BulkAct, BulkEnd
from users.frame import Frame
from users.lines import HEADS, type_words
from users.models import BulkRefusal, BulkRun

# People who are named on a check page, of each group.
NAMED = 20
# Rows of the summary on one page.
SUMMED = 100

TITLE: dict[str, Promise] = {
    BulkAct.ADD_APPLICATIONS: gettext_lazy("Give one or more applications to a group of users"),
    BulkAct.REMOVE_APPLICATIONS: gettext_lazy("Take one or more applications from a group of users"),
    BulkAct.BLOCK: gettext_lazy("Blocking of the user"),
    BulkAct.UNBLOCK: gettext_lazy("Unblocking of the user"),
    BulkAct.RENEW_FIRST_PASSWORD: gettext_lazy("Renewal of the first password"),
    BulkAct.DELETE: gettext_lazy("Deletion of the user"),
}
QUESTION: dict[str, Promise] = {
    BulkAct.ADD_APPLICATIONS: gettext_lazy("The applications below will be given to the following user(s)."),
    BulkAct.REMOVE_APPLICATIONS: gettext_lazy("The applications below will be taken from the following user(s)."),
    BulkAct.BLOCK: gettext_lazy("Are you sure that you want to block the following user(s)?"),
    BulkAct.UNBLOCK: gettext_lazy("Are you sure that you want to unblock the following user(s)?"),
    BulkAct.RENEW_FIRST_PASSWORD: gettext_lazy(
        "Are you sure that you want to renew the first password of the following user(s)?"
    ),
    BulkAct.DELETE: gettext_lazy("Are you sure that you want to delete the following user(s)?"),
}
CONSEQUENCE: dict[str, Promise] = {
    BulkAct.ADD_APPLICATIONS: gettext_lazy("Who holds some of them already gets the others."),
    BulkAct.REMOVE_APPLICATIONS: gettext_lazy("Who holds only some of them loses those."),
    BulkAct.BLOCK: gettext_lazy("They have no access here any more, at once and wherever they are logged in."),
    BulkAct.UNBLOCK: gettext_lazy("They have the same access again as before they were blocked."),
    BulkAct.RENEW_FIRST_PASSWORD: gettext_lazy(
        "The first password that they were given ends. Each gets a link by mail to choose a password, which works for 7 days. "
        "It asks a code: the next page shows it to you, once."
    ),
    BulkAct.DELETE: gettext_lazy(
        "Their accounts here end, with all applications. Their history stays, and they can be added again later."
    ),
}
DONE: dict[str, Promise] = {
    BulkAct.ADD_APPLICATIONS: gettext_lazy("The applications that you ticked were given to the users that you ticked."),
    BulkAct.REMOVE_APPLICATIONS: gettext_lazy(
        "The applications that you ticked were taken from the users that you ticked."
    ),
    BulkAct.BLOCK: gettext_lazy("The user(s) were blocked successfully."),
    BulkAct.UNBLOCK: gettext_lazy("The user(s) were unblocked successfully."),
    BulkAct.RENEW_FIRST_PASSWORD: gettext_lazy("The first password(s) were renewed successfully."),
    BulkAct.DELETE: gettext_lazy("The user(s) were deleted successfully."),
}


@dataclass(frozen=True)
class RefusedGroup:
    """Some of the chosen to whom it cannot be done. reason: the sentence; count: how many; names: the first of them."""

    reason: str
    count: int
    names: Sequence[str]

    @property
    def others(self) -> int:
        """How many are not named."""
        return self.count - len(self.names)


@dataclass(frozen=True)
class Check:
    """The check page. able: how many it can be done to; table: the first of them; shown: how many numbers it shows."""

    run: BulkRun
    able: int
    table: Table
    shown: int
    refused: Sequence[RefusedGroup]
    applications: Sequence[Application]

    @property
    def title(self) -> Promise:
        """As the guide heads the page."""
        return TITLE[self.run.act]

    @property
    def question(self) -> Promise:
        """What is asked, or said, above the people."""
        return QUESTION[self.run.act]

    @property
    def consequence(self) -> Promise:
        """What it means for them."""
        return CONSEQUENCE[self.run.act]

    @property
    def others(self) -> int:
        """How many are not in the table."""
        return self.able - self.shown

    @property
    def kind(self) -> str:
        """How the button looks: red for what takes something away for good."""
        return "warning" if self.run.act == BulkAct.DELETE else ""


def check_of(actor: Actor, run: BulkRun, frame: Frame) -> Check:
    """Return what confirming would do now. Raises LevelTooLow, Missing."""
    verdict = judge(actor, run, frame.capacity, run.accounts)
    named = verdict.able[:NAMED]
    reasons = verdict.by_reason
    names = _names([pk for ids in reasons.values() for pk in ids[:NAMED]])
    return Check(
        run=run,
        able=len(verdict.able),
        table=_people(actor, named, frame),
        shown=len(named),
        refused=[
            RefusedGroup(
                _(reason), len(ids), [names[pk] for pk in ids[:NAMED]]
            )  # the source of a sentence that was marked
            for reason, ids in reasons.items()
        ],
        applications=applications_of(run),
    )


def applications_of(run: BulkRun) -> list[Application]:
    """Return the applications that a run is about, in their order; none for the other acts."""
    return list(Application.objects.filter(pk__in=run.applications)) if run.act in GRANT_ACTS else []


def capacity_rows(frame: Frame) -> list[Row]:
    """Return the identification of the capacity."""
    capacity = frame.capacity
    return [
        Row(_("Capacity"), f"{capacity.kind.domain.name} ({capacity.kind.name})"),
        Row(capacity.kind.get_identified_by_display(), capacity.identification_shown),
        Row(_("Creation date"), day(capacity.activated_at)),
    ]


@dataclass(frozen=True)
class Summary:
    """What became of a run. refused: how many rows were not done; page: which hundred of them table shows, from 1."""

    run: BulkRun
    total: int
    refused: int
    table: Table
    page: int

    @property
    def title(self) -> Promise:
        """As the guide heads the pages."""
        return TITLE[self.run.act]

    @property
    def is_under_way(self) -> bool:
        """Whether the worker is at it."""
        return self.run.finished_at is None

    @property
    def is_whole(self) -> bool:
        """Whether every row was looked at."""
        return self.run.end == BulkEnd.WHOLE

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody cancelled it."""
        return self.run.end == BulkEnd.CANCELLED

    @property
    def sentence(self) -> Promise:
        """That it worked."""
        return DONE[self.run.act]

    @property
    def reason(self) -> str:
        """Why it was stopped."""
        return _(self.run.reason) if self.run.reason else ""

    @property
    def succeeded(self) -> int:
        """How many rows were done."""
        return self.run.done - self.refused

    @property
    def left(self) -> int:
        """How many rows nothing was done with."""
        return self.total - self.run.done

    @property
    def rows(self) -> list[Row]:
        """The counts."""
        rows = [Row(_("Chosen"), self.total + self.run.unknown), Row(pgettext("bulk", "Done"), self.succeeded)]
        if self.refused:
            rows.append(Row(_("Not done, with the reason"), self.refused))
        if self.run.unknown:
            rows.append(Row(_("Not in this capacity"), self.run.unknown))
        if self.left:
            rows.append(Row(_("Not begun"), self.left))
        return rows

    @property
    def next(self) -> str:
        """The query of the next page of refused rows."""
        return f"?page={self.page + 1}" if self.page * SUMMED < self.refused else ""

    @property
    def previous(self) -> str:
        """The query of the page before."""
        return f"?page={self.page - 1}" if self.page > 1 else ""


def summary_of(run: BulkRun, page: int) -> Summary:
    """Return what became of a run so far. page: of the refused rows, from 1."""
    refusals = BulkRefusal.objects.filter(run=run)
    rows = refusals.order_by("pk").values_list(
        "account__person__last_name",
        "account__person__first_names",
        "account__person__user_name",
        "account__person__user_name_given_by",
        "reason",
    )[(page - 1) * SUMMED : page * SUMMED]
    columns = [Column(_("Name")), Column(_("First name")), Column(_("User name")), Column(_("Reason"))]
    enterprise = run.capacity.enterprise.public_id
    cells = [
        (last, first, shown_user_name(user_name, given_by, enterprise) or "—", _(reason))
        for last, first, user_name, given_by, reason in rows
    ]
    return Summary(run, run.size, refusals.count(), Table(_("Not done, with the reason"), columns, cells), page)


def runs_table(actor: Actor, frame: Frame) -> Table:
    """Return the actor's own bulk acts here, the newest first: this is how one under way is found again."""
    columns = [Column(_("What")), Column(_("Users")), Column(_("Status"))]
    rows = [
        (
            format_html(
                '<a class="govuk-link" href="{}">{}, {}</a>',
                frame.address("bulk-result", run_id=run.public_id),
                TITLE[run.act],
                day_and_time(run.confirmed_at),
            ),
            _("%(done)s of %(total)s") % {"done": run.done, "total": run.size},
            BulkEnd(run.end).label if run.end else _("Under way"),
        )
        for run in own_runs(actor, frame.capacity)
    ]
    return Table(_("What I did to many users at once"), columns, rows)


def _people(actor: Actor, ids: Sequence[int], frame: Frame) -> Table:
    enterprise = frame.capacity.enterprise.public_id
    rows = [
        (
            account.person.last_name,
            account.person.first_names,
            shown_user_name(account.person.user_name, account.person.user_name_given_by, enterprise) or "—",
            type_words(account.get_type_display(), as_htb=account.as_htb),
            actor.number_shown(account.person.insz),
            AccountStatus.BLOCKED.label if account.is_blocked else AccountStatus.ACTIVE.label,
        )
        for account in people_of(ids)
    ]
    return Table(_("Users"), [Column(label) for _name, label in HEADS], rows)


def _names(ids: Sequence[int]) -> dict[int, str]:
    return {account.pk: str(account.person) for account in people_of(ids)}
