"""The register in the portal's own database, filled by `import_kbo` and its sisters."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import BooleanField, CharField, Count, DateField, Q, QuerySet, Value
from django.utils import timezone

from enterprises.enums import IdentifiedBy
from enterprises.gateway.answers import (
    WINDING_UP,
    Function,
    HolderCount,
    RegisteredEnterprise,
    RegisteredPerson,
    Standing,
)
from enterprises.models import (
    Employment,
    LegalFunction,
    RegisterAddress,
    RegisterEnterprise,
    RegisterName,
    RegisterNumber,
    RegisterPerson,
)

# KBO Open Data's codes for the language of a denomination.
_LANGUAGES = {"0": "", "1": "fr", "2": "nl", "3": "de", "4": "en"}
_LEGAL_NAME = "001"
# Of the functions of one code: whoever asks how many hold it learns "100,000 or more" without waiting for the whole country.
MOST_LOOKED_AT = 200_000


class EmbeddedRegister:
    """Answers from the Register… tables: two statements for an enterprise, one for a person or a person's standing."""

    def enterprise(self, number: str) -> RegisteredEnterprise | None:
        row = RegisterEnterprise.objects.filter(number=number).first()
        # Also of a number that is not there: no answer is quicker than another (BEHAVIOUR X1).
        parts = _Parts.of(number)
        if row is None:
            return None
        return RegisteredEnterprise(
            number=row.number,
            situation=row.situation,
            legal_form=row.legal_form,
            started_on=row.started_on,
            stopped_on=row.stopped_on,
            names=tuple((_LANGUAGES.get(language, ""), text) for language, text in parts.names),
            address_nl=_one_line(parts.addresses, "nl"),
            address_fr=_one_line(parts.addresses, "fr"),
            numbers=tuple((IdentifiedBy(kind), value) for kind, value in sorted(parts.numbers)),
        )

    def person(self, insz: str) -> RegisteredPerson | None:
        return self.persons([insz]).get(insz)

    def persons(self, insz: Sequence[str]) -> dict[str, RegisteredPerson]:
        return {
            row.insz: RegisteredPerson(
                insz=row.insz,
                last_name=row.last_name,
                first_names=row.first_names,
                language=row.language,
                died_on=row.died_on,
                has_eid=row.has_eid,
            )
            for row in RegisterPerson.objects.filter(insz__in=insz)
        }

    def standing(self, number: str, insz: str) -> Standing:
        today = timezone.localdate()
        person, functions, employed = None, [], False
        for kind, one, two, three, from_, to, has_eid in _standing_rows(number, insz):
            if kind == "person":
                person = RegisteredPerson(insz, one, two, three, from_, has_eid)
            elif kind == "function":
                functions.append(Function(insz, one, from_, to))
            elif from_ <= today and (to is None or to >= today):
                employed = True
        return Standing(person=person, functions=tuple(functions), is_employed=employed)

    def functions(self, number: str) -> tuple[Function, ...]:
        rows = (
            LegalFunction.objects.filter(number=number)
            .order_by("pk")
            .values_list("insz", "code", "starts_on", "ends_on")
        )
        return tuple(Function(insz, code, starts_on, ends_on) for insz, code, starts_on, ends_on in rows)

    def departed(self, number: str, insz: Sequence[str]) -> dict[str, date]:
        today, last_days = timezone.localdate(), dict[str, date]()
        ties = [
            model.objects.filter(number=number, insz__in=insz).values_list("insz", "ends_on")
            for model in (Employment, LegalFunction)
        ]
        for person, ends_on in ties[0].union(ties[1], all=True):
            last_days[person] = max(last_days.get(person, date.min), ends_on or date.max)
        return {person: day for person, day in last_days.items() if day < today}

    def holders(self, code: str, *, legal_form: str, situation: str) -> HolderCount:
        today = timezone.localdate()
        enterprises = RegisterEnterprise.objects.filter(stopped_on=None)
        if legal_form:
            enterprises = enterprises.filter(legal_form=legal_form)
        if situation:
            enterprises = enterprises.filter(situation=situation)
        else:
            enterprises = enterprises.exclude(situation__in=WINDING_UP)
        held = LegalFunction.objects.filter(
            Q(ends_on=None) | Q(ends_on__gte=today),
            code=code,
            starts_on__lte=today,
            number__in=enterprises.values("number"),
        )
        counted = held.values("insz", "number")[:MOST_LOOKED_AT].aggregate(
            people=Count("insz", distinct=True), enterprises=Count("number", distinct=True)
        )
        return HolderCount(**counted)


def _standing_rows(number: str, insz: str) -> QuerySet[Any, Any]:
    """One statement for a person, with functions and employments in an enterprise: kind, three texts, two dates, has_eid."""
    text, no_date, no = Value("", CharField()), Value(None, DateField()), Value(False, BooleanField())
    persons = RegisterPerson.objects.filter(insz=insz)
    functions = LegalFunction.objects.filter(number=number, insz=insz)
    employments = Employment.objects.filter(number=number, insz=insz)
    return persons.values_list(
        Value("person", CharField()), "last_name", "first_names", "language", "died_on", no_date, "has_eid"
    ).union(
        functions.values_list(Value("function", CharField()), "code", text, text, "starts_on", "ends_on", no),
        employments.values_list(Value("employment", CharField()), text, text, text, "starts_on", "ends_on", no),
        all=True,
    )


class _Parts(NamedTuple):
    """What hangs on an enterprise number: (language, text), addresses, (kind, value)."""

    names: list[tuple[str, str]]
    addresses: list[RegisterAddress]
    numbers: list[tuple[str, str]]

    @classmethod
    def of(cls, number: str) -> "_Parts":
        """Read them in one statement."""
        address = [field.name for field in RegisterAddress._meta.fields if field.name not in ("id", "number")]
        padding = [Value("", CharField())] * (len(address) - 2)
        names = RegisterName.objects.filter(number=number, kind=_LEGAL_NAME)
        addresses = RegisterAddress.objects.filter(number=number)
        numbers = RegisterNumber.objects.filter(number=number)
        rows = names.values_list(Value("name", CharField()), "pk", "language", "text", *padding).union(
            addresses.values_list(Value("address", CharField()), "pk", *address),
            numbers.values_list(Value("number", CharField()), "pk", "kind", "value", *padding),
            all=True,
        )
        parts = cls([], [], [])
        for kind, _pk, *texts in sorted(rows):
            if kind == "name":
                parts.names.append((texts[0], texts[1]))
            elif kind == "address":
                parts.addresses.append(RegisterAddress(number=number, **dict(zip(address, texts, strict=True))))
            else:
                parts.numbers.append((texts[0], texts[1]))
        return parts


def _one_line(addresses: list[RegisterAddress], language: str) -> str:
    if not addresses:
        return ""
    address = addresses[0]
    street = getattr(address, f"street_{language}")
    municipality = getattr(address, f"municipality_{language}")
    country = getattr(address, f"country_{language}")
    box = {"nl": "bus", "fr": "boîte"}[language]
    first = " ".join(
        part for part in (street, address.house_number, f"{box} {address.box}" if address.box else "") if part
    )
    second = " ".join(part for part in (address.zip_code, municipality) if part)
    return ", ".join(part for part in (first, second, country, address.extra) if part)
