"""The accounts of a list as a CSV file (BEHAVIOUR U2). What it writes, an import reads back (U9).

The file is made while it is sent. Only the accounts' ids, in their order, are gathered beforehand, eight bytes each: they
count the file for the record, no cursor stays open for a slow receiver, and nobody appears twice.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from acts.act import about, perform
from enterprises.models import Application, Capacity
from formats import csv
from identity.actor import Actor
from identity.people import shown_user_name
from identity.rights import Permission, check_right
from users.enums import AccountStatus
from users.listing import Filter, accounts_matching
from users.models import LIVE, Account, Grant
from users.sets import Among
from users.sheet.columns import HEADS, JOINT, STATES, TYPES

ORDER = ("last_key", "first_key", "pk")
# Accounts read at once.
BATCH = 2_000
_COLUMNS = (
    "pk", "person__last_name", "person__first_names", "person__user_name", "person__user_name_given_by", "type", "insz",
    "is_blocked", "email", "local_email",
)  # fmt: skip


@dataclass(frozen=True)
class Export:
    """A file to send. count: of accounts; those that end before their line is made are left out."""

    count: int
    pieces: Iterator[bytes]


def export_accounts(*, actor: Actor, capacity: Capacity, wanted: Filter) -> Export:
    """Record an export and return its file, in the language of this moment.

    The record keeps how many accounts and by which criteria they were chosen, not what was typed into them.
    Raises NotAllowed, Missing, LevelTooLow.
    """
    enterprise = capacity.enterprise
    with perform("account.export", actor=actor, chain=f"enterprise:{enterprise.public_id}") as act:
        role = check_right(
            actor, Permission.ACCOUNT_EXPORT, enterprise=enterprise.pk, capacity=capacity.pk, afresh=True
        )
        ids = array("q", _ids(capacity, wanted))
        act.event(
            role=role,
            enterprise=enterprise.public_id,
            capacity=capacity.public_id,
            about=about("capacity", capacity),
            details={"criteria": sorted(name for name, value in asdict(wanted).items() if value), "count": len(ids)},
        )
    heads = [str(label) for label in HEADS.values()]
    kinds, states = _in_this_language(TYPES), _in_this_language(STATES)
    return Export(len(ids), csv.lines(heads, _rows(actor, capacity, ids, kinds, states)))


def codes_of(capacity: Capacity) -> dict[int, str]:
    """Return the codes of the applications of a capacity's kind by id, in their order, retired ones too."""
    return dict(Application.objects.filter(kind=capacity.kind_id).values_list("pk", "code"))


def codes_held(ids: Sequence[int], codes: Mapping[int, str]) -> dict[int, list[str]]:
    """Return the codes of the applications that accounts hold, by account. codes: by application, in their order."""
    held: dict[int, list[int]] = defaultdict(list)
    for account, application in Grant.objects.filter(LIVE, Among("account", ids)).values_list("account", "application"):
        held[account].append(application)
    return {
        account: [code for application, code in codes.items() if application in applications]
        for account, applications in held.items()
    }


def _ids(capacity: Capacity, wanted: Filter) -> Iterator[int]:
    return accounts_matching(capacity, wanted).order_by(*ORDER).values_list("pk", flat=True).iterator(BATCH)


def _rows(
    actor: Actor, capacity: Capacity, ids: Sequence[int], kinds: Mapping[str, str], states: Mapping[str, str]
) -> Iterator[Sequence[object]]:
    enterprise, codes = capacity.enterprise.public_id, codes_of(capacity)
    for place in range(0, len(ids), BATCH):
        batch = list(ids[place : place + BATCH])
        held = codes_held(batch, codes)
        accounts = {row[0]: row[1:] for row in Account.objects.filter(LIVE, Among("pk", batch)).values_list(*_COLUMNS)}
        for pk in batch:
            if pk not in accounts:
                continue
            last_name, first_names, user_name, given_by, kind, insz, is_blocked, email, local_email = accounts[pk]
            yield (
                last_name,
                first_names,
                shown_user_name(user_name, given_by, enterprise),
                kinds[kind],
                actor.number_shown(insz),
                states[AccountStatus.BLOCKED if is_blocked else AccountStatus.ACTIVE],
                email,
                local_email,
                JOINT.join(held.get(pk, ())),
            )


def _in_this_language(labels: Mapping[str, object]) -> dict[str, str]:
    """The words as they are now: the file is made when the page's language is over."""
    return {name: str(label) for name, label in labels.items()}
