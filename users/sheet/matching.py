"""Which account each line of a sheet is about, and what of it differs (BEHAVIOUR U9).

A line is its account by the national number, within the capacity alone: of others nothing is said. Names, user name and type
belong to the person or to a role and are not changed by a file; they must fit, so that a column sorted by itself shows.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import gettext as _

from enterprises.models import Capacity
from formats import insz as insz_format
from formats.names import fold, same
from identity.people import shown_user_name
from users.enums import AccountStatus
from users.models import LIVE, Account
from users.sets import Among
from users.sheet.changes import State, Target, states_of
from users.sheet.columns import DELETE, STATES, TYPES, Column, words
from users.sheet.export import BATCH, codes_of
from users.sheet.reading import MOST_PROBLEMS, Problem, Row, Sheet


class _Known(NamedTuple):
    """What a line is held against: a hundred thousand of these are read where so many whole accounts would take seconds."""

    pk: int
    insz: str
    type: str
    email: str
    local_email: str
    is_blocked: bool
    person__last_name: str
    person__first_names: str
    person__user_name: str | None
    person__user_name_given_by: uuid.UUID | None


# A number in any notation has fewer characters.
_LONGEST_NUMBER = 60
# The cells of some columns hold a few words, again and again.
_folded = lru_cache(64)(fold)


@dataclass
class Matched:
    """What the lines come to. targets: for the accounts that are not as their line says; count: of lines."""

    count: int = 0
    targets: list[Target] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def match(capacity: Capacity, sheet: Sheet) -> Matched:
    """Match the lines of a sheet with the accounts of a capacity."""
    matched = Matched()
    reader = _Reader(capacity, sheet, matched)
    for rows in _batches(_numbered(sheet, matched)):
        reader.read(rows)
    matched.problems += sheet.problems
    return matched


def _numbered(sheet: Sheet, matched: Matched) -> Iterator[tuple[str, Row]]:
    """Yield the rows with their numbers, as far as they are numbers, each once."""
    lines: dict[str, int] = {}
    for row in sheet.rows:
        if len(matched.problems) >= MOST_PROBLEMS:
            return
        matched.count += 1
        typed = row.cells[Column.INSZ]
        number = insz_format.digits_of(typed) if len(typed) <= _LONGEST_NUMBER else ""
        if number in lines:
            sentence = _why_no_number(row) or _("This person stands on line %(line)s already.") % {
                "line": lines[number]
            }
            matched.problems.append(Problem(row.line, sentence, sheet.heads[Column.INSZ]))
        else:
            lines[number] = row.line
            yield number, row


def _why_no_number(row: Row) -> str:
    """Return what is wrong with the number of a line, "" where it is a possible one."""
    typed = row.cells[Column.INSZ]
    if len(typed) > _LONGEST_NUMBER or insz_format.parse(typed) is None:
        return _("This is not a possible national register number. Leave the number as it was exported.")
    return ""


def _batches(rows: Iterator[tuple[str, Row]]) -> Iterator[dict[str, Row]]:
    batch: dict[str, Row] = {}
    for number, row in rows:
        batch[number] = row
        if len(batch) == BATCH:
            yield batch
            batch = {}
    yield batch


def _is_name(typed: str, name: str) -> bool:
    return typed == name or same(typed, name)


class _Reader:
    """Reads lines beside their accounts."""

    def __init__(self, capacity: Capacity, sheet: Sheet, matched: Matched) -> None:
        self.capacity, self.heads, self.matched = capacity, sheet.heads, matched
        self.codes = codes_of(capacity)
        self.by_typed = {code.casefold(): code for code in self.codes.values()}
        self.types, self.states = words(TYPES), words(STATES)

    def read(self, rows: dict[str, Row]) -> None:
        """Read some lines, by number."""
        live = Account.objects.filter(LIVE, Among("insz", list(rows), "text"), capacity=self.capacity)
        found = {known.insz: known for known in map(_Known._make, live.values_list(*_Known._fields))}
        states = states_of(list(found.values()), self.codes)
        for number, row in rows.items():
            known = found.get(number)
            if known is None:
                self._problem(row, Column.INSZ, self._why_nobody(row))
            elif self._fits(row, known):
                self._compare(row, known.pk, states[known.pk])

    def _why_nobody(self, row: Row) -> str:
        return _why_no_number(row) or _(
            "Nobody with this number is a user here. A file changes users and adds none: add the person first."
        )

    def _fits(self, row: Row, known: "_Known") -> bool:
        cells = row.cells
        user_name = shown_user_name(
            known.person__user_name, known.person__user_name_given_by, self.capacity.enterprise.public_id
        )
        checks = (
            (Column.LAST_NAME, _is_name(cells[Column.LAST_NAME], known.person__last_name), known.person__last_name),
            (
                Column.FIRST_NAMES,
                _is_name(cells[Column.FIRST_NAMES], known.person__first_names),
                known.person__first_names,
            ),
            (
                Column.USER_NAME,
                cells[Column.USER_NAME] == user_name,
                user_name or "—",
            ),
            (Column.TYPE, self.types.get(_folded(cells[Column.TYPE])) == known.type, TYPES[known.type]),
        )
        wrong = [(column, right) for column, fits, right in checks if not fits]
        for column, right in wrong:
            self._problem(
                row,
                column,
                _("With this number belongs “%(right)s”, and a file cannot change that. Were lines mixed up?")
                % {"right": right},
            )
        return not wrong

    def _compare(self, row: Row, account: int, was: State) -> None:
        """Add what the line wants; a cell that cannot be read counts as unchanged, so that the others are judged too."""
        state = self._state(row, was)
        codes = self._codes(row, was)
        shall = State(row.cells[Column.EMAIL], row.cells[Column.LOCAL_EMAIL], state == AccountStatus.BLOCKED, codes)
        if state == DELETE:
            self.matched.targets.append(Target(row.line, account, None))
        elif shall != was:
            self.matched.targets.append(Target(row.line, account, shall))

    def _state(self, row: Row, was: State) -> str:
        state = self.states.get(_folded(row.cells[Column.STATUS]))
        if state is None:
            shown = ", ".join(str(word) for word in STATES.values())
            self._problem(row, Column.STATUS, _("Write one of these: %(words)s.") % {"words": shown})
            return AccountStatus.BLOCKED if was.is_blocked else AccountStatus.ACTIVE
        return state

    def _codes(self, row: Row, was: State) -> tuple[str, ...]:
        """Return the codes of a line in their order."""
        parts = row.cells[Column.APPLICATIONS].replace(";", ",").replace("\n", ",").split(",")
        asked = {part.strip().casefold() for part in parts} - {""}
        if unknown := sorted(asked - self.by_typed.keys()):
            shown = unknown[0][:40]
            sentence = _("There is no application with the code “%(code)s” here.") % {"code": shown}
            self._problem(row, Column.APPLICATIONS, sentence)
            return was.codes
        return tuple(code for typed, code in self.by_typed.items() if typed in asked)

    def _problem(self, row: Row, column: Column, sentence: str) -> None:
        self.matched.problems.append(Problem(row.line, sentence, self.heads[column]))
