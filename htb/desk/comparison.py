"""What was asked beside the register of today, row by row, and why a request cannot be approved (BEHAVIOUR X7, T11)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access_admins.holdings import current_chief
from access_admins.models import ChiefRole
from acts.errors import ActError, RegisterDown, Sentence
from enterprises.enums import State
from enterprises.function_words import words_of
from enterprises.gateway import Function, RegisteredPerson
from formats import enterprise_number
from htb.enums import RequestAct, RequestState
from htb.facts import MOST_REPRESENTATIVES, Facts, Representative
from htb.models import Request
from htb.permissions import check_approve
from htb.policies import check_opened
from htb.requests import check_still_holds
from htb.transitions import transition
from identity.actor import Actor

NONE = "—"


@dataclass(frozen=True)
class Compared:
    """One thing: as it was asked, as the register or the portal has it today."""

    label: str
    asked: str
    today: str
    differs: bool


def compare(case: Request, facts: Facts, *, show: Callable[[str], str]) -> list[Compared]:
    """Return every thing on which an approval rests. show: how a national number is written."""
    held = (*facts.representative_functions, *facts.signer_functions)
    words = words_of(function.code for function in held)
    return [
        *_enterprise(case, facts),
        *_applicant(case, facts, show, words),
        *_signer(case, facts, show, words),
        *_chief(case, facts, show),
        _chief_then_and_now(case),
    ]


@dataclass(frozen=True)
class Signatory:
    """Somebody who represents the enterprise today, and whose signature the letter may bear."""

    name: str
    number: str
    functions: str
    is_applicant: bool


def signatories(case: Request, representatives: list[Representative], *, show: Callable[[str], str]) -> list[Signatory]:
    """Return every legal representative of today as the desk reads them, who asked first (T11)."""
    words = words_of(function.code for one in representatives for function in one.functions)
    found = []
    for one in representatives[:MOST_REPRESENTATIVES]:
        name = f"{one.person.first_names} {one.person.last_name}" if one.person else _("not in the register")
        functions = _death(one.person) or _functions(one.functions, words)
        found.append(Signatory(name, show(one.insz), functions, one.insz == case.applicant_insz))
    return sorted(found, key=lambda one: (not one.is_applicant, one.name))


def why_not_approved(actor: Actor, case: Request, facts: Facts | None) -> Sentence:
    """Return why this member of staff cannot approve the request now, "" where nothing stands in the way."""
    try:
        transition(RequestAct.APPROVE, RequestState(case.state))
        check_approve(actor, case)
        if facts is None:
            raise RegisterDown
        check_still_holds(case, facts)
        check_opened(actor, case)
    except ActError as refusal:
        return for_desk(refusal)
    return ""


def for_desk(refusal: ActError) -> Sentence:
    """Return an act's sentence as the desk reads it: those that speak to the applicant are said of the applicant."""
    own = {
        "no_function": _(
            "The register knows no legal function of the applicant in this enterprise that is valid today."
        ),
        "no_function_winding_up": _(
            "This enterprise is in dissolution, liquidation or bankruptcy. The register knows no function of the applicant "
            "that counts in that state."
        ),
        "chief_not_eligible": _(
            "The person to be appointed is not an employee or legal representative of the enterprise today."
        ),
        "already_chief_self": _("The applicant is the Chief Access Manager of this enterprise already."),
        "already_chief_other": _("The person to be appointed is the Chief Access Manager of this enterprise already."),
    }
    return own.get(refusal.code, refusal.sentence)


def _row(label: str, asked: str, today: str) -> Compared:
    return Compared(label, asked or NONE, today or NONE, differs=asked != today)


def _enterprise(case: Request, facts: Facts) -> list[Compared]:
    enterprise, number = facts.enterprise, enterprise_number.show(case.enterprise_number)
    if enterprise is None:
        return [Compared(_("Enterprise number"), number, _("not in the register"), differs=True)]
    state = str(enterprise.state.label)
    if enterprise.state == State.STOPPED and enterprise.stopped_on:
        state = f"{state}, {date_format(enterprise.stopped_on)}"
    return [
        _row(_("Enterprise number"), number, number),
        _row(_("Name of the enterprise"), case.enterprise_name, enterprise.name_in(case.language)),
        _row(_("Address"), case.enterprise_address, enterprise.address_in(case.language)),
        Compared(
            _("State of the enterprise"), NONE, state, differs=enterprise.state in (State.STOPPED, State.CANCELLED)
        ),
    ]


def _applicant(case: Request, facts: Facts, show: Callable[[str], str], words: Mapping[str, str]) -> list[Compared]:
    person = facts.representative.person
    died = _death(person)
    return [
        _row(
            _("Applicant"),
            f"{case.applicant_name}, {show(case.applicant_insz)}",
            f"{person.first_names} {person.last_name}, {show(person.insz)}" if person else _("not in the register"),
        ),
        Compared(
            _("Function of the applicant that counts today"),
            _("legal representative"),
            died or _functions(facts.representative_functions, words),
            differs=bool(died) or not facts.representative_functions,
        ),
    ]


def _signer(case: Request, facts: Facts, show: Callable[[str], str], words: Mapping[str, str]) -> list[Compared]:
    """Who signed electronically; nothing for paper, where the desk reads the name on the letter."""
    if not case.is_signed_electronically:
        return []
    signed, person = case.signed_file, facts.signer.person if facts.signer else None
    died = _death(person)
    return [
        Compared(
            _("Signed electronically by"),
            f"{signed.signer_name}, {show(signed.signer_insz)}",
            f"{person.first_names} {person.last_name}, {show(person.insz)}" if person else _("not in the register"),
            differs=person is None,
        ),
        Compared(
            _("Function of the signer that counts today"),
            _("legal representative"),
            died or _functions(facts.signer_functions, words),
            differs=bool(died) or not facts.signer_functions,
        ),
    ]


def _death(person: RegisteredPerson | None) -> str:
    """Return when somebody died, in words; "" for the living and the unknown."""
    if person is None or person.died_on is None:
        return ""
    return _("died on %(day)s") % {"day": date_format(person.died_on)}


def _functions(functions: Iterable[Function], words: Mapping[str, str]) -> str:
    said = [
        _("%(function)s since %(day)s") % {"function": words[function.code], "day": date_format(function.starts_on)}
        for function in functions
    ]
    return ", ".join(said) or _("none")


def _chief(case: Request, facts: Facts, show: Callable[[str], str]) -> list[Compared]:
    standing = facts.chief
    person = standing.person if standing else None
    ties = []
    if standing and standing.is_employed:
        ties.append(_("employee"))
    if facts.chief_functions:
        ties.append(_("legal representative"))
    died = _death(person)
    return [
        _row(
            _("Chief Access Manager"),
            f"{case.chief_name}, {show(case.chief_insz)}",
            f"{person.first_names} {person.last_name}, {show(person.insz)}" if person else _("not in the register"),
        ),
        Compared(
            _("Tie of the Chief Access Manager with the enterprise"),
            _("employee or legal representative"),
            died or ", ".join(ties) or _("none"),
            differs=bool(died) or not ties,
        ),
    ]


def _chief_then_and_now(case: Request) -> Compared:
    before = case.chief_before
    then = ChiefRole.objects.select_related("person").get(public_id=before) if before else None
    now = current_chief(case.enterprise_number)
    return Compared(
        _("Chief Access Manager before this request"),
        then.person.full_name if then else _("none"),
        now.person.full_name if now else _("none"),
        differs=(now.public_id if now else None) != case.chief_before,
    )
