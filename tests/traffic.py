"""Submissions as they stand after the fact, as many as a test or a measurement needs."""

from datetime import timedelta

from django.utils import timezone

from senders.messages.faults import Fault
from senders.models import Certificate, Delivery, Receipt, Sender


def make(sender: Sender, *, days: int, each: int) -> None:
    """Make so many submissions on each of the last days; every third is refused, half of the receipts were fetched."""
    channel = sender.channels.order_by("pk")[0]
    certificate = Certificate.objects.filter(channel=channel).first()
    # In the clock's own days, which are not always of 24 hours.
    now = timezone.localtime()
    deliveries = []
    for number in range(days * each):
        at = now - timedelta(days=number // each, seconds=number % each)
        day, refused = timezone.localdate(at), number % 3 == 0
        deliveries.append(
            Delivery(
                sender=sender,
                channel=channel,
                code="DMFA",
                environment="R",
                day=day,
                sequence=number,
                name=f"GO.DMFA.{sender.number}.{day:%Y%m%d}.{number:05}.R.1",
                taken_at=at,
                size=1000,
                fault=Fault.OTHER_FILE if refused else "",
                detail="3F" if refused else "",
                certificate=certificate,
            )
        )
    made = Delivery.objects.bulk_create(deliveries, batch_size=1000)
    Receipt.objects.bulk_create(
        (
            Receipt(
                delivery=delivery,
                sender=sender,
                environment="R",
                day=now.date(),
                sequence=number,
                name=f"FO.ACRF.{number}",
                content="",
                signature="",
                put_at=now,
                put_after=now,
                fetched_at=now if number % 2 else None,
            )
            for number, delivery in enumerate(made)
        ),
        batch_size=1000,
    )
