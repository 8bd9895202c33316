"""Fresh proof: whoever changes how they log in or are reached has shown just now that it is them (BEHAVIOUR T4).

A login is such a proof for five minutes, and so is the password typed once more; both count wrong tries. Acts ask
`check_fresh`; a page with the form of such an act declares `fresh=True`, so that nothing is typed in vain (ui.pages).
"""

import time

from django.contrib.sessions.backends.base import SessionBase

from acts.errors import ProofTooOld
from identity import sessions
from identity.actor import Actor

SECONDS = 5 * 60


def note(session: SessionBase) -> None:
    """Write down that the person of this session has shown just now that it is them."""
    session[sessions.PROVED] = time.time()


def is_fresh(actor: Actor) -> bool:
    """Tell whether the actor's proof is young enough."""
    return 0 <= time.time() - actor.proved_at <= SECONDS


def check_fresh(actor: Actor) -> None:
    """Raise ProofTooOld, which leads to the page where one proves it again and back."""
    if not is_fresh(actor):
        raise ProofTooOld
