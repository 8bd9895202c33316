"""A sender's traffic as a drawing: one bar a day, accepted below, refused on top and hollow (design, "Pictures")."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from senders.traffic import Day

HEIGHT = 100
STEP = 20
BAR = 14


@dataclass(frozen=True)
class Bar:
    """One day's bar; measures in the drawing's own units, y from above."""

    day: date
    x: int
    accepted_y: int
    accepted_height: int
    refused_y: int
    refused_height: int


@dataclass(frozen=True)
class Drawing:
    """What templates/senders/_chart.html draws. most: what the highest bar stands for."""

    bars: Sequence[Bar]
    width: int
    most: int
    height: int = HEIGHT
    bar: int = BAR


def drawing_of(days: Sequence[Day]) -> Drawing:
    """Return the drawing of some days. Whatever came shows: a bar is never lower than two units."""
    most = max((day.received for day in days), default=0)
    return Drawing([_bar(place, day, most) for place, day in enumerate(days)], width=len(days) * STEP, most=most)


def _bar(place: int, day: Day, most: int) -> Bar:
    accepted, refused = _height(day.accepted, most), _height(day.refused, most)
    return Bar(
        day.day,
        x=place * STEP + (STEP - BAR) // 2,
        accepted_y=HEIGHT - accepted,
        accepted_height=accepted,
        refused_y=HEIGHT - accepted - refused,
        refused_height=refused,
    )


def _height(count: int, most: int) -> int:
    # Room for the refused ones' least height beside a highest bar of accepted ones.
    return max(2, round(count / most * (HEIGHT - 4))) if count else 0
