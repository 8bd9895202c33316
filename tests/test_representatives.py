"""Who is a legal representative (BEHAVIOUR S2): the rules that every installation begins with, and how staff's own decide."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from enterprises.enums import State
from enterprises.gateway.answers import WINDING_UP, Function, RegisteredEnterprise
from enterprises.models import FunctionRule
from enterprises.representatives import counting_functions
from tests.cast import AN, ATELIER

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)


def enterprise(
    *, situation: str = "000", legal_form: str = "610", stopped_on: date | None = None
) -> RegisteredEnterprise:
    return RegisteredEnterprise(ATELIER, situation, legal_form, None, stopped_on, (), "", "", ())


def function(code: str, starts_on: date = date(2020, 1, 1), ends_on: date | None = None) -> Function:
    return Function(AN, code, starts_on, ends_on)


def counts(code: str, *, situation: str = "000", legal_form: str = "610", day: date = TODAY) -> bool:
    held = function(code)
    return counting_functions(enterprise(situation=situation, legal_form=legal_form), [held], day) == [held]


@pytest.fixture
def no_rules() -> None:
    FunctionRule.objects.all().delete()


@pytest.mark.parametrize("code", ["10002", "10003", "10006", "10007"])
def test_S2_directors_managers_and_permanent_representatives_count(code: str) -> None:
    assert counts(code)


@pytest.mark.parametrize("code", ["10021", "20090", "90001", "12345"])
def test_S2_auditors_skills_curators_and_unknown_functions_do_not_count(code: str) -> None:
    assert not counts(code)


@pytest.mark.parametrize(("legal_form", "expected"), [("014", True), ("610", False), ("", False)])
def test_S2_a_member_of_the_management_committee_counts_in_an_nv_alone(legal_form: str, expected: bool) -> None:
    assert counts("10005", legal_form=legal_form) is expected


@pytest.mark.parametrize("situation", ["048", "049", "050"])
def test_S2_in_bankruptcy_the_curator_alone_counts(situation: str) -> None:
    assert counts("90001", situation=situation)
    assert not counts("10002", situation=situation)


@pytest.mark.parametrize("situation", sorted(WINDING_UP))
def test_S2_in_dissolution_and_liquidation_no_director_counts(situation: str) -> None:
    assert enterprise(situation=situation).state == State.WINDING_UP
    assert not counts("10002", situation=situation)


@pytest.mark.parametrize("situation", ["001", "020", "091"])
def test_S2_other_situations_are_as_the_normal_one(situation: str) -> None:
    """New, all shares in one hand, a judicial reorganisation: the directors stay in office."""
    assert counts("10002", situation=situation)


def test_S2_a_liquidator_counts_once_staff_say_so() -> None:
    assert not counts("10100", situation="012")
    FunctionRule.objects.create(code="10100", situation="012", counts=True)
    assert counts("10100", situation="012")
    assert not counts("10100", situation="010")
    assert not counts("10100")


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "expected"),
    [
        (TODAY, None, True),
        (TODAY, TODAY, True),
        (date(2026, 11, 24), None, False),
        (date(2020, 1, 1), date(2026, 11, 22), False),
    ],
)
def test_S2_a_function_counts_from_its_first_to_its_last_day(
    starts_on: date, ends_on: date | None, expected: bool
) -> None:
    held = function("10002", starts_on, ends_on)
    assert bool(counting_functions(enterprise(), [held], TODAY)) is expected


@pytest.mark.usefixtures("no_rules")
def test_S2_a_rule_counts_from_its_first_to_its_last_day() -> None:
    FunctionRule.objects.create(code="10002", counts=True, valid_from=date(2026, 11, 1), valid_to=date(2026, 11, 30))
    days = [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1)]
    assert [counts("10002", day=day) for day in days] == [False, True, True, False]


@pytest.mark.usefixtures("no_rules")
def test_S2_the_rule_for_the_situation_goes_before_the_one_for_the_form_before_the_general_one() -> None:
    FunctionRule.objects.create(code="10002", counts=True)
    FunctionRule.objects.create(code="10002", legal_form="610", counts=False)
    assert [counts("10002"), counts("10002", legal_form="014")] == [False, True]
    FunctionRule.objects.create(code="10002", situation="091", counts=True)
    assert counts("10002", situation="091")


@pytest.mark.usefixtures("no_rules")
def test_S2_without_rules_nobody_counts() -> None:
    assert not counts("10002")


@pytest.mark.usefixtures("no_rules")
def test_S2_of_two_rules_that_differ_the_stricter_decides() -> None:
    """Staff's form refuses such rules; a script may still write them."""
    FunctionRule.objects.create(code="10002", counts=True)
    FunctionRule.objects.create(code="10002", counts=False)
    assert not counts("10002")


@pytest.mark.usefixtures("no_rules")
def test_two_rules_for_the_same_in_one_period_are_refused() -> None:
    FunctionRule.objects.create(code="10002", counts=True, valid_from=date(2026, 1, 1), valid_to=date(2026, 6, 30))
    FunctionRule(code="10002", counts=False, valid_from=date(2026, 7, 1)).full_clean()
    FunctionRule(code="10002", counts=False, situation="050").full_clean()
    FunctionRule.objects.get().full_clean()
    for first, last in [(None, None), (date(2026, 6, 30), None), (None, date(2026, 1, 1))]:
        with translation.override("en"), pytest.raises(ValidationError, match="already"):
            FunctionRule(code="10002", counts=False, valid_from=first, valid_to=last).full_clean()


@pytest.mark.parametrize(
    "wrong",
    [{"code": "1002"}, {"code": "10002\n"}, {"legal_form": "61"}, {"situation": "x50"}, {"valid_to": date(2019, 1, 1)}],
)
def test_a_rule_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    rule = {"code": "10009", "counts": True, "valid_from": date(2020, 1, 1)} | wrong
    with pytest.raises(ValidationError):
        FunctionRule(**rule).full_clean()


@given(situation=st.sampled_from(["999", *sorted(WINDING_UP), "000", "091"]), is_stopped=st.booleans())
def test_E6_cancelled_goes_before_stopped_before_winding_up(situation: str, is_stopped: bool) -> None:
    state = enterprise(situation=situation, stopped_on=TODAY if is_stopped else None).state
    if situation == "999":
        assert state == State.CANCELLED
    elif is_stopped:
        assert state == State.STOPPED
    else:
        assert state == (State.WINDING_UP if situation in WINDING_UP else State.ACTIVE)
