"""One mail from the outbox to the mail server: claimed by a lease, sent outside any transaction, marked.

A worker that dies in between leaves the lease to run out, and another sends the mail again under the same Message-ID.
"""

import hashlib
import time
from datetime import timedelta
from email.utils import format_datetime
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone

from outbox.models import Mail

# Longer than a mail takes at its slowest, a dozen exchanges of EMAIL_TIMEOUT each. A killed worker's mail waits that long.
LEASE = timedelta(seconds=120)
# After the first try that failed, the second, … After the last of these: given up.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 2 * 60, 8 * 60, 24 * 60))
BLANK_AFTER = timedelta(days=30)

log = structlog.get_logger("outbox.mails")


def claim() -> Mail | None:
    """Take the mail that has been due longest, for the length of the lease, or None where none is due."""
    now = timezone.now()
    due = Mail.objects.due(now).order_by("next_at", "pk")
    if not due.exists():  # an idle worker reads and locks nothing
        return None
    with transaction.atomic():
        mail = due.select_for_update(skip_locked=True).first()
        if mail is not None:
            mail.attempts += 1
            mail.leased_until = now + LEASE
            mail.save(update_fields=["attempts", "leased_until"])
    return mail


def send(mail: Mail) -> bool:
    """Hand a claimed mail to the mail server, outside any transaction; tell whether it took it. Logs one line, no address."""
    begun = time.monotonic()
    try:
        message_of(mail).send()
    except Exception as failure:  # noqa: BLE001 - whatever it is, this mail waits for its next try and the others go on
        # The reason's own text may hold the address.
        log.warning("mail.failed", mail=reference(mail), attempt=mail.attempts, reason=type(failure).__name__)
        return False
    log.info("mail.sent", mail=reference(mail), attempt=mail.attempts, ms=round((time.monotonic() - begun) * 1000))
    return True


def mark(mail: Mail, *, sent: bool) -> None:
    """Write down what became of a claimed mail: sent, to be tried again, or given up.

    A mail that outlived its lease may have been sent by another worker meanwhile; that it was sent then stays so.
    """
    now = timezone.now()
    mine = Mail.objects.filter(pk=mail.pk, sent_at=None)
    if sent:
        mine.update(sent_at=now, leased_until=None)
    elif mail.attempts <= len(WAITS):
        mine.update(next_at=now + WAITS[mail.attempts - 1], leased_until=None)
    else:
        mine.update(given_up_at=now, leased_until=None)
        log.error("mail.given_up", mail=reference(mail), attempt=mail.attempts)


def message_of(mail: Mail) -> EmailMultiAlternatives:
    """Return the mail as a message: plain text and HTML, and marked as automatic so that no absence note answers it."""
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        to=[mail.to],
        headers={
            "Message-ID": message_id(mail),
            "Date": format_datetime(timezone.localtime(mail.queued_at)),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "Content-Language": mail.language,
        },
    )
    message.attach_alternative(mail.html, "text/html")
    return message


def message_id(mail: Mail) -> str:
    """Return the mail's Message-ID: the same at every try, and nothing of its receiver to be read from it."""
    return f"<{reference(mail)}@{urlsplit(settings.SITE_URL).hostname}>"


def reference(mail: Mail) -> str:
    """Return what names a mail in the log: its Message-ID without the host."""
    return hashlib.sha256(mail.key.encode()).hexdigest()[:32]


def blank_old_bodies() -> int:
    """Empty the texts of mails that were sent or given up a month ago; return how many."""
    before = timezone.now() - BLANK_AFTER
    done = Mail.objects.filter(sent_at__lt=before) | Mail.objects.filter(given_up_at__lt=before)
    return done.exclude(text="").update(text="", html="")
