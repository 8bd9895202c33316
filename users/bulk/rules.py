"""Whether a bulk act may be done to a row: the rights of identity.rights, then what the state of the account allows.

What an act upon one account raises is here the outcome of a row.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, FilteredRelation, Q, Value
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from acts.errors import NotAllowed, Refused
from enterprises.models import Application, Capacity
from identity.actor import Actor
from identity.rights import On, Permission, check_right
from users.bulk.first_passwords import FirstPassword, check_renew, first_passwords
from users.enums import AccountType, BulkAct
from users.models import Account, BulkRun
from users.permissions import on_what
from users.sets import Among

PERMISSION: Mapping[str, Permission] = {
    BulkAct.ADD_APPLICATIONS: Permission.GRANT_GIVE,
    BulkAct.REMOVE_APPLICATIONS: Permission.GRANT_END,
    BulkAct.BLOCK: Permission.ACCOUNT_BLOCK,
    BulkAct.UNBLOCK: Permission.ACCOUNT_BLOCK,
    BulkAct.RENEW_FIRST_PASSWORD: Permission.MEANS_RENEW,
    BulkAct.DELETE: Permission.ACCOUNT_DELETE,
}
GRANT_ACTS = (BulkAct.ADD_APPLICATIONS, BulkAct.REMOVE_APPLICATIONS)
APPLICATIONS_GONE = _("None of the chosen applications can be given any more.")


@dataclass(frozen=True)
class Row:
    """What decides about an account; ten thousand accounts are a handful of these.

    is_new_administrator: it became one since it was chosen. held: how many of the chosen applications it holds; offered: how
    many of those can be given. password: of the person's first password, where the act is about that.
    """

    on: On
    is_tb: bool = False
    is_own: bool = False
    is_ended: bool = False
    is_blocked: bool = False
    is_new_administrator: bool = False
    held: int = 0
    offered: int = 0
    password: "FirstPassword | None" = None


@dataclass
class Verdict:
    """What a bulk act comes to: ids of the accounts it can be done to, and those it cannot, each with the reason."""

    able: list[int] = field(default_factory=list)
    refused: dict[int, NotAllowed | Refused] = field(default_factory=dict)

    @property
    def by_reason(self) -> dict[str, list[int]]:
        """The refused ids under each sentence, as the English source of it."""
        found: dict[str, list[int]] = defaultdict(list)
        for account, refusal in self.refused.items():
            found[source_of(refusal)].append(account)
        return found


def check_row(actor: Actor, act: str, row: Row, capacity: Capacity) -> None:
    """Raise NotAllowed or Refused with the reason why an act may not be done to such a row; LevelTooLow, Missing.

    The actor's holdings were read afresh by the caller.
    """
    if row.is_ended:
        raise Refused(_("This user is no longer here."), code="gone")
    check_right(
        actor, PERMISSION[act], enterprise=capacity.enterprise_id, capacity=capacity.pk, on=row.on, is_own=row.is_own
    )
    if row.is_new_administrator:
        raise Refused(_("This user became an Access Manager meanwhile."), code="new_administrator")
    if act == BulkAct.DELETE and row.is_tb:
        raise Refused(
            _(
                "An Access Manager is not deleted like a user: end this role on the page of the account. The capacity then "
                "returns to the Chief Access Manager."
            ),
            code="tb_has_own_page",
        )
    if act == BulkAct.BLOCK and row.is_blocked:
        raise Refused(_("This user is blocked already."), code="blocked_already")
    if act == BulkAct.UNBLOCK and not row.is_blocked:
        raise Refused(_("This user is not blocked."), code="not_blocked")
    if act == BulkAct.ADD_APPLICATIONS and not row.offered:
        raise Refused(APPLICATIONS_GONE, code="applications_gone")
    if act == BulkAct.ADD_APPLICATIONS and row.held == row.offered:
        raise Refused(_("This user holds the chosen applications already."), code="holds_already")
    if act == BulkAct.REMOVE_APPLICATIONS and not row.held:
        raise Refused(_("This user holds none of the chosen applications."), code="holds_none")
    if row.password is not None:
        check_renew(actor, row.password, capacity)


def judge(actor: Actor, run: BulkRun, capacity: Capacity, ids: Sequence[int]) -> Verdict:
    """Judge accounts of a run, all at once: three statements at most. Raises LevelTooLow, Missing for all of them."""
    chosen = offered_applications(run, capacity) if run.act in GRANT_ACTS else []
    verdict, administrators = Verdict(), set(run.administrators)
    outcomes: dict[tuple[Any, ...], NotAllowed | Refused | None] = {}
    passwords = first_passwords(ids, capacity) if run.act == BulkAct.RENEW_FIRST_PASSWORD else None
    for account, person, *facts in _rows(ids, capacity, chosen):
        password = passwords[account] if passwords is not None else None
        about = (person == actor.person.pk, account in administrators, *facts)
        key = (*about, password)
        if key not in outcomes:
            row = replace(_row(_Facts(*about), len(chosen)), password=password)
            outcomes[key] = _outcome(actor, run.act, row, capacity)
        refusal = outcomes[key]
        if refusal is None:
            verdict.able.append(account)
        else:
            verdict.refused[account] = refusal
    return verdict


def offered_applications(run: BulkRun, capacity: Capacity) -> list[int]:
    """Return the ids of the run's applications that the act can still concern: retired ones are only taken back."""
    chosen = Application.objects.filter(pk__in=run.applications, kind=capacity.kind_id)
    if run.act == BulkAct.ADD_APPLICATIONS:
        chosen = chosen.filter(retired_at=None)
    return list(chosen.values_list("pk", flat=True))


def source_of(refusal: NotAllowed | Refused) -> str:
    """Return the English source of a refusal's sentence: it is kept, and translated where it is shown."""
    with translation.override(None):
        return str(refusal.sentence)


def _outcome(actor: Actor, act: str, row: Row, capacity: Capacity) -> NotAllowed | Refused | None:
    try:
        check_row(actor, act, row, capacity)
    except (NotAllowed, Refused) as refusal:
        return refusal
    return None


def _rows(ids: Sequence[int], capacity: Capacity, chosen: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    """Yield id, person, and `_Facts` of each account from its type on, by name."""
    held = FilteredRelation("grants", condition=Q(grants__ended_at=None, grants__application__in=chosen or [0]))
    accounts = Account.objects.filter(Among("pk", ids), capacity=capacity)
    counted = accounts.annotate(chosen=held, held=Count("chosen")) if chosen else accounts.annotate(held=Value(0))
    columns = ("pk", "person_id", "type", "as_htb", "is_blocked", "ended_at", "held")
    yield from counted.order_by("last_key", "first_key", "pk").values_list(*columns)


class _Facts(NamedTuple):
    """What is read of an account; made once for all that are alike."""

    is_own: bool
    was_administrator: bool
    type: str
    as_htb: bool
    is_blocked: bool
    ended_at: datetime | None
    held: int


def _row(facts: _Facts, offered: int) -> Row:
    on = on_what(facts.type, as_htb=facts.as_htb)
    return Row(
        on=on,
        is_tb=facts.type == AccountType.LB,
        is_own=facts.is_own,
        is_ended=facts.ended_at is not None,
        is_blocked=facts.is_blocked,
        is_new_administrator=on is not On.USER and not facts.was_administrator,
        held=facts.held,
        offered=offered,
    )
