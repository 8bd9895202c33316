"""What the worker does with the daemon's reports: takes submissions, puts receipts, notes what was fetched and used (M11).

The lock on a row is the lease: whoever dies in the middle leaves it as if nothing had been begun. A receipt's files are put
after the commit that fixed their bytes; whoever dies between the two leaves it to the next, who puts the same files again.
"""

from datetime import timedelta

import structlog
from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from identity.actor import portal_actor
from senders import reporting
from senders.delivering import deliver
from senders.enums import ChannelKind, Protocol, TransferKind
from senders.gateway import folders
from senders.gateway.folders import Folder
from senders.messages.faults import FaultError
from senders.messages.names import FileKind, MessageName, parse
from senders.models import Channel, Receipt, SshKey, TechnicalUser, Transfer, UsedAssertion

RETRY = timedelta(minutes=5)
_OF_LIVE_CHANNEL = Q(channel__ended_at__isnull=True)

log = structlog.get_logger("senders.receiving")


def work() -> bool:
    """Put a receipt or see to a report, whichever is due; tell whether there was one."""
    return put_next_receipt() or take_next_report()


def take_next_report() -> bool:
    """See to the report that has been due longest; tell whether there was one."""
    due = Transfer.objects.due(timezone.now())
    if not due.exists():  # an idle worker locks nothing
        return False
    transfer = None
    try:
        with transaction.atomic():
            transfer = due.select_for_update(skip_locked=True).first()
            if transfer is not None:
                _take(transfer)
                transfer.taken_at = timezone.now()
                transfer.save(update_fields=["taken_at"])
    except OperationalError:
        raise  # the database is busy or away: the worker waits
    except Exception:  # one report that breaks must not keep the others waiting
        if transfer is None:
            raise
        log.exception("report.failed", report=transfer.pk)
        Transfer.objects.filter(pk=transfer.pk).update(next_at=timezone.now() + RETRY)
    return transfer is not None


def put_next_receipt() -> bool:
    """Put the receipt that has waited longest into its sender's folder; tell whether there was one."""
    now = timezone.now()
    waiting = Receipt.objects.filter(put_at=None, put_after__lte=now).order_by("put_after", "pk")
    receipt = waiting.select_related("delivery", "sender").first()
    if receipt is None:
        return False
    mine = Receipt.objects.filter(pk=receipt.pk)
    try:
        _put(receipt)
    except OSError as trouble:
        log.error("receipt.not_put", receipt=receipt.pk, reason=type(trouble).__name__)  # noqa: TRY400 - says it all
        mine.update(put_after=now + RETRY)
    else:
        mine.update(put_at=timezone.now())
    return True


def _take(transfer: Transfer) -> None:
    user = TechnicalUser.objects.select_related("channel__sender").filter(name=transfer.name).first()
    if user is None:
        return
    if transfer.kind == TransferKind.LOGIN:
        _note_key(user.channel, transfer)
        return
    folder_name, _slash, name = transfer.file.removeprefix("/").partition("/")
    folder = Folder(user.channel.sender.number)
    if transfer.kind == TransferKind.FETCHED:
        Receipt.objects.filter(sender=user.channel.sender, name=name, fetched_at=None).update(fetched_at=transfer.at)
    elif folder_name != folders.IN or "/" in name:
        log.warning("report.elsewhere", report=transfer.pk)
    elif transfer.kind == TransferKind.CANCELLED:
        _cancel(name, folder)
    else:
        deliver(
            actor=portal_actor(),
            channel=user.channel,
            name=name,
            read=folder.read,
            start=transfer.size,
            transfer=transfer,
        )


def _note_key(channel: Channel, login: Transfer) -> None:
    """Note when the key that opened a session was used, so that nobody retires the one that a program still uses (M9)."""
    key = SshKey.objects.filter(channel=channel, sha256=login.key_sha256)
    key.filter(Q(last_used_at=None) | Q(last_used_at__lt=login.at)).update(last_used_at=login.at)


def _cancel(name: str, folder: Folder) -> None:
    """Remove what was put of a submission before its TD, and then the TD: without it there is nothing left to cancel.

    File is compared with file: the report's time is of the database's clock, and on SQLite of whole milliseconds.
    """
    cancelled_at = folder.put_at(name)
    if cancelled_at is not None:
        for file in _files_of(name):
            folder.remove(file, put_before=cancelled_at)


def _put(receipt: Receipt) -> None:
    """First remove the submission's files, then answer: whoever has the answer may send the same names again."""
    delivery = receipt.delivery
    folder = Folder(receipt.sender.number)
    for file in _files_of(delivery.name):
        folder.remove(file, put_before=delivery.taken_at.timestamp())
    answer = parse(receipt.name, today=receipt.day)
    out = folders.out_of(receipt.environment)
    folder.put(out, str(answer), receipt.content.encode())
    folder.put(out, str(answer.beside(FileKind.SIGNATURE)), receipt.signature.encode())
    folder.put(out, str(answer.beside(FileKind.START)), b"")


def _files_of(name: str) -> list[str]:
    """Return every file that a submission of this name may consist of, itself the last; a name that is none stands alone."""
    try:
        start: MessageName = parse(name, today=timezone.localdate())
    except FaultError:
        return [name] if "/" not in name and name not in {"", ".", ".."} else []
    return [*map(str, start.files()), str(start.beside(FileKind.START)), name]


def find_unreported() -> int:
    """Report the submissions whose row is missing, as when the disk was full just then; return how many.

    They are taken for those of the channel that last put a file, or of the sender's first.
    """
    while reporting.work():
        pass
    found = 0
    for number, name, put_at in folders.starts(put_before=timezone.now() - RETRY):
        users = TechnicalUser.objects.filter(_OF_LIVE_CHANNEL, channel__sender__number=number).order_by("pk")
        kinds = dict(users.values_list("name", "channel__kind"))
        reports = Transfer.objects.filter(name__in=kinds)
        if not kinds or reports.filter(file=f"/{folders.IN}/{name}", at__gte=put_at - RETRY).exists():
            continue
        last = reports.filter(kind=TransferKind.STORED).order_by("-at", "-pk").values_list("name", flat=True).first()
        user = last or next(iter(kinds))
        protocol = Protocol.SFTP if kinds[user] == ChannelKind.SFTP else Protocol.FTPS
        Transfer.objects.create(kind=TransferKind.STARTED, protocol=protocol, name=user, file=f"/{folders.IN}/{name}")
        log.warning("report.was_missing", sender=number)
        found += 1
    return found


def forget_old() -> int:
    """Delete what is no longer looked at: old reports, used assertions, files that nobody fetched; return how many."""
    now = timezone.now()
    before = now - timedelta(days=settings.GATEWAY_KEEP_DAYS)
    reports = Transfer.objects.filter(at__lt=before).delete()[0]
    assertions = UsedAssertion.objects.filter(expires_at__lt=now).delete()[0]
    return reports + assertions + reporting.remove_finished() + folders.clean_up(put_before=before)
