"""The steps that lead to an appointment, the same for both procedures: who, check, done (BEHAVIOUR S4-S9, X3).

A procedure says who the representative is and where its pages are (`Walk`); the pages below do the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation

from access_admins.enums import Procedure
from access_admins.holdings import current_chief
from access_admins.models import ChiefRole
from access_admins.succession import Succession, plan_succession
from acts.attempts import attempt
from acts.errors import Changed, Refused
from audit import readings
from htb.asked import Asked
from htb.facts import Facts, read_facts
from htb.forms import OTHER, ChiefForm, ConfirmForm
from htb.policies import (
    check_chief_eligible,
    check_enterprise,
    check_named_other,
    check_not_already_chief,
)
from htb.presenters import contact_rows, enterprise_rows, person_rows, trail
from identity.limits import counted
from ui import journeys
from ui.kept import take
from ui.models import Run

NAMES = ENTERPRISE, CHIEF, CHECK, DONE = "enterprise", "chief", "check", "done"


@dataclass
class Walk:
    """One run of a procedure by a representative; what the procedures do differently is overridden by each.

    insz, name: of the representative. actor_id: who stands in the record of readings.
    """

    request: HttpRequest
    run: Run
    insz: str
    name: str
    actor_id: str

    procedure: ClassVar[Procedure]
    # Only who proved a legal function with a strong login is told who the chief is (BEHAVIOUR S3, X1).
    names_chief: ClassVar[bool]

    def address(self, step: str) -> str:
        """Return the address of a step of this run."""
        raise NotImplementedError

    def check(self, facts: Facts) -> None:
        """Raise Refused where the representative may not (any more) ask for this enterprise."""
        raise NotImplementedError

    def places(self) -> tuple[tuple[str, str], ...]:
        """Return where a wrong number of another person is counted (section 11)."""
        raise NotImplementedError

    def digest(self, asked: Asked, plan: Succession, facts: Facts) -> str:
        """Return the digest of what the check page shows."""
        raise NotImplementedError

    def consequences(self, plan: Succession, *, chief_name: str, is_self: bool) -> list[str]:
        """Return what the check page says will happen."""
        raise NotImplementedError

    def renewal(self, current: ChiefRole) -> str:
        """Return where the chief, who cannot log in yet, is sent a new activation (L7); "" where none can be sent from here."""
        return ""

    @property
    def language(self) -> str:
        """The language of the page."""
        return translation.get_language() or "nl"

    @property
    def number(self) -> str:
        """The enterprise's number, as answered in the first step."""
        return str(self.run.answers[ENTERPRISE]["enterprise_number"])

    @property
    def answers(self) -> dict[str, str]:
        """The answers of the step "chief"; empty while there are none."""
        answers: dict[str, str] = self.run.answers.get(CHIEF, {})
        return answers

    @property
    def chief_insz(self) -> str:
        """The number of the chief to be."""
        return self.answers["chief_insz"] if self.answers["who"] == OTHER else self.insz

    def facts(self, *, chief: str | None = None) -> Facts:
        """What the register says now; raises what S2 raises, because the representative may have lost the right meanwhile."""
        facts = read_facts(self.number, representative=self.insz, chief=chief)
        self.check(facts)
        return facts

    def holds(self) -> bool:
        """Whether the answers so far are whole; what the register says of them is asked again by the page and by the act."""
        form = ChiefForm(self.answers, own_name=self.name, is_current_chief=False)
        return journeys.first_open([(CHIEF, form)]) is None

    def asked(self) -> Asked:
        """What is asked for, out of the answers."""
        answers = self.answers
        is_other = answers["who"] == OTHER
        return Asked(
            procedure=self.procedure,
            enterprise_number=self.number,
            representative_insz=self.insz,
            chief_insz=self.chief_insz,
            chief_email=answers["chief_email"] if is_other else answers["own_email"],
            chief_telephone=answers["chief_telephone"] if is_other else answers["own_telephone"],
            own_email=answers["own_email"],
            own_telephone=answers["own_telephone"],
            run=self.run.public_id,
        )


def chief_page(walk: Walk) -> HttpResponse:
    """S4: who becomes chief administrator, and how both are reached. S3 is said here, now that the function is proved."""
    is_post = walk.request.method == "POST"
    current = current_chief(walk.number)
    is_current_chief = walk.names_chief and current is not None and current.person.insz == walk.insz
    form = ChiefForm(
        walk.request.POST if is_post else None,
        initial=take(walk.request) or walk.answers or {"who": OTHER if is_current_chief else ""},
        own_name=walk.name,
        is_current_chief=is_current_chief,
    )
    other = form.cleaned_data.get("chief_insz") if is_post and form.is_valid() else None
    facts = walk.facts(chief=other or None)
    status = 200
    if is_post:
        named, is_other = other or walk.insz, bool(other)
        tried = attempt(form, lambda: _check_may_be_chief(walk, facts, current, chief_insz=named, is_other=is_other))
        if tried.done:
            journeys.keep(walk.run, step=CHIEF, form=form)
            return redirect(walk.address(CHECK))
        status = tried.status
    return _page(
        walk,
        "htb/chief.html",
        facts,
        status=status,
        form=form,
        current=current,
        is_current_chief=is_current_chief,
        renewal=walk.renewal(current) if current is not None and not is_current_chief else "",
    )


def _check_may_be_chief(
    walk: Walk, facts: Facts, current: ChiefRole | None, *, chief_insz: str, is_other: bool
) -> None:
    """Ask S3 and S5 of the person named. Wrong numbers are counted (section 11)."""
    if is_other:
        check_named_other(chief_insz=chief_insz, representative_insz=walk.insz)
    if walk.names_chief:
        check_not_already_chief(current, chief_insz=chief_insz, representative_insz=walk.insz)
    if not is_other:
        return
    with counted(*walk.places()) as tries:
        try:
            check_chief_eligible(facts)
        except Refused:
            tries.miss()
            raise


def check_page(walk: Walk, *, carry_out: Callable[[Asked, Facts, str], None]) -> HttpResponse:
    """S6: all answers in their blocks, what confirming will change, the conditions, "Yes, I confirm".

    carry_out(asked, facts, confirmed) performs the procedure's act and raises what it raises.
    """
    facts = walk.facts(chief=walk.chief_insz)
    form = ConfirmForm(walk.request.POST if walk.request.method == "POST" else None)
    status, changed = 200, None
    if walk.request.method == "POST":
        tried = attempt(form, lambda: carry_out(walk.asked(), facts, form.cleaned_data["plan"]))
        if tried.done:
            return redirect(walk.address(DONE))
        status, changed = tried.status, tried.changed
    return _check_page(walk, facts, form, status=status, changed=changed)


def _check_page(walk: Walk, facts: Facts, form: ConfirmForm, *, status: int, changed: Changed | None) -> HttpResponse:
    enterprise = check_enterprise(facts.enterprise)
    asked = walk.asked()
    plan = plan_succession(enterprise, chief_insz=asked.chief_insz)
    chief = facts.chief.person if facts.chief else None
    chief_name = f"{chief.first_names.split(' ')[0]} {chief.last_name}" if chief else ""
    readings.note(actor=walk.actor_id, page="appoint.check", count=1 if asked.is_self else 2)
    return _page(
        walk,
        "htb/check.html",
        facts,
        status=status,
        form=form,
        chief_rows=[
            *person_rows(chief_name, asked.chief_insz),
            *contact_rows(asked.chief_email, asked.chief_telephone, change=walk.address(CHIEF)),
        ],
        contact_rows=None
        if asked.is_self
        else contact_rows(asked.own_email, asked.own_telephone, change=walk.address(CHIEF)),
        consequences=walk.consequences(plan, chief_name=chief_name, is_self=asked.is_self),
        plan_digest=walk.digest(asked, plan, facts),
        changed=changed,
    )


def _page(walk: Walk, template: str, facts: Facts, *, status: int, **context: Any) -> HttpResponse:
    enterprise = check_enterprise(facts.enterprise)
    context |= {
        "enterprise_rows": enterprise_rows(enterprise, walk.language, change=walk.address(ENTERPRISE)),
        "trail": trail(),
        "names_chief": walk.names_chief,
        "representative_rows": person_rows(walk.name, walk.insz),
        "addresses": {step: walk.address(step) for step in (ENTERPRISE, CHIEF)},
    }
    return render(walk.request, template, context, status=status)
