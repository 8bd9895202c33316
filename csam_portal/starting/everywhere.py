"""What starts nowhere: settings that cannot be read as they are meant (T19, T21)."""

import os
from ipaddress import ip_network

from django.conf import settings

from csam_portal import environment
from csam_portal.numbers import NUMBERS
from csam_portal.starting.refusal import Refusal, one

ENVIRONMENTS = ("development", "test", "production")
# Whoever still sets it believes that it counts; keepers keep the issuers now.
GONE = "SENDER_ISSUERS_FILE"
_FILES = tuple(f"{name}_FILE" for name in environment.SECRETS)


def _is_network(text: str) -> bool:
    try:
        return ip_network(text).prefixlen > 0
    except ValueError:
        return False


def _faulty(names: tuple[str, ...], words: str) -> Refusal:
    return Refusal(names, words, lambda name: name in environment.FAULTS[words])


# A sentence and a table of their own in docs/refusals.md.
TEXTS = (_faulty((*environment.TEXTS, *environment.SECRETS), environment.NO_TEXT),)
BOUNDS = tuple(_faulty((name,), number.words) for name, number in NUMBERS.items())
REFUSALS = (
    one(
        "ENVIRONMENT",
        f"is none of {', '.join(ENVIRONMENTS)}",
        lambda: settings.ENVIRONMENT not in ENVIRONMENTS,
    ),
    one(
        "SCRIPT_NAME", "is set: the portal stands at the root of its host", lambda: bool(os.environ.get("SCRIPT_NAME"))
    ),
    one(
        GONE,
        "is a setting no more: admit the issuers with manage.py load_issuers, and take it out",
        lambda: bool(os.environ.get(GONE)),
    ),
    one(
        "PROXY_ADDRESSES",
        "is no list of addresses and networks, or holds every address",
        lambda: not all(map(_is_network, settings.PROXY_ADDRESSES)),
    ),
    _faulty(tuple(environment.SWITCHES), environment.NO_SWITCH),
    *(_faulty((name,), words) for name, words in environment.CHOICES.items()),
    _faulty(_FILES, environment.BOTH),
    _faulty(_FILES, environment.UNREADABLE),
    _faulty(_FILES, environment.NOT_A_LINE),
    _faulty(("DATABASE_URL",), environment.NO_DATABASE),
    _faulty(("EMAIL_URL",), environment.NO_MAIL),
)
