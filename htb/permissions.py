"""Who may appoint a chief administrator."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from acts.errors import NotAllowed
from acts.permissions import can
from formats.names import may_name
from htb.enums import RequestAct
from htb.facts import Facts
from htb.models import Request
from htb.policies import check_represents
from identity.actor import Actor
from identity.enums import OWN_LEVEL, Role
from identity.independence import check_second, is_one_of
from identity.models import Person


def check_appoint_chief(actor: Actor, facts: Facts) -> None:
    """chief.appoint: a legal representative whose function counts and is valid today, at the level that asks (S2, L4).

    Raises LevelTooLow, or Refused for the field "enterprise_number": somebody without a function can ask for another number.
    """
    # Whatever the setting: what an enterprise gave somebody must not act in their name for another (BEHAVIOUR T1).
    actor.needs_level(max(settings.LEVELS["appoint"], OWN_LEVEL))
    check_represents(facts)


can_appoint_chief = can(check_appoint_chief)


def check_process(actor: Actor) -> None:
    """request.receive, .refuse, .reopen, .note, scan: the contact centre's desk. Raises NotAllowed."""
    if not actor.person.has_perm("htb.process_request"):
        raise NotAllowed(_("Only the desk of the contact centre processes requests."), roles=(Role.STAFF,))


def check_process_this(actor: Actor, request: Request) -> None:
    """Every act of the desk on a request: nobody processes one whose applicant, chief or signer they are (X7, T8)."""
    check_process(actor)
    numbers = {request.applicant_insz, request.chief_insz}
    if request.is_signed_electronically:
        numbers.add(request.signed_file.signer_insz)
    if is_one_of(actor.person, numbers):
        raise _names_actor()


def check_approve(actor: Actor, request: Request) -> None:
    """request.approve: another person than who recorded the receipt, attached the scan or found the right code after one that
    differs, and nobody whom the request names (X7, T8, T13)."""
    check_process_this(actor, request)
    if request.received_by == actor.person:
        raise NotAllowed(_("You recorded the receipt of this document: a colleague decides."), code="own_receipt")
    named = [request.applicant_name, request.chief_name]
    if request.is_signed_electronically:
        named.append(request.signed_file.signer_name)
    own = {"first_names": actor.person.first_names, "last_name": actor.person.last_name}
    if any(may_name(name, **own) for name in named):
        raise _names_actor()
    for first in _first_pair(request):
        check_second(actor.person, first)


def _first_pair(request: Request) -> list[Person]:
    """Return who brought what is to be judged."""
    attached = request.steps.filter(act=RequestAct.ATTACH_SCAN).select_related("by")
    brought = [request.received_by, request.difference_lifted_by, *(step.by for step in attached)]
    return list({one.pk: one for one in brought if one is not None}.values())


def _names_actor() -> NotAllowed:
    return NotAllowed(_("This request names you: a colleague decides."), code="names_actor")


can_approve = can(check_approve)
