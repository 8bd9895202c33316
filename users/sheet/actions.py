"""Carrying out an import, and undoing it: one transaction each, all or nothing (BEHAVIOUR U9)."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from acts.act import Recorder, about, perform
from acts.errors import Changed, Refused
from acts.runs import hold_run
from enterprises.models import Application, Capacity
from enterprises.scope import hold_capacity
from identity.actor import Actor
from identity.enums import Role
from identity.models import Person
from identity.rights import Permission, check_right
from outbox.mails import queue_all
from ui import journeys
from ui.models import Run
from users.accounts import block_all, end_all, new_account, unblock_all
from users.editing import check_readdress
from users.enums import AccountType
from users.grants import end_for_all, give_as_planned
from users.models import Account
from users.sheet.changes import Change, plan_changes
from users.sheet.letters import letters_about
from users.sheet.runs import refuse_to_undo, targets_of, undoing, undone

_AT_ONCE = 500


def import_accounts(*, actor: Actor, capacity: Capacity, run: Run, confirmed: str) -> None:
    """Make all changes of an import that was confirmed; the same run again does nothing more.

    confirmed: the digest of the plan that the check page showed. Raises Missing, NotAllowed, LevelTooLow, and Changed where the
    plan is no longer that one, ProofTooOld where the own address changes.
    """
    # Hundreds of letters take seconds: they are written before anything is locked, of the same plan or not at all.
    before = plan_changes(actor, capacity, targets_of(run))
    letters = letters_about(before, capacity=capacity, by=actor.person, key=str(run.public_id))
    with perform("account.import", actor=actor) as act:
        run = hold_run(run)
        if run.finished_at is not None:
            act.is_repeated = True
            return
        capacity = hold_capacity(capacity)
        role = _check(actor, capacity)
        plan = plan_changes(actor, capacity, targets_of(run))
        if plan.problems or {plan.digest, before.digest} != {confirmed}:
            raise Changed(
                _("Users of this file were changed meanwhile. Nothing was done. Look at it again and confirm."),
                code="plan_changed",
            )
        act.id, act.chain = run.public_id, f"enterprise:{capacity.enterprise.public_id}"
        record, now = Recorder(act, role, capacity.enterprise), timezone.now()
        record(
            "account.import",
            None,
            about("capacity", capacity),
            capacity=capacity,
            lines=run.answers["lines"],
            accounts=len(plan.changes),
        )
        _carry_out(record, capacity, plan.changes, actor=actor, now=now)
        queue_all(letters)
        journeys.finish(run, {"changes": [change.stored for change in plan.changes]})


def undo_import(*, actor: Actor, capacity: Capacity, run: Run) -> None:
    """Put back all that an import changed; undoing twice does it once.

    Raises Refused where it is too late or an account was touched since, Missing, NotAllowed, LevelTooLow.
    """
    before = undoing(actor, capacity, run)
    letters = letters_about(before, capacity=capacity, by=actor.person, key=f"undo:{run.public_id}")
    with perform("account.undo_import", actor=actor) as act:
        run = hold_run(run)
        if undone(run):
            act.is_repeated = True
            return
        capacity = hold_capacity(capacity)
        role = _check(actor, capacity)
        now = timezone.now()
        refuse_to_undo(run, now)
        plan = undoing(actor, capacity, run)
        if plan.problems or plan.digest != before.digest:
            raise Refused(
                _("Users of this file were changed again after the import. Nothing was put back."), code="touched"
            )
        act.chain = f"enterprise:{capacity.enterprise.public_id}"
        record = Recorder(act, role, capacity.enterprise)
        record(
            "account.undo_import",
            None,
            about("capacity", capacity),
            capacity=capacity,
            accounts=len(plan.changes),
            undone=str(run.public_id),
        )
        _carry_out(record, capacity, plan.changes, actor=actor, now=now)
        queue_all(letters)
        run.result["undone_at"] = now.isoformat()
        run.save(update_fields=["result"])


def _check(actor: Actor, capacity: Capacity) -> Role:
    return check_right(
        actor, Permission.ACCOUNT_IMPORT, enterprise=capacity.enterprise_id, capacity=capacity.pk, afresh=True
    )


def _carry_out(record: Recorder, capacity: Capacity, changes: Sequence[Change], *, actor: Actor, now: datetime) -> None:
    """Make changes, some statements for each kind of them, with the events of each account. Raises ProofTooOld (T4)."""
    by = actor.person
    for change in changes:
        if change.addresses:
            check_readdress(actor, change.account)
    _change_addresses(record, capacity, [change for change in changes if change.addresses])
    if ids := _ids(changes, lambda change: change.is_blocking is True):
        block_all(record, ids, by=by, now=now)
    if ids := _ids(changes, lambda change: change.is_blocking is False):
        unblock_all(record, ids)
    if ids := _ids(changes, lambda change: change.shall is None):
        end_all(record, ids, by=by, now=now)
    restored = _restore(record, capacity, [change for change in changes if change.was is None], by=by, now=now)
    applications = dict(Application.objects.filter(kind=capacity.kind_id).values_list("code", "pk"))
    for carry_out, what in ((give_as_planned, "given"), (end_for_all, "ended")):
        together: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for change in changes:
            together[tuple(getattr(change, what))].append(restored.get(change.account.pk, change.account.pk))
        for codes, ids in together.items():
            if codes:
                carry_out(record, ids, [applications[code] for code in codes], by=by, now=now)


def _ids(changes: Sequence[Change], which: Callable[[Change], bool]) -> list[int]:
    return [change.account.pk for change in changes if which(change)]


def _change_addresses(record: Recorder, capacity: Capacity, changes: Sequence[Change]) -> None:
    """Addresses are not recorded, only that they changed."""
    for change in changes:
        account = change.account
        for name in change.addresses:
            setattr(account, name, getattr(change.shall, name))
        record("account.edit", account.person, about("account", account), capacity=capacity, changed=change.addresses)
    Account.objects.bulk_update([change.account for change in changes], ["email", "local_email"], batch_size=_AT_ONCE)


def _restore(
    record: Recorder, capacity: Capacity, changes: Sequence[Change], *, by: Person, now: datetime
) -> dict[int, int]:
    """Open new accounts for those that were deleted (BEHAVIOUR U7); return their ids by those of the old ones."""
    opened = {
        change.account.pk: new_account(
            capacity,
            change.account.person,
            AccountType(change.account.type),
            by=by,
            now=now,
            email=change.shall.email,
            local_email=change.shall.local_email,
            blocked=change.shall.is_blocked,
        )
        for change in changes
        if change.shall is not None
    }
    Account.objects.bulk_create(opened.values())
    for account in opened.values():
        record("account.add", account.person, about("account", account), capacity=capacity, type=account.type)
    return {old: account.pk for old, account in opened.items()}
