"""What the register says about an appointment that is asked for, fetched just before it is judged."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from acts.errors import RegisterDown
from enterprises.gateway import Function, RegisteredEnterprise, Standing, register
from enterprises.representatives import counting_functions

# An act judges on an answer at most this old: no register call happens under a lock.
MAX_AGE = timedelta(seconds=10)


@dataclass(frozen=True)
class Facts:
    """The register's answers. representative_functions: those that count today. chief: None while nobody is named."""

    enterprise: RegisteredEnterprise | None
    representative: Standing
    representative_functions: tuple[Function, ...]
    chief: Standing | None
    chief_functions: tuple[Function, ...]
    read_at: datetime

    def refuse_when_old(self) -> None:
        """Raise RegisterDown where the answers are too old to act on (a long wait for a lock)."""
        if timezone.now() - self.read_at > MAX_AGE:
            raise RegisterDown


def some_representative_has_eid(number: str, facts: Facts) -> bool:
    """Tell whether the register knows a legal representative of the enterprise with an eID or foreigner card (X2)."""
    if facts.enterprise is None:
        return False
    source = register()
    counting = counting_functions(facts.enterprise, source.functions(number), timezone.localdate())
    persons = (source.person(insz) for insz in {function.insz for function in counting})
    return any(person is not None and person.has_eid and person.died_on is None for person in persons)


def read_facts(number: str, *, representative: str, chief: str | None = None) -> Facts:
    """Ask the register about an enterprise (ten digits), its representative and its chief to be (INSZ). Raises RegisterDown."""
    source = register()
    read_at = timezone.now()
    today = timezone.localdate()
    enterprise = source.enterprise(number)
    standing = source.standing(number, representative)
    if chief is None:
        chief_standing = None
    else:
        chief_standing = standing if chief == representative else source.standing(number, chief)

    held = {*standing.functions, *(chief_standing.functions if chief_standing else ())}
    counting = counting_functions(enterprise, held, today)
    return Facts(
        enterprise=enterprise,
        representative=standing,
        representative_functions=tuple(function for function in counting if function.insz == representative),
        chief=chief_standing,
        chief_functions=tuple(function for function in counting if function.insz == chief),
        read_at=read_at,
    )
