"""Comparing what people type: names without accents and capitals, user names without look-alikes."""

import unicodedata
from typing import Protocol

_LETTERS = str.maketrans({
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "Đ": "d", "ð": "d",
    "ł": "l", "Ł": "l", "þ": "th", "ı": "i", "’": "'", "`": "'", "´": "'",
})  # fmt: skip
# Letters of other alphabets that look like Latin ones, and digits that look like letters: one user name, one owner.
_LOOK_ALIKES = str.maketrans({
    "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "у": "y", "х": "x", "і": "i", "ѕ": "s", "ј": "j", "ԁ": "d", "һ": "h",
    "α": "a", "ο": "o", "ν": "v", "ρ": "p", "ι": "i", "κ": "k", "τ": "t", "υ": "u", "0": "o", "1": "l", "|": "l",
})  # fmt: skip


# The one accent that capitals and small letters are not the same for: small, it is a letter (ᾳ, αι).
_IOTA_BELOW = "\u0345"


class Named(Protocol):
    """Who has a name. `identity.models.Person` is one."""

    first_names: str
    last_name: str


def fold(text: str) -> str:
    """Return text for comparing names: no accents, no capitals, single spaces."""
    # Accents go first: Python sorts a row of them in a time that grows with its square (BEHAVIOUR T17).
    small = unicodedata.normalize("NFKD", _without_accents(text)).casefold().translate(_LETTERS)
    return " ".join(_without_accents(unicodedata.normalize("NFKD", small)).replace(_IOTA_BELOW, "").split())


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    return "".join(c for c in text if c == _IOTA_BELOW or not unicodedata.combining(c))


def same(one: str, other: str) -> bool:
    """Tell whether two names are the same to a person: accents, capitals, hyphens and apostrophes do not matter."""
    return _loose(one) == _loose(other)


def _loose(text: str) -> str:
    return " ".join(fold(text).replace("-", " ").replace("'", "").split())


def words(text: str) -> set[str]:
    """Return the words of names as they are looked for: folded, at hyphens apart, without apostrophes and other signs."""
    return {word for word in ("".join(filter(str.isalnum, one)) for one in _loose(text).split()) if word}


def same_first_name(typed: str, registered: str) -> bool:
    """Tell whether what was typed is all of the registered given names or any one of them (BEHAVIOUR X1)."""
    return same(typed, registered) or any(same(typed, one) for one in registered.replace(",", " ").split())


def may_name(text: str, *, first_names: str, last_name: str) -> bool:
    """Tell whether a full name, in whatever order, may be this person's: the whole surname, and one of the given names.

    For keeping people from what concerns themselves: a namesake too many is no harm.
    """
    named, given, surname = words(text), words(first_names), words(last_name)
    return bool(given | surname) and surname <= named and (not given or bool(given & named))


def is_named(person: Named, *, first_names: str, last_name: str) -> bool:
    """Tell whether somebody carries a name: the whole surname that is given for them, and one of the given names.

    For letting somebody in: unlike `may_name`, both are asked, each in its own place.
    """
    surname, given = words(person.last_name), words(person.first_names)
    return bool(surname) and surname <= words(last_name) and bool(given & words(first_names))


def user_name_key(user_name: str) -> str:
    """Return the key under which a user name is unique for ever: folded, with look-alike letters made one."""
    return fold(user_name).translate(_LOOK_ALIKES)
