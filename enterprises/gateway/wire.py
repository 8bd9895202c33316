"""Reading what a remote register says (docs/register.md): exactly what is agreed, or not believed at all."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar
from unicodedata import category

from enterprises.enums import IdentifiedBy
from enterprises.gateway.answers import Function, HolderCount, RegisteredEnterprise, RegisteredPerson, Standing
from formats import enterprise_number, insz
from identity.enums import Language

T = TypeVar("T")

LONGEST_TEXT = 2_000
# No country has more; a number column holds it.
MOST_HOLDERS = 2_000_000_000
_NUMBER_FORMATS = {IdentifiedBy.RSZ: enterprise_number.parse_rsz, IdentifiedBy.PPO: enterprise_number.parse_ppo}


class GarbageError(Exception):
    """The answer is not what was agreed. The text names the place, never the value."""


def enterprise(answer: Any, *, number: str) -> RegisteredEnterprise | None:
    """Read {"enterprise": {…} or null}. Raises GarbageError, also for another enterprise than was asked."""
    facts = _get(answer, "enterprise", dict, optional=True)
    if facts is None:
        return None
    _expect(_get(facts, "number", str) == number, "enterprise.number")
    situation, legal_form = _get(facts, "situation", str), _get(facts, "legal_form", str)
    _expect(len(situation) == 3 and situation.isascii() and situation.isdigit(), "enterprise.situation")
    _expect(len(legal_form) <= 3, "enterprise.legal_form")
    return RegisteredEnterprise(
        number=number,
        situation=situation,
        legal_form=legal_form,
        started_on=_day(facts, "started_on", optional=True),
        stopped_on=_day(facts, "stopped_on", optional=True),
        names=_each(facts, "names", _name),
        address_nl=_text(facts, "address_nl"),
        address_fr=_text(facts, "address_fr"),
        numbers=_each(facts, "numbers", _employer_number),
    )


def person(answer: Any, *, number: str) -> RegisteredPerson | None:
    """Read {"person": {…} or null}. Raises GarbageError, also for another person than was asked."""
    facts = _get(answer, "person", dict, optional=True)
    if facts is None:
        return None
    _expect(_get(facts, "insz", str) == number, "person.insz")
    last_name, language = _text(facts, "last_name"), _get(facts, "language", str)
    _expect(bool(last_name) and len(last_name) <= 200, "person.last_name")
    _expect(language in Language.values, "person.language")
    first_names = _text(facts, "first_names")
    _expect(len(first_names) <= 200, "person.first_names")
    return RegisteredPerson(
        insz=number,
        last_name=last_name,
        first_names=first_names,
        language=language,
        died_on=_day(facts, "died_on", optional=True),
        has_eid=_get(facts, "has_eid", bool),
    )


def functions(answer: Any) -> tuple[Function, ...]:
    """Read {"functions": […]}. Raises GarbageError."""
    return _each(answer, "functions", _function)


def standing(answer: Any, *, number: str) -> Standing:
    """Read {"person": {…} or null, "functions": […], "is_employed": true or false}. Raises GarbageError."""
    held = functions(answer)
    _expect(all(function.insz == number for function in held), "functions.insz")
    return Standing(person=person(answer, number=number), functions=held, is_employed=_get(answer, "is_employed", bool))


def departed(answer: Any, *, asked: Sequence[str]) -> dict[str, date]:
    """Read {"departed": [{"insz", "last_day"}, …]}. Raises GarbageError, also for a person who was not asked about."""
    left = dict(_each(answer, "departed", _departure))
    _expect(left.keys() <= set(asked), "departed.insz")
    return left


def holders(answer: Any) -> HolderCount:
    """Read {"holders": {"people", "enterprises"}}. Raises GarbageError."""
    facts = _get(answer, "holders", dict)
    people, enterprises = _get(facts, "people", int), _get(facts, "enterprises", int)
    _expect(0 <= people <= MOST_HOLDERS and 0 <= enterprises <= MOST_HOLDERS, "holders")
    return HolderCount(people, enterprises)


def _departure(facts: Any) -> tuple[str, date]:
    last_day = _day(facts, "last_day")
    if last_day is None:
        raise GarbageError("departed.last_day")
    return _get(facts, "insz", str), last_day


def _function(facts: Any) -> Function:
    holder, code = _get(facts, "insz", str), _get(facts, "code", str)
    _expect(insz.parse(holder) == holder, "function.insz")
    _expect(len(code) == 5 and code.isascii() and code.isdigit(), "function.code")
    starts_on, ends_on = _day(facts, "starts_on"), _day(facts, "ends_on", optional=True)
    if starts_on is None:
        raise GarbageError("function.starts_on")
    return Function(holder, code, starts_on, ends_on)


def _name(facts: Any) -> tuple[str, str]:
    language = _get(facts, "language", str)
    _expect(language in {"", *Language.values}, "name.language")
    return language, _text(facts, "text")


def _employer_number(facts: Any) -> tuple[IdentifiedBy, str]:
    kind, value = _get(facts, "kind", str), _get(facts, "value", str)
    _expect(kind in set(_NUMBER_FORMATS), "number.kind")
    _expect(_NUMBER_FORMATS[IdentifiedBy(kind)](value) == value, "number.value")
    return IdentifiedBy(kind), value


def _get(facts: Any, name: str, kind: type[Any], *, optional: bool = False) -> Any:
    """Return a value of exactly this type; null only where optional. A missing value is never taken for null."""
    _expect(type(facts) is dict and name in facts, name)
    value = facts[name]
    _expect(type(value) is kind or (optional and value is None), name)
    return value


def _text(facts: Any, name: str) -> str:
    text: str = _get(facts, name, str)
    # Controls (NUL, line ends) and half characters can be neither kept nor shown.
    _expect(len(text) <= LONGEST_TEXT and not any(category(letter) in {"Cc", "Cs"} for letter in text), name)
    return text


def _day(facts: Any, name: str, *, optional: bool = False) -> date | None:
    text = _get(facts, name, str, optional=optional)
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise GarbageError(name) from error


def _each(facts: Any, name: str, read: Callable[[Any], T]) -> tuple[T, ...]:
    return tuple(read(one) for one in _get(facts, name, list))


def _expect(holds: bool, place: str) -> None:
    if not holds:
        raise GarbageError(place)
