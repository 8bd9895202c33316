"""What the register's function codes mean, in words (BEHAVIOUR T11)."""

from collections.abc import Iterable

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from acts.errors import Sentence
from enterprises.models import FunctionRule

# Those of the register that can be known (docs/register.md); for others, what staff call them beside their rule.
_WORDS: dict[str, Sentence] = {
    "10002": _("director"),
    "10003": _("permanent representative"),
    "10005": _("member of the management committee"),
    "10006": _("manager"),
    "10007": _("managing director"),
    "10021": _("permanent representative of the auditor"),
    "20090": _("basic knowledge of business management"),
    "90001": _("trustee in bankruptcy"),
}


def words_of(codes: Iterable[str]) -> dict[str, str]:
    """Return each code's meaning in the language of the page; one query."""
    wanted = set(codes)
    kept = FunctionRule.objects.filter(code__in=wanted).exclude(name="").order_by("-pk").values_list("code", "name")
    by_staff = dict(kept)
    return {
        code: str(_WORDS.get(code) or by_staff.get(code) or gettext("function %(code)s") % {"code": code})
        for code in wanted
    }
