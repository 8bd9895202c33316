"""Putting mails into the outbox."""

from collections.abc import Iterable

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from outbox.letters import Letter
from outbox.models import Mail


def queue(*, key: str, to: str, language: str, letter: Letter) -> Mail:
    """Write a mail into the outbox, in the caller's transaction. The same key again is the same mail: nothing is added.

    key: act and receiver. to: an address. language: nl, fr, de or en.
    """
    mail = write(key=key, to=to, language=language, letter=letter)
    defaults = {name: getattr(mail, name) for name in ("to", "language", "subject", "text", "html", "next_at")}
    return Mail.objects.get_or_create(key=key, defaults=defaults)[0]


def write(*, key: str, to: str, language: str, letter: Letter) -> Mail:
    """Return a mail that is not in the outbox yet: hundreds are written while nothing is locked, then queued at once."""
    with translation.override(language):
        context = {
            "letter": letter,
            "language": language,
            "site_url": settings.SITE_URL,
            "contact_centre_phone": settings.CONTACT_CENTRE_PHONE,
        }
        text = render_to_string("outbox/letter.txt", context).strip() + "\n"
        html = render_to_string("outbox/letter.html", context)
    return Mail(
        key=key,
        to=to,
        language=language,
        subject=" ".join(letter.subject.split()),
        text=text,
        html=html,
        next_at=timezone.now(),
    )


def queue_all(mails: Iterable[Mail]) -> None:
    """Put written mails into the outbox, in the caller's transaction; those whose key is there already are passed over."""
    Mail.objects.bulk_create(mails, ignore_conflicts=True)
