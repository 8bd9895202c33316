"""Senders of structured messages: what was registered, and what arrives (docs/data.md)."""

from senders.models.issuers import AdmittedIssuer
from senders.models.registered import (
    IN_USE,
    Carried,
    Certificate,
    Channel,
    MessageCode,
    Sender,
    SshKey,
    TechnicalUser,
)
from senders.models.traffic import Delivery, DeliveryPart, Receipt, ReportFile, Transfer, UsedAssertion

__all__ = [
    "IN_USE",
    "AdmittedIssuer",
    "Carried",
    "Certificate",
    "Channel",
    "Delivery",
    "DeliveryPart",
    "MessageCode",
    "Receipt",
    "ReportFile",
    "Sender",
    "SshKey",
    "TechnicalUser",
    "Transfer",
    "UsedAssertion",
]
