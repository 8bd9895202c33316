"""Deciding about those whom a former chief appointed: keep or end; a co-chief only by the chief (BEHAVIOUR S7, H5, H10)."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from access_admins import letters
from access_admins.decisions import Decision, check_decide, plan_decision
from access_admins.enums import ReviewOutcome
from access_admins.models import Review
from access_admins.planted import end_planted
from access_admins.reviews import key_of, subject_of
from acts.act import Act, Recorder, about, digest, perform
from acts.errors import plan_changed
from enterprises.models import Enterprise
from enterprises.scope import hold_enterprise
from identity.actor import Actor
from identity.models import Person
from identity.rights import Permission, check_right
from users.adding.plan import carry_out_removal, plan_removal
from users.models import Account


def decide_reviews(
    *,
    actor: Actor,
    enterprise: Enterprise,
    outcome: ReviewOutcome,
    chosen: Sequence[str] | None,
    confirmed: str = "",
) -> Decision:
    """Keep or end roles that a former chief gave; return what was decided.

    confirmed: the digest that the check page showed; keeping has no check page, since nothing changes by it. Raises Missing,
    NotAllowed, LevelTooLow, Refused, Changed.
    """
    with perform("review.decide", actor=actor, chain=f"enterprise:{enterprise.public_id}") as act:
        enterprise = hold_enterprise(enterprise)
        check_right(actor, Permission.REVIEW_DECIDE, enterprise=enterprise.pk, afresh=True)
        decision = plan_decision(actor, enterprise, outcome, chosen)
        if outcome == ReviewOutcome.END and digest(decision.as_plan()) != confirmed:
            raise plan_changed()
        now, by = timezone.now(), actor.person
        Review.objects.filter(pk__in=[review.pk for review in decision.reviews]).update(
            decided_at=now, decided_by=by, outcome=outcome
        )
        ended: dict[Person, tuple[str, list[Account]]] = {}
        for review in decision.reviews:
            event = Recorder(act, check_decide(actor, review, outcome), enterprise)
            subject = subject_of(review)
            capacity = review.account.capacity if review.account is not None else None
            event("review.decide", subject.person, key_of(review), capacity=capacity, outcome=outcome)
            if outcome == ReviewOutcome.END:
                _end(event, review, by=by, now=now)
                accounts = ended.setdefault(subject.person, (subject.email, []))[1]
                accounts += [review.account] if review.account is not None else []
        if outcome == ReviewOutcome.END:
            roles = [review.chief_role for review in decision.reviews if review.chief_role is not None]
            end_planted(act, [role.person for role in roles], enterprise)
        _tell_chief(act, decision, enterprise=enterprise, by=by)
        for person, (address, accounts) in ended.items():
            if person != by and address:
                letter = letters.roles_ended(
                    person, enterprise=enterprise, capacities=[account.capacity for account in accounts], by=by
                )
                act.mail(person, address=address, letter=letter)
        return decision


def _tell_chief(act: Act, decision: Decision, *, enterprise: Enterprise, by: Person) -> None:
    """Tell the chief who did not decide themselves which capacities came back to them (H3)."""
    back = [removal for removal in decision.removals if removal.handover is not None]
    if back and back[0].chief.person != by:
        chief = back[0].chief
        capacities = [removal.account.capacity for removal in back]
        letter = letters.capacities_returned(chief.person, enterprise=enterprise, capacities=capacities, by=by)
        act.mail(chief.person, address=chief.email, letter=letter)


def _end(event: Recorder, review: Review, *, by: Person, now: datetime) -> None:
    role, account = review.chief_role, review.account
    if role is not None:
        role.ended_at, role.ended_by = now, by
        role.save(update_fields=["ended_at", "ended_by"])
        event("cochief.end", role.person, about("chief_role", role))
    if account is not None:
        carry_out_removal(event, plan_removal(account), by=by, now=now)
