"""Whom to tell of a weakness in the security (BEHAVIOUR T29; RFC 9116)."""

from datetime import UTC, datetime, time, timedelta
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

# RFC 9116, 2.5.5: less than a year. Counted from today each time it is read, so that it never lies in the past.
_COUNTS_FOR = timedelta(days=180)
_check_address = URLValidator(schemes=["https"])


def contact_address() -> str:
    """Return settings.SECURITY_CONTACT as an address to follow: mailto: or https:."""
    contact: str = settings.SECURITY_CONTACT
    return contact if contact.startswith("https://") else f"mailto:{quote(contact, safe='@')}"


def expires_at(now: datetime) -> datetime:
    """Return until when the file may be believed: the beginning of a day, UTC."""
    return datetime.combine(now.astimezone(UTC) + _COUNTS_FOR, time(), UTC)


def is_contact(text: str) -> bool:
    """Tell whether a text is an e-mail address, or the address of a page over https."""
    try:
        (_check_address if text.startswith("https://") else validate_email)(text)
    except ValidationError:
        return False
    return True
