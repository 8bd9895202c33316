"""The act by which an enterprise gets its chief administrator, whichever procedure leads to it (BEHAVIOUR S7, S8)."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext

from access_admins.holdings import current_chief
from access_admins.models import ChiefRole
from access_admins.succession import NewChief, Succession, carry_out, plan_succession
from acts.act import Act, Recorder, about, perform
from acts.errors import Changed, Missing, plan_changed
from acts.runs import hold_run
from enterprises.gateway import RegisteredEnterprise, RegisteredPerson
from enterprises.models import Enterprise
from htb import letters
from htb.asked import Asked
from htb.facts import Facts
from htb.permissions import check_appoint_chief
from htb.policies import check_chief_eligible, check_enterprise, check_not_already_chief
from identity.actions.activation import Lacking, lacking, open_activation, open_again
from identity.actions.anew import begin_anew
from identity.actions.means import hold
from identity.actor import Actor
from identity.enums import Role
from identity.models import Person
from identity.people import person_of
from identity.proof import check_fresh
from ui import journeys
from ui.models import Run


@dataclass(frozen=True)
class Appointed:
    """The new chief's role; activation_code: to be shown once, where the new chief cannot log in for it yet (L7), else ""."""

    role: ChiefRole
    activation_code: str = ""


def appoint_chief(*, actor: Actor, asked: Asked, facts: Facts, confirmed: str, run: Run) -> Appointed:
    """Appoint the chief administrator that a legal representative asked for and confirmed.

    facts: the register's answers, at most ten seconds old. confirmed: the digest that the check page showed. run: the journey's
    run; the same run again returns the appointment it made. Raises LevelTooLow, Refused (a rule), Changed (somebody was first,
    or what was confirmed is no longer so), RegisterDown (the answers grew old while waiting).
    """
    with perform("chief.appoint", actor=actor) as act:
        run = hold_run(run)
        if run.finished_at is not None:
            act.is_repeated = True
            return Appointed(ChiefRole.objects.select_related("person", "enterprise").get(run=run.public_id))
        registered = check_enterprise(facts.enterprise)
        enterprise = lock_enterprise(registered)
        facts.refuse_when_old()
        check_appoint_chief(actor, facts)
        plan = plan_succession(registered, chief_insz=asked.chief_insz)
        _refuse_when_changed(asked, plan, facts, confirmed, run)
        check_not_already_chief(plan.former, chief_insz=asked.chief_insz, representative_insz=asked.representative_insz)
        check_chief_eligible(facts)
        appointed = appoint(
            act, asked, facts, plan, enterprise=enterprise, representative=actor.person, by=actor.person, role=Role.WV
        )
        journeys.finish(run, {"chief_role": str(appointed.role.public_id)})
        return appointed


def lock_enterprise(registered: RegisteredEnterprise) -> Enterprise:
    """Lock the enterprise, and with it all that hangs on it; one that is new to CSAM is written first."""
    new = Enterprise(number=registered.number, read_at=timezone.now())
    Enterprise.objects.bulk_create([new], ignore_conflicts=True)
    return Enterprise.objects.select_for_update().get(number=registered.number)


def _refuse_when_changed(asked: Asked, plan: Succession, facts: Facts, confirmed: str, run: Run) -> None:
    """Raise Changed where today's plan is not the one that was confirmed; say who was first where somebody was (S8)."""
    if asked.digest_with(plan, facts) == confirmed:
        return
    if plan.former is not None and plan.former.started_at > run.begun_at:
        raise Changed(
            gettext("Meanwhile %(who)s has appointed %(chief)s as Chief Access Manager of this enterprise.")
            % {"who": plan.former.started_by.full_name, "chief": plan.former.person.full_name},
            who=plan.former.started_by.full_name,
            when=plan.former.started_at,
            code="chief_appointed_meanwhile",
        )
    raise plan_changed()


def appoint(
    act: Act,
    asked: Asked,
    facts: Facts,
    plan: Succession,
    *,
    enterprise: Enterprise,
    representative: Person,
    by: Person,
    role: Role,
) -> Appointed:
    """Carry the plan out and tell those concerned (S7), inside an act that has locked, checked and planned.

    representative: who asked. by, role: who acts and as what; the contact centre for an approved request (X7).
    """
    registered = facts.enterprise
    language = representative.language
    chief_facts = facts.chief.person if facts.chief else None
    if registered is None or chief_facts is None:
        raise ValueError("the policies let an appointment through that the register does not know")
    enterprise.name, enterprise.address = registered.name_in(language), registered.address_in(language)
    enterprise.read_at = facts.read_at
    enterprise.save(update_fields=["name", "name_key", "address", "read_at"])
    act.chain = f"enterprise:{enterprise.public_id}"
    chief = hold(person_in(chief_facts))
    begin_anew(act, chief, enterprise.public_id)
    new_role = carry_out(
        act,
        plan,
        enterprise=enterprise,
        chief=NewChief(chief, asked.chief_email, asked.chief_telephone, asked.procedure, asked.run),
        by=by,
        role=role,
    )
    act.mail(
        chief,
        address=asked.chief_email,
        letter=letters.appointed(chief, enterprise=enterprise, representative=representative),
    )
    if not asked.is_self:
        act.mail(
            representative,
            address=asked.own_email,
            letter=letters.confirmed(representative, enterprise=enterprise, chief=chief),
        )
    if plan.former is not None and plan.former.person != representative:
        act.mail(
            plan.former.person,
            address=plan.former.email,
            letter=letters.ended(plan.former.person, enterprise=enterprise, representative=representative),
        )
    return Appointed(
        new_role, _activation_code(act, chief, chief_facts, enterprise=enterprise, address=asked.chief_email)
    )


def _activation_code(act: Act, chief: Person, known: RegisteredPerson, *, enterprise: Enterprise, address: str) -> str:
    """Open an activation for a chief who has no eID and lacks means of login; return the code, else ""."""
    if known.has_eid or lacking(chief, enterprise.public_id) == Lacking.NOTHING:
        return ""
    return open_activation(
        act, person=chief, enterprise_public_id=enterprise.public_id, address=address, language=chief.language
    )


def renew_activation(*, actor: Actor, facts: Facts, confirmed: str) -> str:
    """Send the chief a new link, in the place of one that was lost or is too old; return the code to show once (L7).

    A legal representative does it, as one appointed the chief. facts: the register's answers, at most ten seconds old.
    confirmed: the digest that the page showed. Raises Missing (there is no chief), what `check_appoint_chief` raises, and
    what `open_again` raises.
    """
    with perform("chief.renew_activation", actor=actor) as act:
        enterprise = lock_enterprise(check_enterprise(facts.enterprise))
        facts.refuse_when_old()
        check_appoint_chief(actor, facts)
        role = current_chief(enterprise.number)
        if role is None:
            raise Missing
        check_fresh(actor)
        person = hold(role.person)
        act.chain = f"enterprise:{enterprise.public_id}"
        Recorder(act, Role.WV, enterprise)("chief.renew_activation", person, about("chief_role", role))
        return open_again(
            act, person=person, enterprise_public_id=enterprise.public_id, address=role.email, confirmed=confirmed
        )


def person_in(registered: RegisteredPerson) -> Person:
    """Return the person whom the register describes, made if new. Inside an act."""
    return person_of(
        insz=registered.insz,
        last_name=registered.last_name,
        first_names=registered.first_names,
        language=registered.language,
    )
