"""One act, one transaction: `with perform("chief.appoint", actor=actor) as act:` …

Inside, in this order (docs/architecture.md): lock the parents, read the actor's holdings again, check, plan, compare with what
was confirmed, write, `act.mail(…)`, `act.event(…)`. On leaving, the events and their link are written last; if anything
raises, nothing of it happened.
"""

import hashlib
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import IntegrityError, ProgrammingError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from acts.errors import Changed
from audit.record import Entry, write_entries
from audit.selected import Selection
from outbox.letters import Letter
from outbox.mails import queue


class Doer(Protocol):
    """Who acts, as much of it as the record keeps. `identity.actor.Actor` is one."""

    @property
    def public_id(self) -> uuid.UUID: ...
    @property
    def level(self) -> int: ...


class Receiver(Protocol):
    """Who gets a mail. `identity.models.Person` is one."""

    public_id: uuid.UUID
    language: str


@dataclass
class Act:
    """The act under way. `chain` is the record's chain it goes to: the topmost row that it locks. `is_repeated`: this very run
    was carried out before, or nothing was left to do, so there is nothing to record."""

    name: str
    actor: Doer
    chain: str = ""
    is_repeated: bool = False
    id: uuid.UUID = field(default_factory=uuid.uuid4)
    entries: list[Entry] = field(default_factory=list)
    selections: list[Selection] = field(default_factory=list)

    @property
    def has_events(self) -> bool:
        """Whether anything is to be recorded so far."""
        return bool(self.entries or self.selections)

    def event(
        self,
        name: str = "",
        *,
        role: str = "",
        enterprise: uuid.UUID | None = None,
        capacity: uuid.UUID | None = None,
        subject: uuid.UUID | None = None,
        about: str = "",
        details: dict[str, Any] | None = None,
    ) -> None:
        """Record that something happened.

        name: the event, default the act's own. role: in which role the actor acted ("WV", "HTB", …). subject: the person it
        happened to. about: the thing, as "kind:public_id". details: what changed, before and after; never a secret.
        """
        self.entries.append(
            Entry(
                act=name or self.name,
                actor=str(self.actor.public_id),
                role=role,
                level=self.actor.level,
                enterprise=str(enterprise or ""),
                capacity=str(capacity or ""),
                subject=str(subject or ""),
                about=about,
                details=details or {},
            )
        )

    def mail(self, receiver: Receiver, *, address: str, letter: Letter) -> None:
        """Queue a mail to a person at an address, in this transaction. A person gets at most one mail of an act."""
        queue(key=f"{self.id}:{receiver.public_id}", to=address, language=receiver.language, letter=letter)


class Known(Protocol):
    """Whoever or whatever the record names by its public_id."""

    public_id: uuid.UUID


@dataclass(frozen=True)
class Recorder:
    """Events of one enterprise in one role, so that a line of an act says only what happened."""

    act: Act
    role: str
    enterprise: Known

    def __call__(
        self, name: str, subject: Known | None, about: str, *, capacity: Known | None = None, **details: Any
    ) -> None:
        """Record an event; see Act.event. subject: the person it happened to. about: the thing, as `about(…)` writes it."""
        self.act.event(
            name,
            role=self.role,
            enterprise=self.enterprise.public_id,
            capacity=capacity.public_id if capacity else None,
            subject=subject.public_id if subject else None,
            about=about,
            details=details,
        )

    def every(self, name: str, rows: "QuerySet[Any, Any]") -> None:
        """Record an event for each of many; rows: as of `audit.selected.Selection`, in which each names its capacity."""
        self.act.selections.append(
            Selection(
                act=name,
                actor=str(self.act.actor.public_id),
                level=self.act.actor.level,
                role=self.role,
                enterprise=str(self.enterprise.public_id),
                rows=rows,
            )
        )


def about(kind: str, thing: Known) -> str:
    """Return how the record names a thing: "account:<public_id>"."""
    return f"{kind}:{thing.public_id}"


@contextmanager
def perform(name: str, *, actor: Doer, chain: str = "") -> Iterator[Act]:
    """Run one act in one transaction; see the module's text.

    chain: as of `audit.record.write_entries`; an act that knows it only after locking sets `act.chain` itself.
    Raises what the block raises; an IntegrityError becomes Changed, because the constraints are the last to say that
    somebody else was first.
    """
    act = Act(name=name, actor=actor, chain=chain)
    try:
        with transaction.atomic():
            yield act
            if not act.is_repeated:
                if not (act.chain and act.has_events):
                    raise ProgrammingError(f"the act {name} has no chain or recorded nothing")
                write_entries(act.chain, act.entries, act.selections)
    except IntegrityError as conflict:
        raise Changed(
            _("Somebody else changed this at the same moment. Look at how it stands now and try again.")
        ) from conflict


def digest(plan: Any) -> str:
    """Return the digest of a plan (JSON-able), hex: what the check page showed travels with the form as this."""
    return hashlib.sha256(json.dumps(plan, sort_keys=True, separators=(",", ":"), default=str).encode()).hexdigest()
