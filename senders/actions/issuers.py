"""The first admitted issuers of an installation, loaded by an operator (BEHAVIOUR T10); keepers propose all others."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from acts.act import perform
from acts.errors import Refused
from audit.record import hold as hold_chain
from identity.actor import portal_actor
from identity.enums import Role
from senders.models import AdmittedIssuer
from senders.reading.issuers import read_issuer

CHAIN = "portal"


def load_issuers(certificates: Sequence[str]) -> list[AdmittedIssuer]:
    """Admit the issuers of these certificates (PEM), each called by the name on it. Return them.

    Once, while none was ever admitted: that narrows, since any issuer counts until then. Raises Refused where there are some
    already, a certificate is no issuer's, or two are called the same.
    """
    with perform("issuers.load", actor=portal_actor(), chain=CHAIN) as act:
        hold_chain(CHAIN)
        if AdmittedIssuer.objects.exists():
            raise Refused(
                _("There are admitted issuers already: a keeper proposes every further one."), code="issuers_there"
            )
        admitted = []
        for text in certificates:
            issuer = AdmittedIssuer(name="?", certificate=text)
            try:
                issuer.clean_fields(exclude=["name"])
                issuer.name = read_issuer(text).owner[:100]
                issuer.full_clean()
            except ValidationError as fault:
                raise Refused(" ".join(fault.messages), code="not_valid") from fault
            issuer.save()
            details = {"name": issuer.name, "sha256": read_issuer(text).sha256}
            act.event("admittedissuer.add", role=Role.PORTAL, about=f"admittedissuer:{issuer.pk}", details=details)
            admitted.append(issuer)
        return admitted
