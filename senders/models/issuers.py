"""Whose certificates are taken from senders, as keepers keep it (BEHAVIOUR T10, M8)."""

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from senders.pasted import PastedTextField
from senders.reading.issuers import check_is_issuer, read_issuer

# Characters; the certificates of authorities have two or three thousand.
LONGEST = 10_000


class AdmittedIssuer(models.Model):
    """An issuer whose certificates senders may register. One that shall not count any more is taken out of use, not deleted."""

    name = models.CharField(_("name"), max_length=100, unique=True, help_text=_("As keepers call it."))
    certificate = PastedTextField(
        _("certificate"),
        validators=[MaxLengthValidator(LONGEST), check_is_issuer],
        help_text=_("The issuer's own certificate, as text: one block that begins with BEGIN CERTIFICATE."),
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("admitted issuer")
        verbose_name_plural = _("admitted issuers")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_certificate_display(self) -> str:
        """Return what keepers compare with what the issuer publishes: its name, until when it is valid, its fingerprint."""
        read = read_issuer(self.certificate)
        return gettext("%(owner)s (%(organisation)s), valid until %(until)s, SHA-256 %(digest)s") % {
            "owner": read.owner,
            "organisation": read.organisation or "—",
            "until": date_format(timezone.localtime(read.valid_to), "SHORT_DATE_FORMAT"),
            "digest": read.sha256.upper(),
        }
