"""What one person chose to do to many accounts, before it is confirmed and while it is done: theirs alone, in one capacity."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from acts.errors import Missing, Refused
from enterprises.models import Application, Capacity
from identity.actor import Actor
from users.bulk.rules import APPLICATIONS_GONE
from users.enums import AccountType, BulkAct, BulkEnd
from users.listing import Filter, accounts_matching
from users.models import LIVE, Account, BulkRun, Grant
from users.sets import Among

# More than so many at once is an import's or the contact centre's work.
MOST = 100_000
# How long a run waits to be confirmed, and how long what became of it can be read.
FORGET_UNCONFIRMED = timedelta(days=1)
FORGET_SETTLED = timedelta(days=30)
# One finds so many of one's own again.
MOST_SHOWN = 20
# Up to a megabyte.
_ROWS = ("accounts", "administrators")
BY_NAME = ("last_key", "first_key", "pk")


def begin_ticked(
    *, actor: Actor, capacity: Capacity, act: BulkAct, ticked: Sequence[uuid.UUID], list_query: str = ""
) -> BulkRun:
    """Begin a run upon ticked rows, by public id. Ids of no account of this capacity are counted, and nothing else is done
    with them. Raises Refused where nothing of this capacity was ticked."""
    wanted = set(ticked)
    accounts = Account.objects.filter(capacity=capacity, public_id__in=wanted)
    return _begin(actor, capacity, act, accounts, list_query, asked=len(wanted))


def begin_filtered(*, actor: Actor, capacity: Capacity, act: BulkAct, wanted: Filter, list_query: str = "") -> BulkRun:
    """Begin a run upon all accounts of a filter, as they are now. Raises Refused for none, or more than MOST."""
    return _begin(actor, capacity, act, accounts_matching(capacity, wanted), list_query)


def _begin(
    actor: Actor,
    capacity: Capacity,
    act: BulkAct,
    accounts: "QuerySet[Account]",
    list_query: str,
    *,
    asked: int | None = None,
) -> BulkRun:
    rows = list(accounts.order_by(*BY_NAME).values_list("pk", "type")[: MOST + 1])
    if not rows:
        raise Refused(_("Tick at least one user."), code="none_chosen")
    if len(rows) > MOST:
        raise Refused(_("These are too many users for one time. Search for a part of them."), code="too_many_chosen")
    return BulkRun.objects.create(
        capacity=capacity,
        person=actor.person,
        act=act,
        list_query=list_query,
        accounts=[pk for pk, _kind in rows],
        size=len(rows),
        administrators=[pk for pk, kind in rows if kind != AccountType.USER],
        unknown=0 if asked is None else asked - len(rows),
    )


def tell_of_retirement(*, actor: Actor, capacity: Capacity, act: uuid.UUID, now: datetime) -> None:
    """Let the worker tell the users of a capacity that it ends and their accounts with it, as it tells whom a bulk act deleted.

    Inside the act that retires it, before it ends the accounts; two statements at any number of users. act: its id, so that
    nobody gets a second mail of it.
    """
    users = Account.objects.filter(LIVE, capacity=capacity, type=AccountType.USER)
    ids = list(users.order_by("pk").values_list("pk", flat=True))
    if ids:
        BulkRun.objects.create(
            public_id=act,
            capacity=capacity,
            person=actor.person,
            act=BulkAct.DELETE,
            accounts=ids,
            size=len(ids),
            confirmed_at=now,
            level=actor.level,
            done=len(ids),
            finished_at=now,
            end=BulkEnd.WITH_CAPACITY,
            next_at=now,
        )


def run_of(actor: Actor, capacity: Capacity, public_id: uuid.UUID, *, with_rows: bool = True) -> BulkRun:
    """Return a run of the actor's own in this capacity. with_rows: whether the page looks at them.

    Raises Missing: somebody else's does not exist.
    """
    own = BulkRun.objects.filter(public_id=public_id, person=actor.person, capacity=capacity)
    run = (own if with_rows else own.defer(*_ROWS)).first()
    if run is None:
        raise Missing
    run.capacity = capacity
    return run


def own_runs(actor: Actor, capacity: Capacity) -> list[BulkRun]:
    """Return what the actor confirmed here, the newest first, without the rows."""
    runs = BulkRun.objects.filter(person=actor.person, capacity=capacity, confirmed_at__isnull=False)
    return list(runs.defer(*_ROWS).order_by("-pk")[:MOST_SHOWN])


def pickable(run: BulkRun) -> "QuerySet[Application]":
    """Return the applications to choose from: those in use of this kind, or those that anybody chosen holds."""
    applications = Application.objects.filter(kind=run.capacity.kind_id)
    if run.act == BulkAct.REMOVE_APPLICATIONS:
        held = Grant.objects.filter(LIVE, Among("account", run.accounts)).values("application")
        return applications.filter(pk__in=held)
    return applications.filter(retired_at=None)


def pick(run: BulkRun, applications: Sequence[Application]) -> None:
    """Keep which applications the act is about. Raises Refused for a run that was confirmed already, or for none."""
    ids = [application.pk for application in applications]
    if not ids:
        raise Refused(APPLICATIONS_GONE, field="applications", code="applications_gone")
    if not BulkRun.objects.filter(pk=run.pk, confirmed_at=None).update(applications=ids):
        raise Refused(_("This was confirmed already."), code="confirmed_already")


def lead_back(run: BulkRun, list_query: str) -> None:
    """Let the pages of a run lead back to another search than it began from."""
    BulkRun.objects.filter(pk=run.pk).update(list_query=list_query)


def cancel(run: BulkRun) -> bool:
    """Drop a run that was not confirmed; of one under way, leave what is not done yet. What was done stays done.

    Tell whether it is gone, or was confirmed meanwhile.
    """
    now = timezone.now()
    with transaction.atomic():
        fresh = BulkRun.objects.select_for_update().defer(*_ROWS).filter(pk=run.pk).first()
        if fresh is not None and fresh.confirmed_at is None:
            fresh.delete()
            return True
        if fresh is not None and fresh.finished_at is None:
            fresh.finished_at, fresh.end, fresh.next_at = now, BulkEnd.CANCELLED, now
            fresh.save(update_fields=["finished_at", "end", "next_at"])
        return fresh is None


def people_of(ids: Sequence[int]) -> list[Account]:
    """Return accounts by id, in the order given, each with its person."""
    found = Account.objects.filter(pk__in=ids).select_related("person").in_bulk()
    return [found[pk] for pk in ids]


def forget_old() -> int:
    """Delete runs that nobody will come back to; return how many. Safe to run twice or late."""
    now = timezone.now()
    unconfirmed = BulkRun.objects.filter(confirmed_at=None, begun_at__lt=now - FORGET_UNCONFIRMED)
    settled = BulkRun.objects.filter(settled_at__lt=now - FORGET_SETTLED)
    return unconfirmed.delete()[0] + settled.delete()[0]
