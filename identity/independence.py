"""Whether two accounts of staff are two pairs of eyes (BEHAVIOUR T8)."""

import hashlib
import hmac

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from acts.errors import NotAllowed
from acts.permissions import can
from identity.models import Person


def number_hash(insz: str) -> str:
    """Return what is kept of a staff member's national number (eleven digits): HMAC-SHA-256, hex, under RECORD_KEY.

    Not under SECRET_KEY, which may be changed: who proved a number would be somebody else from then on.
    """
    return hmac.new(settings.RECORD_KEY.encode(), f"staff.number:{insz}".encode(), hashlib.sha256).hexdigest()


def check_second(second: Person, first: Person) -> None:
    """Raise NotAllowed where `second` is no second pair of eyes to `first`."""
    if second == first:
        raise NotAllowed(_("You proposed this yourself: a colleague decides."), code="own_proposal")


is_second = can(check_second)
