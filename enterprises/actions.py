"""What staff do to the data that they keep (BEHAVIOUR E9), and administrators to a capacity's contact (U0)."""

from typing import Any

from django.db.models import Model
from django.forms.models import model_to_dict
from django.utils import timezone
from django.utils.translation import gettext as _

from acts.act import Recorder, about, perform
from acts.errors import NotAllowed, Refused
from enterprises.models import Application, Capacity, CapacityKind, Domain, FunctionRule
from enterprises.scope import hold_capacity
from identity.actor import Actor
from identity.enums import Role
from identity.rights import Permission, check_right

CHAIN = "portal"
# What the record calls them; what higher rooms let keepers keep goes by its own name.
_NOUNS: dict[type[Model], str] = {
    Domain: "domain",
    CapacityKind: "kind",
    Application: "application",
    FunctionRule: "rule",
}


def check_keep(actor: Actor, model: type[Model], verb: str) -> None:
    """Raise NotAllowed unless the staff member keeps such data. verb: "add" or "change"."""
    if not actor.person.has_perm(f"{model._meta.app_label}.{verb}_{model._meta.model_name}"):
        raise NotAllowed(_("Only the keepers of the contact centre may change this."), code="not_a_keeper")


def keep(*, actor: Actor, thing: Model) -> None:
    """Save a thing that a keeper made or changed; the record gets what was and what is now of every field that differs.

    Raises NotAllowed, Changed (a constraint).
    """
    model = type(thing)
    noun = _NOUNS.get(model, str(model._meta.model_name))
    is_new = thing.pk is None
    check_keep(actor, model, "add" if is_new else "change")
    with perform(f"{noun}.{'add' if is_new else 'edit'}", actor=actor, chain=CHAIN) as act:
        before = {} if is_new else _facts(model._default_manager.select_for_update().get(pk=thing.pk))
        thing.save()
        after = _facts(thing)
        differing = {name for name in after if before.get(name) != after[name]}
        act.event(
            role=Role.STAFF,
            about=f"{noun}:{thing.pk}",
            details={
                "before": {name: before[name] for name in differing if name in before},
                "after": {name: after[name] for name in differing},
            },
        )


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


def _facts(thing: Model) -> dict[str, Any]:
    return model_to_dict(thing, exclude=["retired_at", "retired_by"])
