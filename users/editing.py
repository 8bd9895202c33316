"""Changing one account: its e-mail addresses and its applications (BEHAVIOUR U3); never what is the person's own.

An administrator never changes a known person's user name, password or devices.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from acts.act import Act, Recorder, about, digest, perform
from acts.errors import Changed, Missing, Refused
from enterprises.models import Application
from enterprises.scope import hold_capacity
from identity.actor import Actor
from identity.people import own_address
from identity.proof import check_fresh
from identity.rights import Permission
from users.grants import end_for_all, give_as_planned
from users.letters import Change, account_changed
from users.models import LIVE, Account
from users.permissions import check_upon


@dataclass(frozen=True)
class Edit:
    """What one account shall be. applications: codes of all that it shall hold; None leaves them as they are."""

    email: str
    local_email: str
    applications: frozenset[str] | None = None


@dataclass(frozen=True)
class Plan:
    """What saving would change. addresses: names of the changed columns. given, ended: applications."""

    account: Account
    edit: Edit
    addresses: Sequence[str]
    given: Sequence[Application]
    ended: Sequence[Application]

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not (self.addresses or self.given or self.ended)

    @property
    def digest(self) -> str:
        """What the check page showed: from what, to what."""
        account = self.account
        was: dict[str, Any] = {name: getattr(account, name) for name in ("email", "local_email")}
        return digest(
            {
                "account": account.public_id,
                "was": was,
                "shall": [self.edit.email, self.edit.local_email],
                "given": [application.code for application in self.given],
                "ended": [application.code for application in self.ended],
            }
        )


def applications_for(account: Account) -> list[Application]:
    """Return the applications that an account may be given, and retired ones that it still holds, in their order."""
    held = Q(retired_at=None) | Q(grants__in=account.grants.filter(LIVE))
    return list(Application.objects.filter(held, kind=account.capacity.kind_id).distinct())


def held_codes(account: Account) -> frozenset[str]:
    """Return the codes of the applications that an account holds."""
    return frozenset(account.grants.filter(LIVE).values_list("application__code", flat=True))


def plan_edit(account: Account, edit: Edit) -> Plan:
    """Return what an edit would change. account: with its capacity. Raises Refused for an application that cannot be given."""
    addresses = [name for name in ("email", "local_email") if getattr(account, name) != getattr(edit, name)]
    if edit.applications is None:
        return Plan(account, edit, addresses, [], [])
    known, held = {one.code: one for one in applications_for(account)}, held_codes(account)
    if not edit.applications <= known.keys():
        raise Refused(
            _("This application can no longer be chosen. Look at the list again."),
            field="applications",
            code="applications_gone",
        )
    return Plan(
        account,
        edit,
        addresses,
        given=[one for code, one in known.items() if code in edit.applications - held],
        ended=[one for code, one in known.items() if code in held - edit.applications],
    )


def edit_account(*, actor: Actor, account: Account, edit: Edit, confirmed: str) -> Plan:
    """Save an edit that was confirmed; return what changed.

    confirmed: the digest of the plan that the check page showed. Addresses are not recorded, only that they changed. Raises
    Missing (no longer there), NotAllowed (H10), LevelTooLow, ProofTooOld, Refused, Changed.
    """
    with perform("account.edit", actor=actor) as act:
        capacity = hold_capacity(account.capacity)
        account = _fresh(account)
        account.capacity = capacity
        actor.holdings_in(capacity.enterprise_id, afresh=True)
        role = check_upon(actor, Permission.ACCOUNT_EDIT, account, capacity)
        plan = plan_edit(account, edit)
        if plan.given:
            check_upon(actor, Permission.GRANT_GIVE, account, capacity)
        if plan.ended:
            check_upon(actor, Permission.GRANT_END, account, capacity)
        if plan.digest != confirmed:
            raise Changed(
                _("This account was changed meanwhile. Nothing was saved. Look at it again and confirm."),
                code="plan_changed",
            )
        act.chain = f"enterprise:{capacity.enterprise.public_id}"
        act.is_repeated = plan.is_empty
        record, now = Recorder(act, role, capacity.enterprise), timezone.now()
        if plan.addresses:
            check_readdress(actor, account)
            account.email, account.local_email = edit.email, edit.local_email
            account.save(update_fields=["email", "local_email"])
            record("account.edit", account.person, about("account", account), capacity=capacity, changed=plan.addresses)
        give_as_planned(record, [account.pk], [one.pk for one in plan.given], by=actor.person, now=now)
        end_for_all(record, [account.pk], [one.pk for one in plan.ended], by=actor.person, now=now)
        _tell(act, actor, plan)
        return plan


def check_readdress(actor: Actor, account: Account) -> None:
    """Raise ProofTooOld where somebody changes an address of their own account and did not prove just now who they are (T4)."""
    if account.person_id == actor.person.pk:
        check_fresh(actor)


def _fresh(account: Account) -> Account:
    fresh = Account.objects.filter(LIVE, pk=account.pk).select_related("person").first()
    if fresh is None:
        raise Missing
    return fresh


def _tell(act: Act, actor: Actor, plan: Plan) -> None:
    person = plan.account.person
    address = plan.account.email or own_address(person, plan.account.capacity.enterprise.public_id)
    if plan.is_empty or person == actor.person or not address:
        return
    change = Change(given=plan.given, ended=plan.ended, is_reached_elsewhere=bool(plan.addresses))
    act.mail(
        person,
        address=address,
        letter=account_changed(person, capacity=plan.account.capacity, by=actor.person, change=change),
    )
