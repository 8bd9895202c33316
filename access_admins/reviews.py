"""Whom the chief has to look at again: appointed by a former chief (S7), or gone from the enterprise by the register."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from access_admins.models import ChiefRole, Departure, Review
from acts.act import about
from users.models import LIVE, Account

_LIVE_ACCOUNT = Q(account__ended_at=None, account__isnull=False)
_LIVE_ROLE = Q(chief_role__ended_at=None, chief_role__isnull=False)


def open_reviews(enterprise: Any) -> QuerySet[Review]:
    """Return the reviews that wait for a decision, of people who still hold what is to be reviewed.

    enterprise: itself, its id, or a slot (acts.prepared).
    """
    waiting = Review.objects.filter(_LIVE_ACCOUNT | _LIVE_ROLE, enterprise=enterprise, decided_at=None)
    return waiting.select_related(
        "account__person",
        "account__created_by",
        "account__capacity__kind__domain",
        "account__capacity__enterprise",
        "chief_role__person",
        "chief_role__started_by",
    ).order_by("chief_role", "account__capacity", "pk")


def subject_of(review: Review) -> Account | ChiefRole:
    """Return what a review is about: an account or a chief role, with its person."""
    subject = review.account or review.chief_role
    if subject is None:
        raise ValueError("a review without subject passed its constraint")
    return subject


def key_of(review: Review) -> str:
    """Return what stands for a review in a form: its subject, as the record names it."""
    subject = subject_of(review)
    return about("account" if isinstance(subject, Account) else "chief_role", subject)


def departures_of(enterprise: Any) -> QuerySet[Departure]:
    """Return who left the enterprise by the register and still holds a role or account in it.

    enterprise: itself, its id, or a slot (acts.prepared).
    """
    accounts = Account.objects.filter(
        LIVE, person=OuterRef("person"), capacity__enterprise=enterprise, capacity__retired_at=None
    )
    roles = ChiefRole.objects.filter(LIVE, person=OuterRef("person"), enterprise=enterprise)
    gone = Departure.objects.filter(Exists(accounts) | Exists(roles), enterprise=enterprise)
    return gone.select_related("person")
