"""Taking the history of an enterprise out as a file (BEHAVIOUR H9)."""

from collections.abc import Sequence

from acts.act import Recorder, about, perform
from enterprises.models import Enterprise
from enterprises.scope import hold_enterprise
from identity.actor import Actor
from identity.rights import Permission, check_right


def export_history(*, actor: Actor, enterprise: Enterprise, filtered: Sequence[str]) -> None:
    """Record that somebody takes the history out. filtered: by what it is narrowed. Raises Missing, NotAllowed, LevelTooLow."""
    with perform("history.export", actor=actor, chain=f"enterprise:{enterprise.public_id}") as act:
        enterprise = hold_enterprise(enterprise)
        role = check_right(actor, Permission.ENTERPRISE_HISTORY, enterprise=enterprise.pk, afresh=True)
        event = Recorder(act, role, enterprise)
        event("history.export", None, about("enterprise", enterprise), filtered=list(filtered))
