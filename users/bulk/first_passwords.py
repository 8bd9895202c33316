"""Renewing first passwords that nobody used (BEHAVIOUR T5): to whom it may be done, what it writes, the links it mails.

The former password ends. Each person is mailed a link of their own; the code that the links of a run ask is shown once to who
confirmed it, so that neither the administrator nor whoever reads a mailbox can choose the password alone.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Value
from django.utils.translation import gettext_lazy as _

from acts.act import Recorder
from acts.errors import NotAllowed, Refused
from enterprises.models import Capacity
from identity.actions.activation import flooded
from identity.actions.first_passwords import renew_first_passwords
from identity.actor import Actor
from identity.enums import Role
from users.chiefs import chiefs
from users.models import LIVE, Account
from users.sets import Among, lines


class FirstPassword(NamedTuple):
    """What decides whether a person's first password may be renewed.

    is_unused: this enterprise gave one and nobody has logged in with it. reaches_further: the person holds something here
    beside the account. has_address: where a link can go. is_flooded: was sent as many links as a day allows.
    """

    is_unused: bool
    reaches_further: bool
    has_address: bool
    is_flooded: bool


def first_passwords(ids: Sequence[int], capacity: Capacity) -> dict[int, FirstPassword]:
    """Return this of accounts of a capacity (ids). Two statements."""
    enterprise = capacity.enterprise
    elsewhere = Account.objects.filter(LIVE, person=OuterRef("person"), capacity__enterprise=enterprise).exclude(
        capacity=capacity
    )
    roles = chiefs().persons_with_role(enterprise.pk).filter(person=OuterRef("person"))
    accounts = Account.objects.filter(Among("pk", ids), capacity=capacity)
    full = flooded(accounts.values("person"), enterprise.public_id)
    rows = accounts.annotate(further=Exists(elsewhere) | Exists(roles)).values_list(
        "pk", "person_id", "person__password_is_first", "person__vouched_by", "further", "email"
    )
    return {
        pk: FirstPassword(is_first and vouched_by == enterprise.public_id, further, bool(email), person in full)
        for pk, person, is_first, vouched_by, further, email in rows
    }


def check_renew(actor: Actor, password: FirstPassword, capacity: Capacity) -> None:
    """Raise Refused or NotAllowed where a person's first password may not be renewed.

    Who administers this capacity alone reaches no further by it than this capacity. The actor's holdings were read afresh.
    """
    if not password.is_unused:
        raise Refused(
            _("This user has no first password from this enterprise that was never used."), code="no_first_password"
        )
    roles = {holding.role for holding in actor.holdings_in(capacity.enterprise_id)}
    if password.reaches_further and not roles & {Role.HTB, Role.CO_HTB}:
        raise NotAllowed(
            _(
                "This user has more in this enterprise than this account: a Chief or Co-Chief Access Manager has to do this."
            ),
            roles=(Role.HTB, Role.CO_HTB),
            code="reaches_further",
        )
    if not password.has_address:
        raise Refused(_("This account has no e-mail address to which a link can go."), code="no_address")
    if password.is_flooded:
        raise Refused(_("This user was sent several links already. Try again tomorrow."), code="too_many_links")


def renew_all(record: Recorder, ids: Sequence[int], *, now: datetime) -> None:
    """End the first passwords of accounts (ids) that were judged, an event for each. A few statements at any number."""
    accounts = Account.objects.filter(Among("pk", ids))
    renew_first_passwords(accounts.values("person"), record.enterprise.public_id, now=now)
    record.every("account.renew_password", lines(accounts, Value("{}")))
