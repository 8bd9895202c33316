"""Who may decide about whom a former chief appointed, and what deciding changes (BEHAVIOUR S7, H5, H10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from access_admins.enums import ReviewOutcome
from access_admins.models import Review
from access_admins.reviews import key_of, open_reviews
from acts.errors import LevelTooLow, Missing, NotAllowed, Refused
from enterprises.models import Enterprise
from identity.actor import Actor
from identity.enums import Role
from identity.rights import On, Permission, check_right
from users.adding.plan import Removal, plan_removal


@dataclass(frozen=True)
class Decision:
    """What deciding changes. removals: of the accounts that end, with what returns to the chief (H3)."""

    outcome: ReviewOutcome
    reviews: Sequence[Review]
    removals: Sequence[Removal]

    def as_plan(self) -> dict[str, Any]:
        """Return what is compared between the check page and the act."""
        return {
            "outcome": self.outcome,
            "reviews": [key_of(review) for review in self.reviews],
            "removals": [removal.as_plan() for removal in self.removals],
        }


def check_decide(actor: Actor, review: Review, outcome: ReviewOutcome) -> Role:
    """Return the role in which the actor may decide so about this review. Raises what check_right raises."""
    enterprise = review.enterprise_id
    if review.chief_role is not None:
        return check_right(actor, Permission.CO_CHIEF_END, enterprise=enterprise)
    role = check_right(actor, Permission.REVIEW_DECIDE, enterprise=enterprise)
    if review.account is not None and outcome == ReviewOutcome.END:
        role = check_right(
            actor, Permission.ACCOUNT_DELETE, enterprise=enterprise, capacity=review.account.capacity_id,
            on=On.ADMINISTRATOR, is_own=review.account.person_id == actor.person.pk,
        )  # fmt: skip
    return role


def may_decide(actor: Actor, review: Review, outcome: ReviewOutcome) -> bool:
    """Tell whether `check_decide` would pass; for what a page offers."""
    try:
        check_decide(actor, review, outcome)
    except (Missing, NotAllowed, LevelTooLow):
        return False
    return True


def plan_decision(
    actor: Actor, enterprise: Enterprise, outcome: ReviewOutcome, chosen: Sequence[str] | None
) -> Decision:
    """Return what deciding so would change now.

    chosen: keys of reviews; None for all that the actor may decide about. Raises Refused where one is not waiting here (any
    more) or none was chosen, NotAllowed where the actor may not decide about every single one.
    """
    waiting = {key_of(review): review for review in open_reviews(enterprise)}
    if chosen is None:
        reviews = [review for review in waiting.values() if may_decide(actor, review, outcome)]
    else:
        if not set(chosen) <= waiting.keys():
            raise Refused(
                _("One of these persons is no longer on the list. Look at it again."),
                field="people",
                code="not_waiting",
            )
        reviews = [waiting[key] for key in dict.fromkeys(chosen)]
    if not reviews:
        raise Refused(_("Tick at least one person."), field="people", code="nobody_chosen")
    for review in reviews:
        check_decide(actor, review, outcome)
    ends = outcome == ReviewOutcome.END
    return Decision(
        outcome, reviews, [plan_removal(one.account) for one in reviews if ends and one.account is not None]
    )
