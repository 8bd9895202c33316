"""Finding a person by national number for an enterprise (BEHAVIOUR H7): in the register, and in the portal.

A name is shown only where the register or the portal ties the person to this very enterprise. For anybody else the names are
typed, and a number that nobody has, a wrong name and somebody who died get one and the same answer after the same work.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from acts.errors import Refused
from enterprises.gateway import RegisteredPerson
from enterprises.models import Enterprise
from enterprises.ties import Ties, read_ties, refuse_when_old
from formats.names import same, same_first_name
from identity.actions.activation import Lacking, lacking
from identity.actions.anew import begins_anew
from identity.actions.means import hold
from identity.actor import Actor
from identity.limits import counted
from identity.models import Person
from identity.people import meet_person
from users.chiefs import chiefs
from users.enums import AccountType
from users.models import LIVE, Account


@dataclass(frozen=True)
class Found:
    """What is known about a number in an enterprise, read just before it is judged.

    enterprise: its public_id. known: the portal's person with this number, if there is one. has_role: whether they hold a
    role or an account here.
    """

    enterprise: uuid.UUID
    insz: str
    ties: Ties
    known: Person | None
    has_role: bool

    @property
    def registered(self) -> RegisteredPerson | None:
        """The register's person, None where there is none or they died: nobody can be added (H7)."""
        person = self.ties.standing.person
        return person if person is not None and person.died_on is None else None

    @property
    def is_tied(self) -> bool:
        """Whether the person's name may be shown here."""
        return self.ties.are_any or self.has_role

    @property
    def person(self) -> RegisteredPerson:
        """The register's person. Only after `check_found`."""
        if self.registered is None:
            raise ValueError("nobody was found, and nobody asked")
        return self.registered

    @property
    def name(self) -> str:
        """First given name and name."""
        return f"{self.person.first_names.split(' ')[0]} {self.person.last_name}".strip()

    @cached_property
    def lacking(self) -> Lacking:
        """Which means of login the enterprise may give the person (BEHAVIOUR L7)."""
        return lacking(self.known, self.enterprise) if self.known is not None else Lacking.ALL

    @cached_property
    def manages(self) -> bool:
        """Whether the person manages something here; their means are not for who administers a capacity to give."""
        if self.known is None:
            return False
        administers = Account.objects.filter(
            LIVE, person=self.known, capacity__enterprise__public_id=self.enterprise, capacity__retired_at=None
        ).exclude(type=AccountType.USER)
        return self.is_chief or administers.exists()

    def begins_anew(self, by: Actor) -> bool:
        """Tell whether what this enterprise gave the person to log in ends where `by` gives a managing role (BEHAVIOUR T30).

        A chief's does not: who gives roles in a capacity gives chiefs nothing.
        """
        if self.known is None or not begins_anew(self.known, self.enterprise, by.public_id):
            return False
        return not self.is_chief

    @cached_property
    def is_chief(self) -> bool:
        """Whether the person is HTB or co-HTB here."""
        return self.known is not None and chiefs().is_chief(self.known.pk, self.enterprise)

    def held(self) -> "Found":
        """Return the same with the portal's person as they are now, locked until the commit. Inside an act."""
        return replace(self, known=hold(self.known)) if self.known is not None else self

    def refuse_when_old(self) -> None:
        """Raise RegisterDown where the answer is too old to act on."""
        refuse_when_old(self.ties.read_at)

    def become_person(self) -> tuple[Person, bool]:
        """Return the portal's person with the names of the register, and whether they were made now. Inside an act."""
        registered = self.person
        return meet_person(
            insz=registered.insz,
            last_name=registered.last_name,
            first_names=registered.first_names,
            language=registered.language,
        )


def find(enterprise: Enterprise, insz: str) -> Found:
    """Ask register and portal about a number (eleven digits) in an enterprise. Raises RegisterDown."""
    ties = read_ties(enterprise.number, insz)
    accounts = Account.objects.filter(
        LIVE, person=OuterRef("pk"), capacity__enterprise=enterprise, capacity__retired_at=None
    )
    roles = chiefs().persons_with_role(enterprise.pk).filter(person=OuterRef("pk"))
    known = Person.objects.filter(insz=insz).annotate(has_role=Exists(accounts) | Exists(roles)).first()
    return Found(enterprise.public_id, insz, ties, known, has_role=known is not None and known.has_role)


def look_up(actor: Actor, enterprise: Enterprise, insz: str, check: Callable[[Found], None]) -> Found:
    """Find a person whose number somebody typed, and hold them to a rule; what the rule refuses counts as a wrong try.

    Tries count by actor and by enterprise (section 11). Raises what the rule raises, TooMany, RegisterDown.
    """
    with counted(("look_up.actor", str(actor.public_id)), ("look_up.enterprise", enterprise.number)) as attempt:
        found = find(enterprise, insz)
        try:
            check(found)
        except Refused:
            attempt.miss()
            raise
    return found


def check_found(found: Found) -> None:
    """Raise Refused where somebody tied to the enterprise cannot be added: not in the register, or dead.

    Somebody without a tie is asked for by name first (check_named).
    """
    if found.is_tied and found.registered is None:
        raise _unknown("insz")


def check_named(found: Found, *, last_name: str, first_name: str) -> None:
    """Raise Refused unless the register knows a living person under this number and these names."""
    person = found.registered
    known = (person.last_name, person.first_names) if person is not None else ("", "")
    if not (same(last_name, known[0]) and same_first_name(first_name, known[1]) and person is not None):
        raise _unknown("last_name")


def _unknown(field: str) -> Refused:
    return Refused(
        _(
            "The register knows no person with this number and this name. Compare both with an identity document and try "
            "again."
        ),
        field=field,
        code="person_unknown",
    )
