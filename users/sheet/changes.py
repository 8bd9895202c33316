"""What a sheet changes: of each account what it was and what it shall be, and whether that may be (BEHAVIOUR U9, U5, H10).

Undoing is the same with the two exchanged. The rules are those of bulk acts and of the edit page, asked row by row.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from acts.act import digest
from acts.errors import NotAllowed, Refused
from enterprises.models import Application, Capacity
from identity.actor import Actor
from identity.rights import Permission, check_right
from users.adding.actions import TO_GIVE
from users.bulk.rules import Row, check_row
from users.enums import AccountType, BulkAct
from users.models import Account, Grant
from users.permissions import check_upon, on_what
from users.sets import Among
from users.sheet.columns import HEADS, Column
from users.sheet.export import codes_held, codes_of
from users.sheet.reading import Problem

_EMAIL_LENGTH = 254


@dataclass(frozen=True)
class State:
    """What a sheet may change of an account. codes: of the applications held, in their order."""

    email: str
    local_email: str
    is_blocked: bool
    codes: tuple[str, ...]

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "State":
        """Return the state that was stored as a mapping."""
        return cls(**{**stored, "codes": tuple(stored["codes"])})


@dataclass(frozen=True)
class Target:
    """What a line of the file wants an account (its id) to be; None: deleted."""

    line: int
    account: int
    shall: State | None


@dataclass(frozen=True)
class Change:
    """A change of one account, with its person. was None: an account that was deleted comes back as a new one."""

    line: int
    account: Account
    was: State | None
    shall: State | None

    @property
    def addresses(self) -> list[str]:
        """Names of the columns of e-mail addresses that change."""
        if self.was is None or self.shall is None:
            return []
        return [name for name in ("email", "local_email") if getattr(self.was, name) != getattr(self.shall, name)]

    @property
    def is_blocking(self) -> bool | None:
        """Whether the account is blocked (True) or unblocked (False) by this; None where it stays."""
        if self.was is None or self.shall is None or self.was.is_blocked == self.shall.is_blocked:
            return None
        return self.shall.is_blocked

    @property
    def given(self) -> list[str]:
        """Codes of the applications that are given."""
        held = self.was.codes if self.was else ()
        return [code for code in (self.shall.codes if self.shall else ()) if code not in held]

    @property
    def ended(self) -> list[str]:
        """Codes of the applications that are taken back; none where the account is deleted with all it has."""
        if self.was is None or self.shall is None:
            return []
        return [code for code in self.was.codes if code not in self.shall.codes]

    @property
    def stored(self) -> dict[str, Any]:
        """As it is kept once it was carried out, so that it can be undone."""
        return {
            "line": self.line,
            "account": self.account.pk,
            "type": self.account.type,
            "was": asdict(self.was) if self.was else None,
            "shall": asdict(self.shall) if self.shall else None,
        }


@dataclass
class Plan:
    """All that would change, and what stands in its way: with a single problem nothing is done."""

    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """What the check page showed."""
        return digest([[change.account.public_id, change.stored] for change in self.changes])


class HasState(Protocol):
    """An account, as much of it as its state is made of."""

    @property
    def pk(self) -> int: ...
    @property
    def email(self) -> str: ...
    @property
    def local_email(self) -> str: ...
    @property
    def is_blocked(self) -> bool: ...


def states_of(accounts: Sequence[HasState], codes: Mapping[int, str]) -> dict[int, State]:
    """Return the states of accounts by id. codes: of the capacity's applications, by id."""
    held = codes_held([account.pk for account in accounts], codes)
    return {
        account.pk: State(account.email, account.local_email, account.is_blocked, tuple(held.get(account.pk, ())))
        for account in accounts
    }


def plan_changes(actor: Actor, capacity: Capacity, targets: Sequence[Target]) -> Plan:
    """Return what targets change now, each judged. The same number of statements for any number of targets."""
    accounts = _accounts(capacity, [target.account for target in targets])
    states = states_of(list(accounts.values()), codes_of(capacity))
    judge = Judge(actor, capacity)
    plan = Plan()
    for target in targets:
        account = accounts.get(target.account)
        if account is None or account.ended_at is not None:
            plan.problems.append(Problem(target.line, _("This user is no longer here.")))
            continue
        was = states[account.pk]
        if was != target.shall:
            judge.add(plan, Change(target.line, account, was, target.shall))
    return plan


def plan_undoing(actor: Actor, capacity: Capacity, stored: Sequence[Mapping[str, Any]], *, since: datetime) -> Plan:
    """Return what takes changes back that were carried out by `since` (`Change.stored`); a problem for each touched since.

    Touched is also what came round to the same state again, as far as it left a time: somebody decided it.
    """
    accounts = _accounts(capacity, [one["account"] for one in stored])
    states = states_of(list(accounts.values()), codes_of(capacity))
    again = set(
        Account.objects.filter(
            capacity=capacity, created_at__gt=since, person__in=[account.person_id for account in accounts.values()]
        ).values_list("person", flat=True)
    )
    later = Grant.objects.filter(Q(given_at__gt=since) | Q(ended_at__gt=since), Among("account", list(accounts)))
    regranted = set(later.values_list("account", flat=True))
    judge = Judge(actor, capacity)
    plan = Plan()
    for one in stored:
        account = accounts[one["account"]]
        was, shall = (State.of(one[name]) if one[name] else None for name in ("was", "shall"))
        if shall is None:
            is_untouched = account.ended_at is not None and account.person_id not in again
        else:
            is_untouched = (
                account.ended_at is None
                and account.type == one["type"]
                and states[account.pk] == shall
                and (account.blocked_at is None or account.blocked_at <= since)
                and account.pk not in regranted
            )
        if is_untouched:
            judge.add(plan, Change(one["line"], account, shall, was))
        else:
            plan.problems.append(
                Problem(one["line"], _("This account was changed again after the import: it cannot be put back."))
            )
    return plan


@dataclass
class Judge:
    """Says of each change whether the actor may make it; an act has read the actor's holdings afresh before."""

    actor: Actor
    capacity: Capacity

    def add(self, plan: Plan, change: Change) -> None:
        """Put a change into the plan, or the reasons why it may not be made."""
        checks = {
            Column.STATUS: self._check_state,
            Column.EMAIL: self._check_email,
            Column.LOCAL_EMAIL: self._check_local_email,
            Column.APPLICATIONS: self._check_applications,
        }
        problems = []
        for column, check in checks.items():
            try:
                check(change)
            except (NotAllowed, Refused) as refusal:
                problems.append(Problem(change.line, refusal.sentence, str(HEADS[column])))
        plan.problems += problems
        if not problems:
            plan.changes.append(change)

    def _check_state(self, change: Change) -> None:
        if change.was is None:
            check_right(
                self.actor,
                TO_GIVE[AccountType(change.account.type)],
                enterprise=self.capacity.enterprise_id,
                capacity=self.capacity.pk,
            )
        elif change.shall is None:
            self._check(BulkAct.DELETE, change)
        elif change.is_blocking is not None:
            self._check(BulkAct.BLOCK if change.is_blocking else BulkAct.UNBLOCK, change)

    def _check_email(self, change: Change) -> None:
        if "email" in change.addresses and change.shall is not None:
            if not change.shall.email:
                raise Refused(_("Enter the e-mail address."), code="no_email")
            self._check_address(change, change.shall.email)

    def _check_local_email(self, change: Change) -> None:
        if "local_email" in change.addresses and change.shall is not None:
            self._check_address(change, change.shall.local_email)

    def _check_address(self, change: Change, address: str) -> None:
        check_upon(self.actor, Permission.ACCOUNT_EDIT, change.account, self.capacity)
        if address and not _is_email(address):
            raise Refused(_("This is not a possible e-mail address. Enter it as name@example.be."), code="bad_email")

    def _check_applications(self, change: Change) -> None:
        if change.given:
            self._check(BulkAct.ADD_APPLICATIONS, change)
        if change.ended:
            self._check(BulkAct.REMOVE_APPLICATIONS, change)

    def _check(self, act: BulkAct, change: Change) -> None:
        account = change.account
        offered = [code for code in change.given if code in self._in_use]
        row = Row(
            on=on_what(account.type, as_htb=account.as_htb),
            is_tb=account.type == AccountType.LB,
            is_own=account.person_id == self.actor.person.pk,
            is_blocked=change.was is not None and change.was.is_blocked,
            held=len(change.ended) if act == BulkAct.REMOVE_APPLICATIONS else 0,
            offered=len(offered) if len(offered) == len(change.given) else 0,
        )
        check_row(self.actor, act, row, self.capacity)

    @cached_property
    def _in_use(self) -> frozenset[str]:
        applications = Application.objects.filter(kind=self.capacity.kind_id, retired_at=None)
        return frozenset(applications.values_list("code", flat=True))


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= _EMAIL_LENGTH


def _accounts(capacity: Capacity, ids: Iterable[int]) -> dict[int, Account]:
    """Return accounts of a capacity by id, ended ones too, with their persons."""
    rows = Account.objects.filter(Among("pk", list(ids)), capacity=capacity).select_related("person")
    return {account.pk: account for account in rows}
