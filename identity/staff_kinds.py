"""What supervisors propose and confirm about the accounts of staff: a new one, a change, new means of login (BEHAVIOUR T7)."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from acts.act import Act
from acts.errors import Refused
from audit.record import hold as hold_chain
from identity import letters
from identity.actions.means import hold
from identity.actions.staff import groups_called, role_of, write_change, write_new
from identity.actions.staff_means import end_means, open_staff_activation
from identity.actor import Actor
from identity.duties import check_one_duty
from identity.enums import Language
from identity.independence import check_not_chosen, number_of
from identity.models import Person, Proposal
from identity.proposals import SUPERVISORS, Change, Kind, State, Touches, register_kind
from identity.staff_rules import CHAIN, check_address, check_duty_of_number, check_keep_staff, check_new, facts_of
from outbox.mails import queue

LABELS = {
    "user_name": gettext_lazy("User name"),
    "first_names": gettext_lazy("First name"),
    "last_name": gettext_lazy("Name"),
    "language": gettext_lazy("Language"),
    "email": gettext_lazy("E-mail address"),
    "groups": gettext_lazy("Group"),
    "is_active": gettext_lazy("State of the account"),
    "is_operator": gettext_lazy("What the account may"),
}
CHANGED = gettext_lazy(
    "Two supervisors changed the account of %(name)s: its name, its address, its group, or that it is open."
)
# Whose account it is, whichever kind: a proposal reaches that person alone.
_ONE = Touches(people=1)


def register_kinds() -> None:
    """Register the kinds; called when the app is ready."""
    for kind in (ADD, CHANGE, RENEW):
        register_kind(kind)


def _person(proposal: Proposal, *, lock: bool = False) -> Person:
    rows = Person.objects.select_for_update() if lock else Person.objects.all()
    return rows.get(public_id=proposal.subject.removeprefix("person:"))


def _headline(proposal: Proposal) -> str:
    return str(proposal.content["of"])


def _state(proposal: Proposal, lock: bool) -> State:
    if lock:
        hold_chain(CHAIN)
    return facts_of(_person(proposal, lock=lock))


def _words(name: str, value: Any) -> str:
    if name == "groups":
        return ", ".join(value)
    if name == "is_active":
        return _("open") if value else _("closed")
    if name == "is_operator":
        return _("sees everything, changes nothing") if value else ""
    return str(Language(value).label) if name == "language" else str(value)


# --- A new account ---------------------------------------------------------------------------------------------------------


def _nothing_yet(proposal: Proposal, lock: bool) -> State:
    if lock:
        hold_chain(CHAIN)
    return {}


def _new_lines(proposal: Proposal, state: State) -> list[Change]:
    lines = [(name, _words(name, value)) for name, value in proposal.content["set"].items()]
    return [Change(LABELS[name], "", words) for name, words in lines if words]


def _check_add(actor: Actor, proposal: Proposal) -> None:
    check_keep_staff(actor)
    wanted = proposal.content["set"]
    check_one_duty(groups_called(wanted["groups"]), is_operator=wanted["is_operator"])
    check_new(user_name=wanted["user_name"], email=wanted["email"])


def _apply_add(act: Act, proposal: Proposal) -> str:
    wanted = proposal.content["set"]
    columns = ("user_name", "first_names", "last_name", "language", "email")
    person = Person(public_id=proposal.subject.removeprefix("person:"), **{name: wanted[name] for name in columns})
    groups = list(groups_called(wanted["groups"]))
    return _code_sentence(person, write_new(act, person, groups, is_operator=wanted["is_operator"]))


# --- A change ---------------------------------------------------------------------------------------------------------------


def _changed_lines(proposal: Proposal, state: State) -> list[Change]:
    wanted = proposal.content["set"].items()
    return [
        Change(LABELS[name], _words(name, state[name]), _words(name, value))
        for name, value in wanted
        if state[name] != value
    ]


def _check_change(actor: Actor, proposal: Proposal) -> None:
    person, wanted = _person(proposal), proposal.content["set"]
    check_keep_staff(actor, person)
    if "groups" in wanted:
        check_one_duty(groups_called(wanted["groups"]), is_operator=person.is_superuser)
    # Opening an account again brings its group back.
    if ("groups" in wanted or wanted.get("is_active")) and (number := number_of(person)):
        groups = wanted.get("groups", list(person.groups.values_list("name", flat=True)))
        check_duty_of_number(number, groups, person)
    if "email" in wanted or wanted.get("is_active"):
        check_address(wanted.get("email", person.email), person)


def _apply_change(act: Act, proposal: Proposal) -> None:
    person = _person(proposal, lock=True)
    former = person.email
    write_change(act, person, proposal.content["set"])
    letter = letters.staff_told(person, person, CHANGED)
    for address in {former, person.email} - {""}:
        # Keys of their own: a supervisor gets the proposal's mail too.
        queue(key=f"{act.id}:{person.public_id}:{address}", to=address, language=person.language, letter=letter)


# --- New means of login ------------------------------------------------------------------------------------------------------


def _renewed_lines(proposal: Proposal, state: State) -> list[Change]:
    after = _("password and app end at once; a link goes to %(address)s, a code to whoever confirms")
    before = _("password and app, as they are")
    return [Change(_("Means of login"), before, after % {"address": state["email"]})]


def _check_renew(actor: Actor, proposal: Proposal) -> None:
    person = _person(proposal)
    check_keep_staff(actor, person)
    if not person.is_active:
        raise Refused(_("This account is closed. Have it opened first."), code="closed")
    check_address(person.email, person)
    if proposal.made_at is not None:
        check_not_chosen(actor.person, person)


def _apply_renew(act: Act, proposal: Proposal) -> str:
    person = hold(_person(proposal))
    end_means(person)
    act.event("staff.means.renew", role=role_of(act), subject=person.public_id)
    return _code_sentence(person, open_staff_activation(act, person))


def _code_sentence(person: Person, code: str) -> str:
    sentence = _(
        "Shown only now: the activation code of %(name)s is %(code)s. Give it to them in person or by telephone. The link "
        "goes to %(address)s."
    )
    return sentence % {"name": person.full_name, "code": code, "address": person.email}


ADD = Kind(
    name="staff.add",
    label=gettext_lazy("New account of staff"),
    permission=SUPERVISORS,
    headline=_headline,
    state=_nothing_yet,
    changes=_new_lines,
    touches=lambda proposal: _ONE,
    check=_check_add,
    apply=_apply_add,
)
CHANGE = Kind(
    name="staff.change",
    label=gettext_lazy("Change of an account of staff"),
    permission=SUPERVISORS,
    headline=_headline,
    state=_state,
    changes=_changed_lines,
    touches=lambda proposal: _ONE,
    check=_check_change,
    apply=_apply_change,
)
RENEW = Kind(
    name="staff.renew",
    label=gettext_lazy("New means of login for a member of staff"),
    permission=SUPERVISORS,
    headline=_headline,
    state=_state,
    changes=_renewed_lines,
    touches=lambda proposal: _ONE,
    check=_check_renew,
    apply=_apply_renew,
)
