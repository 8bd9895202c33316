"""Takes out of a text what no log may hold (BEHAVIOUR E4, T15): in time that grows with its length and no faster.

Whoever sends a request writes into the log: its text is cut before anything is looked for in it, and no pattern here can try a
text twice. Each either repeats one class of characters with nothing behind it, or repeats a bounded number of times.
"""

import re
from collections.abc import Iterator

HIDDEN = "…"
# Of a value, and of a traceback: its end says what went wrong.
LONGEST_VALUE = 2_000
LONGEST_TRACEBACK = 16_000
# The longest thing that a cut could halve: what would be left of it could pass for something else.
_LONGEST_SECRET = 200
NUMBER_LENGTH = 11

# Digits of every script, those that stand higher, lower or in a circle too.
_DIGIT = r"[\d⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉⓪①②③④⑤⑥⑦⑧⑨]"
# Between the digits of a number stands whatever is no digit and no plain letter: blanks, dots, dashes, colons of every kind.
_BETWEEN = r"[^\dA-Za-z⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉⓪①②③④⑤⑥⑦⑧⑨]"
# The same as an address, a program or a page writes it: %20, \xa0, \u2011, &nbsp; (but %70 is a letter).
_BYTE = r"(?:[0-289A-Fa-f][0-9A-Fa-f]|3[A-Fa-f]|5[B-Fb-f]|60|7[B-Fb-f])"
_WRITTEN_OUT = rf"%{_BYTE}|\\x{_BYTE}|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}}|\\[nrt]|&\#?[0-9A-Za-z]{{1,6}};"
# Each with what tells the groups of digits in such a run. Both are looked for: "20" may be two digits, or the blank of "%20".
_RUNS = [
    (re.compile(rf"{_DIGIT}(?:{between}{{0,5}}+{_DIGIT})*"), re.compile(rf"(?P<digits>{_DIGIT}+)|{between}"))
    for between in (_BETWEEN, f"(?:{_WRITTEN_OUT}|{_BETWEEN})")
]

# Digests, request ids and public ids stay: they name nobody, and eleven digits in a row occur in them by chance.
_KEPT = re.compile(r"\b (?: [0-9a-f]{64} | [0-9a-f]{32} | [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12} ) \b", re.VERBOSE)
_SECRETS = re.compile(
    r"""
    (?P<link> /link/ ) [^\s/"'?]+
  | (?P<query> (?: \b (?: code | state | nonce | pin | password | secret | session (?:id)? ) | token ) = ) [^\s&;"']+
    # Tickets: thirteen out of 31 characters.
  | \b [2-9A-HJKMNP-Z]{13} \b
    # What PostgreSQL says of a row that broke a constraint.
  | (?P<detail> \b DETAIL: ) [^\n]*
    """,
    re.VERBOSE,
)
# What may hold a mail address.
_WORDS = re.compile(r"""[^\s<>"'(),:;]+""")


def cut(text: str) -> str:
    """Return the beginning of a text, with nothing at its end that the cut halved."""
    if len(text) <= LONGEST_VALUE:
        return text
    return _whole(text[:LONGEST_VALUE]) + HIDDEN


def cut_traceback(text: str) -> str:
    """Return the end of a traceback, from the beginning of a line on."""
    if len(text) <= LONGEST_TRACEBACK:
        return text
    return f"{HIDDEN}\n{_whole(text[-LONGEST_TRACEBACK:][::-1])[::-1]}"


def _whole(text: str) -> str:
    """Return a text without what stands behind its last line end; where that is far off, without what a secret may fill."""
    end = len(text) - _LONGEST_SECRET
    return text[: max(end, text.rfind("\n"))]


def mask(text: str) -> str:
    """Return text without national numbers, tickets, mail addresses, link secrets and the like. Not cut: see `cut`."""
    pieces, end = [], 0
    for kept in _KEPT.finditer(text):
        pieces += [_masked(text[end : kept.start()]), kept[0]]
        end = kept.end()
    return "".join([*pieces, _masked(text[end:])])


def _masked(text: str) -> str:
    text = _SECRETS.sub(lambda found: (found["link"] or found["query"] or found["detail"] or "") + HIDDEN, text)
    return _WORDS.sub(_without_address, _without_numbers(text))


def _without_address(word: re.Match[str]) -> str:
    name, _at, host = word[0].rpartition("@")
    return HIDDEN if name and host else word[0]


def _without_numbers(text: str) -> str:
    """Hide what are eleven digits together in a run of digits and what separates them, however they are grouped.

    Check digits play no part: mistyped numbers are hidden too.
    """
    pieces: list[str] = []
    end = 0
    for first, last in sorted(place for run, parts in _RUNS for place in _places(text, run, parts)):
        if first > end or not pieces:
            pieces += [text[end:first], HIDDEN]
        end = max(end, last)
    return "".join([*pieces, text[end:]])


def _places(text: str, run: re.Pattern[str], parts: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    for found in run.finditer(text):
        yield from _numbers([part.span() for part in parts.finditer(text, *found.span()) if part["digits"]])


def _numbers(groups: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield where neighbouring groups are eleven digits together; such places may overlap."""
    first = digits = 0
    for begin, end in groups:
        digits += end - begin
        while digits > NUMBER_LENGTH:
            digits -= groups[first][1] - groups[first][0]
            first += 1
        if digits == NUMBER_LENGTH:
            yield groups[first][0], end
