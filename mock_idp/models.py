"""What the mock provider remembers: the key it signs with, and logins that were not fetched yet."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class SigningKey(models.Model):
    """The provider's RSA key as a private JWK. In the database, because every process must sign with the same one."""

    jwk: "models.JSONField[dict[str, Any]]" = models.JSONField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M}"


class Login(models.Model):
    """Somebody showed a card and PIN: a code for the browser, then a token for the client, both kept as SHA-256."""

    code_hash = models.CharField(max_length=64, unique=True)
    code_until = models.DateTimeField()
    token_hash = models.CharField(max_length=64, unique=True, null=True)
    token_until = models.DateTimeField(null=True)
    redirect_uri = models.TextField()
    nonce = models.TextField(blank=True)
    code_challenge = models.TextField(blank=True)
    insz = models.CharField(max_length=11)
    level = models.IntegerField()
    # What userinfo gives as `mail`.
    email = models.CharField(max_length=254, blank=True, db_default="")

    class Meta:
        verbose_name = _("login")
        verbose_name_plural = _("logins")

    def __str__(self) -> str:
        return f"{self.level} {self.code_until:%Y-%m-%d %H:%M}"
