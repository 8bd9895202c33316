"""What production asks of the gateway alone, when it is started; a portal need not have one (T20)."""

from collections.abc import Iterator

from django.conf import settings

from outgoing import database

NO_CERTIFICATE = (
    "GATEWAY_TLS_CERTIFICATE_FILE is not set: the gateway would make a certificate for which nobody vouches."
)
# ProFTPD's module for PostgreSQL asks for TLS where it can be had, and for no proof of who answers.
FAR_DATABASE = (
    "DATABASE_URL leads to another machine, which the daemon cannot prove: let it go through a tunnel on this one."
)
REFUSALS = (NO_CERTIFICATE, FAR_DATABASE)


def found() -> Iterator[str]:
    """Yield what keeps this production's gateway from starting, out of REFUSALS."""
    if not settings.IS_PRODUCTION:
        return
    if not settings.GATEWAY_TLS_CERTIFICATE_FILE:
        yield NO_CERTIFICATE
    if database.is_far():
        yield FAR_DATABASE
