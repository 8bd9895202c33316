"""How every act moves a request: lock, table of states, step, event (BEHAVIOUR section 5)."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.utils import timezone

from acts.act import Act, perform
from enterprises.models import Enterprise
from htb.enums import RequestAct, RequestState
from htb.models import Request, RequestStep
from htb.permissions import check_process, check_process_this
from htb.transitions import transition
from identity.actor import Actor
from identity.enums import Role


@contextmanager
def locked_by_desk(what: RequestAct, actor: Actor, request: UUID) -> Iterator[tuple[Act, Request]]:
    """Run an act of the contact centre on a request: right, lock, table of states."""
    with perform(f"request.{what}", actor=actor, chain=f"request:{request}") as act:
        check_process(actor)
        locked = Request.objects.select_for_update().get(public_id=request)
        check_process_this(actor, locked)
        transition(what, RequestState(locked.state))
        yield act, locked


def move(
    act: Act,
    request: Request,
    what: RequestAct,
    *,
    note: str = "",
    enterprise: Enterprise | None = None,
    **details: object,
) -> None:
    """Carry a request over to the state that the table says, with its step and event.

    enterprise: where the act touches what the enterprise has, so that its history tells it (H9).
    """
    before = RequestState(request.state)
    request.state = transition(what, before).to or before
    request.save()
    note_step(act, request, what, note=note, enterprise=enterprise, before=before, **details)


def note_step(
    act: Act,
    request: Request,
    what: RequestAct,
    *,
    note: str = "",
    enterprise: Enterprise | None = None,
    **details: object,
) -> None:
    """Write down that an act happened to a request: a step that the desk reads, an event for the record."""
    person = getattr(act.actor, "person")  # noqa: B009 - every Doer of these acts is an Actor
    RequestStep.objects.create(request=request, act=what, state=request.state, at=timezone.now(), by=person, note=note)
    act.event(
        f"request.{what}",
        role=Role.STAFF if person.is_staff else Role.PORTAL,
        enterprise=enterprise.public_id if enterprise else None,
        about=f"request:{request.public_id}",
        details={**details, "after": request.state},
    )
