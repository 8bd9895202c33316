"""What starts nowhere: settings that cannot be read as they are meant (T19, T21)."""

from django.conf import settings

from csam_portal import environment
from csam_portal.starting.refusal import Refusal, one

ENVIRONMENTS = ("development", "test", "production")
_FILES = tuple(f"{name}_FILE" for name in environment.SECRETS)


def _faulty(names: tuple[str, ...], words: str) -> Refusal:
    return Refusal(names, words, lambda name: name in environment.FAULTS[words])


REFUSALS = (
    one(
        "ENVIRONMENT",
        f"is none of {', '.join(ENVIRONMENTS)}",
        lambda: settings.ENVIRONMENT not in ENVIRONMENTS,
    ),
    _faulty(tuple(environment.SWITCHES), environment.NO_SWITCH),
    _faulty(_FILES, environment.BOTH),
    _faulty(_FILES, environment.UNREADABLE),
    _faulty(_FILES, environment.NOT_A_LINE),
    _faulty(("DATABASE_URL",), environment.NO_DATABASE),
    _faulty(("EMAIL_URL",), environment.NO_MAIL),
)
