"""Accounts, one person in one capacity; the applications granted to them; what a list of them was filtered by."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from enterprises.fields import KeyField
from enterprises.models import Application, Capacity
from identity.models import pair
from users.enums import AccountType, BulkAct, BulkEnd

# Of a folded name, as lists sort and search by it.
KEY_LENGTH = 200
LIVE = Q(ended_at__isnull=True)


def _list_index(name: str, *keys: str) -> models.Index:
    filtered = ("last_key", "first_key", "user_name_key", "insz", "type", "is_blocked")
    return models.Index(
        fields=["capacity", *keys, "id"],
        include=[column for column in filtered if column not in keys],
        name=name,
        condition=LIVE,
    )


class Account(models.Model):
    """One person in one capacity. Ended accounts stay, as history."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # No index of its own: the indexes below begin with it, and are what lists must be read by.
    capacity = models.ForeignKey(Capacity, on_delete=models.PROTECT, related_name="accounts", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="accounts")
    type = models.CharField(max_length=4, choices=AccountType.choices)
    # The chief administrator's own LB account, held until a TB is appointed (BEHAVIOUR H3).
    as_htb = models.BooleanField(default=False)
    email = models.EmailField(max_length=254, blank=True)
    local_email = models.EmailField(max_length=254, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    blocked_at = models.DateTimeField(null=True, blank=True)
    blocked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    # Made by the database, to sort and filter by.
    is_blocked = models.GeneratedField(
        expression=models.ExpressionWrapper(Q(blocked_at__isnull=False), output_field=models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    # Copies of what the list is searched and sorted by, so that it needs no other table; users.accounts alone writes them.
    last_key = KeyField(max_length=KEY_LENGTH, editable=False)
    first_key = KeyField(max_length=KEY_LENGTH, editable=False)
    user_name_key = KeyField(max_length=80, blank=True, editable=False)
    insz = KeyField(max_length=11, blank=True, editable=False)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(fields=["capacity", "person"], condition=LIVE, name="account_once"),
            models.UniqueConstraint(
                fields=["capacity"], condition=LIVE & Q(type=AccountType.LB), name="account_one_lb"
            ),
            models.CheckConstraint(condition=pair("blocked"), name="account_blocked_pair"),
            models.CheckConstraint(condition=pair("ended"), name="account_ended_pair"),
            models.CheckConstraint(
                condition=Q(as_htb=False) | Q(type=AccountType.LB, blocked_at__isnull=True),
                name="account_as_htb_is_open_lb",
                violation_error_message=_(
                    "The chief access manager's own account is an LB account and is not blocked."
                ),
            ),
        ]
        # One for each way to sort the live accounts of a capacity (users list, keyset pages). Each holds whatever is filtered,
        # so that where matches lie far down the list it is walked without the table. Two also find the few of a type or status.
        indexes = [
            _list_index("account_by_last", "last_key", "first_key"),
            _list_index("account_by_first", "first_key", "last_key"),
            _list_index("account_by_user_name", "user_name_key"),
            _list_index("account_by_insz", "insz"),
            _list_index("account_by_type", "type", "last_key", "first_key"),
            _list_index("account_by_status", "is_blocked", "last_key", "first_key"),
            models.Index(fields=["person", "capacity"], name="account_live_person", condition=LIVE),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.public_id}"


class Grant(models.Model):
    """A secured application given to an account. Ended grants stay, as history."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="grants")
    # The account's own, so that the few who hold an application in a capacity are found among the millions who hold it.
    capacity = models.ForeignKey(Capacity, on_delete=models.PROTECT, related_name="+", db_index=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="grants")
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The act that gave it: a bulk act's mails say to each what it gave.
    act = models.UUIDField(editable=False)

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        constraints = [
            models.UniqueConstraint(fields=["account", "application"], condition=LIVE, name="grant_once"),
            models.CheckConstraint(condition=pair("ended"), name="grant_ended_pair"),
        ]
        indexes = [
            models.Index(fields=["application", "capacity", "account"], name="grant_live_application", condition=LIVE)
        ]

    def __str__(self) -> str:
        return f"grant {self.pk}"


class ListReference(models.Model):
    """A filter of the users list that holds personal data: it comes by POST and stands in the address as this reference."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # The digest of the session's key: the reference dies with the session that made it.
    session = models.CharField(max_length=64)
    capacity = models.ForeignKey(Capacity, on_delete=models.PROTECT, related_name="+")
    filter: "models.JSONField[dict[str, str]]" = models.JSONField(default=dict)
    # Public ids of the rows ticked so far, on whichever page of the list.
    ticked: "models.JSONField[list[str]]" = models.JSONField(default=list)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("list reference")
        verbose_name_plural = _("list references")

    def __str__(self) -> str:
        return f"list {self.pk}"


class BulkRun(models.Model):
    """An act upon many accounts of a capacity: what one person chose, and how far it came (BEHAVIOUR U4).

    Chosen; confirmed; then done in one transaction, or chunk by chunk by the worker; at last everybody concerned is told. Where
    the accounts ended with their capacity (H6) it begins done: only the telling is left.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    capacity = models.ForeignKey(Capacity, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=20, choices=BulkAct.choices)
    # The query of the list it was chosen from; nothing personal stands in it.
    list_query = models.CharField(max_length=500, blank=True)
    # Ids of accounts, by name; what the check page showed is what is done, whoever is added meanwhile.
    accounts: "models.JSONField[list[int]]" = models.JSONField(default=list)
    size = models.IntegerField(default=0)
    # Those among them who were administrators when they were chosen.
    administrators: "models.JSONField[list[int]]" = models.JSONField(default=list)
    # How many ids were posted that are no account of this capacity.
    unknown = models.IntegerField(default=0)
    # Ids of applications.
    applications: "models.JSONField[list[int]]" = models.JSONField(default=list)
    begun_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True)
    # Of the code that the links of renewed first passwords ask (T5): one for the run, shown once to who confirmed.
    code_hash = models.CharField(max_length=128, blank=True, db_default="")
    # Of the login that confirmed.
    level = models.IntegerField(default=0)
    # How many of the accounts, from the first, were dealt with; and how many of those were told.
    done = models.IntegerField(default=0)
    told = models.IntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=10, choices=BulkEnd.choices, blank=True)
    # Why it was stopped, as the English source of the sentence.
    reason = models.TextField(blank=True)
    # Nothing is left for the worker.
    settled_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("bulk act")
        verbose_name_plural = _("bulk acts")
        constraints = [
            models.CheckConstraint(
                condition=Q(told__gte=0, told__lte=F("done"), done__lte=F("size")), name="bulk_run_counts"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "capacity", "id"], name="bulk_own"),
            models.Index(
                fields=["next_at", "id"],
                name="bulk_due",
                condition=Q(confirmed_at__isnull=False, settled_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.public_id}"


class BulkRefusal(models.Model):
    """A row of a bulk act that was not done, and why."""

    run = models.ForeignKey(BulkRun, on_delete=models.CASCADE, related_name="refusals")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    # The English source of the sentence, translated where it is shown.
    reason = models.TextField()

    class Meta:
        verbose_name = _("refused row")
        verbose_name_plural = _("refused rows")

    def __str__(self) -> str:
        return f"{self.code} {self.account_id}"
