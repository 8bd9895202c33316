"""What the register says about an appointment that is asked for, fetched just before it is judged."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from enterprises.gateway import Function, RegisteredEnterprise, RegisteredPerson, Standing, register
from enterprises.representatives import counting_functions
from enterprises.ties import refuse_when_old
from htb.models import Request


@dataclass(frozen=True)
class Facts:
    """The register's answers. ..._functions: those that count today. chief: None while nobody is named. signer: who signed
    the request electronically, None for paper."""

    enterprise: RegisteredEnterprise | None
    representative: Standing
    representative_functions: tuple[Function, ...]
    chief: Standing | None
    chief_functions: tuple[Function, ...]
    read_at: datetime
    signer: Standing | None = None
    signer_functions: tuple[Function, ...] = ()

    def refuse_when_old(self) -> None:
        """Raise RegisterDown where the answers are too old to act on (a long wait for a lock)."""
        refuse_when_old(self.read_at)


def some_representative_has_eid(number: str, facts: Facts) -> bool:
    """Tell whether the register knows a legal representative of the enterprise with an eID or foreigner card (X2)."""
    if facts.enterprise is None:
        return False
    source = register()
    counting = counting_functions(facts.enterprise, source.functions(number), timezone.localdate())
    persons = source.persons(list({function.insz for function in counting})).values()
    return any(person.has_eid and person.died_on is None for person in persons)


# Of more legal representatives the desk is told how many there are; no enterprise of ours has as many.
MOST_REPRESENTATIVES = 50


@dataclass(frozen=True)
class Representative:
    """Somebody who represents an enterprise today. person: None where the register knows the number alone."""

    insz: str
    person: RegisteredPerson | None
    functions: tuple[Function, ...]


def representatives_of(enterprise: RegisteredEnterprise | None) -> list[Representative]:
    """Return who represents an enterprise today, whoever asked: any of them may have signed (T11). Raises RegisterDown."""
    if enterprise is None:
        return []
    source = register()
    held: dict[str, list[Function]] = {}
    for function in counting_functions(enterprise, source.functions(enterprise.number), timezone.localdate()):
        held.setdefault(function.insz, []).append(function)
    persons = source.persons(list(held)[:MOST_REPRESENTATIVES])
    return [Representative(insz, persons.get(insz), tuple(functions)) for insz, functions in held.items()]


def read_facts_about(request: Request, *, signer: str | None = None) -> Facts:
    """Ask the register about all whom a request names, and who signed it electronically. signer: INSZ, where that is not kept
    yet. Raises RegisterDown."""
    if signer is None and request.is_signed_electronically:
        signer = request.signed_file.signer_insz
    return read_facts(
        request.enterprise_number, representative=request.applicant_insz, chief=request.chief_insz, signer=signer
    )


def read_facts(number: str, *, representative: str, chief: str | None = None, signer: str | None = None) -> Facts:
    """Ask the register about an enterprise (ten digits), its representative, its chief to be, who signed (INSZ).

    Raises RegisterDown.
    """
    source = register()
    read_at = timezone.now()
    today = timezone.localdate()
    enterprise = source.enterprise(number)
    standing = source.standing(number, representative)
    others = {insz: source.standing(number, insz) for insz in {chief, signer} - {None, representative} if insz}
    standings = {representative: standing, **others}

    held = {function for one in standings.values() for function in one.functions}
    counting = counting_functions(enterprise, held, today)
    return Facts(
        enterprise=enterprise,
        representative=standing,
        representative_functions=tuple(function for function in counting if function.insz == representative),
        chief=standings[chief] if chief else None,
        chief_functions=tuple(function for function in counting if function.insz == chief),
        read_at=read_at,
        signer=standings[signer] if signer else None,
        signer_functions=tuple(function for function in counting if function.insz == signer),
    )
