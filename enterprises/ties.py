"""What ties a person to an enterprise by the register: read just before it is judged, never under a lock (BEHAVIOUR S5, H7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from acts.errors import Refused, RegisterDown
from enterprises.gateway import Function, Standing, register
from enterprises.representatives import counting_functions

# An act judges on an answer at most this old: no register call happens under a lock.
MAX_AGE = timedelta(seconds=10)


@dataclass(frozen=True)
class Ties:
    """The register's answer about one person in one enterprise. functions: those that count today."""

    standing: Standing
    functions: tuple[Function, ...]
    read_at: datetime

    @property
    def are_any(self) -> bool:
        """Whether the person works for the enterprise or represents it."""
        return self.standing.is_employed or bool(self.functions)


def read_ties(number: str, insz: str) -> Ties:
    """Ask the register about a person (eleven digits) in an enterprise (ten digits). Raises RegisterDown.

    The same questions are asked whether the register knows the number or not.
    """
    source, read_at = register(), timezone.now()
    enterprise = source.enterprise(number)
    standing = source.standing(number, insz)
    counting = counting_functions(enterprise, standing.functions, timezone.localdate(read_at))
    return Ties(standing, tuple(counting), read_at)


def refuse_when_old(read_at: datetime) -> None:
    """Raise RegisterDown where an answer is too old to act on (a long wait for a lock)."""
    if timezone.now() - read_at > MAX_AGE:
        raise RegisterDown


def check_eligible(standing: Standing | None, functions: Sequence[Function], *, field: str) -> None:
    """Raise Refused unless a person is known, alive, and works for or represents the enterprise (S5; HTB and co-HTB).

    functions: the person's that count today. field: where the number was typed. One sentence for every cause, so that it
    tells a stranger nothing about anybody.
    """
    if standing and standing.person and standing.person.died_on is None and (standing.is_employed or functions):
        return
    raise Refused(
        _(
            "This number does not belong to an employee or legal representative of the enterprise. Check the number. If "
            "it is right, the employment or the function is not in the register yet."
        ),
        field=field,
        code="chief_not_eligible",
    )
