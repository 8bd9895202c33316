"""The acts upon a proposal: make, confirm, refuse, withdraw, and carry out on its day (BEHAVIOUR T7)."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from acts.act import Act, digest, perform
from acts.errors import ActError, Changed, Missing, NotAllowed, Refused
from acts.permissions import can
from identity.actor import Actor, portal_actor
from identity.enums import Role
from identity.independence import check_second
from identity.letters import proposal_step
from identity.limits import spend
from identity.models import Person, Proposal
from identity.proposals import Kind, State, kind_of, told_of, under_way

CHAIN = "portal"


def check_decide(actor: Actor, proposal: Proposal) -> None:
    """Proposing, refusing, withdrawing: who holds the kind's permission. Raises NotAllowed."""
    # Asked afresh: Django remembers what somebody may for as long as their request lasts.
    person = Person.objects.filter(pk=actor.person.pk).first()
    if person is None or not person.has_perm(kind_of(proposal).permission):
        raise NotAllowed(_("Your group at the contact centre does not decide about this."), roles=(Role.STAFF,))


def check_confirm(actor: Actor, proposal: Proposal) -> None:
    """Confirming: a second person, independent of who proposed it (T7, T8). Raises NotAllowed."""
    check_decide(actor, proposal)
    check_second(actor.person, proposal.made_by)
    # Whoever proposed it and was sent away since, or has another duty, is no pair of eyes any more.
    maker = Person.objects.get(pk=proposal.made_by_id)
    if not (maker.is_active and maker.has_perm(kind_of(proposal).permission)):
        raise NotAllowed(
            _("Who proposed this no longer decides about it: refuse it, and propose it yourself."), code="maker_gone"
        )


can_decide = can(check_decide)


def propose(*, actor: Actor, kind: str, subject: str, content: State, takes_effect_on: date | None = None) -> Proposal:
    """Propose something; whoever is told of its kind gets a mail. Return the proposal.

    kind: a registered name. subject, content: see identity.models.Proposal. takes_effect_on: the first day asked for.
    Raises NotAllowed; Refused by the kind's own rules, where nothing would change, or where the same is proposed already;
    TooMany where somebody proposes so many that nobody reads the mails any more.
    """
    proposal = Proposal(
        kind=kind, subject=subject, content=content, takes_effect_on=takes_effect_on, made_by=actor.person
    )
    of = kind_of(proposal)
    check_decide(actor, proposal)
    spend(("proposal.actor", str(actor.public_id)))
    with perform("proposal.make", actor=actor, chain=CHAIN) as act:
        check_decide(actor, proposal)
        if under_way(kind, subject):
            raise Refused(_("The same is proposed already: decide about that first."), code="proposed_already")
        state = of.state(proposal, True)
        of.check(actor, proposal)
        if not of.changes(proposal, state):
            raise Refused(_("Nothing would change."), code="no_change")
        touches = of.touches(proposal)
        proposal.people, proposal.enterprises = touches.people, touches.enterprises
        proposal.basis, proposal.made_at = digest(state), timezone.now()
        proposal.save()
        _record(act, proposal)
        _tell(act, proposal)
    return proposal


def confirm(*, actor: Actor, proposal: uuid.UUID) -> Proposal:
    """Confirm a proposal, as a second person; it is carried out at once, or on its day. Return it as it is now; `shown_once` is
    for the confirmer's eyes.

    Its outcome is OVERTAKEN, and nothing else is written, where things stand otherwise than when it was made. Raises Missing,
    NotAllowed (the same person, or one who depends on the proposer), Refused by the kind's rules, Changed where it has ended.
    """
    with _held("proposal.confirm", actor, proposal) as (act, held):
        kind = kind_of(held)
        check_confirm(actor, held)
        if held.confirmed_at is not None:
            raise _decided_already(held)
        if digest(kind.state(held, True)) != held.basis:
            _end(act, held, Proposal.Outcome.OVERTAKEN, "proposal.overtake")
            return held
        kind.check(actor, held)
        held.confirmed_at, held.confirmed_by = timezone.now(), actor.person
        if kind.days_ahead:
            earliest = timezone.localdate() + timedelta(days=kind.days_ahead)
            held.takes_effect_on = max(held.takes_effect_on or earliest, earliest)
        _record(act, held)
        if kind.is_dated or held.takes_effect_on is None or held.takes_effect_on <= timezone.localdate():
            held.shown_once = kind.apply(act, held) or ""
            _end(act, held, Proposal.Outcome.APPLIED, "proposal.apply")
        else:
            held.save()
            _tell(act, held)
    return held


def refuse(*, actor: Actor, proposal: uuid.UUID) -> Proposal:
    """Refuse a proposal, or stop one that is confirmed and waits for its day: that narrows, so one person suffices.

    Raises Missing, NotAllowed, Changed where it has ended.
    """
    with _held("proposal.refuse", actor, proposal) as (act, held):
        check_decide(actor, held)
        _end(act, held, Proposal.Outcome.REFUSED)
    return held


def withdraw(*, actor: Actor, proposal: uuid.UUID) -> Proposal:
    """Take one's own proposal back. Raises Missing, NotAllowed, Changed where it has ended."""
    with _held("proposal.withdraw", actor, proposal) as (act, held):
        check_decide(actor, held)
        if held.made_by != actor.person:
            raise NotAllowed(_("Only who made a proposal withdraws it."), code="not_own_proposal")
        _end(act, held, Proposal.Outcome.WITHDRAWN)
    return held


def apply_due() -> int:
    """Carry out the confirmed proposals whose day has come; return how many were due. Safe to run twice or late.

    One that things have overtaken, or that a rule refuses by now, ends as OVERTAKEN.
    """
    due = Proposal.objects.filter(outcome="", confirmed_at__isnull=False, takes_effect_on__lte=timezone.localdate())
    found = list(due.order_by("pk").values_list("public_id", flat=True))
    for public_id in found:
        _apply_one(public_id)
    return len(found)


def _apply_one(public_id: uuid.UUID) -> None:
    actor = portal_actor()
    with perform("proposal.apply", actor=actor, chain=CHAIN) as act:
        held = _locked().get(public_id=public_id)
        if held.outcome or held.confirmed_by is None:
            act.is_repeated = True
            return
        kind = kind_of(held)
        is_as_it_was = digest(kind.state(held, True)) == held.basis
        if not (is_as_it_was and _passes(kind, Actor(held.confirmed_by, level=0), held)):
            _end(act, held, Proposal.Outcome.OVERTAKEN, "proposal.overtake")
            return
        kind.apply(act, held)
        _end(act, held, Proposal.Outcome.APPLIED)


def _passes(kind: Kind, actor: Actor, proposal: Proposal) -> bool:
    try:
        check_confirm(actor, proposal)
        kind.check(actor, proposal)
    except ActError:
        return False
    return True


@contextmanager
def _held(name: str, actor: Actor, public_id: uuid.UUID) -> Iterator[tuple[Act, Proposal]]:
    """Run an act on a proposal that is under way: its row is locked first of all."""
    with perform(name, actor=actor, chain=CHAIN) as act:
        held = _locked().filter(public_id=public_id).first()
        if held is None:
            raise Missing
        if held.outcome:
            raise _decided_already(held)
        yield act, held


def _decided_already(held: Proposal) -> Changed:
    decided_by, at = (held.ended_by, held.ended_at) if held.outcome else (held.confirmed_by, held.confirmed_at)
    return Changed(
        _("This proposal was decided meanwhile. Look at how it stands now."),
        who=decided_by.full_name if decided_by else "",
        when=at,
        code="proposal_decided",
    )


def _end(act: Act, held: Proposal, outcome: Proposal.Outcome, event: str = "") -> None:
    held.outcome, held.ended_at, held.ended_by = outcome, timezone.now(), _who(act)
    held.save()
    _record(act, held, event)
    _tell(act, held)


def _record(act: Act, proposal: Proposal, event: str = "") -> None:
    """Record a step. Without names: what is to be written stands in the proposal alone."""
    act.event(
        event,
        role=Role.PORTAL if _who(act).is_portal else Role.STAFF,
        about=f"proposal:{proposal.public_id}",
        details={
            "kind": proposal.kind,
            "subject": proposal.subject,
            "people": proposal.people,
            "enterprises": proposal.enterprises,
            "from": str(proposal.takes_effect_on or ""),
        },
    )


def _tell(act: Act, proposal: Proposal) -> None:
    """Mail whoever is told of its kind how the proposal stands now."""
    kind = kind_of(proposal)
    for receiver in told_of(kind):
        if receiver.email:
            act.mail(
                receiver, address=receiver.email, letter=proposal_step(receiver, proposal, kind=kind, by=_who(act))
            )


def _locked() -> QuerySet[Proposal]:
    rows = Proposal.objects.select_for_update(of=("self",))
    return rows.select_related("made_by", "confirmed_by", "ended_by")


def _who(act: Act) -> Person:
    person: Person = getattr(act.actor, "person")  # noqa: B009 - every Doer of these acts is an Actor
    return person
