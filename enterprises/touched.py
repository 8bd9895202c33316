"""How many people and enterprises a kept thing touches (BEHAVIOUR T10), as `csam_portal.touched` counts."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model

from identity.proposals import Touches

# A thing as it would be, not saved; `pk` is None for a new one. Two or three statements, whatever their number.
Count = Callable[[Any], Touches]
_counts: dict[str, Count] = {}


def register_count(model: type[Model], count: Count) -> None:
    """Say how many a kept model's things touch."""
    _counts[model._meta.label_lower] = count


def touched_by(thing: Model) -> Touches:
    """Return how many people and enterprises a thing touches. May raise RegisterDown."""
    return _counts[thing._meta.label_lower](thing)
