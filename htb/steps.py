"""The steps that lead to an appointment, the same for both procedures: who, check, done (BEHAVIOUR S4-S9, X3).

A procedure says who the representative is and where its pages are (`Walk`); the pages below do the rest.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from access_admins.enums import Procedure
from access_admins.holdings import current_chief
from access_admins.models import ChiefRole
from access_admins.succession import plan_succession
from acts.errors import Changed, Missing, Refused, RegisterDown, TooMany
from audit import readings
from htb.asked import Asked
from htb.facts import Facts, read_facts
from htb.forms import OTHER, ChiefForm, ConfirmForm, EnterpriseForm
from htb.permissions import check_appoint_chief
from htb.policies import (
    check_chief_eligible,
    check_enterprise,
    check_named_other,
    check_not_already_chief,
)
from htb.presenters import Consequences, EnterpriseBlock
from identity.actor import Actor
from identity.limits import counted
from ui import journeys
from ui.models import Run

ENTERPRISE, CHIEF, CHECK, DONE = "enterprise", "chief", "check", "done"


@dataclass
class Walk:
    """One run of a procedure by the representative `actor`."""

    request: HttpRequest
    actor: Actor
    run: Run
    procedure: Procedure

    @property
    def insz(self) -> str:
        """The representative's number."""
        return self.actor.person.insz or ""

    @property
    def number(self) -> str:
        """The enterprise's number, as answered in the first step."""
        return str(self.run.answers[ENTERPRISE]["enterprise_number"])

    @property
    def answers(self) -> dict[str, str]:
        """The answers of the step "chief"; empty while there are none."""
        return self.run.answers.get(CHIEF, {})

    @property
    def chief_insz(self) -> str:
        """The number of the chief to be."""
        return self.answers["chief_insz"] if self.answers["who"] == OTHER else self.insz

    def address(self, step: str) -> str:
        """The address of a step of this run."""
        return reverse("appoint-step", args=[self.run.public_id, step])

    def facts(self, *, chief: str | None = None) -> Facts:
        """What the register says now; raises what S2 raises, because the representative may have lost the right meanwhile."""
        facts = read_facts(self.number, representative=self.insz, chief=chief)
        check_enterprise(facts.enterprise)
        check_appoint_chief(self.actor, facts)
        return facts

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
