"""The test lane: how far a channel came, rung by rung, and exactly what stopped it (BEHAVIOUR M12).

A rung holds when what it says was last seen to go well; where a later try failed, the fault of that try is shown.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from senders.enums import ChannelKind, Protocol, TransferKind
from senders.messages.faults import Fault, FaultError, LoginFault
from senders.messages.names import Environment, FileKind, parse
from senders.models import Delivery, Sender, SshKey, Transfer
from senders.reading.ssh_keys import fingerprint
from senders.standing import StandingChannel

# How many of the last reports are looked at: more than any one try makes.
_LOOKED_AT = 50
_SHA256_DIGITS = 64
_LOGINS = {TransferKind.LOGIN, TransferKind.REFUSED}
_PUT = {TransferKind.STORED, TransferKind.STARTED}
_PROTOCOL = {
    ChannelKind.FTP: Protocol.FTPS,
    ChannelKind.SFTP: Protocol.SFTP,
    ChannelKind.WEB_SERVICE: Protocol.WEB_SERVICE,
}


class State(Enum):
    """Where a rung stands."""

    DONE = "done"
    FAILED = "failed"
    WAITING = "waiting"


@dataclass(frozen=True)
class Rung:
    """One rung. sentence: what is wrong or what comes next, "" where it holds. detail: the thing at fault."""

    title: Promise
    state: State
    sentence: Promise | str = ""
    detail: str = ""
    at: datetime | None = None


CONNECTED = _("Connected")
KEY_ACCEPTED = _("Key accepted")
PASSWORD_ACCEPTED = _("Password accepted")
FILE_RECEIVED = _("File received")
NAME_RIGHT = _("Name right")
SIGNATURE_RIGHT = _("Signature right")
RECEIPT_FETCHED = _("Receipt fetched")

# Which rung a submission's fault belongs to, by the first letter of its error id.
_FALLS_AT = {"F": 0, "N": 1, "Q": 1, "C": 1, "S": 2}


def climbed(sender: Sender, channel: StandingChannel) -> list[Rung]:
    """Return the six rungs of a live channel, as the last test went. Two queries, at most one more for a refused login."""
    name = channel.user.name if channel.user else sender.number
    reports = list(Transfer.objects.filter(name=name).order_by("-at", "-pk")[:_LOOKED_AT])
    tests = Delivery.objects.filter(sender=sender, channel=channel.channel).exclude(environment=Environment.REAL)
    delivery = tests.select_related("receipt").order_by("-taken_at", "-pk").first()
    login = next((report for report in reports if report.kind in _LOGINS), None)
    accepted = PASSWORD_ACCEPTED if channel.kind == ChannelKind.FTP else KEY_ACCEPTED
    if login is None:
        return [
            Rung(CONNECTED, State.WAITING, _("Nothing was seen of this channel yet. Connect with your program.")),
            *_waiting(accepted, FILE_RECEIVED, NAME_RIGHT, SIGNATURE_RIGHT, RECEIPT_FETCHED),
        ]
    connected = Rung(CONNECTED, State.DONE, at=login.at)
    if login.kind == TransferKind.REFUSED:
        fault = why_refused(login, sender, channel, timezone.now())
        refused = Rung(accepted, State.FAILED, fault.label, _offered(login, fault), login.at)
        return [connected, refused, *_waiting(FILE_RECEIVED, NAME_RIGHT, SIGNATURE_RIGHT, RECEIPT_FETCHED)]
    return [connected, Rung(accepted, State.DONE, at=login.at), *_files(reports, delivery)]


def why_refused(login: Transfer, sender: Sender, channel: StandingChannel, now: datetime) -> LoginFault:
    """Return why a login was refused. The daemon names a key and no reason: what stands in its way now tells."""
    # What a key that proves nothing is told says nothing of the sender (T25); its own people read what stands in the way.
    if login.fault and login.fault != LoginFault.WRONG_SIGNATURE:
        return LoginFault(login.fault)
    if login.protocol == Protocol.FTP:
        return LoginFault.PLAIN_FTP
    if login.protocol != _PROTOCOL[channel.kind]:
        return LoginFault.OTHER_PROTOCOL
    if sender.blocked_at:
        return LoginFault.BLOCKED
    if not channel.working_certificates(now):
        return LoginFault.NO_CERTIFICATE
    if login.fault:
        return LoginFault(login.fault)
    if channel.kind == ChannelKind.FTP:
        return LoginFault.TOO_MANY if _is_full(login, now) else LoginFault.WRONG_PASSWORD
    return _fault_of_key(login, channel)


def _offered(login: Transfer, fault: LoginFault) -> str:
    """Return the fingerprint of the key that was at fault, "" where it was none; the daemon may write "-" for none."""
    is_known = fault.value.startswith("K") and len(login.key_sha256) == _SHA256_DIGITS
    return fingerprint(login.key_sha256) if is_known else ""


def _fault_of_key(login: Transfer, channel: StandingChannel) -> LoginFault:
    """Return what is wrong with the key that was offered."""
    if not channel.ssh_keys:
        return LoginFault.NO_KEY
    if any(key.sha256 == login.key_sha256 for key in channel.ssh_keys):
        return LoginFault.UNPROVEN_KEY
    was_registered = SshKey.objects.filter(channel=channel.channel, sha256=login.key_sha256).exists()
    return LoginFault.RETIRED_KEY if was_registered else LoginFault.OTHER_KEY


def _is_full(login: Transfer, now: datetime) -> bool:
    """Tell whether the daemon's view lets nobody in by this name for a while (`senders.gateway.database`)."""
    limit, seconds = settings.LIMITS["gateway_password.user"]
    since = now - timedelta(seconds=seconds)
    refused = Transfer.objects.filter(name=login.name, kind=TransferKind.REFUSED, protocol=Protocol.FTPS, at__gt=since)
    return refused.count() >= int(limit)


def _files(reports: list[Transfer], delivery: Delivery | None) -> list[Rung]:
    """Return the rungs after the login: those of the last submission, or of a file that was put after it."""
    put = next((report for report in reports if report.kind in _PUT), None)
    if put is not None and (delivery is None or put.at > delivery.taken_at):
        return _not_started(put)
    if delivery is None:
        return [
            Rung(FILE_RECEIVED, State.WAITING, _("Put FI, then FS, and GO last of all, with T as the environment.")),
            *_waiting(NAME_RIGHT, SIGNATURE_RIGHT, RECEIPT_FETCHED),
        ]
    return _submitted(delivery)


def _not_started(put: Transfer) -> list[Rung]:
    """A file lies there and no submission was taken since."""
    name = put.file.rpartition("/")[2]
    received = Rung(FILE_RECEIVED, State.DONE, detail=name, at=put.at)
    try:
        read = parse(name, today=timezone.localdate())
    except FaultError as error:
        wrong = Rung(NAME_RIGHT, State.FAILED, error.fault.label, at=put.at)
        return [received, wrong, *_waiting(SIGNATURE_RIGHT, RECEIPT_FETCHED)]
    following = (
        _("The submission was started and will be judged in a moment.")
        if read.kind == FileKind.START
        else _("Put FI, then FS, and GO last of all: only GO starts the processing.")
    )
    return [received, Rung(NAME_RIGHT, State.WAITING, following), *_waiting(SIGNATURE_RIGHT, RECEIPT_FETCHED)]


def _submitted(delivery: Delivery) -> list[Rung]:
    titles = (FILE_RECEIVED, NAME_RIGHT, SIGNATURE_RIGHT)
    falls_at = _FALLS_AT[delivery.fault[0]] if delivery.fault else len(titles)
    rungs = [Rung(title, State.DONE, at=delivery.taken_at) for title in titles[:falls_at]]
    if delivery.fault:
        fault = Fault(delivery.fault)
        rungs.append(Rung(titles[falls_at], State.FAILED, fault.label, delivery.detail, delivery.taken_at))
        rungs += _waiting(*titles[falls_at + 1 :])
    if delivery.receipt.fetched_at:
        return [*rungs, Rung(RECEIPT_FETCHED, State.DONE, detail=delivery.receipt.name, at=delivery.receipt.fetched_at)]
    fetch = _("Fetch the receipt from the folder OUTTEST.")
    return [*rungs, Rung(RECEIPT_FETCHED, State.WAITING, fetch, delivery.receipt.name)]


def _waiting(*titles: Promise) -> list[Rung]:
    return [Rung(title, State.WAITING) for title in titles]
