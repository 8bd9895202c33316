"""What does not start in production, but for secrets and what they open (T20); `hidden` has those."""

from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings

from csam_portal.security import is_contact
from csam_portal.starting.refusal import Refusal, among, one
from formats.hosts import is_this_machine
from htb.document import seal
from htb.document import trust as signer_trust
from senders.gateway import certificate
from senders.reading import trust as sender_trust

# What BEHAVIOUR L4 lets a setting admit at the least.
LOWEST_LEVELS = {"appoint": 450, "manage": 300, "self": 200}
LEAST_HSTS = 30 * 86400
_NOT_SENDING = ("filebased", "console", "locmem", "dummy")
_NOT_OURS = ("example", "localhost", "127.0.0.1")


def is_https(address: str) -> bool:
    """Tell whether an address is https with a host, and without a user or a piece that no server is asked for."""
    try:
        parts = urlsplit(address)
        return (
            parts.scheme == "https"
            and bool(parts.hostname)
            and not (parts.username or parts.password or parts.fragment)
            and parts.port != 0
        )
    except ValueError:
        return False


def host_of(address: str) -> str:
    """Return the host of an address, "" where it has none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_bare(address: str) -> bool:
    return is_https(address) and urlsplit(address).path in {"", "/"} and not urlsplit(address).query


def is_remote_register() -> bool:
    """Tell whether the register is asked over the network."""
    return bool(settings.REGISTER_URL) or settings.REGISTER_GATEWAY.endswith("RemoteRegister")


def _holds_certificates(file: str) -> bool:
    try:
        return bool(x509.load_pem_x509_certificates(Path(file).read_bytes()))
    except (OSError, ValueError):
        return False


def _mails_in_the_open() -> bool:
    in_tls = getattr(settings, "EMAIL_USE_TLS", False) or getattr(settings, "EMAIL_USE_SSL", False)
    return (
        settings.EMAIL_BACKEND.endswith("smtp.EmailBackend") and not in_tls and not is_this_machine(settings.EMAIL_HOST)
    )


def _is_loose(cookie: str) -> bool:
    """Tell whether a browser could be given the cookie by a neighbouring host or an open line, or show it to a script (T28)."""
    kind = cookie.removesuffix("_NAME")
    name, *bound = (getattr(settings, f"{kind}_{part}") for part in ("NAME", "SECURE", "HTTPONLY", "DOMAIN", "PATH"))
    is_bound = name.startswith("__Host-") and bound == [True, True, None, "/"]
    return not (is_bound and getattr(settings, f"{kind}_SAMESITE") in {"Lax", "Strict"})


def _is_low(level: str) -> bool:
    return bool(settings.LEVELS[level] < LOWEST_LEVELS[level])


def _is_own_mock(address: str) -> bool:
    return address == settings.MOCK_IDP_ISSUER or host_of(address) == host_of(settings.SITE_URL)


REFUSALS = (
    one("DEBUG", "is on", lambda: settings.DEBUG),
    one("MOCK_IDP", "is on: anybody could log in as anybody", lambda: settings.MOCK_IDP),
    one("ACCEPT_TEST_INSZ", "is on", lambda: settings.ACCEPT_TEST_INSZ),
    one("LOG_LEVEL", "is not INFO: the record's heads are logged at it", lambda: settings.LOGGING["level"] != "INFO"),
    # Addresses
    one("SITE_URL", "is not https:// and a host alone", lambda: not _is_bare(settings.SITE_URL)),
    one("SITE_URL", "names this machine alone", lambda: is_this_machine(host_of(settings.SITE_URL))),
    one(
        "ALLOWED_HOSTS",
        'is empty or takes more than whole names ("*", ".example.org")',
        lambda: (
            not settings.ALLOWED_HOSTS or any("*" in host or host.startswith(".") for host in settings.ALLOWED_HOSTS)
        ),
    ),
    one(
        "ALLOWED_HOSTS",
        "does not name the host of SITE_URL",
        lambda: host_of(settings.SITE_URL) not in [host.lower() for host in settings.ALLOWED_HOSTS],
    ),
    one("SECURE_SSL_REDIRECT", "is off", lambda: not settings.SECURE_SSL_REDIRECT),
    one("HSTS_SECONDS", "is less than 30 days", lambda: settings.SECURE_HSTS_SECONDS < LEAST_HSTS),
    one("TRUSTED_PROXIES", "is less than 0 or more than 5", lambda: not 0 <= settings.TRUSTED_PROXIES <= 5),
    Refusal(
        ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME"),
        "is not bound to this host: __Host-, Secure, HttpOnly, SameSite, for every path",
        lambda cookie: settings.SITE_URL.startswith("https://") and _is_loose(cookie),
    ),
    # Login
    one("OIDC_ISSUER", "is not set, or is the portal's own mock", lambda: _is_own_mock(settings.OIDC_ISSUER)),
    one("OIDC_ISSUER", "is no https:// address", lambda: not is_https(settings.OIDC_ISSUER)),
    one(
        "OIDC_ORIGINS", "is not https:// and a host alone, each", lambda: not all(map(_is_bare, settings.OIDC_ORIGINS))
    ),
    one("OIDC_DISCOVERY_URL", "is no https:// address", lambda: not is_https(settings.OIDC_DISCOVERY_URL)),
    one(
        "OIDC_FORM_ORIGINS",
        "is not https:// and a host alone, each",
        lambda: not all(_is_bare(origin) and "*" not in origin for origin in settings.OIDC_FORM_ORIGINS),
    ),
    *(
        one(f"LEVEL_{name.upper()}", f"is lower than {lowest}", partial(_is_low, name))
        for name, lowest in LOWEST_LEVELS.items()
    ),
    # Whom the portal calls
    one("REGISTER_URL", "is no https:// address", lambda: is_remote_register() and not is_https(settings.REGISTER_URL)),
    one(
        "OUTGOING_PROXY",
        "is not http:// or https:// and a host alone",
        lambda: settings.OUTGOING_PROXY != "" and not _is_bare(settings.OUTGOING_PROXY.replace("http://", "https://")),
    ),
    one(
        "OUTGOING_CA_FILE",
        "cannot be read as certificates (PEM)",
        lambda: settings.OUTGOING_CA_FILE != "" and not _holds_certificates(settings.OUTGOING_CA_FILE),
    ),
    one(
        "EMAIL_URL",
        "is not set, or is no mail server: mails would reach nobody",
        lambda: any(word in settings.EMAIL_BACKEND for word in _NOT_SENDING) or not settings.EMAIL_HOST,
    ),
    one("EMAIL_URL", "leaves this machine without TLS (smtp+tls:// or smtp+ssl://)", _mails_in_the_open),
    one("MAIL_FROM", "is not set", lambda: settings.DEFAULT_FROM_EMAIL.rstrip(">").endswith(_NOT_OURS)),
    one(
        "SECURITY_CONTACT",
        "is not set, or is neither an e-mail address nor one of a page over https",
        lambda: not is_contact(settings.SECURITY_CONTACT) or settings.SECURITY_CONTACT.endswith(_NOT_OURS),
    ),
    # Keys and certificates
    *among(seal.FAULTS, seal.faults),
    *among(signer_trust.FAULTS, signer_trust.faults),
    *among(sender_trust.FAULTS, sender_trust.faults),
    *among(certificate.FAULTS, certificate.faults),
)
