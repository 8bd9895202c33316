"""Giving a person a role in a capacity, page by page (the guide's chapters IV and V; BEHAVIOUR H3, H4, H7, U3)."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from acts.attempts import refuse
from acts.errors import ActError, Changed, Missing, Refused
from enterprises.models import Application, Capacity
from identity.actions.means import is_taken
from identity.actions.passwords import TAKEN
from identity.actor import ActorRequest
from identity.models import Person
from identity.rights import Permission, check_right, may
from ui import journeys
from ui.components import Row
from ui.forms import PortalForm
from ui.kept import take
from ui.pages import page
from users.adding import steps
from users.adding.accounts import account_by
from users.adding.actions import TO_GIVE, give_role, given_meanwhile
from users.adding.forms import AccountForm, PersonForm, person_form
from users.adding.plan import Asked, Giving, WayIn, check_giving, digest_of, offered_applications, plan_giving, way_in
from users.adding.presenters import HELP, SAVED, TITLES, account_rows, consequences
from users.enums import AccountType
from users.finding import check_found, look_up
from users.frame import Frame, framed

START = "users/adding/start.html"


@page(level="manage", methods=("GET", "POST"), keeps_form=True)
def start(request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID) -> HttpResponse:
    """Which role, and the number of who gets it. ?kind= is the role that a link here is about."""
    frame = framed(request.actor, enterprise_id, capacity_id, Permission.ACCOUNT_ADD)
    is_post = request.method == "POST"
    initial = {"kind": request.GET.get("kind", ""), **take(request)}
    form = person_form(request.actor, frame.capacity, request.POST if is_post else None, **initial)
    return steps.start_page(request, form, lambda: _begin(request, frame, form), START, _start_context(frame))


def _start_context(frame: Frame) -> dict[str, Any]:
    return {"frame": frame, "back": frame.address("users")}


def _begin(request: ActorRequest, frame: Frame, form: PersonForm) -> str:
    actor, capacity = request.actor, frame.capacity
    kind, insz = AccountType(form.cleaned_data["kind"]), form.cleaned_data["insz"]
    check_right(actor, TO_GIVE[kind], enterprise=capacity.enterprise_id, capacity=capacity.pk)
    look_up(actor, capacity.enterprise, insz, check_found)
    check_giving(plan_giving(capacity, insz, kind))
    run = journeys.begin(_journey(capacity), owner=str(actor.public_id), step=steps.PERSON, form=form)
    return frame.address("person-add-step", run_id=run.public_id, name=steps.FORM)


def _journey(capacity: Capacity) -> str:
    """A run belongs to its capacity: at another's address there is no such run."""
    return f"add:{capacity.public_id}"


@page(level="manage", methods=("GET", "POST"))
@sensitive_post_parameters("password", "password_again")
def step(
    request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID, run_id: uuid.UUID, name: str
) -> HttpResponse:
    """A step of a run that is the actor's own, for as long as the actor may give the role."""
    frame = framed(request.actor, enterprise_id, capacity_id)
    run = journeys.find(_journey(frame.capacity), run_id, owner=str(request.actor.public_id))
    if run is None or name not in steps.NAMES[1:]:
        raise Missing
    walk = CapacityWalk(request, run, frame.capacity.enterprise, frame)
    check_right(request.actor, TO_GIVE[walk.kind], enterprise=frame.capacity.enterprise_id, capacity=frame.capacity.pk)
    return steps.step_page(walk, name)


@dataclass
class CapacityWalk(steps.Walk):
    """Towards a role in a capacity: access administrator, co-administrator or user."""

    frame: Frame

    layout = "users/frame.html"

    @property
    def kind(self) -> AccountType:
        """The role."""
        return AccountType(self.run.answers[steps.PERSON]["kind"])

    @property
    def capacity(self) -> Capacity:
        """Where."""
        return self.frame.capacity

    def address(self, step: str) -> str:
        """Under the capacity."""
        if step == steps.PERSON:
            return self.frame.address("person-add")
        return self.frame.address("person-add-step", run_id=self.run.public_id, name=step)

    def context(self) -> dict[str, Any]:
        """The frame, and the guide's title."""
        return {"frame": self.frame, "title": TITLES[self.kind], "help": HELP[self.kind]}

    @cached_property
    def asked(self) -> Asked:
        """What is asked, out of the answers so far."""
        answers = self.answers
        return Asked(
            kind=self.kind,
            insz=self.insz,
            email=answers.get("email", ""),
            local_email=answers.get("local_email", ""),
            title=answers.get("title", ""),
            language=answers.get("language", ""),
            applications=tuple(answers.get("applications", "").split()),
            former_stays=answers.get("former_stays") == str(True),
            user_name=answers.get("user_name", ""),
            password_hash=answers.get("password_hash", ""),
            **self.typed_names,
        )

    @cached_property
    def giving(self) -> Giving:
        """What confirming would change now."""
        asked = self.asked
        return plan_giving(
            self.capacity, asked.insz, asked.kind, applications=asked.applications, former_stays=asked.former_stays
        )

    @cached_property
    def way(self) -> WayIn:
        """How the person gets in."""
        return way_in(self.found, administers=self.kind != AccountType.USER, by=self.request.actor)

    def check(self) -> None:
        """Known to the register if tied, and without an account here that stands in the way."""
        check_found(self.found)
        check_giving(self.giving)

    def beaten(self) -> Changed | None:
        """By the account that was opened."""
        return given_meanwhile(self.giving, self.run)

    def form(self, data: Any = None) -> PortalForm:
        """The guide's form; for a person whom the portal knows, without what is theirs."""
        person, own, former = self.found.person, self.giving.own, self.giving.former
        contact = {"email": own.email, "local_email": own.local_email} if own is not None else {}
        return AccountForm(
            data,
            initial={**contact, "language": person.language, **self.answers},
            person=Person(last_name=person.last_name, first_names=person.first_names),
            asks_means=self.way == WayIn.FIRST_PASSWORD,
            asks_person=self.found.known is None,
            applications=self._offered,
            former=former.person.full_name if former is not None else "",
            kept_hash=self.answers.get("password_hash", ""),
        )

    @property
    def _offered(self) -> list[Application]:
        """What may be given here and is not held yet."""
        held = {application.code for application in self.giving.kept_applications}
        may_give = may(
            self.request.actor,
            Permission.GRANT_GIVE,
            enterprise=self.capacity.enterprise_id,
            capacity=self.capacity.pk,
            on=self.giving.on,
            is_own=self.insz == self.request.actor.person.insz,
        )
        return [one for one in offered_applications(self.capacity) if may_give and one.code not in held]

    def judge(self, form: PortalForm) -> None:
        """A user name is everybody's only once."""
        if "user_name" in form.fields and is_taken(form.cleaned_data["user_name"], by_others_than=self.found.known):
            raise Refused(TAKEN, field="user_name", code="user_name_taken")

    def digest(self) -> str:
        """Of person, account and consequences."""
        return digest_of(self.asked, self.found, self.giving, self.way, self.request.actor)

    def rows(self) -> list[Row]:
        """The account as it will be."""
        return account_rows(self.asked, self.found, self.giving, self.request.actor)

    def consequences(self) -> list[str]:
        """From the plan."""
        return consequences(self.asked, self.found, self.giving, self.way, self.request.actor)

    def carry_out(self, *, confirmed: str, knows_no_tie: bool) -> str:
        """Give the role."""
        given = give_role(
            actor=self.request.actor,
            capacity=self.capacity,
            asked=self.asked,
            found=self.found,
            knows_no_tie=knows_no_tie,
            confirmed=confirmed,
            run=self.run,
        )
        return given.activation_code

    def done(self) -> dict[str, Any]:
        """Who has which role now, and where the mail went."""
        account = account_by(self.run.result["account"])
        return {
            "saved": SAVED[self.kind],
            "name": account.person.full_name,
            "email": account.email,
            "user_name": account.person.user_name if self.answers.get("user_name") else "",
            "back": self.frame.address("users"),
            "back_text": _("go back to the users"),
        }

    def asked_again(self, refusal: ActError, changed: Changed | None = None) -> HttpResponse:
        """The first page, with what was answered there."""
        form = person_form(self.request.actor, self.capacity, self.run.answers[steps.PERSON])
        refuse(form, refusal)
        return steps.start_again(
            self.request, form, START, _start_context(self.frame), refusal=refusal, changed=changed
        )
