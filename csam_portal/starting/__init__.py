"""What does not start: everywhere, outside production (T19), and in production (T20). docs/refusals.md is drawn from here.

`csam_portal.apps` asks when Django is set up, before any command, server or worker does anything, however it was started.
"""

from django.conf import settings

from csam_portal.starting import misspelt
from csam_portal.starting.refusal import DoesNotStart, Refusal


def refusals() -> tuple[Refusal, ...]:
    """Return what is refused of an installation as ENVIRONMENT has it."""
    from csam_portal.starting import elsewhere, everywhere

    anywhere = (*everywhere.REFUSALS, *everywhere.TEXTS, *everywhere.BOUNDS)
    if settings.ENVIRONMENT not in everywhere.ENVIRONMENTS:
        return anywhere
    if not settings.IS_PRODUCTION:
        return (*anywhere, *elsewhere.REFUSALS)
    # Only there: they read certificates, and with them much that development needs later or never.
    from csam_portal.starting import hidden, production

    return (*anywhere, *hidden.REFUSALS, *production.REFUSALS)


def refuse_when_unsafe() -> None:
    """Raise DoesNotStart with a sentence for everything that makes these settings unsafe; none repeats a value."""
    found = [sentence for refusal in refusals() for sentence in refusal.sentences()] + misspelt.sentences()
    if found:
        hint = "docs/settings.md says what to set."
        if settings.ENVIRONMENT == "development":
            from csam_portal.starting.elsewhere import HINT as hint  # noqa: N811
        raise DoesNotStart("\n- ".join(["The portal does not start:", *found]) + f"\n{hint}")
