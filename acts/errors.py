"""What an act raises; `csam_portal.middleware` turns each into its page, bulk acts into a row's outcome."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

Sentence = str | Promise


class ActError(Exception):
    """Why an act did not happen. `code` names the reason in tests and logs; `sentence` is for the person.

    field: of the form, to which the sentence belongs; None for the whole form.
    """

    status = 400
    field: str | None = None

    def __init__(self, sentence: Sentence = "", *, code: str = "") -> None:
        super().__init__(code or type(self).__name__)
        self.sentence = sentence
        self.code = code or type(self).__name__


class Missing(ActError):
    """There is no such thing, or not for this person: strangers cannot tell which (BEHAVIOUR E2)."""

    status = 404


class NotAllowed(ActError):
    """The person has a tie here but not the right; `roles` names who could."""

    status = 403

    def __init__(self, sentence: Sentence, *, roles: tuple[Any, ...] = (), code: str = "") -> None:
        super().__init__(sentence, code=code)
        self.roles = roles


class LevelTooLow(ActError):
    """The login was too weak for this act; `level` is what it needs (BEHAVIOUR L4)."""

    status = 403

    def __init__(self, level: int) -> None:
        super().__init__(code="level_too_low")
        self.level = level


class ProofTooOld(ActError):
    """Whoever asks must first show again that it is them (BEHAVIOUR T4)."""

    status = 403

    def __init__(self) -> None:
        super().__init__(code="proof_too_old")


class Refused(ActError):
    """A rule says no."""

    status = 422

    def __init__(self, sentence: Sentence, *, field: str | None = None, code: str = "", **facts: Any) -> None:
        super().__init__(sentence, code=code)
        self.field = field
        self.facts = facts


class Changed(ActError):
    """Somebody was first, or what was confirmed is no longer so: `who`, `what`, `when` tell the loser."""

    status = 409

    def __init__(
        self, sentence: Sentence, *, who: str = "", when: datetime | None = None, code: str = "changed"
    ) -> None:
        super().__init__(sentence, code=code)
        self.who = who
        self.when = when


def plan_changed() -> Changed:
    """Return the refusal of a plan that is no longer the one that was confirmed."""
    sentence = _(
        "What you confirmed is no longer how things stand. Nothing was done. Check the data below and confirm again."
    )
    return Changed(sentence, code="plan_changed")


class TooMany(ActError):
    """Too many tries; nothing gets through before `until` (aware). sentence: where no try was wrong; it may say %(moment)s."""

    status = 429

    def __init__(self, until: datetime, *, scope: str = "", sentence: Sentence = "") -> None:
        moment = date_format(timezone.localtime(until), "SHORT_DATETIME_FORMAT")
        words = str(sentence) or gettext("There were too many wrong tries. Try again after %(moment)s.")
        super().__init__(words % {"moment": moment}, code="too_many")
        self.until = until
        self.scope = scope


class RegisterDown(ActError):
    """The register did not answer in time: "try again later", never "no"."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            _("The register does not answer at this moment. Nothing is lost: try again in a few minutes."),
            code="register_down",
        )
