"""Every host that the portal calls, by setting (T22; docs/outgoing.md)."""

from urllib.parse import urlsplit

from django.conf import settings

from outgoing import lookups


def hosts() -> list[str]:
    """Return the hosts that settings name: the identity provider, the register, the mail server, the proxy, the database."""
    from identity.oidc.provider import named as provider_addresses  # much, for a command that calls nobody

    addresses = [*provider_addresses(), settings.REGISTER_URL, settings.OUTGOING_PROXY]
    found = [urlsplit(address).hostname or "" for address in addresses]
    return [*found, getattr(settings, "EMAIL_HOST", ""), *settings.DATABASES["default"].get("HOST", "").split(",")]


def keep_to_named_hosts() -> None:
    """In production, let this process look up no other host."""
    if settings.IS_PRODUCTION:
        lookups.hold(hosts())
