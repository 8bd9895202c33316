"""The contact centre's accounts: what one supervisor does at once, what they propose, how it all begins (BEHAVIOUR T7)."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from acts.act import Act, perform
from acts.errors import NotAllowed, Refused
from audit.record import hold as hold_chain
from identity.actions.means import chain_of, hold, set_user_name
from identity.actions.proposals import propose
from identity.actions.staff_means import end_links, open_staff_activation, tell_staff
from identity.actor import Actor
from identity.duties import check_one_duty
from identity.enums import LEVEL_OF, Means, Role
from identity.models import Activation, Person, Proposal
from identity.passwords import make_unusable
from identity.proposals import SUPERVISORS, holders_of
from identity.staff_rules import CHAIN, NAMES, check_keep_staff, check_new, facts_of

FIRST = 2
NARROWED = _("%(by)s closed the account of %(name)s, or took it out of its group.")


def staff_actor(person: Person) -> Actor:
    """Return the actor of a member of staff, who always logs in with a code of the app."""
    return Actor(person=person, level=LEVEL_OF[Means.TOTP], means=Means.TOTP)


def note_staff_login(*, person: Person) -> None:
    """Record that a member of staff logged in."""
    with perform("staff.login", actor=staff_actor(person), chain=chain_of(person)) as act:
        act.event(role=Role.STAFF, subject=person.public_id)


def note_staff_logout(*, person: Person) -> None:
    """Record that a member of staff logged out."""
    with perform("staff.logout", actor=staff_actor(person), chain=chain_of(person)) as act:
        act.event(role=Role.STAFF, subject=person.public_id)


def add_staff(*, actor: Actor, person: Person, groups: Iterable[Group], is_operator: bool = False) -> str:
    """Make one of an installation's first accounts (person: not saved yet, with user name, names, language, e-mail).

    By the portal's own command alone, and only until there are two supervisors. The link to the activation is mailed to the
    person; return the code, which reaches them another way. Raises NotAllowed, Refused (two duties, a user name that is taken,
    an address that is another's, no first supervisor).
    """
    person.public_id, groups = uuid.uuid4(), list(groups)
    check_one_duty(groups, is_operator=is_operator)
    with perform("staff.add", actor=actor, chain=CHAIN) as act:
        if not actor.person.is_portal:
            raise NotAllowed(_("A supervisor proposes an account; a second one confirms it."), code="not_portal")
        hold_chain(CHAIN)
        if supervisors_in_place() >= FIRST:
            raise Refused(
                _("There are two supervisors: they make every further account, one proposes and one confirms."),
                code="not_first",
            )
        if not is_operator and [group.name for group in groups] != ["supervisors"]:
            raise Refused(
                _("The command makes the first two supervisors and operators; supervisors make all others."),
                code="no_supervisor",
            )
        check_new(user_name=person.user_name or "", email=person.email)
        return write_new(act, person, groups, is_operator=is_operator)


def supervisors_in_place() -> int:
    """Return how many supervisors have proved their number, or may still do so by the link that they were sent."""
    on_their_way = Activation.objects.filter(
        purpose=Activation.Purpose.STAFF, used_at=None, expires_at__gt=timezone.now()
    )
    usable = Q(staff_number__isnull=False) | Q(pk__in=on_their_way.values("person"))
    return holders_of(SUPERVISORS).filter(usable).count()


def write_new(act: Act, person: Person, groups: list[Group], *, is_operator: bool) -> str:
    """Inside an act: write a new account, without means; return the code of the activation that gives it some."""
    set_user_name(person, person.user_name or "")
    person.is_staff, person.is_superuser, person.password = True, is_operator, make_unusable()
    person.save()
    person.groups.set(groups)
    act.event("staff.add", role=role_of(act), subject=person.public_id, details=recorded(facts_of(person)))
    return open_staff_activation(act, person)


def propose_staff(*, actor: Actor, wanted: Mapping[str, Any]) -> Proposal:
    """Propose a new account. wanted: user_name, first_names, last_name, language, email, groups (names), is_operator.

    Raises NotAllowed, Refused as `identity.staff_rules.check_new` does.
    """
    content = {"of": wanted["user_name"], "set": dict(wanted)}
    return propose(actor=actor, kind="staff.add", subject=f"person:{uuid.uuid4()}", content=content)


def propose_renewal(*, actor: Actor, person: Person) -> Proposal:
    """Propose that a member of staff gets new means of login; the former end once a second supervisor confirms.

    Raises NotAllowed, Refused.
    """
    content: dict[str, Any] = {"of": person.user_name, "set": {}}
    return propose(actor=actor, kind="staff.renew", subject=f"person:{person.public_id}", content=content)


@dataclass(frozen=True)
class Changed:
    """What came of a change: whether something was done at once, and the proposal of the rest."""

    is_done: bool
    proposal: Proposal | None


def change_staff(*, actor: Actor, person: Person, wanted: Mapping[str, Any]) -> Changed:
    """Do at once what narrows (closing the account, taking it out of its group) and the language; propose the rest.

    wanted: some of first_names, last_name, language, email, is_active, groups (names). Raises NotAllowed, Refused.
    """
    now = facts_of(person)
    differing = {name: value for name, value in wanted.items() if now[name] != value}
    at_once = {name: value for name, value in differing.items() if _narrows(name, value)}
    if at_once:
        _change_now(actor=actor, person=person, changes=at_once)
    rest = {name: value for name, value in differing.items() if name not in at_once}
    if not rest:
        return Changed(bool(at_once), None)
    content = {"of": person.user_name, "set": rest}
    subject = f"person:{person.public_id}"
    return Changed(bool(at_once), propose(actor=actor, kind="staff.change", subject=subject, content=content))


def _narrows(name: str, value: Any) -> bool:
    return name == "language" or (name == "is_active" and value is False) or (name == "groups" and not value)


def _change_now(*, actor: Actor, person: Person, changes: Mapping[str, Any]) -> None:
    with perform("staff.change", actor=actor, chain=CHAIN) as act:
        hold_chain(CHAIN)
        held = hold(person)
        check_keep_staff(actor, held)
        write_change(act, held, changes)
        if set(changes) - {"language"}:
            tell_staff(act, held, NARROWED, by=actor.person)


def write_change(act: Act, person: Person, changes: Mapping[str, Any]) -> None:
    """Inside an act: write what is to be changed of an account (locked)."""
    before = facts_of(person)
    columns = [name for name in (*NAMES, "language", "email", "is_active") if name in changes]
    for name in columns:
        setattr(person, name, changes[name])
    if columns:
        person.save(update_fields=columns)
    if "groups" in changes:
        person.groups.set(groups_called(changes["groups"]))
    if not person.is_active:
        end_links(person)
    details = {"before": recorded(before), "after": recorded(facts_of(person)), "changed": sorted(changes)}
    act.event("staff.change", role=role_of(act), subject=person.public_id, details=details)


def groups_called(names: Iterable[str]) -> QuerySet[Group]:
    """Return the groups with these names."""
    return Group.objects.filter(name__in=list(names))


def recorded(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the record keeps of an account: what it may, not who it is."""
    return {name: facts[name] for name in ("groups", "is_active", "is_operator")}


def role_of(act: Act) -> Role:
    """Return in which role the record has the act done."""
    person: Person = getattr(act.actor, "person")  # noqa: B009 - every Doer of these acts is an Actor
    return Role.PORTAL if person.is_portal else Role.STAFF
