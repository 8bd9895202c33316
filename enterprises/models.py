"""The register's copy, what staff keep, and the portal's own enterprises and capacities (docs/data.md)."""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from enterprises.enums import IdentifiedBy
from enterprises.fields import FoldedField
from formats import enterprise_number

# --- The register's copy: read by the embedded gateway alone, replaced by imports; no foreign key points here --------------


class RegisterEnterprise(models.Model):
    """An enterprise of the KBO. One that an update deletes stays, with `stopped_on`."""

    number = models.CharField(max_length=10, primary_key=True)
    situation = models.CharField(max_length=3, default="000")
    type = models.CharField(max_length=1, blank=True)
    legal_form = models.CharField(max_length=3, blank=True)
    started_on = models.DateField(null=True)
    stopped_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("enterprise in the register")
        verbose_name_plural = _("enterprises in the register")

    def __str__(self) -> str:
        return enterprise_number.show(self.number)


class RegisterName(models.Model):
    """A denomination: language 0 unknown, 1 fr, 2 nl, 3 de, 4 en; kind 001 name, 002 abbreviation, 003 commercial."""

    number = models.CharField(max_length=10)
    language = models.CharField(max_length=1)
    kind = models.CharField(max_length=3)
    text = models.TextField()

    class Meta:
        verbose_name = _("name in the register")
        verbose_name_plural = _("names in the register")
        indexes = [models.Index(fields=["number"], name="register_name_number")]

    def __str__(self) -> str:
        return self.text


class RegisterAddress(models.Model):
    """The seat (address type REGO) of an enterprise."""

    number = models.CharField(max_length=10)
    country_nl = models.TextField(blank=True)
    country_fr = models.TextField(blank=True)
    zip_code = models.TextField(blank=True)
    municipality_nl = models.TextField(blank=True)
    municipality_fr = models.TextField(blank=True)
    street_nl = models.TextField(blank=True)
    street_fr = models.TextField(blank=True)
    house_number = models.TextField(blank=True)
    box = models.TextField(blank=True)
    extra = models.TextField(blank=True)

    class Meta:
        verbose_name = _("address in the register")
        verbose_name_plural = _("addresses in the register")
        indexes = [models.Index(fields=["number"], name="register_address_number")]

    def __str__(self) -> str:
        return f"{self.zip_code} {self.municipality_nl}"


class RegisterPerson(models.Model):
    """A person as the register knows him or her."""

    insz = models.CharField(max_length=11, primary_key=True)
    last_name = models.CharField(max_length=200)
    first_names = models.CharField(max_length=200)
    language = models.CharField(max_length=2)
    died_on = models.DateField(null=True)
    has_eid = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("person in the register")
        verbose_name_plural = _("persons in the register")

    def __str__(self) -> str:
        return f"{self.first_names} {self.last_name}"


class RegisterNumber(models.Model):
    """An employer number of an enterprise: RSZ or PPO."""

    number = models.CharField(max_length=10)
    kind = models.CharField(max_length=10, choices=IdentifiedBy.choices)
    value = models.CharField(max_length=10)

    class Meta:
        verbose_name = _("employer number in the register")
        verbose_name_plural = _("employer numbers in the register")
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="register_number_once")]
        indexes = [models.Index(fields=["number"], name="register_number_number")]

    def __str__(self) -> str:
        return self.value


class LegalFunction(models.Model):
    """A function that a person holds in an enterprise; `via` is the enterprise he or she permanently represents in it."""

    number = models.CharField(max_length=10)
    insz = models.CharField(max_length=11)
    code = models.CharField(max_length=5)
    via = models.CharField(max_length=10, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("legal function")
        verbose_name_plural = _("legal functions")
        indexes = [
            models.Index(fields=["number", "insz"], name="function_number_insz"),
            models.Index(fields=["insz"], name="function_insz"),
            # How many a rule touches (BEHAVIOUR T10).
            models.Index(fields=["code", "number", "insz"], name="function_code"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.number}"


class Employment(models.Model):
    """A person works for an enterprise from, until."""

    number = models.CharField(max_length=10)
    insz = models.CharField(max_length=11)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("employment")
        verbose_name_plural = _("employments")
        indexes = [
            models.Index(fields=["number", "insz"], name="employment_number_insz"),
            models.Index(fields=["insz"], name="employment_insz"),
        ]

    def __str__(self) -> str:
        return self.number


class RegisterLoad(models.Model):
    """A KBO file set that was loaded whole."""

    class Kind(models.TextChoices):
        FULL = "full", _("full")
        UPDATE = "update", _("update")

    kind = models.CharField(max_length=6, choices=Kind.choices)
    extract_number = models.IntegerField()
    snapshot_on = models.DateField()
    loaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("register load")
        verbose_name_plural = _("register loads")

    def __str__(self) -> str:
        return f"{self.kind} {self.extract_number}"


# --- Kept by staff ----------------------------------------------------------------------------------------------------------


class InLanguages(models.Model):
    """A thing that staff name in four languages."""

    code: "models.SlugField[str, str]"
    name_nl = models.CharField(_("name (nl)"), max_length=200)
    name_fr = models.CharField(_("name (fr)"), max_length=200)
    name_de = models.CharField(_("name (de)"), max_length=200)
    name_en = models.CharField(_("name (en)"), max_length=200)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of this moment."""
        return str(getattr(self, f"name_{(translation.get_language() or 'nl')[:2]}"))


class Domain(InLanguages):
    """A group of applications: social security, finance, …"""

    code = models.SlugField(_("code"), unique=True)
    position = models.IntegerField(_("place in lists"), default=0)

    class Meta(InLanguages.Meta):
        verbose_name = _("domain")
        verbose_name_plural = _("domains")
        ordering = ["position", "code"]


class CapacityKind(InLanguages):
    """A kind of capacity ("hoedanigheid") of one domain, e.g. Werkgever RSZ."""

    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, related_name="kinds", verbose_name=_("domain"))
    code = models.SlugField(_("code"), unique=True)
    identified_by = models.CharField(_("identified by"), max_length=10, choices=IdentifiedBy.choices)
    # Open to every enterprise, or only where the register has such a number or staff activate it.
    open_to_all = models.BooleanField(_("open to every enterprise"), default=False)
    position = models.IntegerField(_("place in lists"), default=0)

    class Meta(InLanguages.Meta):
        verbose_name = _("capacity kind")
        verbose_name_plural = _("capacity kinds")
        ordering = ["domain__position", "position", "code"]


class Application(InLanguages):
    """A secured application that users of a capacity may be granted."""

    kind = models.ForeignKey(
        CapacityKind, on_delete=models.PROTECT, related_name="applications", verbose_name=_("capacity kind")
    )
    code = models.SlugField(_("code"))
    description_nl = models.TextField(_("description (nl)"), blank=True)
    description_fr = models.TextField(_("description (fr)"), blank=True)
    description_de = models.TextField(_("description (de)"), blank=True)
    description_en = models.TextField(_("description (en)"), blank=True)
    position = models.IntegerField(_("place in lists"), default=0)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("retired by"),
    )

    class Meta(InLanguages.Meta):
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["kind", "position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "code"], name="application_code"),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True, retired_by__isnull=True)
                | Q(retired_at__isnull=False, retired_by__isnull=False),
                name="application_retired_pair",
            ),
        ]

    @property
    def description(self) -> str:
        """What the application does, in the language of this moment."""
        return str(getattr(self, f"description_{(translation.get_language() or 'nl')[:2]}"))


class FunctionRule(models.Model):
    """Does a legal function make its holder a legal representative? The most specific rule of a day decides
    (`enterprises.representatives`)."""

    code = models.CharField(
        _("function code"),
        max_length=5,
        validators=[RegexValidator(r"^[0-9]{5}\Z", _("A function code has five digits."))],
        help_text=_("The register's code for the function, for example 10002."),
    )
    name = models.CharField(
        _("function"), max_length=100, blank=True, help_text=_("What the register calls it, for who reads this list.")
    )
    legal_form = models.CharField(
        _("legal form"),
        max_length=3,
        blank=True,
        validators=[RegexValidator(r"^[0-9]{3}\Z", _("A legal form has three digits."))],
        help_text=_("The register's code for the form, for example 610. Empty: any form without a rule of its own."),
    )
    situation = models.CharField(
        _("juridical situation"),
        max_length=3,
        blank=True,
        validators=[RegexValidator(r"^[0-9]{3}\Z", _("A juridical situation has three digits."))],
        help_text=_(
            "The register's code for the situation, for example 050. Empty: every situation but dissolution, liquidation and "
            "bankruptcy; for those, each situation needs a rule of its own."
        ),
    )
    counts = models.BooleanField(
        _("counts as legal representative"),
        help_text=_("Whoever holds a function that counts may appoint the Chief Access Manager."),
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True, help_text=_("Empty: always has been."))
    valid_to = models.DateField(
        _("valid to"), null=True, blank=True, help_text=_("The last day. Empty: until further notice.")
    )

    class Meta:
        verbose_name = _("function that counts")
        verbose_name_plural = _("functions that count")
        ordering = ["code", "legal_form", "situation", "valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="function_rule_dates",
                violation_error_message=_("The rule ends before it begins."),
            )
        ]

    def __str__(self) -> str:
        return " ".join(part for part in (self.code, self.name, self.legal_form, self.situation) if part)

    def clean(self) -> None:
        """Raise ValidationError where another rule says something for the same function, form and situation on the same day."""
        others = FunctionRule.objects.filter(
            code=self.code, legal_form=self.legal_form, situation=self.situation
        ).exclude(pk=self.pk)
        if self.valid_to is not None:
            others = others.filter(Q(valid_from=None) | Q(valid_from__lte=self.valid_to))
        if self.valid_from is not None:
            others = others.filter(Q(valid_to=None) | Q(valid_to__gte=self.valid_from))
        if others.exists():
            raise ValidationError(
                _("There is a rule for this function, form and situation in this period already. End that one first.")
            )


# --- The portal's own -------------------------------------------------------------------------------------------------------


class Enterprise(models.Model):
    """An enterprise that came into CSAM: what the register said last, and since when it is here."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=10, unique=True)
    name = models.TextField()
    # What lists sort and search by: without accents and capitals.
    name_key = FoldedField(source="name", max_length=200)
    address = models.TextField(blank=True)
    read_at = models.DateTimeField()
    # Since its first chief administrator; null only inside the act that appoints the first.
    activated_at = models.DateTimeField(null=True)
    activated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("enterprise")
        verbose_name_plural = _("enterprises")
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^[01][0-9]{9}$"),
                name="enterprise_number_digits",
                violation_error_message=_("An enterprise number has ten digits and begins with 0 or 1."),
            ),
            models.CheckConstraint(
                condition=Q(activated_at__isnull=True, activated_by__isnull=True)
                | Q(activated_at__isnull=False, activated_by__isnull=False),
                name="enterprise_activated_pair",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def number_shown(self) -> str:
        """The number in groups: 0999.000.129."""
        return enterprise_number.show(self.number)


class Capacity(models.Model):
    """An enterprise in one capacity kind, with its own identification."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="capacities")
    kind = models.ForeignKey(CapacityKind, on_delete=models.PROTECT, related_name="capacities")
    identification = models.CharField(max_length=10)
    contact_name = models.CharField(max_length=200, blank=True)
    contact_email = models.EmailField(max_length=254, blank=True)
    contact_telephone = models.CharField(max_length=30, blank=True)
    contact_language = models.CharField(max_length=2, blank=True)
    activated_at = models.DateTimeField()
    activated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("capacity")
        verbose_name_plural = _("capacities")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "identification"], condition=Q(retired_at__isnull=True), name="capacity_once"
            ),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True, retired_by__isnull=True)
                | Q(retired_at__isnull=False, retired_by__isnull=False),
                name="capacity_retired_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.identification_shown}"

    @property
    def identification_shown(self) -> str:
        """The identification in groups, as its kind writes it."""
        if self.kind.identified_by == IdentifiedBy.ENTERPRISE_NUMBER:
            return enterprise_number.show(self.identification)
        return enterprise_number.show_rsz(self.identification)

    @property
    def name(self) -> str:
        """The domain, and the kind behind it: Sociale zekerheid (Werkgever RSZ)."""
        return f"{self.kind.domain.name} ({self.kind.name})"

    @property
    def in_words(self) -> str:
        """Name and number, as the guide writes them: Sociale zekerheid (Werkgever RSZ); RSZ Stamnummer: 1999304-82."""
        return f"{self.name}; {self.kind.get_identified_by_display()}: {self.identification_shown}"


def name_of_enterprise(public_id: uuid.UUID) -> str:
    """Return what an enterprise in CSAM is called, "" for one that is not there."""
    return Enterprise.objects.filter(public_id=public_id).values_list("name", flat=True).first() or ""
