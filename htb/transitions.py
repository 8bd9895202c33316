"""The life of a request as one table: from, act, to, who, what it needs, which mail it sends (BEHAVIOUR section 5).

`htb.requests` obeys it; docs/request-states.md is drawn from it.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext

from acts.errors import Refused
from htb.enums import RequestAct, RequestState, Who

REMINDED_AFTER = timedelta(days=76)
EXPIRES_AFTER = timedelta(days=90)

_REGISTERED, _REPLACED, _RECEIVED = RequestState.REGISTERED, RequestState.REPLACED, RequestState.RECEIVED


@dataclass(frozen=True)
class Transition:
    """One line of the table. from_: none for a new request. to: none where the state stays. mail: to the applicant."""

    act: RequestAct
    from_: tuple[RequestState, ...]
    to: RequestState | None
    who: Who
    needs: str = ""
    mail: str = ""


TRANSITIONS = (
    Transition(
        RequestAct.CONFIRM, (), _REGISTERED, Who.APPLICANT, "X1 to X4; none of the applicant's received", "registered"
    ),
    Transition(
        RequestAct.REPLACE, (_REGISTERED,), _REPLACED, Who.PORTAL, "a newer one of the same enterprise and applicant"
    ),
    Transition(RequestAct.REMIND, (_REGISTERED,), None, Who.PORTAL, "76 days", "expires in a fortnight"),
    Transition(RequestAct.EXPIRE, (_REGISTERED, _REPLACED), RequestState.EXPIRED, Who.PORTAL, "90 days", "expired"),
    Transition(
        RequestAct.RECEIVE,
        (_REGISTERED, _REPLACED),
        _RECEIVED,
        Who.DESK,
        "the original letter; its QR code not found to differ; no newer one received",
    ),
    Transition(
        RequestAct.RETURN_SIGNED,
        (_REGISTERED,),
        _RECEIVED,
        Who.PORTAL,
        "our document with one qualified signature, of a legal representative of today; within 90 days; none received",
    ),
    Transition(
        RequestAct.ATTACH_SCAN, (_RECEIVED,), None, Who.DESK, "paper only; pages that show something; no other QR code"
    ),
    Transition(
        RequestAct.COMPARE_CODE, (_REGISTERED, _REPLACED, _RECEIVED), None, Who.DESK, "paper only; this ticket's code"
    ),
    Transition(RequestAct.NOTE, tuple(RequestState), None, Who.DESK),
    Transition(
        RequestAct.APPROVE,
        (_RECEIVED,),
        RequestState.APPROVED,
        Who.DESK,
        "not who recorded the receipt; the scan or the electronic signature, opened by the approver; its QR code, or a "
        "comparison by hand; the register of today; HTB unchanged since; no newer one received; what was checked",
        "approved",
    ),
    Transition(
        RequestAct.REFUSE,
        (_RECEIVED,),
        RequestState.REFUSED,
        Who.DESK,
        "a template, the applicant's language",
        "refused",
    ),
    Transition(RequestAct.REOPEN, (RequestState.REFUSED,), _RECEIVED, Who.DESK, "a reason; none open"),
    Transition(
        RequestAct.NEW_CODE,
        (RequestState.APPROVED,),
        None,
        Who.DESK,
        "a reason; the role lives, was opened with an activation, and its holder lacks means of login still",
        "activation, to the chief",
    ),
)


def transition(act: RequestAct, state: RequestState) -> Transition:
    """Return the line of the table for an act on a request in a state. Raises Refused where there is none."""
    for line in TRANSITIONS:
        if line.act == act and state in line.from_:
            return line
    raise Refused(
        gettext("This request is %(state)s; that cannot be done with it.") % {"state": state.label},
        code="wrong_state",
    )


def allows(act: RequestAct, state: RequestState) -> bool:
    """Tell whether the table has a line for this act in this state."""
    return any(line.act == act and state in line.from_ for line in TRANSITIONS)
