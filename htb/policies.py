"""Rules about the state of things: which enterprise can be registered, who can be its chief (BEHAVIOUR S2, S3, S5).

Each rule raises Refused with its own sentence and code; a page state and a test belong to every code.
"""

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from access_admins.models import ChiefRole
from acts.errors import Refused
from enterprises.enums import State
from enterprises.gateway import RegisteredEnterprise
from htb.facts import Facts


def check_enterprise(enterprise: RegisteredEnterprise | None) -> RegisteredEnterprise:
    """Return the enterprise, or raise Refused: not in the register, cancelled, stopped (S2)."""
    field = "enterprise_number"
    if enterprise is None:
        raise Refused(
            _(
                "The register knows no enterprise with this number. Compare it with KBO Public Search. A new enterprise "
                "appears there one working day after its registration."
            ),
            field=field,
            code="enterprise_unknown",
        )
    if enterprise.state == State.CANCELLED:
        raise Refused(
            _("The register has cancelled this enterprise number. No Chief Access Manager can be appointed for it."),
            field=field,
            code="enterprise_cancelled",
        )
    if enterprise.state == State.STOPPED and enterprise.stopped_on:
        raise Refused(
            gettext("This enterprise stopped on %(day)s. No Chief Access Manager can be appointed for it.")
            % {"day": date_format(enterprise.stopped_on)},
            field=field,
            code="enterprise_stopped",
        )
    return enterprise


def check_represents(facts: Facts) -> None:
    """Raise Refused unless the register knows a legal function of the representative that counts and is valid today (S2)."""
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


def check_chief_eligible(facts: Facts) -> None:
    """Raise Refused unless the person who is to be chief is known, alive, and works for or represents the enterprise (S5).

    One sentence for every cause, so that it tells a stranger nothing about anybody.
    """
    chief = facts.chief
    if chief and chief.person and chief.person.died_on is None and (chief.is_employed or facts.chief_functions):
        return
    raise Refused(
        _(
            "This number does not belong to an employee or legal representative of the enterprise. Check the number. If "
            "it is right, the employment or the function is not in the register yet."
        ),
        field="chief_insz",
        code="chief_not_eligible",
    )


def check_named_other(*, chief_insz: str, representative_insz: str) -> None:
    """Raise Refused where "Other person" was chosen with the representative's own number (S3)."""
    if chief_insz == representative_insz:
        raise Refused(
            _(
                "This is your own number. To appoint yourself, choose your own name; otherwise enter another person's number."
            ),
            field="chief_insz",
            code="other_is_self",
        )


def check_not_already_chief(current: ChiefRole | None, *, chief_insz: str, representative_insz: str) -> None:
    """Raise Refused where the person to be appointed holds the role already (S3)."""
    if current is None or current.person.insz != chief_insz:
        return
    if chief_insz == representative_insz:
        raise Refused(
            _(
                "You are already known as Chief Access Manager of this enterprise. You cannot appoint yourself again; "
                "you can appoint another person."
            ),
            field="who",
            code="already_chief_self",
        )
    raise Refused(
        _("This person is already the Chief Access Manager of this enterprise. Enter the number of another person."),
        field="chief_insz",
        code="already_chief_other",
    )
