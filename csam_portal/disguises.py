r"""Finds national numbers in a text, in whatever notation (BEHAVIOUR T15): in time that grows with its length and no faster.

The text is read as it stands, and then with one layer after another taken off of what a program, an address, a page or a mail
wraps around a character (%2538 is %38 is 8), and each time once more looking past tags and names. A reading remembers where
each of its characters stood. In a reading, digits with anything but letters between them are a run; eleven of them, in whole
groups, are a number where their check digits hold, or where they are grouped as people do.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise

from formats import insz

LENGTH = 11
# One character, written otherwise: %38, \x38, \u0038, \070, &#56;, =2D; bytes of UTF-8 that were read one by one; digits of
# other scripts. None takes more than a bounded piece of text.
_WRITTEN = re.compile(
    r"""
    \\u (?P<pair> [Dd][89ABab][0-9A-Fa-f]{2} \\u [Dd][C-Fc-f][0-9A-Fa-f]{2} )
  | (?: %u | \\u ) (?P<unit> [0-9A-Fa-f]{4} )
  | \\u\{ (?P<braced> [0-9A-Fa-f]{1,6} ) \}
  | \\U (?P<long> [0-9A-Fa-f]{8} )
  | (?: % | \\x ) (?P<byte> [0-9A-Fa-f]{2} )
  | = (?P<quoted> [289A-F][0-9A-F] )
  | \\ (?P<octal> [0-3][0-7]{2} )
  | \\ (?P<plain> [\\nrtabfv"'/] )
  | (?P<entity> & (?: \# [0-9]{1,10} | \# [xX] [0-9A-Fa-f]{1,10} | [A-Za-z][0-9A-Za-z]{1,10} ) ;? )
  | (?P<utf8> [\xc2-\xdf][\x80-\xbf] | [\xe0-\xef][\x80-\xbf]{2} | [\xf0-\xf4][\x80-\xbf]{3} )
  | (?P<foreign> [^\x00-\x7f] )
    """,
    re.VERBOSE,
)
_MOST_LAYERS = 6
# What does not show: tags, and the colours of a terminal.
_UNSEEN = re.compile(r"<[^<>]{0,200}>|(?:(?:\x1b|\^\[|\\e)\[|\x9b)[0-9;?]{0,20}[A-Za-z]")
# A name between groups of digits, with digits in it or not: "yy=70&mm=03", "insz_0".
_NAME = re.compile(r"[A-Za-z_][\w.\[\]-]{0,40}")
_NAMED, _MOST_NAMES = "\0", 3
_DIGITS = re.compile(r"[0-9]+")
_LETTER = re.compile(r"[A-Za-z]")
# What can be a digit in one notation or another: one character may be two ("⑭").
_ANY_DIGIT = re.compile(r"[0-9]|[^\x00-\x7f]")
# A date of birth (month + 20 or + 40 in a BIS number, + 60 of published test persons), and five digits more.
_SHAPE = re.compile(r"[0-9]{2}(?:[0246][0-9]|[1357][0-2])(?:[0-2][0-9]|3[01])[0-9]{5}")
# How people group a number, with so many signs between. Mistyped numbers are somebody's too.
_USUAL = {(2, 2, 2, 3, 2), (6, 3, 2), (6, 5), (2, 2, 2, 5), (11,)}
_WIDEST = 5
# Digits before a number that belong to its field: noughts that fill it up, a century.
_GLUED = ("0", "1", "00", "19", "20")


def places(text: str) -> Iterator[tuple[int, int]]:
    """Yield from where to where a national number may stand; such places may overlap, and come in no order."""
    if sum(1 for _digit in _ANY_DIGIT.finditer(text)) * 2 < LENGTH:
        return
    for read, origin in _readings(text):
        for begin, end in _numbers(read):
            after = end
            while origin[after] == origin[end - 1]:  # the last of several that one character means
                after += 1
            yield origin[begin], origin[after]


def _readings(text: str) -> Iterator[tuple[str, Sequence[int]]]:
    """Yield the text as it can be read, each time with where its characters stood, and where it ended."""
    origin: Sequence[int] = range(len(text) + 1)
    for _layer in range(_MOST_LAYERS):
        seen = _changed(text, origin, _UNSEEN, lambda _unseen: " ")
        for read in [(text, origin), seen] if seen[0] != text else [seen]:
            yield read
            yield _changed(*read, _NAME, lambda _name: _NAMED)
        before = text
        text, origin = _changed(text, origin, _WRITTEN, _meaning)
        if text == before:
            break


def _changed(
    text: str, origin: Sequence[int], pattern: re.Pattern[str], meaning: Callable[[re.Match[str]], str | None]
) -> tuple[str, Sequence[int]]:
    """Return a text with what a pattern finds replaced by what it means, and where each character stood at first."""
    pieces: list[str] = []
    moved: list[int] = []
    end = 0
    for found in pattern.finditer(text):
        meant = meaning(found)
        if meant is not None:
            begin = found.start()
            pieces += [text[end:begin], meant]
            moved += [*origin[end:begin], *[origin[begin]] * len(meant)]
            end = found.end()
    return "".join([*pieces, text[end:]]), [*moved, *origin[end:]]


def _meaning(found: re.Match[str]) -> str | None:
    """Return what a character means that is written otherwise; None where it is what it is, or a letter."""
    kind = found.lastgroup or ""
    written = found[kind]
    meant: str | None
    try:
        match kind:
            case "plain":
                meant = " " if written != "\\" else written
            case "pair":
                meant = bytes.fromhex(written.replace("\\u", "")).decode("utf-16-be")
            case "utf8":
                meant = written.encode("latin-1").decode()
            case "entity":
                meant = html.unescape(written)
            case "foreign":
                meant = _digit(written)
            case "octal":
                meant = chr(int(written, 8))
            case _:
                meant = chr(int(written, 16))
    except ValueError:
        return None
    return None if meant is None or meant == found[0] or _LETTER.search(meant) else meant


@lru_cache(maxsize=1024)
def _digit(character: str) -> str | None:
    """Return the digits that a character of any script stands for; None where it stands for none."""
    number = unicodedata.numeric(character, -1)
    return str(int(number)) if 0 <= number < 100 and number == int(number) else None


def _numbers(text: str) -> Iterator[tuple[int, int]]:
    run: list[tuple[int, int]] = []
    for found in _DIGITS.finditer(text):
        if run and _are_apart(text, run[-1][1], found.start()):
            yield from _numbers_in(text, run)
            run = []
        run.append(found.span())
    yield from _numbers_in(text, run)


def _are_apart(text: str, end: int, begin: int) -> bool:
    return bool(_LETTER.search(text, end, begin)) or text.count(_NAMED, end, begin) > _MOST_NAMES


def _numbers_in(text: str, groups: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the places of numbers among groups of digits that nothing but signs separates."""
    digits = "".join(text[begin:end] for begin, end in groups)
    where = [place for begin, end in groups for place in range(begin, end)]
    group_of = [number for number, (begin, end) in enumerate(groups) for _place in range(begin, end)]
    edges = [0, *accumulate(end - begin for begin, end in groups)]
    for number, (first, after) in enumerate(pairwise(edges)):
        for start in _starts(digits, first, after):
            end = start + LENGTH
            if end > len(digits):
                return
            last = group_of[end - 1]
            lengths = tuple(after - before for before, after in pairwise([start, *edges[number + 1 : last + 1], end]))
            begin, close = where[start], where[end - 1] + 1
            is_near = close - begin <= LENGTH + _WIDEST * len(lengths) and _NAMED not in text[begin:close]
            is_whole = start == first and end == edges[last + 1]
            if _is_number(digits, start, lengths if is_near else (), is_whole=is_whole):
                yield begin, close


def _starts(digits: str, first: int, after: int) -> Iterator[int]:
    """Yield where in a group a number may begin: anywhere in one that holds it, else behind what may be glued to it."""
    if after - first > LENGTH:
        yield from range(first, after)
        return
    yield first
    yield from (
        first + len(glued) for glued in _GLUED if first + len(glued) < after and digits.startswith(glued, first)
    )


def _is_number(digits: str, start: int, lengths: tuple[int, ...], *, is_whole: bool) -> bool:
    """Tell whether eleven digits are a number. lengths: of their groups, none where those are far apart.

    is_whole: nothing is glued to them. Then they need only look like one in the usual groups, or have its check digits.
    """
    if is_whole and lengths == (LENGTH,):
        return True
    is_usual = lengths in _USUAL
    return bool((is_whole or is_usual) and _SHAPE.match(digits, start)) and (
        (is_whole and is_usual) or insz.check_digits_hold(digits[start : start + LENGTH])
    )
