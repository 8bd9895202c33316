"""Whether a secret could be guessed, by its form alone (T20). A sentence may pass: docs/settings.md says how to make one."""

import math
from collections import Counter
from itertools import pairwise

# As Django's own deployment check asks.
KEY_LENGTH = 50
SECRET_LENGTH = 16
# Characters in a row that two secrets made apart never share.
SHARED = 12
_LEAST_BITS = {KEY_LENGTH: 128, SECRET_LENGTH: 36}
_PLACEHOLDERS = (
    "changeme", "changethis", "changeit", "replaceme", "replacethis", "yoursecret", "yourkey", "secretkey", "recordkey",
    "clientsecret", "mysecret", "topsecret", "supersecret", "placeholder", "insecure", "developmentonly", "notasecret",
    "password", "passphrase", "letmein", "democsam", "example", "default", "production", "lorem",
)  # fmt: skip
# How the figures in a word are meant to be read.
_AS_LETTERS = [str.maketrans("013457@$", f"o{one}eastas") for one in "li"]
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn")


def length_of(name: str) -> int:
    """Return how many characters a secret has at least: keys are ours to choose, the others are given by somebody else."""
    return KEY_LENGTH if name.endswith("_KEY") else SECRET_LENGTH


def is_short(text: str, length: int) -> bool:
    """Tell whether a secret has fewer characters than it must."""
    return len(text) < length


def is_repeated(text: str, length: int) -> bool:
    """Tell whether a secret repeats characters or blocks, or counts along the alphabet or the keyboard."""
    if len(text) < 3:
        return bool(text)
    lower = text.lower()
    threes = [lower[place : place + 3] for place in range(len(lower) - 2)]
    bits = sum(count * math.log2(len(text) / count) for count in Counter(text).values())
    return len(set(threes)) < 0.75 * len(threes) or bits < _LEAST_BITS[length] or _steps(text) > 0.4


def is_placeholder(text: str) -> bool:
    """Tell whether a secret says that it is none, stands in documents, or is a word that everybody tries."""
    lower = text.lower()
    spellings = [lower, *(lower.translate(letters) for letters in _AS_LETTERS)]
    return any(word in "".join(filter(str.isalpha, spelling)) for spelling in spellings for word in _PLACEHOLDERS)


def are_alike(first: str, second: str) -> bool:
    """Tell whether two secrets share so much that who learns the one has most of the other, also in other capitals."""
    first, second = first.lower(), second.lower()
    return any(first[place : place + SHARED] in second for place in range(len(first) - SHARED + 1))


def _steps(text: str) -> float:
    """Return how many of the neighbouring characters are neighbours in the alphabet, in counting or on a keyboard (0 to 1)."""
    lower = text.lower()
    pairs = list(pairwise(lower))
    beside = sum(abs(ord(one) - ord(other)) <= 1 or _on_keyboard(one + other) for one, other in pairs)
    return beside / len(pairs)


def _on_keyboard(pair: str) -> bool:
    return any(pair in row or pair[::-1] in row for row in _ROWS)
