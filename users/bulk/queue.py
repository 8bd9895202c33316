"""The worker's part of bulk acts: chunks of the large ones, and the mails of all (BEHAVIOUR U4, H6; outbox.queues).

A chunk, and the mails of some people, are one transaction each, which also moves the run's count on: a worker that is killed in
the middle has done nothing of it, and the next one begins there.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.db.utils import InterfaceError, OperationalError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from acts.errors import LevelTooLow, Missing, NotAllowed, Refused
from enterprises.models import Application
from identity.actions.first_passwords import mail_first_password_link
from identity.actor import Actor
from identity.people import own_address
from outbox.mails import queue
from users.bulk.actions import carry_on
from users.bulk.rules import GRANT_ACTS, source_of
from users.enums import BulkAct, BulkEnd
from users.letters import Change, account_changed
from users.models import Account, BulkRefusal, BulkRun, Grant

# People who are told in one transaction.
TOLD_AT_ONCE = 100
WAIT = timedelta(minutes=1)
MOST_ATTEMPTS = 5
NO_RIGHT = NotAllowed(_("You no longer have the right to do this here."))
FAULT = Refused(_("A fault on our side stopped this. Nothing is half done; try again with the users that are left."))

log = structlog.get_logger("users.bulk")


def take_one() -> bool:
    """Do the next piece of a run that is due; tell whether there was one."""
    due = BulkRun.objects.filter(settled_at=None, confirmed_at__isnull=False, next_at__lte=timezone.now())
    run = (
        due.select_related("person", "capacity__enterprise", "capacity__kind__domain").order_by("next_at", "pk").first()
    )
    if run is None:
        return False
    try:
        if run.finished_at is None and not run.person.is_active:
            _stop(run, NO_RIGHT)
        elif run.finished_at is None:
            carry_on(actor=Actor(run.person, level=run.level), run=run)
        else:
            tell(run)
    except (OperationalError, InterfaceError):
        raise  # the database is busy or away: the worker waits
    except (Missing, NotAllowed, LevelTooLow) as refusal:
        _stop(run, refusal if isinstance(refusal, NotAllowed) else NO_RIGHT)
    except Exception:  # a run that fails must not keep the others waiting
        log.exception("bulk.failed", run=str(run.public_id))
        _postpone(run)
    return True


def tell(run: BulkRun) -> None:
    """Queue the mails of the next people to whom the run did something; the last of them settles it.

    On the last attempt they are told one by one, and whose mail fails is passed over: the others must not wait for it.
    """
    ids = run.accounts[run.told : min(run.told + TOLD_AT_ONCE, run.done)]
    if run.attempts + 1 < MOST_ATTEMPTS or not ids:
        _tell(run, ids)
        return
    for account in ids:
        try:
            _tell(run, [account])
        except (OperationalError, InterfaceError):
            raise
        except Exception:  # one mail that cannot be written
            log.exception("bulk.mail_given_up", run=str(run.public_id), account=account)
            _move_on(run, 1)
        run.told += 1


def _move_on(run: BulkRun, count: int) -> bool:
    """Count the next people of a run as told; tell whether they were not yet, by another worker."""
    told, now = run.told + count, timezone.now()
    settled = {"settled_at": now} if told == run.done else {}
    mine = BulkRun.objects.filter(pk=run.pk, told=run.told)
    return bool(mine.update(told=told, attempts=0, next_at=now, **settled))


def _tell(run: BulkRun, ids: list[int]) -> None:
    """Queue the mails to the people of some accounts, the next ones of the run, in one transaction."""
    with transaction.atomic():
        if not _move_on(run, len(ids)):
            return
        refused = BulkRefusal.objects.filter(run=run, account__in=ids).values("account")
        changed = Account.objects.filter(pk__in=ids).exclude(pk__in=refused).exclude(person=run.person)
        applications = _changed_applications(run, ids)
        if run.act == BulkAct.RENEW_FIRST_PASSWORD:
            for account in changed.select_related("person"):
                mail_first_password_link(
                    account.person, enterprise_public_id=run.capacity.enterprise.public_id, address=account.email,
                    opened_by=run.person, code_hash=run.code_hash, key=str(run.public_id),
                )  # fmt: skip
            return
        for account in changed.select_related("person"):
            address = account.email or own_address(account.person, run.capacity.enterprise.public_id)
            if address:
                queue(
                    key=f"{run.public_id}:{account.person.public_id}",
                    to=address,
                    language=account.person.language,
                    letter=account_changed(
                        account.person,
                        capacity=run.capacity,
                        by=run.person,
                        change=_change(run, applications[account.pk]),
                    ),
                )


def _changed_applications(run: BulkRun, ids: list[int]) -> Mapping[int, list[Application]]:
    """Return the applications that the run gave to each account, or took from it."""
    changed: dict[int, list[Application]] = defaultdict(list)
    if run.act in GRANT_ACTS:
        given = Q(act=run.public_id)
        ended = Q(application__in=run.applications, ended_at__gte=run.confirmed_at, ended_by=run.person)
        which = given if run.act == BulkAct.ADD_APPLICATIONS else ended
        grants = Grant.objects.filter(which, account__in=ids).select_related("application")
        for grant in grants.order_by("application__position", "application__code"):
            changed[grant.account_id].append(grant.application)
    return changed


def _change(run: BulkRun, applications: list[Application]) -> Change:
    return Change(
        is_blocked=run.act == BulkAct.BLOCK,
        is_unblocked=run.act == BulkAct.UNBLOCK,
        is_deleted=run.act == BulkAct.DELETE and run.end != BulkEnd.WITH_CAPACITY,
        is_ended_with_capacity=run.end == BulkEnd.WITH_CAPACITY,
        given=applications if run.act == BulkAct.ADD_APPLICATIONS else (),
        ended=applications if run.act == BulkAct.REMOVE_APPLICATIONS else (),
    )


def _stop(run: BulkRun, refusal: NotAllowed | Refused) -> None:
    """End a run before its end; what was done stays done, and those people are told."""
    now = timezone.now()
    BulkRun.objects.filter(pk=run.pk, finished_at=None).update(
        finished_at=now, end=BulkEnd.STOPPED, reason=source_of(refusal), next_at=now
    )


def _postpone(run: BulkRun) -> None:
    """Try again later; after MOST_ATTEMPTS give up the rest of the rows. Of mails, `tell` gives up single ones."""
    if run.finished_at is None and run.attempts + 1 >= MOST_ATTEMPTS:
        _stop(run, FAULT)
    else:
        BulkRun.objects.filter(pk=run.pk).update(attempts=F("attempts") + 1, next_at=timezone.now() + WAIT)
