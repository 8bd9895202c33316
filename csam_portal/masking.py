"""Takes out of a text what no log may hold (BEHAVIOUR E4, T15): in time that grows with its length and no faster.

Whoever sends a request writes into the log: its text is cut before anything is looked for in it, and no pattern here can try a
text twice. Each either repeats one class of characters with nothing behind it, or repeats a bounded number of times.
"""

import re

from csam_portal import disguises

HIDDEN = "…"
# Of a value, and of a traceback: its end says what went wrong.
LONGEST_VALUE = 2_000
LONGEST_TRACEBACK = 16_000
# The longest thing that a cut could halve: what would be left of it could pass for something else.
_LONGEST_SECRET = 200

# What names nobody, and in which eleven digits in a row occur by chance. Digests, request ids, public ids:
_IDS = r"\b(?:[0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b"
# Dates of this century with a time or without, and times to the millionth of a second.
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_DATE = r"20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_DATES = rf"(?<![0-9]){_DATE}(?:[T ]{_CLOCK}(?:[.,][0-9]{{3,6}})?)?(?![-./]?[0-9])"
_TIMES = rf"(?<![0-9.,:/-]){_CLOCK}[.,][0-9]{{6}}(?![0-9])"
# Where somebody listens: without noughts in front, as nobody writes a number.
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_ADDRESSES = rf"(?<![0-9.])(?:{_OCTET}\.){{3}}{_OCTET}:[1-9][0-9]{{3,4}}(?![.:-]?[0-9])"
_KEPT = re.compile("|".join((_IDS, _DATES, _TIMES, _ADDRESSES)))
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
# What may hold a mail address, and its sign, also as an address or a program writes it.
_WORDS = re.compile(r"""[^\s<>"'(),:;]+""")
_AT = re.compile(r"@|\uff20|%(?:25){0,4}40|\\x40|\\u0040")


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
    sign = _AT.search(word[0])
    return HIDDEN if sign and sign.start() > 0 and sign.end() < len(word[0]) else word[0]


def _without_numbers(text: str) -> str:
    pieces: list[str] = []
    end = 0
    for first, last in sorted(disguises.places(text)):
        if first > end or not pieces:
            pieces += [text[end:first], HIDDEN]
        end = max(end, last)
    return "".join([*pieces, text[end:]])
