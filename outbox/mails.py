"""Putting mails into the outbox."""

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from outbox.letters import Letter
from outbox.models import Mail


def queue(*, key: str, to: str, language: str, letter: Letter) -> Mail:
    """Write a mail into the outbox, in the caller's transaction. The same key again is the same mail: nothing is added.

    key: act and receiver. to: an address. language: nl, fr, de or en.
    """
    with translation.override(language):
        context = {
            "letter": letter,
            "language": language,
            "site_url": settings.SITE_URL,
            "contact_centre_phone": settings.CONTACT_CENTRE_PHONE,
        }
        text = render_to_string("outbox/letter.txt", context).strip() + "\n"
        html = render_to_string("outbox/letter.html", context)
    mail, _created = Mail.objects.get_or_create(
        key=key,
        defaults={
            "to": to,
            "language": language,
            "subject": " ".join(letter.subject.split()),
            "text": text,
            "html": html,
            "next_at": timezone.now(),
        },
    )
    return mail
