"""What giving or ending a role in a capacity changes: planned for the check page and, by the same code, planned again and
carried out in the act (BEHAVIOUR H3, H4, U3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from acts.act import Recorder, about, digest
from acts.errors import Refused
from enterprises.models import Application, Capacity
from identity.actions.activation import Lacking
from identity.actor import Actor
from identity.models import Person
from identity.rights import On
from users.accounts import change_types, end_accounts, new_account
from users.chiefs import Chief, chiefs
from users.enums import AccountType
from users.finding import Found
from users.grants import give_as_planned
from users.models import LIVE, Account

LIVE_GRANT = Q(grants__ended_at__isnull=True)


class WayIn(StrEnum):
    """How somebody who is given a role gets in."""

    OWN = "own"  # with means that they have, or with their card
    FIRST_PASSWORD = "first-password"  # noqa: S105 - a name. User name and password are typed by the administrator (U3)
    ACTIVATION = "activation"  # a mailed link and a code given apart (L7)
    DEVICE = "device"  # the same, for a code device beside the user name and password that this enterprise gave

    @property
    def is_by_link(self) -> bool:
        """Whether an activation is opened."""
        return self in {WayIn.ACTIVATION, WayIn.DEVICE}


def way_in(found: Found, *, administers: bool, by: Actor) -> WayIn:
    """Return how a person gets in. administers: whether the role needs a code device or a card. by: who gives it."""
    if not administers:
        is_given_here = found.lacking == Lacking.ALL and not found.manages
        return WayIn.FIRST_PASSWORD if is_given_here else WayIn.OWN
    # A chief's way in came with that role, from who gives it; it is not for who gives one in a capacity (BEHAVIOUR T30).
    if found.person.has_eid or found.is_chief:
        return WayIn.OWN
    return by_link(Lacking.ALL if found.begins_anew(by) else found.lacking)


def by_link(lacking: Lacking) -> WayIn:
    """Return how an administrator gets in who has no card and lacks this."""
    return {Lacking.ALL: WayIn.ACTIVATION, Lacking.DEVICE: WayIn.DEVICE, Lacking.NOTHING: WayIn.OWN}[lacking]


@dataclass(frozen=True)
class Asked:
    """What an administrator asks for a person, as typed and reviewed.

    last_name, first_name: typed for somebody without a tie, else "". title, language: of a person who is new to the portal.
    applications: codes. former_stays: the access administrator until now stays as USER. password_hash: made when typed.
    """

    kind: AccountType
    insz: str
    email: str
    local_email: str = ""
    last_name: str = ""
    first_name: str = ""
    title: str = ""
    language: str = ""
    applications: tuple[str, ...] = ()
    former_stays: bool = False
    user_name: str = ""
    password_hash: str = ""


@dataclass(frozen=True)
class Giving:
    """What begins, changes and ends when a person is given a role in a capacity."""

    kind: AccountType
    # The person is the chief administrator: an access administrator "as HTB" (H3).
    as_htb: bool
    # The account that the person has here already: it changes type.
    own: Account | None
    # The access administrator until now, where somebody takes over.
    former: Account | None
    former_stays: bool
    # Of the former, that end with the account.
    ended_applications: int
    applications: Sequence[Application]
    # Of the account that changes type; they stay.
    kept_applications: Sequence[Application]

    @property
    def on(self) -> On:
        """Upon what kind of account rights are asked (identity.rights)."""
        if self.as_htb:
            return On.AS_HTB
        return On.USER if self.kind == AccountType.USER else On.ADMINISTRATOR

    def as_plan(self) -> dict[str, Any]:
        """Return what is compared between the check page and the act: all that is touched, and how it stands."""
        return {
            "kind": self.kind,
            "as_htb": self.as_htb,
            "own": self.own and [self.own.public_id, self.own.type, self.own.blocked_at is not None],
            "former": self.former and [self.former.public_id, self.former.as_htb],
            "former_stays": self.former_stays,
            "ended_applications": self.ended_applications,
            "applications": [application.code for application in self.applications],
            "kept_applications": [application.code for application in self.kept_applications],
        }


def plan_giving(
    capacity: Capacity, insz: str, kind: AccountType, *, applications: Sequence[str] = (), former_stays: bool = False
) -> Giving:
    """Return what giving the person with this INSZ a role of this kind in a capacity would change now."""
    # By the account's own copy of the number: each half of the condition has its index, at any number of accounts.
    rows = (
        Account.objects.filter(LIVE, Q(type=AccountType.LB) | Q(insz=insz), capacity=capacity)
        .select_related("person", "created_by")
        .annotate(held=Count("grants", filter=LIVE_GRANT))
    )
    accounts = list(rows)
    own = next((account for account in accounts if account.insz == insz), None)
    takes_over = kind == AccountType.LB
    former = next((account for account in accounts if takes_over and account.type == AccountType.LB), None)
    for account in accounts:
        account.capacity = capacity
    stays = former is not None and former_stays
    return Giving(
        kind=kind,
        as_htb=takes_over and chiefs().chief_of(capacity.enterprise_id).person.insz == insz,
        own=own,
        former=former,
        former_stays=stays,
        ended_applications=former.held if former is not None and not stays else 0,
        applications=[one for one in offered_applications(capacity) if one.code in applications]
        if applications
        else [],
        kept_applications=list(Application.objects.filter(LIVE_GRANT, grants__account=own)) if own is not None else [],
    )


def offered_applications(capacity: Capacity) -> list[Application]:
    """Return the applications in use of a capacity's kind, in the order of staff."""
    return list(Application.objects.filter(kind=capacity.kind_id, retired_at=None))


def check_giving(giving: Giving) -> None:
    """Raise Refused where the person holds an account here that the role cannot be given beside (H3, U3)."""
    own = giving.own
    if own is not None and (giving.kind == AccountType.USER or own.type in {giving.kind, AccountType.LB}):
        raise Refused(SENTENCES[AccountType(own.type)], field="insz", code="already_here")


SENTENCES = {
    AccountType.LB: _("This person is the Access Manager of this capacity. Nothing has to be added."),
    AccountType.CO_LB: _("This person is a Co-Access Manager of this capacity. Nothing has to be added."),
    AccountType.USER: _("This person is a user of this capacity already. Nothing has to be added."),
}


def digest_of(asked: Asked, found: Found, giving: Giving, way: WayIn, by: Actor) -> str:
    """Return the digest of all that the check page shows: what is asked, who the person is, what will change."""
    person = found.person
    return digest(
        {
            "asked": asked.__dict__,
            "person": [person.last_name, person.first_names, found.is_tied, found.known is None],
            "way": way,
            "anew": asked.kind != AccountType.USER and found.begins_anew(by),
            "plan": giving.as_plan(),
        }
    )


def carry_out(
    record: Recorder,
    giving: Giving,
    *,
    capacity: Capacity,
    person: Person,
    asked: Asked,
    by: Person,
    now: datetime,
    knows_no_tie: bool = False,
) -> Account:
    """Write what the plan says, inside an act that holds the capacity, and record every change. Return the person's account.

    knows_no_tie: it was confirmed that nothing ties the person to the enterprise (H7).
    """
    if giving.former is not None:
        if giving.former_stays:
            change_types(record, [giving.former], AccountType.USER, by=by, now=now, unblock=False)
        else:
            end_accounts(record, [giving.former], by=by, now=now)
    if giving.own is not None:
        account = giving.own
        change_types(record, [account], giving.kind, by=by, now=now, as_htb=giving.as_htb)
        Account.objects.filter(pk=account.pk).update(email=asked.email, local_email=asked.local_email)
    else:
        account = new_account(
            capacity, person, giving.kind, by=by, now=now, email=asked.email, local_email=asked.local_email,
            as_htb=giving.as_htb,
        )  # fmt: skip
        account.save()
        record(
            "account.open", person, about("account", account), capacity=capacity, type=giving.kind,
            as_htb=giving.as_htb, **({"no_tie_known": True} if knows_no_tie else {}),
        )  # fmt: skip
    kept = {application.pk for application in giving.kept_applications}
    applications = [one.pk for one in giving.applications if one.pk not in kept]
    give_as_planned(record, [account.pk], applications, by=by, now=now)
    return account


@dataclass(frozen=True)
class Removal:
    """What ending an administrator's account changes: a co-TB's alone, or a TB's, whose capacity returns to the HTB (H3)."""

    account: Account
    ended_applications: int
    chief: Chief
    handover: Giving | None

    def as_plan(self) -> dict[str, Any]:
        """Return what is compared between the check page and the act."""
        return {
            "account": [self.account.public_id, self.account.type],
            "ended_applications": self.ended_applications,
            "chief": self.chief.person.public_id,
            "handover": self.handover and self.handover.as_plan(),
        }

    @property
    def digest(self) -> str:
        """Of all that the check page shows."""
        return digest(self.as_plan())


def plan_removal(account: Account) -> Removal:
    """Return what ending the account of an administrator would change now. account: live, with capacity and person."""
    chief = chiefs().chief_of(account.capacity.enterprise_id)
    handover = None
    if account.type == AccountType.LB:
        handover = plan_giving(account.capacity, chief.person.insz or "", AccountType.LB)
    ended = account.grants.filter(LIVE).count()
    return Removal(account, ended, chief, handover)


def carry_out_removal(record: Recorder, removal: Removal, *, by: Person, now: datetime) -> None:
    """Write what the plan says, inside an act that holds the capacity."""
    end_accounts(record, [removal.account], by=by, now=now)
    if removal.handover is not None:
        return_to_chief(record, removal.account.capacity, by=by, now=now)


def return_to_chief(record: Recorder, capacity: Capacity, *, by: Person, now: datetime) -> Account:
    """Make the chief administrator the TB "as HTB" of a capacity whose TB's account just ended: never one without (H3).

    Inside the act that ended it. An account that the chief has here already changes type and keeps its addresses. Return it.
    """
    chief = chiefs().chief_of(capacity.enterprise_id)
    insz = chief.person.insz or ""
    handover = plan_giving(capacity, insz, AccountType.LB)
    own = handover.own
    email, local_email = (own.email, own.local_email) if own is not None else (chief.email, "")
    asked = Asked(AccountType.LB, insz, email, local_email)
    return carry_out(record, handover, capacity=capacity, person=chief.person, asked=asked, by=by, now=now)
