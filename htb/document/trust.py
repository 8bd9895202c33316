"""Which issuers of qualified certificates are trusted, and what they have revoked: by setting, without the network (X9)."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings

from htb.document.demo_keys import AUTHORITY_NAME
from htb.document.judging import Trust, TrustError, read_issuers, read_lists

NOT_SET = "SIGNER_TRUST_FILES is not set, or SIGNER_CRL_FILES is not."
NOT_REQUIRED = "SIGNER_REVOCATION is not require: a revoked certificate could pass."
UNREADABLE = "SIGNER_TRUST_FILES names no issuer, or a file that cannot be read as issuers."
LISTS_UNREADABLE = "SIGNER_CRL_FILES names a file that cannot be read as a revocation list."
DEMONSTRATION = "SIGNER_TRUST_FILES trusts the demonstration's signatures, which anybody can make."
FAULTS = (NOT_SET, NOT_REQUIRED, UNREADABLE, LISTS_UNREADABLE, DEMONSTRATION)


def trust_at(moment: datetime) -> Trust:
    """Return what a signer's certificate is judged by at a moment (aware).

    The files are read for every upload: an operator renews the revocation lists while the portal runs.
    """
    issuers, lists = (
        [str(Path(file).absolute()) for file in files]
        for files in (settings.SIGNER_TRUST_FILES, settings.SIGNER_CRL_FILES)
    )
    return Trust(issuers, lists, settings.SIGNER_REVOCATION, moment.isoformat())


def faults() -> Iterator[str]:
    """Yield why no signature could be judged, or the demonstration's would be trusted: out of FAULTS."""
    if settings.SIGNER_REVOCATION != "require":
        yield NOT_REQUIRED
    files = (*settings.SIGNER_TRUST_FILES, *settings.SIGNER_CRL_FILES)
    if any(Path(file).parent == settings.DEMO_SIGNERS_DIR for file in files):
        yield NOT_SET
        return
    try:
        if any(
            issuer.subject.native.get("common_name") == AUTHORITY_NAME
            for issuer in read_issuers(settings.SIGNER_TRUST_FILES)
        ):
            yield DEMONSTRATION
    except ValueError:
        yield UNREADABLE
    try:
        read_lists(settings.SIGNER_CRL_FILES)
    except TrustError:
        yield LISTS_UNREADABLE
