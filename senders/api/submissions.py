"""Submissions that come by the web service: the same act as those that come by file (BEHAVIOUR M11)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from identity.actor import Actor
from senders.delivering import deliver
from senders.messages.faults import Fault, FaultError
from senders.messages.names import FileKind, parse
from senders.models import Channel, Receipt


def submit(*, actor: Actor, channel: Channel, files: "Sequence[UploadedFile[Any]]") -> Receipt:
    """Take the files FI and FS of one submission, each under its own name; return its receipt."""
    by_name = {file.name or "": file for file in files}

    def read(name: str) -> bytes | None:
        file = by_name.get(name)
        if file is None:
            return None
        if (file.size or 0) > settings.MESSAGE_MAX_BYTES:
            raise FaultError(Fault.TOO_LARGE, name)
        return bytes(file.read())

    # Which submission it is, its first declaration says.
    first = next((name for name in sorted(by_name) if name.startswith(FileKind.DECLARATION)), min(by_name))
    return deliver(actor=actor, channel=channel, name=_start_of(first), read=read)


def receipt_of(channel: Channel, name: str, *, today: date) -> Receipt | None:
    """Return the newest receipt of a submission of this channel, by the name of any of its files."""
    found = Receipt.objects.filter(delivery__channel=channel, delivery__name=_start_of(name, today=today))
    return found.select_related("delivery").order_by("-pk").first()


def as_json(receipt: Receipt) -> dict[str, Any]:
    """Return a receipt as the web service gives it: openapi.json, "Receipt"."""
    delivery = receipt.delivery
    fault = Fault(delivery.fault) if delivery.fault else None
    return {
        "submission": delivery.name,
        "reference": str(delivery.public_id),
        "result_code": 0 if fault else 1,
        "error_id": fault.value if fault else None,
        "explanation": str(fault.label) if fault else None,
        "detail": delivery.detail or None,
        "receipt": {"name": receipt.name, "content": receipt.content, "signature": receipt.signature},
    }


def _start_of(name: str, *, today: date | None = None) -> str:
    """Return the name of the GO that belongs to a file; a name that is none stays as it is, to be refused as such."""
    try:
        return str(parse(name, today=today or date.max).beside(FileKind.START))
    except FaultError:
        return name
