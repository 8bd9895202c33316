"""The demo world (BEHAVIOUR section 10) and what every installation begins with."""

import io

import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import CommandError, call_command
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django import Settings

from csam_portal.demo.world import CAST, CROWD, PASSWORD, STAFF, STAFF_CARDS
from enterprises.enums import IdentifiedBy, State
from enterprises.gateway.embedded import EmbeddedRegister
from enterprises.models import (
    Application,
    CapacityKind,
    Domain,
    Employment,
    LegalFunction,
    RegisterEnterprise,
    RegisterName,
    RegisterPerson,
)
from identity.independence import number_hash
from identity.models import Person, StaffNumber
from tests.cast import AN, ATELIER, BART, BRASSERIE, BUURTHUIS, DRUKKERIJ, EMMA, GROOT, INGRID, KARIM, PIOTR, TRANSPORT

pytestmark = pytest.mark.django_db

USER_NAMES = {"kelamrani", "mdubois", "eclaes", "twouters", "nvermeulen", "bmaes"}


def load() -> str:
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("number", "name", "town", "state", "rsz"),
    [
        (ATELIER, "Atelier Noord BV", "Antwerpen", State.ACTIVE, "199930482"),
        (BRASSERIE, "Brasserie du Canal SRL", "Luik", State.ACTIVE, "199900121"),
        (TRANSPORT, "Transport Müller GmbH", "Eupen", State.ACTIVE, "199910209"),
        (DRUKKERIJ, "Drukkerij Stil BV", "Gent", State.STOPPED, None),
        (GROOT, "Groot Personeel NV", "Brussel", State.ACTIVE, "199920394"),
        (BUURTHUIS, "Buurthuis De Brug VZW", "Mechelen", State.ACTIVE, None),
    ],
)
def test_the_enterprises_of_the_demo_world(number: str, name: str, town: str, state: State, rsz: str | None) -> None:
    found = EmbeddedRegister().enterprise(number)
    assert found is not None
    assert (found.name_in("nl"), found.state) == (name, state)
    assert found.address_in("nl").endswith(town)
    assert found.numbers == (((IdentifiedBy.RSZ, rsz),) if rsz else ())


def test_the_people_of_the_demo_world() -> None:
    register = EmbeddedRegister()
    assert {person.insz for person in CAST if not person.has_eid} == {INGRID, PIOTR}
    assert register.standing(BRASSERIE, BART).is_employed
    assert [register.standing(number, KARIM).is_employed for number in (ATELIER, TRANSPORT)] == [True, True]
    assert [register.standing(number, EMMA).is_employed for number in (ATELIER, BUURTHUIS)] == [True, True]
    assert [len(register.standing(number, AN).functions) for number in (ATELIER, DRUKKERIJ)] == [1, 1]
    assert Employment.objects.filter(number=GROOT).count() == len(CROWD) == 250


def test_user_names_and_staff_have_the_demo_password() -> None:
    people = Person.objects.filter(user_name__isnull=False)
    assert {person.user_name for person in people} == USER_NAMES | set(STAFF)
    for person in people:
        assert check_password(PASSWORD, person.password), person.user_name
        assert person.email.endswith("@example.be")
    assert {person.user_name for person in people if person.is_staff} == set(STAFF)


def test_T9_two_of_the_contact_centre_have_each_duty_and_nobody_has_two() -> None:
    assert [STAFF[f"eranova{place}"] for place in range(1, 7)] == [
        "desk", "desk", "keepers", "keepers", "supervisors", "supervisors",
    ]  # fmt: skip
    load()
    for user_name, group in STAFF.items():
        assert list(Person.objects.get(user_name=user_name).groups.values_list("name", flat=True)) == [group]


def test_the_demo_world_is_printed_with_its_logins() -> None:
    said = load()
    assert "70.03.14-998.73  An Peeters" in said
    assert "Ingrid" not in said
    assert "PIN 1234" in said
    assert PASSWORD in said
    assert set(said.split()) > USER_NAMES
    devices = TOTPDevice.objects.filter(user__user_name__startswith="eranova")
    assert devices.count() == len(STAFF) == 6
    for device in devices:
        assert device.config_url.partition("secret=")[2].partition("&")[0] in said


def test_loading_again_changes_nothing_and_leaves_others_alone() -> None:
    RegisterEnterprise.objects.create(number="0403019261")
    RegisterPerson.objects.create(insz="85073003328", last_name="Ander", first_names="Iemand", language="nl")
    models = (RegisterEnterprise, RegisterPerson, RegisterName, LegalFunction, Employment, Person, TOTPDevice)
    before = [model.objects.count() for model in models]
    passwords = dict(Person.objects.values_list("public_id", "password"))
    load()
    assert [model.objects.count() for model in models] == before
    assert dict(Person.objects.values_list("public_id", "password")) == passwords


def test_loading_again_mends_what_was_changed() -> None:
    RegisterPerson.objects.filter(insz=AN).update(died_on="2026-01-01")
    Person.objects.filter(user_name="bmaes").update(password="!")
    load()
    assert RegisterPerson.objects.get(insz=AN).died_on is None
    assert check_password(PASSWORD, Person.objects.get(user_name="bmaes").password)


def test_production_refuses_the_demo_world(settings: Settings) -> None:
    settings.IS_PRODUCTION = True
    with pytest.raises(CommandError, match="not loaded in production"):
        load()


def test_every_installation_begins_with_nine_domains_and_their_kinds() -> None:
    assert Domain.objects.count() == 9
    social = CapacityKind.objects.filter(domain__code="social-security")
    assert [kind.name_nl for kind in social] == [
        "Werkgever RSZ",
        "Werkgever PPO",
        "Dienstverrichter",
        "Sociaal secretariaat",
        "Beheerder aanvullende pensioenen",
        "Telefonische operateur",
    ]
    assert not social.filter(open_to_all=True).exists()
    for domain in Domain.objects.exclude(code="social-security"):
        assert domain.kinds.get().open_to_all


def test_werkgever_rsz_has_the_nine_applications_of_the_guide_in_its_order() -> None:
    applications = Application.objects.filter(kind__code="employer-rsz")
    assert [application.name_nl for application in applications] == [
        "Publiato",
        "Multifunctionele aangifte DmfA",
        "Tijdelijke werkloosheid",
        "Ecaro batch",
        "DIMONA V2: Onmiddellijke aangifte van tewerkstelling",
        "Unieke werfmeldingen",
        "Aangifte van de sociale risico's",
        "Beheerder aanvullende pensioenen",
        "Elektronische aangifte bij het Pensioenkadaster (flat layout)",
    ]


def test_what_is_kept_is_named_and_described_in_four_languages() -> None:
    for model in (Domain, CapacityKind, Application):
        for thing in model.objects.all():
            for language in ("nl", "fr", "de", "en"):
                assert getattr(thing, f"name_{language}"), thing
                if isinstance(thing, Application):
                    assert getattr(thing, f"description_{language}"), thing


def test_T8_each_member_of_staff_is_bound_to_a_number_of_their_own_in_the_register() -> None:
    bound = dict(StaffNumber.objects.values_list("person__user_name", "number_hash"))
    assert bound == {user_name: number_hash(card.insz) for user_name, card in STAFF_CARDS.items()}
    assert len(set(bound.values())) == len(STAFF)
    cards = RegisterPerson.objects.filter(insz__in=[card.insz for card in STAFF_CARDS.values()], has_eid=True)
    assert cards.count() == len(STAFF)
    assert not {card.insz for card in STAFF_CARDS.values()} & {person.insz for person in (*CAST, *CROWD)}
