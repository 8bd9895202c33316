"""INSZ: the national register number or BIS number of a person (law of 8 August 1983; docs/numbers.md)."""

import re

from django.conf import settings
from stdnum.be import bis, nn
from stdnum.exceptions import ValidationError

_SEPARATORS = re.compile(r"[\s.\-/]")


def digits_of(text: str) -> str:
    """Return what was typed without its separators."""
    return _SEPARATORS.sub("", text)


def parse(text: str) -> str | None:
    """Return the eleven digits of an INSZ typed in any notation, or None where no such number can exist.

    Accepts national register and BIS numbers (month + 20 or + 40) with unknown dates; month + 60 (published test persons) only
    where ACCEPT_TEST_INSZ is set.
    """
    digits = digits_of(text)
    if not (len(digits) == 11 and digits.isascii() and digits.isdigit()):
        return None
    for kind in (nn, bis):
        try:
            kind.validate(digits)
        except ValidationError:
            continue
        return digits
    if settings.ACCEPT_TEST_INSZ and 61 <= int(digits[2:4]) <= 72 and check_digits_hold(digits):
        return digits
    return None


def check_digits_hold(digits: str) -> bool:
    """Tell whether the last two of eleven digits follow from the others, whatever else is wrong with them."""
    body, check = int(digits[:9]), int(digits[9:])
    return check in (97 - body % 97, 97 - (2_000_000_000 + body) % 97)


def show(insz: str) -> str:
    """Return 70031499873 as people read it: 70.03.14-998.73."""
    return f"{insz[:2]}.{insz[2:4]}.{insz[4:6]}-{insz[6:9]}.{insz[9:]}"


def mask(insz: str) -> str:
    """Return an INSZ with only its last five digits: ••.••.••-998.73 (BEHAVIOUR E4)."""
    return f"••.••.••-{insz[6:9]}.{insz[9:]}"
