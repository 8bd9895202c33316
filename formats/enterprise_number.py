"""Enterprise numbers of the KBO and the numbers beside them: establishment, RSZ, PPO (docs/numbers.md)."""

import re

from stdnum.be import vat
from stdnum.exceptions import ValidationError

_SEPARATORS = re.compile(r"[\s.\-/]")


def digits_of(text: str) -> str:
    """Return what was typed without dots, spaces and a leading BE; nine digits of the old form get their 0."""
    plain = _SEPARATORS.sub("", text).upper().removeprefix("BE")
    return f"0{plain}" if len(plain) == 9 and plain.isascii() and plain.isdigit() else plain


def parse(text: str) -> str | None:
    """Return the ten digits of an enterprise number typed in any notation, or None where no such number can exist."""
    digits = digits_of(text)
    if not (len(digits) == 10 and digits.isascii() and digits[:1] in ("0", "1")):
        return None
    try:
        return str(vat.validate(digits))
    except ValidationError:
        return None


def is_establishment(text: str) -> bool:
    """Tell whether what was typed is an establishment number (first digit 2 to 8, same check digits)."""
    digits = digits_of(text)
    return len(digits) == 10 and digits.isascii() and digits.isdigit() and digits[0] in "2345678" and holds(digits)


def holds(digits: str) -> bool:
    """Tell whether the check digits of ten digits are right."""
    return 97 - int(digits[:8]) % 97 == int(digits[8:])


def show(number: str) -> str:
    """Return 0999000129 as people read it: 0999.000.129."""
    return f"{number[:4]}.{number[4:7]}.{number[7:]}"


def parse_rsz(text: str) -> str | None:
    """Return the digits of an RSZ employer number (7 + 2, or provisional 8 + 2 starting with 5), or None.

    The whole number is 96 modulo 97 (source: docs/numbers.md).
    """
    digits = _SEPARATORS.sub("", text)
    if not (digits.isascii() and digits.isdigit() and int(digits) % 97 == 96):
        return None
    if len(digits) <= 9 and 100_006 <= int(digits) <= 199_999_934:
        return digits.zfill(9)
    if len(digits) == 10 and digits[0] == "5":
        return digits
    return None


def parse_ppo(text: str) -> str | None:
    """Return the digits of a PPO number (6 + 2), or None. Its check digits are not published: the length alone counts."""
    digits = _SEPARATORS.sub("", text)
    return digits if len(digits) == 8 and digits.isascii() and digits.isdigit() else None


def show_rsz(number: str) -> str:
    """Return 199930482 as people read it: 1999304-82 (PPO numbers alike)."""
    return f"{number[:-2]}-{number[-2:]}"
