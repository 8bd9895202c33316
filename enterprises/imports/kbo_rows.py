"""The files of KBO Open Data: their columns, and what the register keeps of each row (docs/register.md)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db.models import Model

from enterprises.imports.files import BadValue, Row
from enterprises.imports.staging import Stage
from enterprises.models import RegisterAddress, RegisterEnterprise, RegisterName
from formats import enterprise_number

ACTIVE = "AC"
SEAT = "REGO"
SITUATION_LENGTH = 3


def entity(text: str) -> str | None:
    """Return the digits of an enterprise's number (0200.000.043), None of an establishment's (2.147.812.701).

    Raises BadValue.
    """
    digits = text.replace(".", "")
    if len(digits) == 10 and digits.isascii() and digits.isdigit():
        if text[4::4] == ".." and digits[0] in "01" and enterprise_number.holds(digits):
            return digits
        if text[1::4] == "..." and digits[0] in "2345678":
            return None
    raise BadValue(f"{text[:40]} is no enterprise number, or its check digits are wrong.")


def enterprise(text: str) -> str:
    """Return the digits of a dotted enterprise number that is no establishment. Raises BadValue."""
    digits = entity(text)
    if digits is None:
        raise BadValue(f"{text} is the number of an establishment, not of an enterprise.")
    return digits


@lru_cache(maxsize=20_000)
def day(text: str) -> date | None:
    """Return dd-mm-yyyy as a date, None for nothing. Raises BadValue."""
    if not text:
        return None
    try:
        if len(text) != 10:
            raise ValueError
        return datetime.strptime(text, "%d-%m-%Y").date()  # noqa: DTZ007 - a day has no time zone
    except ValueError as error:
        raise BadValue(f"{text[:40]} is no date (dd-mm-yyyy).") from error


def code(text: str, length: int, *, meaning: str) -> str:
    """Return a code of at most so many characters. Raises BadValue."""
    if len(text) > length:
        raise BadValue(f"{text[:40]} is too long for {meaning}.")
    return text


def _enterprise(row: Row) -> tuple[Any, ...]:
    number, status, situation, type_, legal_form, _form_cac, started_on = row
    if status != ACTIVE:
        raise BadValue(f"the status is {status[:40]}, and the set should hold active enterprises (AC) alone.")
    if not (len(situation) == SITUATION_LENGTH and situation.isdigit()):
        raise BadValue(f"{situation[:40]} is no juridical situation (three digits).")
    return (
        enterprise(number),
        situation,
        code(type_, 1, meaning="a type of enterprise"),
        code(legal_form, 3, meaning="a legal form"),
        day(started_on),
        None,
    )


def _name(row: Row) -> tuple[Any, ...] | None:
    number, language, kind, text = row
    digits = entity(number)
    if digits is None:
        return None
    return digits, code(language, 1, meaning="a language"), code(kind, 3, meaning="a type of denomination"), text


def _address(row: Row) -> tuple[Any, ...] | None:
    digits = entity(row[0])
    day(row[12])
    if digits is None or row[1] != SEAT:
        return None
    return digits, *row[2:12]


@dataclass(frozen=True)
class KeptFile:
    """A file whose rows the register keeps: model and its columns, and what makes a row's values (None: not kept)."""

    name: str
    header: tuple[str, ...]
    key: str
    model: type[Model]
    columns: tuple[str, ...]
    read: Callable[[Row], tuple[Any, ...] | None]

    @property
    def stage(self) -> Stage:
        """Where its rows wait."""
        return Stage(self.model, self.columns, f"kbo_{self.name}")

    @property
    def gone(self) -> Stage:
        """Where the numbers wait whose present rows go."""
        return Stage(self.model, ("number",), f"kbo_{self.name}_gone")


ENTERPRISE = KeptFile(
    name="enterprise",
    header=(
        "EnterpriseNumber", "Status", "JuridicalSituation", "TypeOfEnterprise", "JuridicalForm", "JuridicalFormCAC",
        "StartDate",
    ),
    key="EnterpriseNumber",
    model=RegisterEnterprise,
    columns=("number", "situation", "type", "legal_form", "started_on", "stopped_on"),
    read=_enterprise,
)  # fmt: skip
DENOMINATION = KeptFile(
    name="denomination",
    header=("EntityNumber", "Language", "TypeOfDenomination", "Denomination"),
    key="EntityNumber",
    model=RegisterName,
    columns=("number", "language", "kind", "text"),
    read=_name,
)
ADDRESS = KeptFile(
    name="address",
    header=(
        "EntityNumber", "TypeOfAddress", "CountryNL", "CountryFR", "Zipcode", "MunicipalityNL", "MunicipalityFR",
        "StreetNL", "StreetFR", "HouseNumber", "Box", "ExtraAddressInfo", "DateStrikingOff",
    ),
    key="EntityNumber",
    model=RegisterAddress,
    columns=(
        "number", "country_nl", "country_fr", "zip_code", "municipality_nl", "municipality_fr", "street_nl", "street_fr",
        "house_number", "box", "extra",
    ),
    read=_address,
)  # fmt: skip
DETAILS = (DENOMINATION, ADDRESS)
KEPT = (ENTERPRISE, *DETAILS)

META_HEADER = ("Variable", "Value")
CODE_HEADER = ("Category", "Code", "Language", "Description")
# Files of which the register keeps nothing: header and key column. Only their presence and first line are checked.
NOT_KEPT = {
    "establishment": (("EstablishmentNumber", "StartDate", "EnterpriseNumber"), "EstablishmentNumber"),
    "activity": (("EntityNumber", "ActivityGroup", "NaceVersion", "NaceCode", "Classification"), "EntityNumber"),
    "branch": (("Id", "StartDate", "EnterpriseNumber"), "Id"),
    "contact": (("EntityNumber", "EntityContact", "ContactType", "Value"), "EntityNumber"),
}
# Sets without the contact data of people are passed on without this file.
OPTIONAL = {"contact"}
