"""The demo world's open request by the exception procedure: Buurthuis De Brug, of which no representative has an eID."""

from access_admins.enums import Procedure
from csam_portal.demo.roles import MAILBOX, TELEPHONE
from csam_portal.demo.world import BUURTHUIS, EMMA, INGRID
from htb.asked import Asked
from htb.facts import read_facts
from htb.models import Request
from htb.requests import OPEN, confirm
from ui.models import Run


def load_requests() -> None:
    """Make the request by the very act that applicants use. Idempotent: where one is open, it is left as it is."""
    if Request.objects.filter(enterprise_number=BUURTHUIS.number, state__in=OPEN).exists():
        return
    run = Run.objects.create(journey="appoint-exception", owner="demo")
    facts = read_facts(BUURTHUIS.number, representative=INGRID.insz, chief=EMMA.insz)
    asked = Asked(
        procedure=Procedure.EXCEPTION,
        enterprise_number=BUURTHUIS.number,
        representative_insz=INGRID.insz,
        chief_insz=EMMA.insz,
        chief_email=MAILBOX.format(EMMA.user_name),
        chief_telephone=TELEPHONE,
        own_email=MAILBOX.format(BUURTHUIS.number),
        own_telephone=TELEPHONE,
        run=run.public_id,
    )
    confirm(asked=asked, facts=facts, confirmed=asked.digest_of_request(facts), run=run, language=INGRID.language)
