"""Carrying out what was chosen and confirmed: at once, or chunk by chunk by the worker (BEHAVIOUR U4)."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from acts.act import Act, Recorder, digest, perform
from acts.errors import Changed, Missing
from enterprises.scope import hold_capacity
from identity import codes
from identity.actor import Actor
from identity.proof import check_fresh
from identity.rights import Permission, check_right
from users.accounts import block_all, end_all, unblock_all
from users.bulk.first_passwords import renew_all
from users.bulk.rules import judge, source_of
from users.enums import BulkAct, BulkEnd
from users.grants import end_for_all, give_to_all
from users.models import BulkRefusal, BulkRun

# The names in the record of what is done to each account; the act bears the same.
EVENT: Mapping[str, str] = {
    BulkAct.ADD_APPLICATIONS: "grant.give",
    BulkAct.REMOVE_APPLICATIONS: "grant.end",
    BulkAct.BLOCK: "account.block",
    BulkAct.UNBLOCK: "account.unblock",
    BulkAct.RENEW_FIRST_PASSWORD: "account.renew_password",
    BulkAct.DELETE: "account.end",
}


def plan_of(run: BulkRun) -> str:
    """Return the digest of what the check page showed: the act and its applications. The accounts of a run never change."""
    return digest([run.act, run.applications])


def confirm(*, actor: Actor, run: BulkRun, confirmed: str) -> str:
    """Carry out a run, or give it to the worker where it holds more than settings.BULK_AT_ONCE; confirming twice does it once.

    confirmed: the digest that the check page showed. Rows that cannot be done are kept with their reason. Return the code to
    show once, which the links of renewed first passwords ask (T5), "" of other acts. Raises Missing (cancelled meanwhile),
    NotAllowed (no right here any more), LevelTooLow, ProofTooOld (where it gives out a code), Changed (other applications were
    picked).
    """
    now, code = timezone.now(), ""
    if run.act == BulkAct.RENEW_FIRST_PASSWORD:
        check_fresh(actor)
        code = codes.new_code()
    with perform(EVENT[run.act], actor=actor) as act:
        held = BulkRun.objects.select_for_update(of=("self",)).filter(pk=run.pk).select_related("capacity__enterprise")
        run = held.first() or _missing()
        if run.confirmed_at is not None:
            act.is_repeated = True
            return ""
        if plan_of(run) != confirmed:
            raise Changed(
                _("Other applications were picked meanwhile. Nothing was done. Look at it again and confirm."),
                code="plan_changed",
            )
        run.confirmed_at, run.level, run.next_at = now, actor.level, now
        run.code_hash = make_password(codes.tidy(code)) if code else ""
        if run.size > settings.BULK_AT_ONCE:
            act.is_repeated = True  # the worker acts
        else:
            run.done, run.finished_at, run.end = run.size, now, BulkEnd.WHOLE
            _carry_out(act, run, actor, run.accounts, now)
        run.save(update_fields=["confirmed_at", "code_hash", "level", "next_at", "done", "finished_at", "end"])
    return code


def _missing() -> BulkRun:
    raise Missing


def carry_on(*, actor: Actor, run: BulkRun) -> None:
    """Carry out the next chunk of a run, in one transaction; a chunk that somebody else carried out meanwhile is not repeated.

    run: as it was read, not locked. Raises as `confirm`.
    """
    now = timezone.now()
    ids = run.accounts[run.done : run.done + settings.BULK_AT_ONCE]
    done = run.done + len(ids)
    end = {"finished_at": now, "end": BulkEnd.WHOLE} if done == run.size else {}
    with perform(EVENT[run.act], actor=actor) as act:
        # Locks the run until the commit, first of all, as everywhere; other runs have their turn before the next chunk.
        if BulkRun.objects.filter(pk=run.pk, done=run.done, finished_at=None).update(
            done=done, attempts=0, next_at=now, **end
        ):
            _carry_out(act, run, actor, ids, now)
        else:
            act.is_repeated = True


def _carry_out(act: Act, run: BulkRun, actor: Actor, ids: list[int], now: datetime) -> None:
    capacity = hold_capacity(run.capacity)
    role = check_right(
        actor, Permission.ACCOUNT_SEE, enterprise=capacity.enterprise_id, capacity=capacity.pk, afresh=True
    )
    verdict = judge(actor, run, capacity, ids)
    act.id, act.chain = run.public_id, f"enterprise:{capacity.enterprise.public_id}"
    record, able, by = Recorder(act, role, capacity.enterprise), verdict.able, actor.person
    if verdict.refused:
        BulkRefusal.objects.bulk_create(
            BulkRefusal(run=run, account_id=pk, code=refusal.code, reason=source_of(refusal))
            for pk, refusal in verdict.refused.items()
        )
    if not able:
        act.is_repeated = True
        return
    match run.act:
        case BulkAct.ADD_APPLICATIONS:
            give_to_all(record, able, run.applications, by=by, now=now)
        case BulkAct.REMOVE_APPLICATIONS:
            end_for_all(record, able, run.applications, by=by, now=now)
        case BulkAct.BLOCK:
            block_all(record, able, by=by, now=now)
        case BulkAct.UNBLOCK:
            unblock_all(record, able)
        case BulkAct.RENEW_FIRST_PASSWORD:
            renew_all(record, able, now=now)
        case BulkAct.DELETE:
            end_all(record, able, by=by, now=now)
