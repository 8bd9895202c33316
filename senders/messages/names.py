"""Names of message files: `FI.DMFA.123456.20240131.00001.R.1.1` (BEHAVIOUR M11).

FI declaration, FS signature, GO start, TD cancel, FO reply; then code, sender number, date, sequence, environment, number of
parts and, where the file is one of them, the part's own number.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from senders.messages.faults import Fault, FaultError

# One submission seldom has more than one part; the format has no limit of its own.
MOST_PARTS = 20
LONGEST_NAME = 60
_NAME = re.compile(
    r"(?P<kind>FI|FS|GO|TD|FO)\.(?P<code>[A-Z0-9]{4})\.(?P<sender>[0-9]{6})\.(?P<day>[0-9]{8})\.(?P<sequence>[0-9]{5})"
    r"\.(?P<environment>[RTS])\.(?P<parts>[1-9][0-9]?)(?:\.(?P<part>[1-9][0-9]?))?"
)


class FileKind(StrEnum):
    """What a file of a submission is."""

    DECLARATION = "FI"
    SIGNATURE = "FS"
    START = "GO"
    CANCEL = "TD"
    REPLY = "FO"


class Environment(StrEnum):
    """R counts; T and S try. Whatever is not R comes back in the folder of tests."""

    REAL = "R"
    TEST = "T"
    SIMULATION = "S"


# These name a part of the submission; GO and TD name the whole of it.
_OF_A_PART = frozenset({FileKind.DECLARATION, FileKind.SIGNATURE, FileKind.REPLY})


@dataclass(frozen=True)
class MessageName:
    """The name of one file, in its parts. part: None for GO and TD."""

    kind: FileKind
    code: str
    sender: str
    day: date
    sequence: int
    environment: Environment
    parts: int = 1
    part: int | None = None

    def __str__(self) -> str:
        tail = "" if self.part is None else f".{self.part}"
        head = f"{self.kind}.{self.code}.{self.sender}.{self.day:%Y%m%d}"
        return f"{head}.{self.sequence:05}.{self.environment}.{self.parts}{tail}"

    def beside(self, kind: FileKind, part: int = 1) -> "MessageName":
        """Return the name of another file of the same submission; `part` counts for FI, FS and FO."""
        return replace(self, kind=kind, part=part if kind in _OF_A_PART else None)

    def files(self) -> list["MessageName"]:
        """Return the names of all declarations and signatures of the submission, in the order in which they are put."""
        kinds = (FileKind.DECLARATION, FileKind.SIGNATURE)
        return [self.beside(kind, part) for part in range(1, self.parts + 1) for kind in kinds]


def parse(text: str, *, today: date) -> MessageName:
    """Read a file's name. today: the day in Brussels; a name may be dated a day ahead, as clocks differ, and no more.

    Raises FaultError with NAME_SHAPE or NAME_DATE.
    """
    found = _NAME.fullmatch(text) if len(text) <= LONGEST_NAME else None
    if found is None:
        raise FaultError(Fault.NAME_SHAPE)
    kind, part = FileKind(found["kind"]), found["part"]
    parts = int(found["parts"])
    if (part is not None) != (kind in _OF_A_PART) or parts > MOST_PARTS or int(part or 1) > parts:
        raise FaultError(Fault.NAME_SHAPE)
    try:
        # Digits alone: strptime would take a blank for a zero.
        day = datetime.strptime(found["day"], "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise FaultError(Fault.NAME_DATE) from None
    if (day - today).days > 1:
        raise FaultError(Fault.NAME_DATE)
    return MessageName(
        kind=kind,
        code=found["code"],
        sender=found["sender"],
        day=day,
        sequence=int(found["sequence"]),
        environment=Environment(found["environment"]),
        parts=parts,
        part=None if part is None else int(part),
    )
