"""Start-up checks. An unsafe production does not start: every command and the web server run these (docs/settings.md).

Most look at the settings alone. Those of the database run where Django runs such checks (`migrate`), in the web server and
in the worker.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from csam_portal.demo.world import CAST, STAFF
from htb.document import seal
from htb.document import trust as signer_trust
from identity.models import Person
from senders.reading import trust as sender_trust

ENVIRONMENTS = ("development", "test", "production")
# As Django's own deployment check asks.
KEY_LENGTH = 50
# What BEHAVIOUR L4 lets a setting admit at the least.
LOWEST_LEVELS = {"appoint": 450, "manage": 300, "self": 200}
_NOT_SENDING = ("filebased", "console", "locmem", "dummy")
_NOT_OURS = ("example", "localhost", "127.0.0.1")


@register(Tags.security)
def production_is_safe(**_options: Any) -> list[CheckMessage]:
    """Return an Error for everything that makes these settings unsafe in production."""
    if settings.ENVIRONMENT not in ENVIRONMENTS:
        return [
            Error(f"ENVIRONMENT is {settings.ENVIRONMENT!r}, not one of {', '.join(ENVIRONMENTS)}.", id="portal.E001")
        ]
    if not settings.IS_PRODUCTION:
        return []
    messages: list[CheckMessage] = [
        Error(sentence, hint="docs/settings.md says what to set.", id="portal.E002")
        for rule in (_keys, _addresses, _cookies, _login, _mail, _switches, _seal, _signers, _senders)
        for sentence in rule()
    ]
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        messages.append(
            Warning("The database is SQLite: one machine, and its file is the whole protection.", id="portal.W001")
        )
    return messages


def _keys() -> Iterator[str]:
    for name in ("SECRET_KEY", "RECORD_KEY"):
        key = getattr(settings, name)
        if key == settings.UNSAFE_SECRET_KEY or len(key) < KEY_LENGTH:
            yield f"{name} is not set, or shorter than {KEY_LENGTH} characters."
    if settings.RECORD_KEY == settings.SECRET_KEY:
        yield "RECORD_KEY is the same as SECRET_KEY: who learns the one could forge the record."


def _addresses() -> Iterator[str]:
    site = urlsplit(settings.SITE_URL)
    if site.scheme != "https":
        yield "SITE_URL does not begin with https://."
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        yield "ALLOWED_HOSTS is empty or takes every host."
    if not settings.SECURE_SSL_REDIRECT or not settings.SECURE_HSTS_SECONDS:
        yield "SECURE_SSL_REDIRECT or HSTS_SECONDS is off."


def _cookies() -> Iterator[str]:
    """A browser takes a cookie `__Host-…` from this very host alone, over TLS (BEHAVIOUR T28); without TLS there is none."""
    for kind in ("SESSION", "CSRF", "LANGUAGE") if settings.SITE_URL.startswith("https://") else ():
        name, secure, http_only, same_site, domain, path = (
            getattr(settings, f"{kind}_COOKIE_{part}")
            for part in ("NAME", "SECURE", "HTTPONLY", "SAMESITE", "DOMAIN", "PATH")
        )
        is_bound = name.startswith("__Host-") and secure and domain is None and path == "/"
        if not (is_bound and http_only and same_site in {"Lax", "Strict"}):
            yield f"The cookie {name} is not bound to this host: __Host-, Secure, HttpOnly, SameSite, for every path."


def _login() -> Iterator[str]:
    if settings.MOCK_IDP:
        yield "MOCK_IDP is on: anybody could log in as anybody."
    if settings.OIDC_CLIENT_SECRET == settings.UNSAFE_SECRET_KEY:
        yield "OIDC_CLIENT_SECRET is not set."
    if settings.OIDC_ISSUER.startswith(settings.SITE_URL):
        yield "OIDC_ISSUER is not set."
    if not settings.OIDC_DISCOVERY_URL.startswith("https://"):
        yield "OIDC_DISCOVERY_URL does not begin with https://."
    for name, lowest in LOWEST_LEVELS.items():
        if settings.LEVELS[name] < lowest:
            yield f"LEVEL_{name.upper()} is lower than {lowest}."


def _mail() -> Iterator[str]:
    if any(word in settings.EMAIL_BACKEND for word in _NOT_SENDING):
        yield "EMAIL_URL is not set: mails would reach nobody."
    if settings.DEFAULT_FROM_EMAIL.rstrip(">").endswith(_NOT_OURS):
        yield "MAIL_FROM is not set."


def _switches() -> Iterator[str]:
    if settings.DEBUG:
        yield "DEBUG is on."
    if settings.ACCEPT_TEST_INSZ:
        yield "ACCEPT_TEST_INSZ is on."


def _seal() -> Iterator[str]:
    if settings.DEMO_SEAL_DIR in (Path(settings.SEAL_KEY_FILE).parent, Path(settings.SEAL_CERTIFICATE_FILE).parent):
        yield "SEAL_KEY_FILE or SEAL_CERTIFICATE_FILE is not set."
        return
    try:
        seal.refuse_when_unusable()
    except ImproperlyConfigured as reason:
        yield str(reason)


def _signers() -> Iterator[str]:
    files = (*settings.SIGNER_TRUST_FILES, *settings.SIGNER_CRL_FILES)
    if any(Path(file).parent == settings.DEMO_SIGNERS_DIR for file in files):
        yield "SIGNER_TRUST_FILES or SIGNER_CRL_FILES is not set."
        return
    try:
        signer_trust.refuse_when_unusable()
    except ImproperlyConfigured as reason:
        yield str(reason)


def _senders() -> Iterator[str]:
    """A list that cannot be read would refuse every certificate, or let a revoked one through."""
    try:
        if settings.SENDER_ISSUERS_FILE:
            sender_trust.admitted_issuers()
        sender_trust.revocation_lists()
    except ImproperlyConfigured as reason:
        yield str(reason)


@register(Tags.database)
def production_has_no_demo_world(databases: Sequence[str] | None = None, **_options: Any) -> list[CheckMessage]:
    """Return an Error where the demo world, whose passwords are public, is in a production's database."""
    if not settings.IS_PRODUCTION:
        return []
    names = [*STAFF, *(person.user_name for person in CAST if person.user_name)]
    return [
        Error(f"The demo world is in the database {alias!r}, and its passwords are public.", id="portal.E003")
        for alias in databases or ()
        if Person._meta.db_table in connections[alias].introspection.table_names()
        and Person.objects.using(alias).filter(user_name__in=names).exists()
    ]


def refuse_when_unsafe() -> None:
    """Run every check, those of the database included, as the web server does before it serves.

    Raises ImproperlyConfigured for an error, and in production for a database that would let the record be changed.
    """
    faults = [
        message
        for message in run_checks(databases=["default"])
        if message.is_serious() or (settings.IS_PRODUCTION and message.id == "audit.W001")
    ]
    connections.close_all()  # the server may fork after this
    if faults:
        raise ImproperlyConfigured("\n".join(["The portal does not start:", *map(str, faults)]))
