"""A kind of proposal for tests: the name of a domain, as keepers would change it, and the staff who decide."""

from typing import Any

from acts.act import Act
from acts.errors import Refused
from enterprises.models import Domain
from identity.actor import Actor
from identity.models import Proposal
from identity.proposals import Change, Kind, State, Touches

NAME = "test.domain.name"


def _domain(proposal: Proposal, *, lock: bool = False) -> Domain:
    rows = Domain.objects.select_for_update() if lock else Domain.objects
    return rows.get(code=proposal.subject.removeprefix("domain:"))


def _state(proposal: Proposal, lock: bool) -> State:
    return {"name": _domain(proposal, lock=lock).name_en}


def _changes(proposal: Proposal, state: State) -> list[Change]:
    after = proposal.content["name"]
    return [Change("name", state["name"], after)] if after != state["name"] else []


def _check(actor: Actor, proposal: Proposal) -> None:
    if proposal.content["name"] == "forbidden":
        raise Refused("No such name.", code="forbidden_name")


def _apply(act: Act, proposal: Proposal) -> None:
    Domain.objects.filter(code=proposal.subject.removeprefix("domain:")).update(name_en=proposal.content["name"])


def kind(**options: Any) -> Kind:
    """Return the kind: a domain's English name, decided by keepers."""
    return Kind(
        name=NAME,
        label="Name of a domain",
        permission="enterprises.change_domain",
        headline=lambda proposal: f"{proposal.subject}: {proposal.content['name']}",
        state=_state,
        changes=_changes,
        touches=lambda proposal: Touches(people=12, enterprises=3),
        check=_check,
        apply=_apply,
        **options,
    )
