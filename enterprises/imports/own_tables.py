"""Our own CSV files for what KBO Open Data does not hold: their columns and what may stand in them (docs/register.md).

Refusals never repeat a national number: they end up in logs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model

from enterprises.enums import IdentifiedBy
from enterprises.imports.files import BadValue
from enterprises.models import Employment, LegalFunction, RegisterNumber, RegisterPerson
from formats import enterprise_number, insz
from identity.enums import Language

_YES, _NO = {"yes", "true", "1"}, {"no", "false", "0"}
_EMPLOYER_NUMBERS = {IdentifiedBy.RSZ: enterprise_number.parse_rsz, IdentifiedBy.PPO: enterprise_number.parse_ppo}


@dataclass(frozen=True)
class Column:
    """A column of the file and of the model: `read` returns its value or raises BadValue."""

    name: str
    read: Callable[[str], Any]


def _no_whole_check(values: dict[str, Any]) -> dict[str, Any]:
    return values


@dataclass(frozen=True)
class Table:
    """A kind of file. key: the columns by which a row replaces one that is there. check: what concerns several columns."""

    name: str
    model: type[Model]
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    check: Callable[[dict[str, Any]], dict[str, Any]] = _no_whole_check

    @property
    def header(self) -> tuple[str, ...]:
        """The file's first line."""
        return tuple(column.name for column in self.columns)


def _insz(text: str) -> str:
    digits = insz.parse(text)
    if digits is None:
        raise BadValue("not a national register or BIS number that can exist.")
    return digits


def _number(text: str) -> str:
    digits = enterprise_number.parse(text)
    if digits is None:
        raise BadValue(f"{text[:40]!r} is not an enterprise number that can exist.")
    return digits


def _number_or_nothing(text: str) -> str:
    return _number(text) if text else ""


def _text(text: str) -> str:
    plain = " ".join(text.split())
    if not plain:
        raise BadValue("is empty.")
    if len(plain) > 200:
        raise BadValue("is longer than 200 characters.")
    return plain


def _language(text: str) -> str:
    if text not in Language.values:
        raise BadValue(f"{text[:40]!r} is not one of {', '.join(Language.values)}.")
    return text


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text) if len(text) == 10 else date.fromisoformat("")
    except ValueError as error:
        raise BadValue(f"{text[:40]!r} is not a date (yyyy-mm-dd).") from error


def _day_or_nothing(text: str) -> date | None:
    return _day(text) if text else None


def _yes_or_no(text: str) -> bool:
    if text.lower() not in _YES | _NO:
        raise BadValue(f"{text[:40]!r} is neither yes nor no.")
    return text.lower() in _YES


def _function_code(text: str) -> str:
    if not (len(text) == 5 and text.isascii() and text.isdigit()):
        raise BadValue(f"{text[:40]!r} is not a function code (five digits).")
    return text


def _kind(text: str) -> str:
    if text not in set(_EMPLOYER_NUMBERS):
        raise BadValue(f"{text[:40]!r} is not one of {', '.join(_EMPLOYER_NUMBERS)}.")
    return text


def _check_period(values: dict[str, Any]) -> dict[str, Any]:
    if values["ends_on"] is not None and values["ends_on"] < values["starts_on"]:
        raise BadValue("ends_on is before starts_on.")
    return values


def _check_employer_number(values: dict[str, Any]) -> dict[str, Any]:
    digits = _EMPLOYER_NUMBERS[values["kind"]](values["value"])
    if digits is None:
        raise BadValue(f"value {values['value'][:40]!r} is not a number of the kind {values['kind']}.")
    return values | {"value": digits}


_PERIOD = (Column("starts_on", _day), Column("ends_on", _day_or_nothing))

PERSONS = Table(
    name="persons",
    model=RegisterPerson,
    columns=(
        Column("insz", _insz),
        Column("last_name", _text),
        Column("first_names", _text),
        Column("language", _language),
        Column("died_on", _day_or_nothing),
        Column("has_eid", _yes_or_no),
    ),
    key=("insz",),
)
FUNCTIONS = Table(
    name="functions",
    model=LegalFunction,
    columns=(
        Column("number", _number),
        Column("insz", _insz),
        Column("code", _function_code),
        Column("via", _number_or_nothing),
        *_PERIOD,
    ),
    key=("number", "insz", "code", "via", "starts_on"),
    check=_check_period,
)
EMPLOYMENTS = Table(
    name="employments",
    model=Employment,
    columns=(Column("number", _number), Column("insz", _insz), *_PERIOD),
    key=("number", "insz", "starts_on"),
    check=_check_period,
)
NUMBERS = Table(
    name="numbers",
    model=RegisterNumber,
    columns=(Column("number", _number), Column("kind", _kind), Column("value", str)),
    key=("kind", "value"),
    check=_check_employer_number,
)
