"""Numbers and names in any notation (FACTS "Numbers", BEHAVIOUR S1, X1)."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pytest_django import Settings

from csam_portal.demo.world import CAST, CROWD, ENTERPRISES
from formats import enterprise_number, insz, names

NINE = st.integers(0, 999_999_999).map(lambda number: f"{number:09}")
EIGHT = st.integers(0, 19_999_999).map(lambda number: f"{number:08}")
DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))


def checked(body: str, *, born_from_2000: bool = False) -> str:
    return f"{body}{97 - int(f'2{body}' if born_from_2000 else body) % 97:02}"


def scattered(digits: str, marks: list[str]) -> str:
    """Put separators between digits."""
    return "".join(mark + digit for mark, digit in zip(marks, digits, strict=False)) + digits[len(marks) :]


MARKS = st.lists(st.sampled_from(["", " ", ".", "-", "/", "\u00a0", "\t"]), max_size=11)


# --- INSZ -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["85073003328", "42012205181", "98472899765", "00000000128"])
def test_an_insz_that_exists_is_read(number: str) -> None:
    assert insz.parse(number) == number


@pytest.mark.parametrize(
    "text",
    [
        "12345678901",
        "87022999991",
        "85133000105",
        "",
        "8507300332",
        "850730033280",
        "٨٥٠٧٣٠٠٣٣٢٨",
        "²5073003328",
        "85073003328x",
    ],
)
def test_an_insz_that_cannot_exist_is_refused(text: str) -> None:
    assert insz.parse(text) is None


@given(born=DAYS, counter=st.integers(1, 997), added=st.sampled_from([0, 20, 40]), marks=MARKS)
def test_every_number_of_a_birth_date_is_read_in_any_notation(
    born: date, counter: int, added: int, marks: list[str]
) -> None:
    """National register numbers, and BIS numbers with month + 20 and + 40, before and after 2000."""
    assume(born <= date(2026, 11, 1))
    body = f"{born:%y}{born.month + added:02}{born:%d}{counter:03}"
    number = checked(body, born_from_2000=born.year >= 2000)
    assert insz.parse(scattered(number, marks)) == number


@pytest.mark.parametrize("body", ["850000001", "850700001", "450000123", "852000001", "854000001"])
def test_unknown_birth_dates_are_read(body: str) -> None:
    """Month 00, day 00, and BIS numbers of people whose date is not known."""
    assert insz.parse(checked(body)) == checked(body)


@given(body=NINE, wrong=st.integers(1, 96))
def test_wrong_check_digits_are_refused(body: str, wrong: int) -> None:
    number = checked(body)
    changed = f"{body}{(int(number[9:]) + wrong - 1) % 97 + 1:02}"
    assume(changed not in (number, checked(body, born_from_2000=True)))
    assert insz.parse(changed) is None


def test_published_test_persons_are_read_where_the_setting_says_so(settings: Settings) -> None:
    number = checked("856730033")
    assert insz.parse(number) is None
    settings.ACCEPT_TEST_INSZ = True
    assert insz.parse(number) == number
    assert insz.parse(number[:-2] + "00") is None


@given(st.text(max_size=40))
def test_whatever_is_typed_is_eleven_digits_or_nothing(text: str) -> None:
    found = insz.parse(text)
    assert found is None or (len(found) == 11 and found.isascii() and found.isdigit())


def test_an_insz_is_shown_in_groups_and_masked() -> None:
    assert insz.show("70031499873") == "70.03.14-998.73"
    assert insz.mask("70031499873") == "••.••.••-998.73"
    assert insz.parse(insz.show("70031499873")) == "70031499873"


# --- Enterprise numbers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0353456320", "0353456320"),
        ("0403019261", "0403019261"),
        ("1027395591", "1027395591"),
        ("0403.019.261", "0403019261"),
        ("BE 0403.019.261", "0403019261"),
        ("be0403019261", "0403019261"),
        ("403019261", "0403019261"),
        ("BE 403.019.261", "0403019261"),
        (" 0403 019 261\t", "0403019261"),
        ("0403-019-261", "0403019261"),
    ],
)
def test_S1_an_enterprise_number_is_read_in_any_notation(typed: str, number: str) -> None:
    assert enterprise_number.parse(typed) == number


@pytest.mark.parametrize(
    "typed",
    [
        "0874713140",
        "2147812701",
        "2.147.812.701",
        "",
        "0",
        "FR0403019261",
        "04030192610",
        "٠٤٠٣٠١٩٢٦١",
        "0000000000",
        "BEBE403019261",
    ],
)
def test_S2_a_number_that_cannot_exist_is_refused(typed: str) -> None:
    assert enterprise_number.parse(typed) is None


@given(body=EIGHT, marks=MARKS, prefix=st.sampled_from(["", "BE", "be ", "Be"]))
def test_S1_every_number_is_read_in_any_notation(body: str, marks: list[str], prefix: str) -> None:
    assume(int(body) > 0)
    number = checked(body)
    assert enterprise_number.parse(prefix + scattered(number, marks)) == number


@given(body=EIGHT, place=st.integers(0, 9), added=st.integers(1, 9))
def test_S2_one_wrong_digit_is_always_noticed(body: str, place: int, added: int) -> None:
    number = checked(body)
    wrong = number[:place] + str((int(number[place]) + added) % 10) + number[place + 1 :]
    assert enterprise_number.parse(wrong) is None


@given(st.text(max_size=40))
def test_S2_whatever_is_typed_is_ten_digits_or_nothing(text: str) -> None:
    found = enterprise_number.parse(text)
    assert found is None or (len(found) == 10 and found[0] in "01" and found.isascii() and found.isdigit())


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2.147.812.701", True),
        ("2147812701", True),
        ("2147812702", False),
        ("0403019261", False),
        ("x147812701", False),
    ],
)
def test_S2_an_establishment_number_is_known_as_such(typed: str, expected: bool) -> None:
    assert enterprise_number.is_establishment(typed) is expected


def test_an_enterprise_number_is_shown_in_groups() -> None:
    assert enterprise_number.show("0999000129") == "0999.000.129"


# --- Employer numbers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1999304-82", "199930482"),
        ("199930482", "199930482"),
        ("1001-58", None),
        ("1000-06", "000100006"),
        ("000100006", "000100006"),
        ("1999304-83", None),
        ("", None),
        ("²", None),
        ("1999304-82x", None),
    ],
)
def test_an_rsz_number_is_read(typed: str, number: str | None) -> None:
    assert enterprise_number.parse_rsz(typed) == number


@given(st.integers(100_006 // 97, 199_999_934 // 97 - 1).map(lambda place: place * 97 + 96))
def test_every_rsz_number_in_the_range_is_read(number: int) -> None:
    assume(number >= 100_006)
    assert enterprise_number.parse_rsz(enterprise_number.show_rsz(f"{number:09}")) == f"{number:09}"
    assert enterprise_number.parse_rsz(f"{number + 1:09}") is None


@given(st.integers(5_000_000_000 // 97 + 1, 5_999_999_999 // 97 - 1).map(lambda place: place * 97 + 96))
def test_provisional_rsz_numbers_have_ten_digits_and_begin_with_5(number: int) -> None:
    assert enterprise_number.parse_rsz(str(number)) == str(number)


@pytest.mark.parametrize(
    ("typed", "number"), [("123456-78", "12345678"), ("12345678", "12345678"), ("1234567", None), ("²2345678", None)]
)
def test_a_ppo_number_is_known_by_its_length(typed: str, number: str | None) -> None:
    assert enterprise_number.parse_ppo(typed) == number


# --- Names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller", "muller"),
        ("Élodie", "ELODIE"),
        ("Straße", "Strasse"),
        ("Ømer", "Omer"),
        ("D’Hondt", "d'hondt"),
        ("D'Hondt", "Dhondt"),
        ("El  Amrani", "el amrani"),
        ("Anne-Marie", "Anne Marie"),
        ("Łukasz", "Lukasz"),
        ("ÐORÐE", "ðorðe"),
        ("e\u0301", "é"),
    ],
)
def test_X1_names_are_the_same_to_a_person(one: str, other: str) -> None:
    assert names.same(one, other)


@pytest.mark.parametrize(("one", "other"), [("Peeters", "Peters"), ("An", "Ann"), ("", "An")])
def test_X1_other_names_are_not(one: str, other: str) -> None:
    assert not names.same(one, other)


def test_X1_any_one_of_several_given_names_will_do() -> None:
    assert names.same_first_name("maria", "An Maria Élise")
    assert names.same_first_name("An Maria Elise", "An Maria Élise")
    assert not names.same_first_name("Mari", "An Maria Élise")


@given(st.text(max_size=200))
def test_folding_twice_changes_nothing_and_never_fails(text: str) -> None:
    assert names.same(text, text)
    assert names.fold(names.fold(text)) == names.fold(text)


@pytest.mark.parametrize(
    ("one", "other"), [("bmaes", "BMaes"), ("bmaes", "bmaеs"), ("paul1", "paull"), ("o0o", "000"), ("rené", "rene")]
)
def test_user_names_that_look_alike_have_one_key(one: str, other: str) -> None:
    assert names.user_name_key(one) == names.user_name_key(other)


# --- The demo world ---------------------------------------------------------------------------------------------------


def test_every_number_of_the_demo_world_can_exist_and_is_nobodys() -> None:
    people = [person.insz for person in (*CAST, *CROWD)]
    assert len(set(people)) == len(people) == 262
    for number in people:
        assert insz.parse(number) == number
        assert number[6:9] in ("997", "998")
    for enterprise in ENTERPRISES:
        assert enterprise_number.parse(enterprise.number) == enterprise.number
        assert enterprise.number.startswith("0999")
        for _kind, value in enterprise.numbers:
            assert enterprise_number.parse_rsz(value) == value
