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
from django.utils.translation import gettext_lazy as _

from acts.errors import Changed
from audit.record import Entry, write_entries
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
    was carried out before, so there is nothing to record."""

    name: str
    actor: Doer
    chain: str = ""
    is_repeated: bool = False
    id: uuid.UUID = field(default_factory=uuid.uuid4)
    entries: list[Entry] = field(default_factory=list)

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
                if not (act.chain and act.entries):
                    raise ProgrammingError(f"the act {name} has no chain or recorded nothing")
                write_entries(act.chain, act.entries)
    except IntegrityError as conflict:
        raise Changed(
            _("Somebody else changed this at the same moment. Look at how it stands now and try again.")
        ) from conflict


def digest(plan: Any) -> str:
    """Return the digest of a plan (JSON-able), hex: what the check page showed travels with the form as this."""
    return hashlib.sha256(json.dumps(plan, sort_keys=True, separators=(",", ":"), default=str).encode()).hexdigest()
