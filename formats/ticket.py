"""Ticket numbers of the exception procedure: made at random, and telling a mistyped one on the phone (BEHAVIOUR X4)."""

import re
import secrets

# Digits and capitals without 0 O 1 I L: nobody mistakes one for another, written or spoken. 31 is a prime.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 13
_SEPARATORS = re.compile(r"[\s.\-/]")


def make() -> str:
    """Return a new ticket number: twelve random characters (59 bits) and the check character."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return body + check_character(body)


def check_character(body: str) -> str:
    """Return the thirteenth character of twelve: the sum of all thirteen, weighted 1 to 13, is 0 modulo 31.

    The weights differ by one and none is 0 modulo the prime 31, so that every wrong character and every swap of neighbours
    shows.
    """
    rest = -_weighted(body) % len(ALPHABET)
    return ALPHABET[rest * pow(LENGTH, -1, len(ALPHABET)) % len(ALPHABET)]


def parse(text: str) -> str | None:
    """Return the thirteen characters of a ticket number typed with or without spaces, in any case; None where it is not one."""
    plain = _SEPARATORS.sub("", text).upper()
    if len(plain) != LENGTH or not set(plain) <= set(ALPHABET):
        return None
    return plain if _weighted(plain) % len(ALPHABET) == 0 else None


def show(number: str) -> str:
    """Return a ticket number in groups, as people read and say it: ABCD EFGH JKMNP."""
    return f"{number[:4]} {number[4:8]} {number[8:]}"


def _weighted(text: str) -> int:
    return sum(weight * ALPHABET.index(character) for weight, character in enumerate(text, start=1))
