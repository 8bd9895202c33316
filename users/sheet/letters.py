"""The mails of an import: one to each person whose account it changed."""

import uuid
from collections.abc import Sequence

from enterprises.models import Application, Capacity
from identity.models import Person
from identity.people import own_address
from outbox.mails import write
from outbox.models import Mail
from users.letters import Change as Changed
from users.letters import account_changed
from users.sheet.changes import Change, Plan


def letters_about(plan: Plan, *, capacity: Capacity, by: Person, key: str) -> list[Mail]:
    """Return the mails about a plan, written but not queued: none where it has problems, none to who made the changes.

    key: of the act; with the person it makes a mail's own.
    """
    if plan.problems:
        return []
    applications = {one.code: one for one in Application.objects.filter(kind=capacity.kind_id)}
    return [
        write(
            key=f"{key}:{change.account.person.public_id}",
            to=address,
            language=change.account.person.language,
            letter=account_changed(
                change.account.person, capacity=capacity, by=by, change=_in_words(change, applications)
            ),
        )
        for change in plan.changes
        if change.account.person != by and (address := _address(change, capacity.enterprise.public_id))
    ]


def _address(change: Change, enterprise: uuid.UUID) -> str:
    state = change.shall or change.was
    return (state.email if state else "") or own_address(change.account.person, enterprise)


def _in_words(change: Change, applications: dict[str, Application]) -> Changed:
    def named(codes: Sequence[str]) -> list[Application]:
        return [applications[code] for code in codes]

    return Changed(
        is_blocked=change.is_blocking is True,
        is_unblocked=change.is_blocking is False,
        is_deleted=change.shall is None,
        is_restored=change.was is None,
        given=named(change.given),
        ended=named(change.ended),
        is_reached_elsewhere=bool(change.addresses),
    )
