"""The heads of the chains, written to the log every hour: kept away from the database, they show a tail cut off later."""

import json

import structlog
from django.db import transaction

from audit.models import Event, Link
from audit.record import Entry, write_entries
from audit.verify import heads_since

CHAIN = "portal"
ACT = "record.heads"
# Links whose transactions were still open the last time may have lower numbers than the last one that was seen.
STILL_OPEN = 100

log = structlog.get_logger("audit.heads")


def log_heads() -> int:
    """Log the head of every chain that grew since the last time, one line each; return how many. Safe to run twice."""
    last = Event.objects.filter(chain=CHAIN, act=ACT).order_by("-link").values_list("details", flat=True).first()
    newest = Link.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    count = 0
    for head in heads_since(json.loads(last)["link"] - STILL_OPEN if last else 0):
        log.info(ACT, chain=head.chain, number=head.number, digest=head.digest)
        count += 1
    with transaction.atomic():
        write_entries(CHAIN, [Entry(act=ACT, actor=CHAIN, level=0, details={"link": newest, "count": count})])
    return count
