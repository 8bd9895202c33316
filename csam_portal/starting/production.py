"""What does not start in production, but for secrets and what they open (T20); `hidden` has those."""

import re
from email.utils import parseaddr
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings

from csam_portal.environment import VALUES
from csam_portal.numbers import ORDERED
from csam_portal.security import is_contact
from csam_portal.starting.refusal import Refusal, among, one
from formats.hosts import is_host, is_this_machine
from htb.document import seal
from htb.document import trust as signer_trust
from senders.gateway import certificate
from senders.reading import trust as sender_trust

LEAST_HSTS = 30 * 86400
_NOT_SENDING = ("filebased", "console", "locmem", "dummy")
_NOT_OURS = ("example", "localhost", "127.0.0.1")


def is_https(address: str) -> bool:
    """Tell whether an address is https with a whole host, and without a user or a piece that no server is asked for."""
    try:
        parts = urlsplit(address)
        return (
            parts.scheme == "https"
            and is_host(parts.netloc.removesuffix(f":{parts.port}"))
            and parts.port != 0
            and not ("#" in address or "\\" in address)
            and address.isprintable()
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
    return is_https(address) and address.removeprefix("https://").removesuffix("/") == urlsplit(address).netloc


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


def _is_disordered(smaller: str, larger: str) -> bool:
    return VALUES.get(smaller, 0) > VALUES.get(larger, 0)


def _is_bindable(host: str) -> bool:
    return is_host(host) or host in {"0.0.0.0", "::"} or is_host(f"[{host}]")  # noqa: S104 - where a gateway may listen


def _is_mailbox(text: str) -> bool:
    _name, address = parseaddr(text)
    return is_contact(address) and not is_https(address) and text.rstrip().rstrip(">").endswith(address)


_PORTS = re.compile(r"([0-9]{4,5})-([0-9]{4,5})")


def _are_ports_amiss() -> bool:
    """Tell whether the ports for data are none, many of them fewer than one, or also those for logging in."""
    found = _PORTS.fullmatch(settings.GATEWAY_PASSIVE_PORTS)
    if found is None:
        return True
    ports = range(int(found[1]), int(found[2]) + 1)
    doors = (settings.GATEWAY_SFTP_PORT, settings.GATEWAY_FTPS_PORT)
    return not ports or ports[0] < 1024 or ports[-1] > 65_535 or any(door in ports for door in doors)


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
        "is not whole names or addresses alone, each without a port",
        lambda: not all(map(is_host, settings.ALLOWED_HOSTS)),
    ),
    one(
        "ALLOWED_HOSTS",
        "does not name the host of SITE_URL",
        lambda: host_of(settings.SITE_URL) not in [host.lower() for host in settings.ALLOWED_HOSTS],
    ),
    one("SECURE_SSL_REDIRECT", "is off", lambda: not settings.SECURE_SSL_REDIRECT),
    one("HSTS_SECONDS", "is less than 30 days", lambda: settings.SECURE_HSTS_SECONDS < LEAST_HSTS),
    one(
        "HSTS_PRELOAD",
        "is on, without HSTS_INCLUDE_SUBDOMAINS or with less than a year: browser makers take it for no less",
        lambda: (
            settings.SECURE_HSTS_PRELOAD
            and not (settings.SECURE_HSTS_INCLUDE_SUBDOMAINS and settings.SECURE_HSTS_SECONDS >= 365 * 86400)
        ),
    ),
    *(one(less, f"is more than {more}", partial(_is_disordered, less, more)) for less, more in ORDERED),
    one(
        "GATEWAY_PASSIVE_PORTS",
        "is no range of ports from 1024 to 65535, or holds GATEWAY_SFTP_PORT or GATEWAY_FTPS_PORT",
        _are_ports_amiss,
    ),
    one(
        "GATEWAY_FTPS_PORT",
        "is also GATEWAY_SFTP_PORT",
        lambda: settings.GATEWAY_FTPS_PORT == settings.GATEWAY_SFTP_PORT,
    ),
    Refusal(
        ("GATEWAY_HOST", "GATEWAY_NAME"),
        "is no whole name or address",
        lambda name: not _is_bindable(getattr(settings, name)),
    ),
    one("GATEWAY_USER", "is root, who may do everything", lambda: settings.GATEWAY_USER in {"root", "0"}),
    Refusal(
        tuple(f"URL_{name.upper()}" for name in settings.SERVICES),
        "is no https:// address",
        lambda name: not is_https(settings.SERVICES[name.removeprefix("URL_").lower()]),
    ),
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
        "MAIL_FROM",
        "is no e-mail address, with or without a name",
        lambda: not _is_mailbox(settings.DEFAULT_FROM_EMAIL),
    ),
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
