"""What the register answers, whichever way it is reached. Plain values: no model, no query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from enterprises.enums import IdentifiedBy, State

CANCELLED = {"999"}
# Dissolution 010, 012, 013; a liquidation closed 014, opened again 112; a bankruptcy opened 048 to 050, closed 051 to 053
# (docs/register.md).
WINDING_UP = {"010", "012", "013", "014", "048", "049", "050", "051", "052", "053", "112"}


@dataclass(frozen=True)
class RegisteredEnterprise:
    """An enterprise. names: (language nl|fr|de|en or "", text), the legal names. numbers: (kind, digits). address: lines per
    language nl and fr."""

    number: str
    situation: str
    legal_form: str
    started_on: date | None
    stopped_on: date | None
    names: tuple[tuple[str, str], ...]
    address_nl: str
    address_fr: str
    numbers: tuple[tuple[IdentifiedBy, str], ...]

    @property
    def state(self) -> State:
        """Cancelled before stopped before winding up: the strongest word counts."""
        if self.situation in CANCELLED:
            return State.CANCELLED
        if self.stopped_on is not None:
            return State.STOPPED
        if self.situation in WINDING_UP:
            return State.WINDING_UP
        return State.ACTIVE

    def name_in(self, language: str) -> str:
        """Return the legal name in a language (nl, fr, de, en), else the first there is."""
        by_language = dict(reversed(self.names))
        return by_language.get(language) or (self.names[0][1] if self.names else self.number)

    def address_in(self, language: str) -> str:
        """Return the seat's address on one line; French for fr, Dutch otherwise, as the register keeps only these."""
        return (self.address_fr if language == "fr" else self.address_nl) or self.address_nl or self.address_fr


@dataclass(frozen=True)
class RegisteredPerson:
    """A person."""

    insz: str
    last_name: str
    first_names: str
    language: str
    died_on: date | None
    has_eid: bool


@dataclass(frozen=True)
class Function:
    """A function that somebody holds in an enterprise."""

    insz: str
    code: str
    starts_on: date
    ends_on: date | None

    def is_valid_on(self, day: date) -> bool:
        """Both ends count."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True)
class Standing:
    """What ties a person to an enterprise: functions held (also ended ones), and whether employed today."""

    person: RegisteredPerson | None
    functions: tuple[Function, ...]
    is_employed: bool


@dataclass(frozen=True)
class HolderCount:
    """How many people hold a function today, in how many enterprises that have not stopped. Beyond 100,000: so many or more."""

    people: int
    enterprises: int


class Register(Protocol):
    """The register. Numbers go in as digits. Every method raises RegisterDown when no answer came in time."""

    def enterprise(self, number: str) -> RegisteredEnterprise | None:
        """Return the enterprise, also a stopped one, or None where the register knows no such number."""

    def person(self, insz: str) -> RegisteredPerson | None:
        """Return the person, also one who died, or None."""

    def persons(self, insz: Sequence[str]) -> dict[str, RegisteredPerson]:
        """Return those of these persons whom the register knows, by number."""

    def standing(self, number: str, insz: str) -> Standing:
        """Return what ties this person to this enterprise today."""

    def functions(self, number: str) -> tuple[Function, ...]:
        """Return every function held in this enterprise, by anybody, also ended ones."""

    def departed(self, number: str, insz: Sequence[str]) -> dict[str, date]:
        """Return which of these persons have left this enterprise: all their employments and functions in it have ended, and
        there was one. With the last day of the last of them."""

    def holders(self, code: str, *, legal_form: str, situation: str) -> HolderCount:
        """Return how many hold a function of this code today. legal_form: "" for any; situation: "" for any but winding up."""
