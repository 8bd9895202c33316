"""Who: persons, their sessions, tries at secrets, activations; whose number a staff account is, what staff propose."""

import uuid
from enum import StrEnum
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from formats import insz as insz_format
from identity.enums import Language, Title


def pair(name: str) -> Q:
    """Return the condition that `<name>_at` and `<name>_by` are both there or both not."""
    at, by = f"{name}_at__isnull", f"{name}_by__isnull"
    return Q(**{at: True, by: True}) | Q(**{at: False, by: False})


class PersonManager(BaseUserManager["Person"]):
    """Persons; `portal` is the one that stands for the portal's own acts."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(user_name=username)

    def portal(self) -> "Person":
        """Return the person that stands for the portal itself; it has no means of login."""
        return self.get_or_create(is_portal=True, defaults={"last_name": "CSAM"})[0]


class Person(AbstractBaseUser, PermissionsMixin):
    """One human being (or a staff account, or the portal itself), the same in every enterprise and capacity."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    insz = models.CharField(_("national register number"), max_length=11, unique=True, null=True, blank=True)
    last_name = models.CharField(_("name"), max_length=200)
    first_names = models.CharField(_("first name"), max_length=200, blank=True)
    title = models.CharField(_("title"), max_length=2, choices=Title.choices, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, default=Language.NL)
    email = models.EmailField(_("own e-mail address"), max_length=254, blank=True)

    user_name = models.CharField(_("user name"), max_length=60, unique=True, null=True, blank=True)
    # Folded (formats.names.user_name_key): two user names that look alike are one. Never freed.
    user_name_key = models.CharField(max_length=80, unique=True, null=True, blank=True, editable=False)
    # The enterprise (public_id) that chose it, until the person keeps or replaces it: others do not see it (BEHAVIOUR T1).
    user_name_given_by = models.UUIDField(null=True, blank=True, editable=False)
    password_is_first = models.BooleanField(default=False)
    # Until when a first password waits to be used (T5); None where there is none, or no end to it.
    first_password_until = models.DateTimeField(null=True, blank=True, editable=False)
    # The enterprise (public_id) that answers for the means and the own address, because its administrator gave them, or who
    # had them from it made them: they show and open that enterprise alone (T1).
    vouched_by = models.UUIDField(null=True, blank=True, editable=False)
    # Since when such means are set aside and open nothing, until the person says what stays (T2).
    means_set_aside_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When the means or the own address last changed: told in every session (T3).
    means_changed_at = models.DateTimeField(null=True, blank=True, editable=False)

    is_staff = models.BooleanField(_("contact centre"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    is_portal = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    last_login = None

    USERNAME_FIELD = "user_name"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["last_name"]

    objects: ClassVar[PersonManager] = PersonManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        constraints = [
            models.CheckConstraint(
                condition=Q(insz__isnull=False) | Q(is_staff=True) | Q(is_portal=True),
                name="person_known_by_number",
                violation_error_message=_("Only staff may have no national register number."),
            ),
            models.CheckConstraint(
                condition=Q(insz__isnull=True) | Q(is_staff=False),
                name="person_or_staff",
                violation_error_message=_(
                    "A staff account is not a person's account: it has no national register number."
                ),
            ),
            models.UniqueConstraint(fields=["is_portal"], condition=Q(is_portal=True), name="person_portal_once"),
            models.CheckConstraint(
                condition=Q(user_name__isnull=True, user_name_key__isnull=True)
                | Q(user_name__isnull=False, user_name_key__isnull=False),
                name="person_user_name_with_key",
                violation_error_message=_("A user name comes with its key."),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """An operator looks and does nobody's work (BEHAVIOUR T9): Django would allow a superuser anything."""
        if self.is_superuser:
            return self.is_active and perm.rpartition(".")[2].startswith("view_")
        return super().has_perm(perm, obj)

    @property
    def first_name(self) -> str:
        """The given name by which one is addressed: the first of them."""
        return self.first_names.split(" ")[0]

    @property
    def full_name(self) -> str:
        """First given name and name, as shown on pages."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def insz_shown(self) -> str:
        """The number in groups; empty for staff."""
        return insz_format.show(self.insz) if self.insz else ""

    @property
    def insz_masked(self) -> str:
        """The number with its last five digits alone; empty for staff."""
        return insz_format.mask(self.insz) if self.insz else ""


class VouchedMeans(models.Model):
    """A means of login or an own address that an enterprise answers for: who made it, how and when (BEHAVIOUR T1, T2).

    Gone once the person has said what becomes of it.
    """

    class Kind(models.TextChoices):
        USER_NAME = "user_name", _("User name")
        PASSWORD = "password", _("Password")
        APP = "app", _("Mobile app")
        CODES = "codes", _("List of token codes")
        EMAIL = "email", _("Own e-mail address")

    class How(StrEnum):
        GIVEN = "given"  # typed by an administrator
        ACTIVATION = "activation"
        SESSION = "session"  # by whoever was logged in with these means
        UNKNOWN = "unknown"  # the record did not say

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="vouched_means")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    how = models.CharField(max_length=10)
    enterprise = models.UUIDField()
    # The administrator (public_id) who typed it or sent the activation; null for the others.
    by = models.UUIDField(null=True)
    at = models.DateTimeField(null=True)
    # While it is set aside: the password's hash, or the address. Devices stay where they are, unconfirmed.
    value = models.TextField(blank=True)

    class Meta:
        verbose_name = _("means that an enterprise answers for")
        verbose_name_plural = _("means that an enterprise answers for")
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="vouched_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.how}"


class FormerUserName(models.Model):
    """A user name that somebody replaced; like every other it is never freed (BEHAVIOUR U7, T2)."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="former_user_names")
    user_name_key = models.CharField(max_length=80, unique=True)
    replaced_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("former user name")
        verbose_name_plural = _("former user names")

    def __str__(self) -> str:
        return f"{self.pk}"


class Session(AbstractBaseSession):
    """A session's row, with what the portal must know of it without opening it (BEHAVIOUR L6)."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="sessions")
    means = models.CharField(max_length=10, blank=True)
    level = models.IntegerField(default=0)
    begun_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta(AbstractBaseSession.Meta):
        verbose_name = _("session")  # type: ignore[assignment]  # the base class has plain texts
        verbose_name_plural = _("sessions")  # type: ignore[assignment]

    @classmethod
    def get_session_store_class(cls):  # type: ignore[no-untyped-def]  # Django's signature is untyped
        from identity.sessions import SessionStore

        return SessionStore


class Attempt(models.Model):
    """One wrong try at a secret. The key is an HMAC: who reads the table learns no number and no name."""

    scope = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        indexes = [models.Index(fields=["scope", "key", "at"], name="attempt_of")]

    def __str__(self) -> str:
        return f"{self.scope} {self.at:%Y-%m-%d %H:%M}"


class Activation(models.Model):
    """A way to means that somebody lacks, or to a new password: a mailed link, and a code given apart (BEHAVIOUR L7)."""

    class Purpose(models.TextChoices):
        ACTIVATE = "activate", _("activation")
        PASSWORD = "password", _("forgotten password")
        RENEW = "renew", _("first password, renewed")
        STAFF = "staff", _("account of staff")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="activations")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    # The enterprise (public_id) on whose word the means are given. Of a forgotten password: that answers for the person's
    # means when the link is asked; the link ends when that changes.
    enterprise = models.UUIDField(null=True)
    # Who sent it (public_id of a person); null for a forgotten password.
    opened_by = models.UUIDField(null=True)
    link_hash = models.CharField(max_length=64, unique=True)
    code_hash = models.CharField(max_length=128, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("activation")
        verbose_name_plural = _("activations")

    def __str__(self) -> str:
        return f"{self.purpose} {self.expires_at:%Y-%m-%d}"


class StaffNumber(models.Model):
    """Whose account of staff this is: a keyed hash of the national number that an eID proved (BEHAVIOUR T8).

    Not unique: somebody may have two accounts, which are never two pairs of eyes.
    """

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="staff_number")
    number_hash = models.CharField(max_length=64, db_index=True)
    proved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("proved number")
        verbose_name_plural = _("proved numbers")

    def __str__(self) -> str:
        return self.number_hash[:8]


class Proposal(models.Model):
    """What one member of staff wants written, and a second one decides (BEHAVIOUR T7; docs/two-people.md).

    It is under way until it has an outcome. What it asks never changes: who wants something else withdraws it.
    """

    # What the confirmer is shown once, as the code of an activation. Never stored.
    shown_once = ""

    class Outcome(models.TextChoices):
        APPLIED = "applied", _("carried out")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")
        OVERTAKEN = "overtaken", _("overtaken: meanwhile things stand otherwise")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # A name of identity.proposals' registry.
    kind = models.CharField(_("kind"), max_length=40)
    # The thing as the record names it, "person:<public_id>"; for a new one a name that the kind makes.
    subject = models.CharField(max_length=200)
    # What is to be written, as the kind understands it. Never a secret.
    content = models.JSONField()
    # Digest of how things stood when it was made.
    basis = models.CharField(max_length=64)
    people = models.PositiveIntegerField(_("people"))
    enterprises = models.PositiveIntegerField(_("enterprises"))
    # The first day on which it counts; null: as soon as it is confirmed.
    takes_effect_on = models.DateField(_("takes effect on"), null=True, blank=True)
    made_at = models.DateTimeField(_("proposed"))
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("proposed by"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("confirmed by")
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(outcome=""),
                name="proposal_one_under_way",
                violation_error_message=_("The same is proposed already: decide about that first."),
            ),
            models.CheckConstraint(condition=pair("confirmed"), name="proposal_confirmed_pair"),
            models.CheckConstraint(condition=pair("ended"), name="proposal_ended_pair"),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at__isnull=True) | (~Q(outcome="") & Q(ended_at__isnull=False)),
                name="proposal_ended_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=models.F("made_by")),
                name="proposal_two_people",
                violation_error_message=_("Who proposed it does not confirm it."),
            ),
            models.CheckConstraint(
                condition=~Q(outcome="applied") | Q(confirmed_at__isnull=False), name="proposal_applied_confirmed"
            ),
        ]
        indexes = [
            models.Index(fields=["outcome", "made_at"], name="proposal_queue"),
            models.Index(fields=["subject", "kind"], name="proposal_about"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.made_at:%Y-%m-%d %H:%M}"

    @property
    def waits_for_its_day(self) -> bool:
        """Whether it is confirmed, and takes effect later."""
        return self.confirmed_at is not None and not self.outcome
