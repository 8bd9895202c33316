"""X4: a ticket number that was mistyped is recognised."""

import random

import pytest

from formats import ticket

SAMPLE = [ticket.make() for _ in range(100)]


def test_X4_thirteen_capitals_and_digits_without_look_alikes() -> None:
    assert len(ticket.ALPHABET) == 31
    assert not set("0O1IL") & set(ticket.ALPHABET)
    assert len(ticket.ALPHABET) ** (ticket.LENGTH - 1) > 2**50
    assert all(len(number) == 13 and set(number) <= set(ticket.ALPHABET) for number in SAMPLE)
    assert len(set(SAMPLE)) == len(SAMPLE)


def test_X4_every_single_wrong_character_shows() -> None:
    for number in SAMPLE:
        for place, right in enumerate(number):
            for wrong in ticket.ALPHABET.replace(right, ""):
                assert ticket.parse(number[:place] + wrong + number[place + 1 :]) is None


def test_X4_every_swap_of_different_neighbours_shows() -> None:
    for number in SAMPLE:
        for place in range(len(number) - 1):
            swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
            assert swapped == number or ticket.parse(swapped) is None


@pytest.mark.parametrize("write", [str.lower, " ".join, lambda n: f" {n[:4]}-{n[4:8]} {n[8:]} "])
def test_X4_typed_with_spaces_and_in_any_case(write) -> None:  # type: ignore[no-untyped-def]
    number = random.choice(SAMPLE)
    assert ticket.parse(write(number)) == number
