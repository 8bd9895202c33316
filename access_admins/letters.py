"""The mails of an enterprise's administration; each is written in its receiver's language."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from enterprises.models import Capacity, Enterprise
from identity.models import Person
from outbox.letters import Facts, Letter, PageLink, Paragraph


def capacity_retired(administrator: Person, *, capacity: Capacity, by: Person) -> Letter:
    """To each access administrator of a capacity that was retired."""
    with translation.override(administrator.language):
        return Letter(
            subject=_("A capacity of %(enterprise)s was ended") % {"enterprise": capacity.enterprise.name},
            greeting=_("Dear %(name)s,") % {"name": administrator.full_name},
            blocks=(
                Paragraph(
                    _("%(name)s has ended this capacity of the enterprise. Your role in it has ended too.")
                    % {"name": by.full_name}
                ),
                _capacity(capacity),
                Paragraph(_("The accounts of its users and their applications have ended with it.")),
                PageLink(_("Go to access management"), settings.SITE_URL + reverse("management-home")),
            ),
        )


def roles_ended(holder: Person, *, enterprise: Enterprise, capacities: Sequence[Capacity], by: Person) -> Letter:
    """To somebody whose roles the chief ended after a review. capacities: of which they were administrator; the role of
    co-chief stands in none."""
    with translation.override(holder.language):
        return Letter(
            subject=_("Your role in %(enterprise)s has ended") % {"enterprise": enterprise.name},
            greeting=_("Dear %(name)s,") % {"name": holder.full_name},
            blocks=(
                Paragraph(
                    _("%(name)s has reviewed who administers the enterprise and has ended your role.")
                    % {"name": by.full_name}
                ),
                _capacities(enterprise, capacities),
                Paragraph(_("Roles that you hold elsewhere stay as they are.")),
                PageLink(_("Go to access management"), settings.SITE_URL + reverse("management-home")),
            ),
        )


def capacities_returned(chief: Person, *, enterprise: Enterprise, capacities: Sequence[Capacity], by: Person) -> Letter:
    """To the chief, of capacities whose Access Manager a co-chief ended after a review (H3)."""
    with translation.override(chief.language):
        sentence = _(
            "%(name)s has reviewed who administers the enterprise. You are the Access Manager of the capacities below again, "
            "until you appoint somebody else."
        )
        return _access_manager(chief, sentence % {"name": by.full_name}, enterprise, capacities)


def capacities_activated(
    chief: Person, *, enterprise: Enterprise, capacities: Sequence[Capacity], by: Person
) -> Letter:
    """To the chief, of capacities that a co-chief activated: somebody must be their Access Manager (H6)."""
    with translation.override(chief.language):
        sentence = _(
            "%(name)s has activated the capacities below. You are their Access Manager, until you appoint somebody else."
        )
        return _access_manager(chief, sentence % {"name": by.full_name}, enterprise, capacities)


def _access_manager(chief: Person, sentence: str, enterprise: Enterprise, capacities: Sequence[Capacity]) -> Letter:
    """To the chief who becomes Access Manager by what a co-chief did, in the language at work."""
    return Letter(
        subject=_("You are Access Manager of %(enterprise)s") % {"enterprise": enterprise.name},
        greeting=_("Dear %(name)s,") % {"name": chief.full_name},
        blocks=(
            Paragraph(sentence),
            _capacities(enterprise, capacities),
            PageLink(_("Go to access management"), settings.SITE_URL + reverse("management-home")),
        ),
    )


def _capacities(enterprise: Enterprise, capacities: Sequence[Capacity]) -> Facts:
    return Facts(
        (
            (_("Enterprise"), enterprise.name),
            (_("Enterprise number"), enterprise.number_shown),
            *((_("Capacity"), capacity.in_words) for capacity in capacities),
        )
    )


def _capacity(capacity: Capacity) -> Facts:
    kind = capacity.kind
    return Facts(
        (
            (_("Enterprise"), capacity.enterprise.name),
            (_("Domain (capacity)"), capacity.name),
            (kind.get_identified_by_display(), capacity.identification_shown),
        )
    )
