"""The contact centre's accounts: who keeps them, their logins, their first means (BEHAVIOUR E9)."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from acts.act import perform
from acts.errors import NotAllowed, Refused
from identity import codes
from identity.actions.means import chain_of, hold, is_taken, set_user_name
from identity.actions.passwords import TAKEN
from identity.actor import Actor
from identity.duties import check_one_duty
from identity.enums import LEVEL_OF, Means, Role
from identity.models import Person


@dataclass(frozen=True)
class FirstMeans:
    """What somebody is given to log in with for the first time, shown once. key: the app's secret as it is typed."""

    user_name: str
    password: str
    key: str


def staff_actor(person: Person) -> Actor:
    """Return the actor of a member of staff, who always logs in with a code of the app."""
    return Actor(person=person, level=LEVEL_OF[Means.TOTP], means=Means.TOTP)


def check_keep_staff(actor: Actor, person: Person | None = None) -> None:
    """Supervisors keep the accounts of staff, and of nobody else; not their own, and not an operator's.

    The portal itself may (the command that makes the first ones). Raises NotAllowed, Refused.
    """
    keeper = actor.person
    if not (keeper.is_portal or keeper.has_perm("identity.change_person")):
        raise NotAllowed(_("Only supervisors keep the accounts of staff."), code="not_supervisor")
    if person is None or keeper.is_portal:
        return
    if not person.is_staff:
        raise Refused(_("This is not an account of staff."), code="not_staff")
    if person.is_superuser and not keeper.is_superuser:
        raise Refused(_("An operator's account is not kept here."), code="operator")
    if person == keeper:
        raise Refused(_("Your own account is kept by another supervisor."), code="own_account")


def note_staff_login(*, person: Person) -> None:
    """Record that a member of staff logged in."""
    with perform("staff.login", actor=staff_actor(person), chain=chain_of(person)) as act:
        act.event(role=Role.STAFF, subject=person.public_id)


def note_staff_logout(*, person: Person) -> None:
    """Record that a member of staff logged out."""
    with perform("staff.logout", actor=staff_actor(person), chain=chain_of(person)) as act:
        act.event(role=Role.STAFF, subject=person.public_id)


def add_staff(*, actor: Actor, person: Person, groups: Iterable[Group], is_operator: bool = False) -> FirstMeans:
    """Write a new account of staff (person: not saved yet, with user name, names, language, e-mail); return its first means.

    is_operator: a superuser; only the portal's own command makes one. Raises NotAllowed, Refused (the user name is taken, two
    duties).
    """
    person.public_id, groups = uuid.uuid4(), list(groups)
    check_one_duty(groups, is_operator=is_operator)
    with perform("staff.add", actor=actor, chain=chain_of(person)) as act:
        check_keep_staff(actor)
        user_name = person.user_name or ""
        if is_taken(user_name):
            raise Refused(TAKEN, field="user_name", code="user_name_taken")
        set_user_name(person, user_name)
        person.is_staff, person.is_superuser = True, is_operator and actor.person.is_portal
        first = _new_means(person)
        person.groups.set(groups)
        act.event(role=_role(actor), subject=person.public_id, details=_facts(person))
    return first


def change_staff(*, actor: Actor, person: Person, groups: Iterable[Group]) -> None:
    """Write what a supervisor changed of an account: names, language, e-mail, whether it is open, its groups.

    Raises NotAllowed, Refused (one's own account, an operator's, no account of staff, two duties).
    """
    groups = list(groups)
    check_one_duty(groups)
    with perform("staff.change", actor=actor, chain=chain_of(person)) as act:
        before = hold(person)
        check_keep_staff(actor, before)
        facts = _facts(before)
        person.save(update_fields=["first_names", "last_name", "language", "email", "is_active"])
        person.groups.set(groups)
        act.event(role=_role(actor), subject=person.public_id, details={"before": facts, "after": _facts(person)})


def renew_staff_means(*, actor: Actor, person: Person) -> FirstMeans:
    """Give a member of staff a new first password and a new secret for the app; the former stop working at once.

    Raises NotAllowed, Refused as change_staff does.
    """
    with perform("staff.means.renew", actor=actor, chain=chain_of(person)) as act:
        held = hold(person)
        check_keep_staff(actor, held)
        first = _new_means(held)
        act.event(role=_role(actor), subject=held.public_id)
    return first


def _new_means(person: Person) -> FirstMeans:
    password, key = codes.new_code(16), codes.new_key()
    person.password, person.password_is_first = make_password(password), True
    person.save()
    codes.put_app(person, key)
    return FirstMeans(person.user_name or "", password, codes.shown_key(key))


def _facts(person: Person) -> dict[str, object]:
    """What the record keeps of an account: what it may, not who it is."""
    groups = sorted(person.groups.values_list("name", flat=True))
    return {"groups": groups, "is_active": person.is_active, "is_operator": person.is_superuser}


def _role(actor: Actor) -> Role:
    return Role.PORTAL if actor.person.is_portal else Role.STAFF
