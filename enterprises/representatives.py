"""Who is a legal representative: which functions count, in which legal form and situation (BEHAVIOUR S2; docs/register.md)."""

from collections.abc import Iterable
from datetime import date

from enterprises.gateway import Function, RegisteredEnterprise
from enterprises.models import FunctionRule

NORMAL_SITUATION = "000"


def counting_functions(enterprise: RegisteredEnterprise, functions: Iterable[Function], day: date) -> list[Function]:
    """Return the functions that make their holder a legal representative of this enterprise on this day.

    A function counts when it is valid on the day and the most specific of staff's rules for its code says so: a rule for the
    enterprise's legal form before one for any form. A rule without situation speaks of the normal situation alone: in
    dissolution, liquidation or bankruptcy only the functions count that a rule names for that situation. No rule: does not count.
    """
    rules = list(FunctionRule.objects.filter(code__in={f.code for f in functions}))
    return [f for f in functions if f.is_valid_on(day) and _counts(f, enterprise, rules, day)]


def _counts(function: Function, enterprise: RegisteredEnterprise, rules: list[FunctionRule], day: date) -> bool:
    fitting = [
        rule
        for rule in rules
        if rule.code == function.code
        and rule.legal_form in ("", enterprise.legal_form)
        and (rule.situation or NORMAL_SITUATION) == enterprise.situation
        and (rule.valid_from is None or rule.valid_from <= day)
        and (rule.valid_to is None or day <= rule.valid_to)
    ]
    most_specific = max(fitting, key=lambda rule: bool(rule.legal_form), default=None)
    return most_specific is not None and most_specific.counts
