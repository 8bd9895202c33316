"""The register in the portal's own database, filled by `import_kbo` and its sisters."""


from django.db.models import Q
from django.utils import timezone

from enterprises.enums import IdentifiedBy
from enterprises.gateway.answers import Function, RegisteredEnterprise, RegisteredPerson, Standing
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


class EmbeddedRegister:
    """Answers from the Register… tables; a constant number of statements a question."""

    def enterprise(self, number: str) -> RegisteredEnterprise | None:
        row = RegisterEnterprise.objects.filter(number=number).first()
        if row is None:
            return None
        names = RegisterName.objects.filter(number=number, kind=_LEGAL_NAME).order_by("pk").values_list("language", "text")
        address = RegisterAddress.objects.filter(number=number).order_by("pk").first()
        numbers = RegisterNumber.objects.filter(number=number).order_by("kind", "value").values_list("kind", "value")
        return RegisteredEnterprise(
            number=row.number,
            situation=row.situation,
            legal_form=row.legal_form,
            started_on=row.started_on,
            stopped_on=row.stopped_on,
            names=tuple((_LANGUAGES.get(language, ""), text) for language, text in names),
            address_nl=_one_line(address, "nl"),
            address_fr=_one_line(address, "fr"),
            numbers=tuple((IdentifiedBy(kind), value) for kind, value in numbers),
        )

    def person(self, insz: str) -> RegisteredPerson | None:
        row = RegisterPerson.objects.filter(insz=insz).first()
        if row is None:
            return None
        return RegisteredPerson(
            insz=row.insz,
            last_name=row.last_name,
            first_names=row.first_names,
            language=row.language,
            died_on=row.died_on,
            has_eid=row.has_eid,
        )

    def standing(self, number: str, insz: str) -> Standing:
        today = timezone.localdate()
        employed = Employment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), number=number, insz=insz, starts_on__lte=today)
        return Standing(
            person=self.person(insz),
            functions=_functions(number=number, insz=insz),
            is_employed=employed.exists(),
        )

    def functions(self, number: str) -> tuple[Function, ...]:
        return _functions(number=number)


def _functions(**where: str) -> tuple[Function, ...]:
    rows = LegalFunction.objects.filter(**where).order_by("pk").values_list("insz", "code", "starts_on", "ends_on")
    return tuple(Function(insz, code, starts_on, ends_on) for insz, code, starts_on, ends_on in rows)


def _one_line(address: RegisterAddress | None, language: str) -> str:
    if address is None:
        return ""
    street = getattr(address, f"street_{language}")
    municipality = getattr(address, f"municipality_{language}")
    country = getattr(address, f"country_{language}")
    box = {"nl": "bus", "fr": "boîte"}[language]
    first = " ".join(part for part in (street, address.house_number, f"{box} {address.box}" if address.box else "") if part)
    second = " ".join(part for part in (address.zip_code, municipality) if part)
    return ", ".join(part for part in (first, second, country, address.extra) if part)
