"""Who may appoint a chief administrator."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from acts.errors import Refused
from acts.permissions import can
from enterprises.enums import State
from htb.facts import Facts
from identity.actor import Actor


def check_appoint_chief(actor: Actor, facts: Facts) -> None:
    """chief.appoint: a legal representative whose function counts and is valid today, at the level that asks (S2, L4).

    Raises LevelTooLow, or Refused for the field "enterprise_number": somebody without a function can ask for another number.
    """
    actor.needs_level(settings.LEVELS["appoint"])
    if facts.representative_functions:
        return
    if facts.enterprise and facts.enterprise.state == State.WINDING_UP:
        raise Refused(
            _(
                "This enterprise is in dissolution, liquidation or bankruptcy. The register knows no function of yours that "
                "counts in that state, such as liquidator or curator."
            ),
            field="enterprise_number",
            code="no_function_winding_up",
        )
    raise Refused(
        _(
            "The register knows no legal function of yours in this enterprise that is valid today. Only a legal "
            "representative can appoint the Chief Access Manager."
        ),
        field="enterprise_number",
        code="no_function",
    )


can_appoint_chief = can(check_appoint_chief)
