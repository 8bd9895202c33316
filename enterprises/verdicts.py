"""What a change of a function rule does to who is a legal representative (BEHAVIOUR T10): plain dates, no query.

A rule says yes or no about the days from its first to its last. `enterprises.representatives` lets the most specific rule
decide, so that a yes that grows may let people in, and so may a no that shrinks: a rule for any form or situation may stand
behind it. The other ways round let nobody in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Days = tuple[date, date] | None


@dataclass(frozen=True)
class Verdict:
    """What a rule says, from its first day to its last; date.min and date.max where there is none."""

    counts: bool
    first: date
    last: date

    def days(self, counts: bool) -> Days:
        """Return the days about which it says so, None for no day at all."""
        return (self.first, self.last) if self.counts == counts and self.first <= self.last else None


def verdict_of(values: Mapping[str, Any]) -> Verdict:
    """Return the verdict of a rule's values: counts, valid_from, valid_to."""
    return Verdict(bool(values["counts"]), values["valid_from"] or date.min, values["valid_to"] or date.max)


def lets_in(before: Verdict | None, after: Verdict, *, since: date = date.min) -> bool:
    """Tell whether a rule may make somebody a representative who was none, on a day from `since`. before: None: a new rule."""
    said_yes, said_no = (_since(before.days(counts) if before else None, since) for counts in (True, False))
    return not (
        _within(_since(after.days(True), since), said_yes) and _within(said_no, _since(after.days(False), since))
    )


def keeps_out(before: Verdict | None, after: Verdict) -> bool:
    """Tell whether a rule may take away from somebody, on some day, what the former gave: the other way round."""
    return before is not None and (
        not _within(before.days(True), after.days(True)) or not _within(after.days(False), before.days(False))
    )


def first_day(before: Verdict | None, after: Verdict, *, on: date) -> date:
    """Return from when a rule holds that takes effect on a day: a yes never counts for days gone by, but those that it had."""
    if not after.counts:
        return after.first
    had = before.days(True) if before else None
    return max(after.first, min(had[0], on) if had else on)


def _since(days: Days, since: date) -> Days:
    return (max(days[0], since), days[1]) if days and days[1] >= since else None


def _within(inner: Days, outer: Days) -> bool:
    return inner is None or (outer is not None and outer[0] <= inner[0] and inner[1] <= outer[1])
