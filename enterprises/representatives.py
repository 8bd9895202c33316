"""Who is a legal representative: which functions count, in which legal form and situation (BEHAVIOUR S2; docs/register.md)."""

from collections.abc import Iterable
from datetime import date

from enterprises.enums import State
from enterprises.gateway import Function, RegisteredEnterprise
from enterprises.models import FunctionRule


def counting_functions(
    enterprise: RegisteredEnterprise | None, functions: Iterable[Function], day: date
) -> list[Function]:
    """Return the functions that make their holder a legal representative of this enterprise on this day.

    A function counts when it is valid on the day and the most specific of staff's rules for its code says so: a rule for the
    enterprise's situation before one for any, then one for its legal form before one for any. In dissolution, liquidation or
    bankruptcy only rules for that very situation speak (a curator's, a liquidator's). No rule: does not count. The same
    statement is run whether there is an enterprise, a function, or neither (BEHAVIOUR X1).
    """
    rules = list(FunctionRule.objects.filter(code__in=["", *{function.code for function in functions}]))
    if enterprise is None:
        return []
    return [
        function for function in functions if function.is_valid_on(day) and _counts(function, enterprise, rules, day)
    ]


def _counts(function: Function, enterprise: RegisteredEnterprise, rules: list[FunctionRule], day: date) -> bool:
    situations = {enterprise.situation} if enterprise.state == State.WINDING_UP else {enterprise.situation, ""}
    fitting = [
        rule
        for rule in rules
        if rule.code == function.code
        and rule.legal_form in {"", enterprise.legal_form}
        and rule.situation in situations
        and (rule.valid_from is None or rule.valid_from <= day)
        and (rule.valid_to is None or day <= rule.valid_to)
    ]
    # Two rules that say different things for the same: staff's form refuses them, and here the stricter one decides.
    most_specific = max(
        fitting, key=lambda rule: (bool(rule.situation), bool(rule.legal_form), not rule.counts), default=None
    )
    return most_specific is not None and most_specific.counts
