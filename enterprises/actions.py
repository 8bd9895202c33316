"""What staff do to the data that they keep (BEHAVIOUR E9), and administrators to a capacity's contact (U0)."""

from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from acts.act import Recorder, about, perform
from acts.errors import NotAllowed, Refused
from enterprises.keeping import Keeping, held, noun_of, plan_keeping, record_kept, write_kept
from enterprises.kept import Values
from enterprises.models import Application, Capacity
from enterprises.proposed import proposal_of
from enterprises.scope import hold_capacity
from identity.actions.proposals import propose as make
from identity.actor import Actor
from identity.enums import Role
from identity.models import Proposal
from identity.rights import Permission, check_right

CHAIN = "portal"


def check_keep(actor: Actor, model: type[Model], verb: str) -> None:
    """Raise NotAllowed unless the staff member keeps such data. verb: "add" or "change"."""
    if not actor.person.has_perm(f"{model._meta.app_label}.{verb}_{model._meta.model_name}"):
        raise NotAllowed(_("Only the keepers of the contact centre may change this."), code="not_a_keeper")


def keep(*, actor: Actor, model: type[Model], pk: int | None, values: Values) -> Model:
    """Write what a keeper changed, or a new thing (pk None), where that widens nobody's power; return the thing as it is now.

    The record gets what was and what is now of every field that differs. Raises NotAllowed, Missing, Refused for what takes a
    second keeper (BEHAVIOUR T10), Changed (a constraint).
    """
    noun, verb = noun_of(model), "add" if pk is None else "change"
    with perform(f"{noun}.{'add' if pk is None else 'edit'}", actor=actor, chain=CHAIN) as act:
        check_keep(actor, model, verb)
        plan = plan_keeping(model, None if pk is None else held(model, pk), values)
        if plan.waits:
            raise Refused(
                _("This takes a second keeper, and holds from tomorrow at the earliest."), code="second_keeper"
            )
        act.is_repeated = not plan.now
        thing = write_kept(plan.model, plan.pk, plan.now)
        if plan.now:
            record_kept(act, plan, thing, plan.now)
    return thing


def propose(*, actor: Actor, model: type[Model], pk: int | None, values: Values) -> Proposal:
    """Propose to a second keeper what widens (BEHAVIOUR T10); return the proposal.

    Raises NotAllowed, Missing, Refused (nothing widens, days gone by, proposed already, a rule of the thing itself).
    """
    with transaction.atomic():
        return make(actor=actor, **proposal_of(model, pk, values))


def carry_out(*, actor: Actor, plan: Keeping) -> tuple[Model | None, Proposal | None]:
    """Do what a check page showed: write what holds at once, propose what waits; both or neither. Return what came of it.

    Raises what `keep` and `propose` raise.
    """
    with transaction.atomic():
        thing = keep(actor=actor, model=plan.model, pk=plan.pk, values=plan.now) if plan.now else None
        proposal = propose(actor=actor, model=plan.model, pk=plan.pk, values=plan.waits) if plan.waits else None
    return thing, proposal


def retire_application(*, actor: Actor, application: Application) -> Application:
    """Retire an application: who holds it keeps it, and nobody is granted it any more.

    Raises NotAllowed, Refused where it is retired already.
    """
    check_keep(actor, Application, "change")
    with perform("application.retire", actor=actor, chain=CHAIN) as act:
        application = Application.objects.select_for_update().get(pk=application.pk)
        if application.retired_at is not None:
            raise Refused(_("This application is retired already."), code="application_retired")
        application.retired_at, application.retired_by = timezone.now(), actor.person
        application.save(update_fields=["retired_at", "retired_by"])
        act.event(role=Role.STAFF, about=f"application:{application.pk}", details={"code": application.code})
    return application


CONTACT = ("contact_name", "contact_email", "contact_telephone", "contact_language")


def edit_capacity(
    *, actor: Actor, capacity: Capacity, name: str, email: str, telephone: str, language: str
) -> Capacity:
    """Change how the enterprise is reached about a capacity (BEHAVIOUR U0); return the capacity as it is now.

    Contact data are not recorded, only which of them changed. Raises Missing, NotAllowed, LevelTooLow.
    """
    with perform("capacity.edit", actor=actor, chain=f"enterprise:{capacity.enterprise.public_id}") as act:
        capacity = hold_capacity(capacity)
        role = check_right(
            actor, Permission.CAPACITY_EDIT, enterprise=capacity.enterprise_id, capacity=capacity.pk, afresh=True
        )
        new = dict(zip(CONTACT, (name, email, telephone, language), strict=True))
        changed = [field for field, value in new.items() if getattr(capacity, field) != value]
        for field in changed:
            setattr(capacity, field, new[field])
        act.is_repeated = not changed
        if changed:
            capacity.save(update_fields=changed)
            event = Recorder(act, role, capacity.enterprise)
            event("capacity.edit", None, about("capacity", capacity), capacity=capacity, changed=changed)
        return capacity
