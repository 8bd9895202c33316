"""What the worker does with the daemon's log: rows of Transfer, each report once (BEHAVIOUR M11, T23; docs/gateway.md).

How far a file was read is kept by the commit that keeps what was read: whoever dies in the middle, or comes second, leaves or
finds everything as it was. Only what concerns somebody is kept: of a login name that is nobody's there is no row, and of wrong
tries no more than are counted, so that no stranger fills the table.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Count, F
from django.utils import timezone

from senders.enums import Protocol, TransferKind
from senders.gateway import reports
from senders.gateway.reports import Report
from senders.models import ReportFile, TechnicalUser, Transfer

# A file that is larger is put aside; one that was put aside is deleted when its last session is over for sure: twice the time
# that the daemon gives a session (TimeoutSession).
LARGE = 8 * 1024 * 1024
LAST_SESSION_ENDS = timedelta(hours=24)
# From the offer of a key to its proof: as long as the daemon waits for a login (TimeoutLogin), twice.
PROVEN_WITHIN = timedelta(seconds=60)

log = structlog.get_logger("senders.reporting")


def work() -> bool:
    """Take what the daemon wrote since; tell whether there was anything. For one worker of many at a time, file by file."""
    try:
        files = {inode: (path, path.stat().st_size) for inode, path in reports.files().items()}
        if not any(size for _path, size in files.values()):
            return False
        positions = dict(ReportFile.objects.values_list("inode", "position"))
        return any(_read(inode, path, size, positions.get(inode, 0)) for inode, (path, size) in files.items())
    except FileNotFoundError:  # another worker put it aside meanwhile, or took it away
        return False
    except OSError as trouble:  # mails and chores must not wait for it
        log.error("reports.not_read", reason=type(trouble).__name__)  # noqa: TRY400 - says it all
        return False


def remove_finished() -> int:
    """Delete the files that were put aside, read to their end, and not written to for a day; return how many.

    The order is what keeps a number from being given to another file while its row stands.
    """
    while work():
        pass
    positions = dict(ReportFile.objects.values_list("inode", "position"))
    long_ago = (timezone.now() - LAST_SESSION_ENDS).timestamp()
    for inode, path in reports.files().items():
        status = path.stat()
        is_aside = path.name != reports.CURRENT
        if (
            is_aside
            and status.st_mtime < long_ago
            and status.st_size - positions.get(inode, 0) < reports.LONGEST_RECORD
        ):
            reports.remove(path)
    ReportFile.objects.filter(inode__in=positions).exclude(inode__in=reports.files()).delete()
    finished = reports.removed()
    for path in finished.values():
        path.unlink()
    return len(finished)


def _read(inode: int, path: Path, size: int, position: int) -> bool:
    """Take the next part of a file; tell whether there was anything to do."""
    if position > size:  # somebody emptied the file, or removed the one that had this number
        return bool(ReportFile.objects.filter(inode=inode, position=position).update(position=0))
    if position < size and _take(inode, position, reports.read(path, inode, position)):
        return True
    if size > LARGE and path.name == reports.CURRENT:
        _put_aside(inode)
    return False


def _take(inode: int, position: int, chunk: reports.Chunk) -> bool:
    """Keep what a chunk says, unless another worker was first; tell whether it went on."""
    if chunk.end == position:
        return False
    with transaction.atomic():
        ReportFile.objects.bulk_create([ReportFile(inode=inode)], ignore_conflicts=True)
        if not ReportFile.objects.filter(inode=inode, position=position).update(position=chunk.end):
            return False
        _keep(chunk.reports)
    return True


def _put_aside(inode: int) -> None:
    """Let the daemon begin another file, unless another worker did: the row is locked, then the file looked at again."""
    with transaction.atomic():
        ReportFile.objects.filter(inode=inode).update(position=F("position"))
        path = reports.files().get(inode)
        if path is not None and path.name == reports.CURRENT:
            reports.put_aside(path, inode)


def _keep(found: list[Report]) -> None:
    """Write the rows of what concerns a technical user."""
    names = set(TechnicalUser.objects.filter(name__in={one.name for one in found}).values_list("name", flat=True))
    of_somebody = [one for one in found if one.name in names]
    if strangers := len(found) - len(of_somebody):
        log.info("reports.of_strangers", count=strangers)
    logins = [one for one in of_somebody if one.kind in {TransferKind.LOGIN, TransferKind.REFUSED}]
    kept = _within_limit(_without_offers(logins)) if logins else []
    files = [one for one in of_somebody if one.kind not in {TransferKind.LOGIN, TransferKind.REFUSED}]
    now = timezone.now()
    Transfer.objects.bulk_create(
        Transfer(
            kind=one.kind,
            protocol=one.protocol,
            name=one.name,
            file=one.file,
            size=one.size,
            key_sha256=one.key_sha256,
            address=one.address,
            at=min(one.at, now),
            next_at=now,
        )
        for one in sorted([*kept, *files], key=lambda one: one.at)
    )


def _without_offers(logins: list[Report]) -> list[Report]:
    """Return the logins without offers of a key that was proven then, or offered again: the daemon calls every offer refused.

    What was kept of them already goes too, when the proof comes later.
    """
    earlier = Transfer.objects.filter(
        kind=TransferKind.REFUSED,
        protocol=Protocol.SFTP,
        name__in={one.name for one in logins},
        at__gte=min(one.at for one in logins) - PROVEN_WITHIN,
    ).values_list("pk", "name", "key_sha256", "address", "at")
    offered: dict[tuple[str, str, str], tuple[datetime, int | Report]] = {
        (name, key, address): (at, pk) for pk, name, key, address, at in earlier
    }
    kept: dict[int, Report] = {}
    proven: list[int] = []
    for one in logins:
        what = (one.name, one.key_sha256, one.address)
        at, offer = offered.get(what, (one.at, None))
        is_again = bool(one.key_sha256) and offer is not None and one.at - at <= PROVEN_WITHIN
        if is_again and one.kind == TransferKind.REFUSED:
            continue
        if is_again:
            if isinstance(offer, int):
                proven.append(offer)
            else:
                kept.pop(id(offer), None)
            del offered[what]
        kept[id(one)] = one
        if one.kind == TransferKind.REFUSED and one.key_sha256:
            offered[what] = (one.at, one)
    if proven:
        Transfer.objects.filter(pk__in=proven).delete()
    return list(kept.values())


def _within_limit(logins: Iterable[Report]) -> list[Report]:
    """Return the logins without refused ones past the limit (section 11): they count for nothing more, and fill the table."""
    limit, seconds = settings.LIMITS["gateway_password.user"]
    wanted = list(logins)
    refused = Transfer.objects.filter(
        kind=TransferKind.REFUSED,
        name__in={one.name for one in wanted},
        at__gt=timezone.now() - timedelta(seconds=seconds),
    )
    counts = Counter(
        {
            (name, protocol): count
            for name, protocol, count in refused.values_list("name", "protocol").annotate(count=Count("pk")).order_by()
        }
    )
    kept = []
    for one in wanted:
        if one.kind == TransferKind.REFUSED:
            counts[one.name, one.protocol] += 1
            if counts[one.name, one.protocol] > limit:
                continue
        kept.append(one)
    return kept
