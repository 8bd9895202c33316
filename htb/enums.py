"""States of a request by the exception procedure, and what can be done with it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RequestState(models.TextChoices):
    """Where a request stands (BEHAVIOUR section 5)."""

    REGISTERED = "registered", _("registered, waiting for the signed document")
    REPLACED = "replaced", _("replaced by a newer request")
    RECEIVED = "received", _("document received, being processed")
    APPROVED = "approved", _("approved")
    REFUSED = "refused", _("refused")
    EXPIRED = "expired", _("expired: no document came")


class RequestAct(models.TextChoices):
    """What happens to a request."""

    CONFIRM = "confirm", _("confirm")
    REPLACE = "replace", _("replace")
    REMIND = "remind", _("remind")
    EXPIRE = "expire", _("expire")
    RECEIVE = "receive", _("record the receipt")
    RETURN_SIGNED = "return_signed", _("return signed electronically")
    ATTACH_SCAN = "attach_scan", _("attach the scan")
    COMPARE_CODE = "compare_code", _("compare the QR code")
    NOTE = "note", _("note")
    APPROVE = "approve", _("approve")
    REFUSE = "refuse", _("refuse")
    REOPEN = "reopen", _("reopen")
    NEW_CODE = "new_code", _("give a new activation code")


class Who(models.TextChoices):
    """Who does it."""

    APPLICANT = "applicant", _("the applicant")
    PORTAL = "portal", _("the portal")
    DESK = "desk", _("the contact centre")


class CodeCheck(models.TextChoices):
    """What came of comparing the letter's QR code with the document that the portal made (BEHAVIOUR T13)."""

    SAME = "same", _("that of our document")
    UNREAD = "unread", _("could not be read from the scan")
    DIFFERS = "differs", _("not that of our document")
    # In the record of an approval alone.
    BY_HAND = "by_hand", _("compared by hand")
