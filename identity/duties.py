"""The contact centre's duties: who has one has no other (BEHAVIOUR T9). The database holds to it too (migration one_duty)."""

from collections.abc import Iterable

from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from acts.errors import Refused


def check_one_duty(groups: Iterable[Group], *, is_operator: bool = False) -> None:
    """Desk, keepers or supervisors: one of them at most, and none for an operator. Raises Refused for the field "groups"."""
    count = len(set(groups))
    if count > 1:
        raise Refused(
            _(
                "Choose one group: nobody both processes requests and keeps what decides them, or gives others such work."
            ),
            field="groups",
            code="two_duties",
        )
    if count and is_operator:
        raise Refused(
            _("An operator runs the installation and belongs to no group."), field="groups", code="operator_duty"
        )
