"""What the pages of an appointment say: the enterprise, and what confirming will change."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access_admins.planted import about_planted
from access_admins.succession import Succession
from enterprises.enums import IdentifiedBy
from enterprises.gateway import RegisteredEnterprise
from formats import enterprise_number, insz
from htb.enums import RequestState
from htb.models import Request
from ui.components import Row


def trail() -> list[str]:
    """Return the names of the steps that a person sees, in order."""
    return [_("Enterprise number"), _("Chief Access Manager"), _("Confirmation")]


@dataclass(frozen=True)
class Stage:
    """Of a request's life. on: the day it was reached, None for what is still to come. is_now: where the request stands."""

    label: Any
    on: date | None
    is_now: bool = False


def life_of(made: Request) -> list[Stage]:
    """Return the stages of a request by the exception procedure, those behind it and those to come."""
    state = RequestState(made.state)
    registered = Stage(_("Registered"), _day(made.registered_at), state is RequestState.REGISTERED)
    received = Stage(_("Document received"), made.received_on or _day(made.received_at), state is RequestState.RECEIVED)
    if state in {RequestState.EXPIRED, RequestState.REPLACED}:
        return [registered, Stage(state.label, _day(made.decided_at), is_now=True)]
    if state in {RequestState.APPROVED, RequestState.REFUSED}:
        return [registered, received, Stage(state.label, _day(made.decided_at), is_now=True)]
    return [registered, received, Stage(_("Decision"), None)]


def _day(moment: datetime | None) -> date | None:
    return timezone.localtime(moment).date() if moment is not None else None


def enterprise_rows(enterprise: RegisteredEnterprise, language: str, *, change: str) -> list[Row]:
    """Return the block "The enterprise" in the page's language. change: where the number is asked."""
    return [
        Row(_("Enterprise number"), enterprise_number.show(enterprise.number), change),
        Row(_("Name of the enterprise"), enterprise.name_in(language)),
        Row(_("Address"), enterprise.address_in(language) or "—"),
    ]


def person_rows(name: str, number: str) -> list[Row]:
    """Return who somebody is: name, and the national number in full (BEHAVIOUR E4: S4 to S6 may show it)."""
    return [Row(_("Name"), name), Row(_("National register number"), insz.show(number))]


def contact_rows(email: str, telephone: str, *, change: str) -> list[Row]:
    """Return how somebody is reached. change: where it is asked."""
    return [Row(_("E-mail"), email, change), Row(_("Telephone"), telephone, change)]


def consequences(plan: Succession, *, chief_name: str, is_self: bool) -> list[str]:
    """Return, sentence by sentence, what confirming will change; from the very plan that the act carries out (BEHAVIOUR S7)."""
    sentences = []
    if plan.is_first:
        sentences.append(_("The enterprise is registered in CSAM."))
    if plan.former is not None:
        sentences.append(
            _("%(name)s is no longer Chief Access Manager and gets a message about it.")
            % {"name": plan.former.person.full_name}
        )
    if plan.ended_co_role is not None:
        sentences.append(_("The role of Co-Chief Access Manager makes place for the new role."))
    if domains := _domains(plan):
        sentences.append(
            _("You become Access Manager for: %(domains)s.") % {"domains": domains}
            if is_self
            else _("%(chief)s becomes Access Manager for: %(domains)s.") % {"chief": chief_name, "domains": domains}
        )
    stay = len(plan.reviewed_accounts) + len(plan.reviewed_roles)
    if stay:
        sentences.append(
            ngettext(
                "%(count)d role that somebody was appointed to stays; the new Chief Access Manager is asked to review it.",
                "%(count)d roles that people were appointed to stay; the new Chief Access Manager is asked to review them.",
                stay,
            )
            % {"count": stay}
        )
    if plan.former is not None:
        sentences += about_planted(plan.former.person, plan.former.enterprise)
    return sentences


def _domains(plan: Succession) -> str:
    """The domains in which the chief becomes access administrator, with the kind where a number of its own tells it apart."""
    kinds = [capacity.kind for capacity in plan.entered_capacities]
    kinds += [account.capacity.kind for account in plan.changed_accounts]
    kinds += [kind for kind, _identification in plan.opened_capacities]
    names = [
        kind.domain.name
        if kind.identified_by == IdentifiedBy.ENTERPRISE_NUMBER
        else f"{kind.domain.name} ({kind.name})"
        for kind in kinds
    ]
    return ", ".join(dict.fromkeys(names))
