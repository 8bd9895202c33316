"""Appointing a co-chief administrator, and ending the role (BEHAVIOUR H5, S5)."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from access_admins.co_chiefs import letters
from access_admins.enums import ChiefKind, Procedure, ReviewOutcome
from access_admins.holdings import chief_role, current_chief
from access_admins.models import ChiefRole, Review
from access_admins.planted import end_planted
from acts.act import Act, Recorder, about, digest, perform
from acts.errors import Changed, Missing, Refused, plan_changed
from acts.runs import hold_run
from enterprises.models import Enterprise
from enterprises.scope import hold_enterprise
from enterprises.ties import check_eligible
from identity.actions.activation import open_activation, open_again
from identity.actions.anew import begin_anew
from identity.actions.means import hold
from identity.actor import Actor
from identity.enums import Role
from identity.people import shorten_first_passwords
from identity.proof import check_fresh
from identity.rights import Permission, check_right
from ui import journeys
from ui.models import Run
from users.adding.plan import WayIn, way_in
from users.finding import Found
from users.models import LIVE


@dataclass(frozen=True)
class Asked:
    """Whom the HTB appoints, and how they are reached; telephone in international notation."""

    insz: str
    email: str
    telephone: str


@dataclass(frozen=True)
class Appointed:
    """The co-chief's role. activation_code: to be shown once (L7), else ""."""

    role: ChiefRole
    activation_code: str = ""


def role_of(enterprise: Enterprise, insz: str) -> ChiefRole | None:
    """Return the role that a person (eleven digits) holds over an enterprise now."""
    return (
        ChiefRole.objects.filter(LIVE, enterprise=enterprise, person__insz=insz)
        .select_related("person", "started_by")
        .first()
    )


def check_can_be_co_chief(found: Found, current: ChiefRole | None) -> None:
    """Raise Refused unless the person works for or represents the enterprise and holds no role over it yet (H5, S5).

    current: the role that they hold.
    """
    check_eligible(found.ties.standing, found.ties.functions, field="insz")
    if current is None:
        return
    if current.kind == ChiefKind.HTB:
        sentence = gettext_lazy("This person is the Chief Access Manager. Enter the number of another person.")
    else:
        sentence = gettext_lazy("This person is a Co-Chief Access Manager already. Nothing has to be added.")
    raise Refused(sentence, field="insz", code="already_chief")


def digest_of(asked: Asked, found: Found, current: ChiefRole | None, way: WayIn, by: Actor) -> str:
    """Return the digest of all that the check page shows."""
    person: Any = found.registered
    names = person and [person.last_name, person.first_names]
    shown = {"asked": asked.__dict__, "person": names, "current": current and current.public_id, "way": way}
    return digest({**shown, "anew": found.begins_anew(by)})


def appoint_co_chief(
    *, actor: Actor, enterprise: Enterprise, asked: Asked, found: Found, confirmed: str, run: Run
) -> Appointed:
    """Make a person co-chief administrator of an enterprise; the HTB alone does so.

    found: the answers of register and portal, at most ten seconds old. confirmed: the digest that the check page showed. The
    same run again returns what it made. Raises Missing, NotAllowed, LevelTooLow, Refused (a rule), Changed, RegisterDown.
    """
    with perform("cochief.appoint", actor=actor) as act:
        run = hold_run(run)
        enterprise = hold_enterprise(enterprise)
        role = check_right(actor, Permission.CO_CHIEF_APPOINT, enterprise=enterprise.pk, afresh=True)
        if run.finished_at is not None:
            act.is_repeated = True
            return Appointed(chief_role(run.result["chief_role"]))
        found.refuse_when_old()
        found = found.held()
        act.chain = f"enterprise:{enterprise.public_id}"
        current = role_of(enterprise, asked.insz)
        way = way_in(found, administers=True, by=actor) if found.registered else WayIn.OWN
        if digest_of(asked, found, current, way, actor) != confirmed:
            raise given_meanwhile(current, run) or plan_changed()
        check_can_be_co_chief(found, current)
        person, _is_new = found.become_person()
        begin_anew(act, person, enterprise.public_id)
        co_chief = ChiefRole.objects.create(
            enterprise=enterprise,
            person=person,
            kind=ChiefKind.CO,
            email=asked.email,
            telephone=asked.telephone,
            procedure=Procedure.DELEGATED,
            run=run.public_id,
            started_at=timezone.now(),
            started_by=actor.person,
        )
        shorten_first_passwords([person.pk], co_chief.started_at)
        Recorder(act, role, enterprise)(
            "cochief.appoint", person, about("chief_role", co_chief), procedure=Procedure.DELEGATED
        )
        letter = letters.appointed(person, enterprise=enterprise, by=actor.person, way=way)
        act.mail(person, address=asked.email, letter=letter)
        code = ""
        if way.is_by_link:
            code = open_activation(
                act, person=person, enterprise_public_id=enterprise.public_id, address=asked.email,
                language=person.language,
            )  # fmt: skip
        journeys.finish(run, {"chief_role": str(co_chief.public_id)})
        return Appointed(co_chief, code)


def given_meanwhile(current: ChiefRole | None, run: Run) -> Changed | None:
    """Return who gave the person a role over the enterprise since a run began, None where nobody did."""
    if current is None or current.started_at <= run.begun_at:
        return None
    who = current.started_by.full_name
    sentence = gettext("Meanwhile %(who)s has given %(name)s a role over this enterprise.")
    return Changed(
        sentence % {"who": who, "name": current.person.full_name},
        who=who,
        when=current.started_at,
        code="given_meanwhile",
    )


def renew_co_chief_activation(*, actor: Actor, role: ChiefRole, confirmed: str) -> str:
    """Send a co-chief a new link, in the place of one that was lost or is too old; return the code to show once (L7).

    confirmed: the digest that the page showed. Raises Missing (also for the HTB, whom the contact centre helps, and for a role
    that ended), NotAllowed, LevelTooLow, and what `open_again` raises.
    """
    with perform("cochief.renew_activation", actor=actor) as act:
        enterprise = hold_enterprise(role.enterprise)
        by = check_right(actor, Permission.CO_CHIEF_APPOINT, enterprise=enterprise.pk, afresh=True)
        role = chief_role(str(role.public_id))
        if role.kind != ChiefKind.CO or role.ended_at is not None:
            raise Missing
        check_fresh(actor)
        person = hold(role.person)
        act.chain = f"enterprise:{enterprise.public_id}"
        Recorder(act, by, enterprise)("cochief.renew_activation", person, about("chief_role", role))
        return open_again(
            act, person=person, enterprise_public_id=enterprise.public_id, address=role.email, confirmed=confirmed
        )


def digest_of_end(role: ChiefRole) -> str:
    """Return the digest of what the page shows that ends a co-chief's role."""
    return digest({"role": role.public_id, "email": role.email})


def end_co_chief(*, actor: Actor, role: ChiefRole, confirmed: str) -> None:
    """End a co-chief's role; the HTB alone does so. Accounts that the person has in capacities stay as they are.

    Again by the same actor: nothing. Raises Missing (also for the HTB, whom a representative replaces), NotAllowed,
    LevelTooLow, Changed.
    """
    with perform("cochief.end", actor=actor) as act:
        enterprise = hold_enterprise(role.enterprise)
        by = check_right(actor, Permission.CO_CHIEF_END, enterprise=enterprise.pk, afresh=True)
        _end(act, role, enterprise=enterprise, actor=actor, by=by, confirmed=confirmed)


def resign_co_chief(*, actor: Actor, role: ChiefRole, confirmed: str) -> None:
    """Give one's own role of co-chief back (H5). role: the actor's. Raises and repeats as end_co_chief does."""
    with perform("cochief.resign", actor=actor) as act:
        enterprise = hold_enterprise(role.enterprise)
        fresh = chief_role(str(role.public_id))
        if fresh.person_id != actor.person.pk:
            raise Missing
        if fresh.ended_at is not None and fresh.ended_by_id == actor.person.pk:
            act.is_repeated = True
            return
        by = check_right(actor, Permission.CO_CHIEF_RESIGN, enterprise=enterprise.pk, afresh=True)
        _end(act, role, enterprise=enterprise, actor=actor, by=by, confirmed=confirmed)


def _end(act: Act, role: ChiefRole, *, enterprise: Enterprise, actor: Actor, by: Role, confirmed: str) -> None:
    role = chief_role(str(role.public_id))
    if role.kind != ChiefKind.CO:
        raise Missing
    if role.ended_at is not None and role.ended_by is not None:
        if role.ended_by == actor.person:
            act.is_repeated = True
            return
        who = role.ended_by.full_name
        raise Changed(
            gettext("Meanwhile %(who)s has ended this role.") % {"who": who},
            who=who,
            when=role.ended_at,
            code="ended_meanwhile",
        )
    if digest_of_end(role) != confirmed:
        raise plan_changed()
    act.chain = f"enterprise:{enterprise.public_id}"
    now = timezone.now()
    role.ended_at, role.ended_by = now, actor.person
    role.save(update_fields=["ended_at", "ended_by"])
    end_planted(act, [role.person], enterprise)
    Review.objects.filter(chief_role=role, decided_at=None).update(
        decided_at=now, decided_by=actor.person, outcome=ReviewOutcome.END
    )
    Recorder(act, by, enterprise)("cochief.end", role.person, about("chief_role", role))
    if role.person != actor.person:
        letter = letters.ended(role.person, enterprise=enterprise, by=actor.person)
        act.mail(role.person, address=role.email, letter=letter)
        return
    chief = current_chief(enterprise.number)
    if chief is not None:
        letter = letters.resigned(chief.person, enterprise=enterprise, co_chief=role.person)
        act.mail(chief.person, address=chief.email, letter=letter)
