"""What the page of one account shows: who, in which state, with which applications, and what happened to it (U3, E1)."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import F, FilteredRelation, Q, Value
from django.db.models.functions import Concat, Trim
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from acts.act import about
from acts.errors import Missing
from audit.models import Event
from enterprises.models import Application
from identity.actions.activation import who_can_be_sent_one
from identity.actor import Actor
from identity.models import Person
from identity.people import shown_user_name
from identity.rights import Permission, may
from ui.components import Column, Row, Table
from ui.templatetags.ui import day, day_and_time
from users.adding.actions import TO_END, TO_GIVE, on_removal
from users.adding.presenters import RENEW, ROLES
from users.chiefs import chiefs
from users.enums import AccountStatus, AccountType, BulkAct
from users.event_words import OF_AN_ACCOUNT
from users.frame import Frame
from users.lines import type_words
from users.models import LIVE, Account
from users.permissions import may_upon

# Events of an account that its page shows; the enterprise's history has them all.
SHOWN = 20

RENEW_FIRST: Promise = gettext_lazy("Renew the first password")


@dataclass(frozen=True)
class AccountPage:
    """An account as its page shows it to an actor. applications: all of its kind; those held with `since` and `by`."""

    frame: Frame
    account: Account
    applications: Sequence[Application]
    events: Sequence[Event]
    actors: dict[str, str]
    actor: Actor

    @property
    def name(self) -> str:
        """First names and name."""
        return self.account.person.full_name

    @property
    def back(self) -> str:
        """Where it stands among the others."""
        return self.frame.address("users")

    @property
    def edit(self) -> str:
        """Where it is changed."""
        return self.frame.address("account-edit", account_id=self.account.public_id)

    @property
    def bulk(self) -> str:
        """Where it is blocked, unblocked and deleted: by the same act as many."""
        return self.frame.address("users-bulk")

    @property
    def is_own(self) -> bool:
        """Whether it is the actor's own."""
        return self.account.person_id == self.actor.person.pk

    @property
    def is_blocked(self) -> bool:
        """Whether it gives no access now."""
        return self.account.blocked_at is not None

    @property
    def person_rows(self) -> list[Row]:
        """Who it is; what is the person's own in every capacity."""
        return person_rows(self.actor, self.account)

    @property
    def account_rows(self) -> list[Row]:
        """What this account is, and since when."""
        account = self.account
        rows = [
            Row(_("Type"), type_words(account.get_type_display(), as_htb=account.as_htb)),
            Row(_("Status"), AccountStatus.BLOCKED.label if self.is_blocked else AccountStatus.ACTIVE.label),
            Row(_("Creation date"), f"{day(account.created_at)} · {account.created_by.full_name}"),
        ]
        if account.blocked_at is not None and account.blocked_by is not None:
            rows.append(Row(_("Blocked since"), f"{day(account.blocked_at)} · {account.blocked_by.full_name}"))
        return [*rows, Row(_("E-mail"), account.email or "—"), Row(_("Local e-mail"), account.local_email or "—")]

    @property
    def held(self) -> list[Any]:
        """The applications that it holds."""
        return [one for one in self.applications if one.since is not None]  # type: ignore[attr-defined]  # annotated

    @property
    def applications_table(self) -> Table:
        """The applications held, since when and by whom."""
        columns = [Column(_("Application")), Column(_("Since")), Column(_("Given by"))]
        rows = [(one.name, day(one.since), one.by) for one in self.held]
        return Table(_("Secured applications"), columns, rows)

    @property
    def history(self) -> Table:
        """What happened to this account, the newest first."""
        columns = [Column(_("When")), Column(_("What")), Column(_("Who"))]
        rows = [
            (day_and_time(datetime.fromisoformat(event.at)), self._what(event), self.actors.get(event.actor, "CSAM"))
            for event in self.events
        ]
        return Table(_("History of this account"), columns, rows)

    @cached_property
    def acts(self) -> list[tuple[str, Promise]]:
        """What the actor may do to it at once: value and words, as the bulk acts' page takes them."""
        block = (
            (BulkAct.UNBLOCK, gettext_lazy("Unblock")) if self.is_blocked else (BulkAct.BLOCK, gettext_lazy("Block"))
        )
        return [
            *([block] if self._may(Permission.ACCOUNT_BLOCK) else []),
            *([(BulkAct.RENEW_FIRST_PASSWORD, RENEW_FIRST)] if self._may_renew_first else []),
            *([(BulkAct.DELETE, gettext_lazy("Delete"))] if self._may_delete else []),
        ]

    @property
    def _may_renew_first(self) -> bool:
        """Whether there is a first password of this enterprise that nobody used (T5); the act knows the rest."""
        person, here = self.account.person, self.frame.capacity.enterprise.public_id
        return person.password_is_first and person.vouched_by == here and self._may(Permission.MEANS_RENEW)

    @property
    def _may_delete(self) -> bool:
        """An administrator is removed on a page of its own, which shows to whom the capacity goes (H3)."""
        return self.account.type == AccountType.USER and self._may(Permission.ACCOUNT_DELETE)

    @property
    def removal(self) -> tuple[str, str] | None:
        """Where the role of an administrator is taken away, and its words; None where the actor may not (H3, H4)."""
        if not self._may_about_role(TO_END):
            return None
        role = ROLES[AccountType(self.account.type)]
        address = self.frame.address("administrator-remove", account_id=self.account.public_id)
        return address, _("Remove the %(role)s") % {"role": role}

    @cached_property
    def renewal(self) -> tuple[str, Promise] | None:
        """Where an administrator is sent a new activation, and its words; None without a need or the right (L7)."""
        enterprise = self.frame.capacity.enterprise.public_id
        may_send = not self.is_own and self._may_about_role(TO_GIVE)
        if not may_send or not who_can_be_sent_one([self.account.person_id], enterprise):
            return None
        if chiefs().is_chief(self.account.person_id, enterprise):
            return None
        return self.frame.address("administrator-activation", account_id=self.account.public_id), RENEW

    @property
    def may_edit(self) -> bool:
        """Whether the actor may change it."""
        return self._may(Permission.ACCOUNT_EDIT)

    def _may_about_role(self, permissions: Mapping[AccountType, Permission]) -> bool:
        """Tell whether the actor may do what these permit, by type of account; never about a user."""
        kind, capacity = AccountType(self.account.type), self.frame.capacity
        return kind in TO_END and may(
            self.actor,
            permissions[kind],
            enterprise=capacity.enterprise_id,
            capacity=capacity.pk,
            on=on_removal(self.account),
            is_own=self.is_own,
        )

    def _may(self, permission: Permission) -> bool:
        return may_upon(self.actor, permission, self.account, self.frame.capacity)

    def _what(self, event: Event) -> str:
        words = str(OF_AN_ACCOUNT[event.act].here)
        codes = json.loads(event.details).get("applications", [])
        names = {application.code: application.name for application in self.applications}
        return f"{words}: {', '.join(names.get(code, code) for code in codes)}" if codes else words


def account_in(frame: Frame, public_id: uuid.UUID) -> Account:
    """Return a live account of the page's capacity with its person. Raises Missing, also for one of another capacity."""
    account = (
        Account.objects.filter(LIVE, public_id=public_id, capacity=frame.capacity)
        .select_related("person", "created_by", "blocked_by")
        .first()
    )
    if account is None:
        raise Missing
    account.capacity = frame.capacity
    return account


def read_account(actor: Actor, frame: Frame, public_id: uuid.UUID) -> AccountPage:
    """Return what the page of an account shows. Raises Missing. A constant number of queries."""
    account = account_in(frame, public_id)
    events = list(
        Event.objects.filter(
            enterprise=str(frame.capacity.enterprise.public_id),
            capacity=str(frame.capacity.public_id),
            subject=str(account.person.public_id),
            about=about("account", account),
            act__in=OF_AN_ACCOUNT,
        ).order_by("-pk")[:SHOWN]
    )
    actors = Person.objects.filter(public_id__in={event.actor for event in events})
    own = FilteredRelation("grants", condition=Q(grants__account=account, grants__ended_at=None))
    by = Concat("own__given_by__first_names", Value(" "), "own__given_by__last_name")
    applications = Application.objects.filter(kind=frame.capacity.kind_id)
    return AccountPage(
        frame=frame,
        account=account,
        applications=list(applications.annotate(own=own, since=F("own__given_at"), by=Trim(by))),
        events=events,
        actors={str(person.public_id): person.full_name for person in actors},
        actor=actor,
    )


def person_rows(actor: Actor, account: Account) -> list[Row]:
    """Return what is the person's own, the same in every capacity; the number in full (BEHAVIOUR E4: a reading) but for T6.

    actor: for whom. account: with person, capacity and enterprise.
    """
    person, enterprise = account.person, account.capacity.enterprise.public_id
    return [
        Row(_("User name"), shown_user_name(person.user_name, person.user_name_given_by, enterprise) or "—"),
        Row(_("Name"), person.last_name),
        Row(_("First name"), person.first_names),
        Row(_("Title"), person.get_title_display()),
        Row(_("SSIN"), actor.number_shown(person.insz)),
        Row(_("Language"), person.get_language_display()),
    ]
