"""Requests by the exception procedure: what was asked, where it stands, what happened to it (docs/data.md)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from formats import enterprise_number
from formats import ticket as ticket_format
from formats.names import words
from htb.enums import CodeCheck, RequestAct, RequestState
from identity.enums import Language
from identity.models import pair

# Nobody types more of a word to find it.
LONGEST_WORD = 60


class RequestManager(models.Manager["Request"]):
    """Leaves the scan, ten megabytes, where it is until somebody asks the request for it. What was not read is not saved."""

    def get_queryset(self) -> "models.QuerySet[Request]":
        return super().get_queryset().defer("scan")


class Request(models.Model):
    """A request as it was confirmed. What was asked never changes; the state does, by `htb.requests` alone."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    ticket = models.CharField(_("ticket number"), max_length=13, unique=True)
    enterprise_number = models.CharField(_("enterprise number"), max_length=10)
    enterprise_name = models.TextField(_("name of the enterprise"))
    enterprise_address = models.TextField(_("address"), blank=True)
    applicant_insz = models.CharField(max_length=11)
    applicant_name = models.CharField(_("applicant"), max_length=401)
    applicant_email = models.EmailField(_("e-mail of the applicant"), max_length=254)
    applicant_telephone = models.CharField(_("telephone of the applicant"), max_length=30)
    chief_insz = models.CharField(max_length=11)
    chief_name = models.CharField(_("Chief Access Manager"), max_length=401)
    chief_email = models.EmailField(_("e-mail of the Chief Access Manager"), max_length=254)
    chief_telephone = models.CharField(_("telephone of the Chief Access Manager"), max_length=30)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    run = models.UUIDField(unique=True, editable=False)
    # The HTB's role when the request was made (public_id): a newer appointment blocks the approval.
    chief_before = models.UUIDField(null=True, editable=False)

    state = models.CharField(_("state"), max_length=10, choices=RequestState.choices)
    registered_at = models.DateTimeField(_("registered"))
    reminded_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(_("receipt recorded"), null=True, blank=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    received_on = models.DateField(_("document received on"), null=True, blank=True)
    # The way of X9: the file came back with a qualified signature, checked by the portal.
    is_signed_electronically = models.BooleanField(default=False)
    scan = models.BinaryField(null=True, blank=True)
    # Of a scan that was drawn (T12); those of before have none, and are attached anew before an approval.
    scan_sha256 = models.CharField(max_length=64, blank=True, default="", db_default="")
    scan_pages = models.PositiveSmallIntegerField(default=0, db_default=0)
    code_check = models.CharField(
        _("QR code of the letter"), max_length=7, choices=CodeCheck.choices, blank=True, default="", db_default=""
    )
    # Who found the right code after one that differs (T13).
    difference_lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.TextField(_("reason, as the applicant reads it"), blank=True)

    objects = RequestManager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        permissions = [("process_request", "Can process requests of the exception procedure")]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise_number", "applicant_insz"],
                condition=Q(state=RequestState.REGISTERED),
                name="request_one_registered",
                violation_error_message=_("There is an open request of this applicant for this enterprise."),
            ),
            models.UniqueConstraint(
                fields=["enterprise_number", "applicant_insz"],
                condition=Q(state=RequestState.RECEIVED),
                name="request_one_received",
                violation_error_message=_("A request of this applicant for this enterprise is being processed."),
            ),
            models.CheckConstraint(condition=pair("received"), name="request_received_pair"),
            models.CheckConstraint(condition=pair("decided"), name="request_decided_pair"),
            models.CheckConstraint(
                condition=~Q(state=RequestState.APPROVED) | ~Q(received_by=models.F("decided_by")),
                name="request_four_eyes",
                violation_error_message=_("Who recorded the receipt does not approve."),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "registered_at", "id"], name="request_queue"),
            models.Index(fields=["enterprise_number", "applicant_insz"], name="request_applicant"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket} {enterprise_number.show(self.enterprise_number)}"

    @property
    def ticket_shown(self) -> str:
        """The ticket number in groups."""
        return ticket_format.show(self.ticket)

    @property
    def evidence_sha256(self) -> str:
        """The SHA-256 of what came signed: of the letter's scan, or of the file; "" while nothing came that counts."""
        return self.signed_file.sha256 if self.is_signed_electronically else self.scan_sha256


class RequestWord(models.Model):
    """A word of the names in a request, folded: by its beginning the desk finds the request, with or without accents (X7)."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="words")
    word = models.CharField(max_length=LONGEST_WORD, db_index=True)

    class Meta:
        verbose_name = _("word of a request")
        verbose_name_plural = _("words of requests")
        constraints = [models.UniqueConstraint(fields=["request", "word"], name="request_word_once")]

    def __str__(self) -> str:
        return self.word

    @classmethod
    def of(cls, request: Request) -> "list[RequestWord]":
        """Return the words of a request, not yet written."""
        named = " ".join((request.enterprise_name, request.applicant_name, request.chief_name))
        return [cls(request=request, word=word) for word in sorted({word[:LONGEST_WORD] for word in words(named)})]


class RequestStep(models.Model):
    """What happened to a request, as the desk reads it. The record keeps it too; this is for showing."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="steps")
    act = models.CharField(max_length=13, choices=RequestAct.choices)
    state = models.CharField(max_length=10, choices=RequestState.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(_("internal note"), blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.act} {self.at:%Y-%m-%d %H:%M}"


class Opening(models.Model):
    """A member of the desk opened the scan or the signed file, this very one (BEHAVIOUR T12)."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="openings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("opening of a document")
        verbose_name_plural = _("openings of documents")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.sha256[:12]} {self.at:%Y-%m-%d %H:%M}"


class Document(models.Model):
    """The sealed PDF of a request: made once, when it was confirmed, and kept as it is."""

    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="document")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64, unique=True)
    # Of the file before the seal: the same request gives the same bytes.
    unsealed_sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def __str__(self) -> str:
        return self.sha256[:12]


class SignedFile(models.Model):
    """The document as it came back with a qualified signature, and who signed, as the certificate says (BEHAVIOUR X9)."""

    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="signed_file")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64, unique=True)
    signer_insz = models.CharField(max_length=11)
    signer_name = models.CharField(max_length=400)
    issuer = models.CharField(max_length=400)
    signed_at = models.DateTimeField()
    returned_at = models.DateTimeField()

    class Meta:
        verbose_name = _("signed document")
        verbose_name_plural = _("signed documents")

    def __str__(self) -> str:
        return self.sha256[:12]


class DownloadLink(models.Model):
    """The secret of the link that is mailed to the applicant: stored hashed, expiring (BEHAVIOUR X6)."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="links")
    secret_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("download link")
        verbose_name_plural = _("download links")

    def __str__(self) -> str:
        return f"{self.expires_at:%Y-%m-%d}"


class RefusalTemplate(models.Model):
    """A reason for refusing that staff keep in four languages; the applicant reads it in the request's language."""

    code = models.SlugField(_("code"), unique=True)
    text_nl = models.TextField(_("text (nl)"))
    text_fr = models.TextField(_("text (fr)"))
    text_de = models.TextField(_("text (de)"))
    text_en = models.TextField(_("text (en)"))

    class Meta:
        verbose_name = _("refusal template")
        verbose_name_plural = _("refusal templates")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code

    def text_in(self, language: str) -> str:
        """Return the reason in a language (nl, fr, de, en)."""
        return str(getattr(self, f"text_{language}"))
