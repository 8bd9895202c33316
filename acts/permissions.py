"""The pair of a permission: `check_x` raises the sentence, `can_x` asks it. The pair is made here, never written twice."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from acts.errors import LevelTooLow, Missing, NotAllowed, Refused

P = ParamSpec("P")


def can(check: Callable[P, None]) -> Callable[P, bool]:
    """Return the question that belongs to `check`: True where the check would pass."""

    @wraps(check)
    def ask(*args: P.args, **kwargs: P.kwargs) -> bool:
        try:
            check(*args, **kwargs)
        except (Missing, NotAllowed, LevelTooLow, Refused):
            return False
        return True

    return ask
