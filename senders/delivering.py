"""The act that takes a submission: judged, kept, and answered with exactly one receipt (BEHAVIOUR M11)."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Max
from django.utils import timezone, translation

from acts.act import Act, perform
from identity.actor import Actor
from senders.messages import receipt as receipts
from senders.messages.faults import Fault, FaultError
from senders.messages.names import Environment, FileKind, MessageName, parse
from senders.messages.signature import Candidate, Standing, signer_of
from senders.models import (
    Carried,
    Certificate,
    Channel,
    Delivery,
    DeliveryPart,
    MessageCode,
    Receipt,
    Sender,
    Transfer,
)
from senders.standing import works
from users.models import LIVE

# Returns what a file of the submission holds, None where it is not there. May raise FaultError(TOO_LARGE).
Read = Callable[[str], bytes | None]


@dataclass
class Finding:
    """What was found out about a submission before a fault stopped it."""

    name: MessageName | None = None
    parts: list[tuple[bytes, bytes]] = field(default_factory=list)
    certificate: int | None = None
    fault: Fault | None = None
    detail: str = ""


def deliver(
    *, actor: Actor, channel: Channel, name: str, read: Read, start: int = 0, transfer: Transfer | None = None
) -> Receipt:
    """Take a submission that came by a channel; return its receipt, which says whether it was accepted.

    name: of the GO file, as it came. read: gives the files. start: the size of the GO, which must be empty. transfer: the
    report that started it. Accepted means: kept as it came, its sequence number used up. Refused: nothing is kept but the
    receipt, and the same name may come again.
    """
    with perform("submission.accepted", actor=actor) as act:
        sender = Sender.objects.select_for_update().get(pk=channel.sender_id)
        now = timezone.now()
        finding = Finding()
        try:
            _judge(finding, sender=sender, channel=channel, name=name, read=read, start=start)
        except FaultError as error:
            finding.fault, finding.detail = error.fault, error.detail[:100]
        delivery = _keep(finding, sender=sender, channel=channel, name=name, transfer=transfer, now=now)
        receipt = _answer(delivery, sender, now, is_at_once=transfer is None)
        _record(act, delivery, sender)
    return receipt


def _judge(finding: Finding, *, sender: Sender, channel: Channel, name: str, read: Read, start: int) -> None:
    """Fill the finding; raise FaultError at the first thing that is wrong."""
    start_name = parse(name, today=timezone.localdate())
    if start_name.kind is not FileKind.START:
        raise FaultError(Fault.NAME_SHAPE)
    finding.name = start_name
    if start_name.sender != sender.number:
        raise FaultError(Fault.OTHER_SENDER, start_name.sender)
    if sender.blocked_at or sender.ended_at:
        raise FaultError(Fault.SENDER_BLOCKED)
    if channel.ended_at:
        raise FaultError(Fault.CHANNEL_ENDED)
    _check_code(start_name.code, channel)
    if start:
        raise FaultError(Fault.START_NOT_EMPTY)
    finding.parts = [_part(start_name, number, read) for number in range(1, start_name.parts + 1)]
    if _accepted_before(sender, start_name):
        raise FaultError(Fault.SEQUENCE_USED)
    candidates = _candidates(sender, timezone.now())
    for declaration, signature in finding.parts:
        finding.certificate = signer_of(signature, declaration, candidates).id


def _check_code(code: str, channel: Channel) -> None:
    applications = set(MessageCode.objects.filter(code=code, is_active=True).values_list("application_id", flat=True))
    if not applications:
        raise FaultError(Fault.UNKNOWN_CODE, code)
    if not Carried.objects.filter(LIVE, channel=channel, application__in=applications - {None}).exists():
        raise FaultError(Fault.NOT_CARRIED, code)


def _part(name: MessageName, number: int, read: Read) -> tuple[bytes, bytes]:
    declaration_name = str(name.beside(FileKind.DECLARATION, number))
    signature_name = str(name.beside(FileKind.SIGNATURE, number))
    declaration = read(declaration_name)
    if declaration is None:
        raise FaultError(Fault.NO_DECLARATION, declaration_name)
    if not declaration:
        raise FaultError(Fault.EMPTY_DECLARATION, declaration_name)
    signature = read(signature_name)
    if signature is None:
        raise FaultError(Fault.NO_SIGNATURE, signature_name)
    return declaration, signature


def _accepted_before(sender: Sender, name: MessageName) -> bool:
    return Delivery.objects.filter(
        sender=sender, code=name.code, environment=name.environment, day=name.day, sequence=name.sequence, fault=""
    ).exists()


def _candidates(sender: Sender, now: datetime) -> list[Candidate]:
    """Every certificate that this sender ever had, so that a retired one is told from a stranger's."""
    certificates = Certificate.objects.filter(channel__sender=sender).select_related("channel")
    return [
        Candidate(certificate.pk, bytes(certificate.content), _standing(certificate, now))
        for certificate in certificates
    ]


def _standing(certificate: Certificate, now: datetime) -> Standing:
    if certificate.retired_at or certificate.revoked_at or certificate.channel.ended_at:
        return Standing.RETIRED
    return Standing.IN_USE if works(certificate, now) else Standing.NOT_VALID_TODAY


def _keep(
    finding: Finding, *, sender: Sender, channel: Channel, name: str, transfer: Transfer | None, now: datetime
) -> Delivery:
    delivery = Delivery.objects.create(
        sender=sender,
        channel=channel,
        transfer=transfer,
        name=name[:100],
        code=finding.name.code if finding.name else "",
        environment=finding.name.environment if finding.name else Environment.REAL,
        day=finding.name.day if finding.name else None,
        sequence=finding.name.sequence if finding.name else None,
        size=sum(len(declaration) for declaration, _signature in finding.parts),
        taken_at=now,
        fault=finding.fault or "",
        detail=finding.detail,
        certificate_id=finding.certificate,
    )
    if delivery.is_accepted and finding.certificate is not None:
        DeliveryPart.objects.bulk_create(
            DeliveryPart(delivery=delivery, number=number, declaration=declaration, signature=signature)
            for number, (declaration, signature) in enumerate(finding.parts, start=1)
        )
        Certificate.objects.filter(pk=finding.certificate).update(last_used_at=now)
    return delivery


def _answer(delivery: Delivery, sender: Sender, now: datetime, *, is_at_once: bool) -> Receipt:
    """Write the receipt. Its number is free: the sender's row is locked. is_at_once: a web service's answer carries it."""
    day = timezone.localdate(now)
    issued = Receipt.objects.filter(sender=sender, environment=delivery.environment, day=day)
    sequence = (issued.aggregate(last=Max("sequence"))["last"] or 0) + 1
    name = receipts.name_of(
        sender=sender.number, environment=Environment(delivery.environment), day=day, sequence=sequence
    )
    answer = receipts.Answer(
        submission=delivery.name,
        reference=str(delivery.public_id),
        at=timezone.localtime(now),
        fault=Fault(delivery.fault) if delivery.fault else None,
        detail=delivery.detail,
    )
    with translation.override(sender.contact_language):
        content = receipts.text_of(answer)
    return Receipt.objects.create(
        delivery=delivery,
        sender=sender,
        environment=delivery.environment,
        day=day,
        sequence=sequence,
        name=str(name),
        content=content,
        signature=receipts.signature_of(content.encode()),
        put_after=now,
        put_at=now if is_at_once else None,
        fetched_at=now if is_at_once else None,
    )


def _record(act: Act, delivery: Delivery, sender: Sender) -> None:
    capacity = sender.capacity
    enterprise: uuid.UUID = capacity.enterprise.public_id
    act.chain = f"enterprise:{enterprise}"
    act.event(
        act.name if delivery.is_accepted else "submission.refused",
        enterprise=enterprise,
        capacity=capacity.public_id,
        about=f"delivery:{delivery.public_id}",
        details={"name": delivery.name, "fault": delivery.fault, "channel": delivery.channel.kind},
    )
