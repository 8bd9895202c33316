"""What keepers keep, field by field, and what changing it does to anybody's power (BEHAVIOUR T10).

The one table: forms, acts and docs go by it, and a test holds every field of every kept model to it. A change that widens takes
a second keeper and holds from the next day; any other is one keeper's, at once.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.db import models

from enterprises.verdicts import keeps_out, lets_in, verdict_of

Values = Mapping[str, Any]
LANGUAGES = ("nl", "fr", "de", "en")


class Effect(StrEnum):
    """What changing a field does."""

    NUMBER = "the row's own number: never changes"
    FIXED = "said once, when the thing is made: never changes"
    ORDER = "the order of lists: neither widens nor narrows"
    WORDS = "what people read and decide by: every change widens, because it may mislead"
    OPENS = "yes widens, no narrows"
    VERDICT = "with the others of the verdict: a yes for more days widens, and so does a no for fewer"
    ENDS = "set once, by an act of its own, which narrows"


def _words(name: str) -> dict[str, Effect]:
    return {f"{name}_{language}": Effect.WORDS for language in LANGUAGES}


_ROW = {"id": Effect.NUMBER}
KEPT: dict[str, dict[str, Effect]] = {
    "enterprises.domain": _ROW | {"code": Effect.FIXED, "position": Effect.ORDER} | _words("name"),
    "enterprises.capacitykind": _ROW
    | {
        "domain": Effect.FIXED,
        "code": Effect.FIXED,
        "identified_by": Effect.FIXED,
        "open_to_all": Effect.OPENS,
        "position": Effect.ORDER,
    }
    | _words("name"),
    "enterprises.application": _ROW
    | {"kind": Effect.FIXED, "code": Effect.FIXED, "position": Effect.ORDER}
    | _words("name")
    | _words("description")
    | {"retired_at": Effect.ENDS, "retired_by": Effect.ENDS},
    "enterprises.functionrule": _ROW
    | {
        "code": Effect.FIXED,
        # Read by whoever decides whether a code counts.
        "name": Effect.WORDS,
        "legal_form": Effect.FIXED,
        "situation": Effect.FIXED,
        "counts": Effect.VERDICT,
        "valid_from": Effect.VERDICT,
        "valid_to": Effect.VERDICT,
    },
    # Sent to applicants in the portal's name.
    "htb.refusaltemplate": _ROW | {"code": Effect.FIXED} | _words("text"),
    # Until one is admitted any issuer counts; from then on those in use alone.
    "senders.admittedissuer": _ROW | {"name": Effect.FIXED, "certificate": Effect.FIXED, "is_active": Effect.OPENS},
    "senders.messagecode": _ROW | {"code": Effect.FIXED, "application": Effect.FIXED, "is_active": Effect.OPENS},
}


def fields_with(model: type[models.Model], *effects: Effect) -> tuple[str, ...]:
    """Return the fields of a kept model that have one of these effects."""
    return tuple(name for name, effect in KEPT[model._meta.label_lower].items() if effect in effects)


def widening(model: type[models.Model], before: Values | None, after: Values) -> frozenset[str]:
    """Return which of the fields that differ widen somebody's power; empty where one keeper suffices.

    before: the values as they are, None for a new thing; after: as they would be; both by the names of the table. A verdict
    widens as a whole. A new thing widens, all of it, unless it is a rule that says no.
    """
    verdict = fields_with(model, Effect.VERDICT)
    if before is None:
        return frozenset(after) if not verdict or lets_in(None, verdict_of(after)) else frozenset()
    differing = {name for name in after if before[name] != after[name]}
    effects = KEPT[model._meta.label_lower]
    wider = {
        name
        for name in differing
        if effects[name] in (Effect.NUMBER, Effect.FIXED, Effect.WORDS, Effect.ENDS)
        or (effects[name] is Effect.OPENS and after[name])
    }
    if verdict and lets_in(verdict_of(before), verdict_of(after)):
        wider |= differing.intersection(verdict)
    return frozenset(wider)


def is_entangled(model: type[models.Model], before: Values | None, after: Values) -> bool:
    """Tell whether a verdict both widens and narrows: then all of it waits."""
    if before is None or not fields_with(model, Effect.VERDICT):
        return False
    was, will_be = verdict_of(before), verdict_of(after)
    return lets_in(was, will_be) and keeps_out(was, will_be)
