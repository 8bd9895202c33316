"""The demo world's part of the embedded register. Rows of other enterprises and people are left as they are."""

from datetime import date

from django.db.models import Model

from csam_portal.demo.world import CAST, CROWD, ENTERPRISES, STAFF_CARDS
from enterprises.models import (
    Employment,
    LegalFunction,
    RegisterAddress,
    RegisterEnterprise,
    RegisterName,
    RegisterNumber,
    RegisterPerson,
)

_PEOPLE = (*CAST, *CROWD, *STAFF_CARDS.values())
_LEGAL_NAME = "001"
_LEGAL_PERSON = "2"
_IN_OFFICE_SINCE = date(2020, 1, 1)
_EMPLOYED_SINCE = date(2021, 9, 1)


def load_register() -> None:
    """Write the demo world's enterprises, persons, functions, employments and numbers anew. Call inside a transaction."""
    numbers = [enterprise.number for enterprise in ENTERPRISES]
    RegisterPerson.objects.filter(insz__in=[person.insz for person in _PEOPLE]).delete()
    for model in (RegisterEnterprise, RegisterName, RegisterAddress, RegisterNumber, LegalFunction, Employment):
        model.objects.filter(number__in=numbers).delete()
    for rows in (_enterprises(), _names(), _addresses(), _numbers(), _persons(), _functions(), _employments()):
        type(rows[0])._default_manager.bulk_create(rows)


def _enterprises() -> list[Model]:
    return [
        RegisterEnterprise(
            number=one.number,
            type=_LEGAL_PERSON,
            legal_form=one.legal_form,
            started_on=one.started_on,
            stopped_on=one.stopped_on,
        )
        for one in ENTERPRISES
    ]


def _names() -> list[Model]:
    return [
        RegisterName(number=one.number, language=language, kind=_LEGAL_NAME, text=text)
        for one in ENTERPRISES
        for language, text in one.names
    ]


def _addresses() -> list[Model]:
    return [
        RegisterAddress(
            number=one.number,
            zip_code=one.zip_code,
            municipality_nl=one.municipality[0],
            municipality_fr=one.municipality[1],
            street_nl=one.street[0],
            street_fr=one.street[1],
            house_number=one.house_number,
        )
        for one in ENTERPRISES
    ]


def _numbers() -> list[Model]:
    return [
        RegisterNumber(number=one.number, kind=kind, value=value) for one in ENTERPRISES for kind, value in one.numbers
    ]


def _persons() -> list[Model]:
    return [
        RegisterPerson(
            insz=person.insz,
            last_name=person.last_name,
            first_names=person.first_names,
            language=person.language,
            has_eid=person.has_eid,
        )
        for person in _PEOPLE
    ]


def _functions() -> list[Model]:
    return [
        LegalFunction(number=one.number, insz=person.insz, code=code, starts_on=max(_IN_OFFICE_SINCE, one.started_on))
        for one in ENTERPRISES
        for person, code in one.representatives
    ]


def _employments() -> list[Model]:
    return [
        Employment(number=one.number, insz=person.insz, starts_on=_EMPLOYED_SINCE)
        for one in ENTERPRISES
        for person in one.employees
    ]
