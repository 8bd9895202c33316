"""Activating and retiring the capacities of an enterprise (BEHAVIOUR H6)."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from access_admins import letters
from access_admins.capacities import Activation, RegisterAnswer, Retirement, offers_for, plan_retirement
from access_admins.holdings import chief_of
from access_admins.register_look import note_new_capacities
from acts.act import Recorder, about, digest, perform
from acts.errors import Refused, plan_changed
from enterprises.hanging import end_what_hangs
from enterprises.models import Capacity, Enterprise
from enterprises.scope import hold_capacity, hold_enterprise
from identity.actor import Actor
from identity.rights import Permission, check_right
from users.accounts import end_accounts_of, new_account
from users.bulk.runs import tell_of_retirement
from users.enums import AccountType


def plan_activation(enterprise: Enterprise, answer: RegisterAnswer, chosen: Sequence[str]) -> Activation:
    """Return what activating the chosen capacities (keys of offers) would change.

    Raises Refused where one is not on offer (any more), or none was chosen.
    """
    offers = {offer.key: offer for offer in offers_for(enterprise, answer)}
    if not chosen or not set(chosen) <= offers.keys():
        raise Refused(
            _("Choose from the capacities that can be activated now."), field="capacities", code="not_offered"
        )
    return Activation([offers[key] for key in dict.fromkeys(chosen)], chief_of(enterprise))


def activate_capacities(
    *, actor: Actor, enterprise: Enterprise, answer: RegisterAnswer, chosen: Sequence[str]
) -> list[Capacity]:
    """Activate capacities that the register knows; the chief becomes their access administrator until one is appointed.

    chosen: keys of `offers_for`. Raises Missing, NotAllowed, LevelTooLow, Refused (not on offer), RegisterDown, Changed.
    """
    with perform("capacity.activate", actor=actor, chain=f"enterprise:{enterprise.public_id}") as act:
        enterprise = hold_enterprise(enterprise)
        answer.refuse_when_old()
        role = check_right(actor, Permission.CAPACITY_ACTIVATE, enterprise=enterprise.pk, afresh=True)
        plan = plan_activation(enterprise, answer, chosen)
        now, chief, event = timezone.now(), plan.chief, Recorder(act, role, enterprise)
        opened = Capacity.objects.bulk_create(
            Capacity(
                enterprise=enterprise,
                kind=offer.kind,
                identification=offer.identification,
                activated_at=now,
                activated_by=actor.person,
            )
            for offer in plan.offers
        )
        for capacity in opened:
            event("capacity.activate", None, about("capacity", capacity), capacity=capacity)
            account = new_account(
                capacity, chief.person, AccountType.LB, by=actor.person, now=now, email=chief.email, as_htb=True
            )
            account.save()
            event("account.open", chief.person, about("account", account), capacity=capacity, as_htb=True)
        note_new_capacities(enterprise, answer)
        if chief.person != actor.person:
            letter = letters.capacities_activated(
                chief.person, enterprise=enterprise, capacities=opened, by=actor.person
            )
            act.mail(chief.person, address=chief.email, letter=letter)
        return opened


def retire_capacity(*, actor: Actor, capacity: Capacity, confirmed: str) -> Retirement:
    """Retire a capacity, and end all its accounts, their applications and what other rooms hang on it; return what ended.

    Whose account ends gets one mail: administrators of this act, users by the worker.

    confirmed: the digest of the plan that the check page showed. Raises Missing, NotAllowed, LevelTooLow, Changed.
    """
    with perform("capacity.retire", actor=actor, chain=f"enterprise:{capacity.enterprise.public_id}") as act:
        capacity = hold_capacity(capacity)
        role = check_right(actor, Permission.CAPACITY_RETIRE, enterprise=capacity.enterprise_id, afresh=True)
        plan = plan_retirement(capacity)
        if digest(plan.as_plan()) != confirmed:
            raise plan_changed()
        now, by, event = timezone.now(), actor.person, Recorder(act, role, capacity.enterprise)
        for account in plan.administrators:
            event(
                "account.end", account.person, about("account", account),
                capacity=capacity, type=account.type, as_htb=account.as_htb,
            )  # fmt: skip
        end_what_hangs(event, capacity, by=by, now=now)
        tell_of_retirement(actor=actor, capacity=capacity, act=act.id, now=now)
        accounts, grants = end_accounts_of(capacity, by=by, now=now)
        capacity.retired_at, capacity.retired_by = now, by
        capacity.save(update_fields=["retired_at", "retired_by"])
        event(
            "capacity.retire", None, about("capacity", capacity), capacity=capacity,
            accounts=accounts, applications=grants,
        )  # fmt: skip
        for account in plan.administrators:
            if account.person != actor.person and account.email:
                act.mail(
                    account.person,
                    address=account.email,
                    letter=letters.capacity_retired(account.person, capacity=capacity, by=by),
                )
        return plan
