"""The mail to a person whose account or applications an administrator changed, in that person's language."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from enterprises.models import Application, Capacity
from identity.models import Person
from outbox.letters import Facts, Letter, PageLink, Paragraph, Steps


@dataclass(frozen=True)
class Change:
    """What changed for one account."""

    is_blocked: bool = False
    is_unblocked: bool = False
    is_deleted: bool = False
    is_ended_with_capacity: bool = False
    is_restored: bool = False
    given: Sequence[Application] = ()
    ended: Sequence[Application] = ()
    is_reached_elsewhere: bool = False


def account_changed(person: Person, *, capacity: Capacity, by: Person, change: Change) -> Letter:
    """To the person whose account it is: what changed, where, by whom, and whom to ask."""
    with translation.override(person.language):
        blocks: list[Facts | PageLink | Paragraph | Steps] = [
            Paragraph(sentence % {"name": by.full_name}) for sentence in _sentences(change)
        ]
        if change.given:
            blocks += [Paragraph(_("You can use these applications from now on:")), _names(change.given)]
        if change.ended:
            blocks += [Paragraph(_("You can no longer use these applications:")), _names(change.ended)]
        blocks += [
            Facts(
                (
                    (_("Enterprise"), capacity.enterprise.name),
                    (_("Domain (capacity)"), f"{capacity.kind.domain.name} ({capacity.kind.name})"),
                    (capacity.kind.get_identified_by_display(), capacity.identification_shown),
                    (_("Changed by"), by.full_name),
                )
            ),
            Paragraph(
                # With a capacity the role of its access administrator ended too.
                _("Do you have questions about this? Then ask the Chief Access Manager of your enterprise.")
                if change.is_ended_with_capacity
                else _("Do you have questions about this? Then ask the Access Manager of your enterprise.")
            ),
            PageLink(_("Go to access management"), settings.SITE_URL + reverse("management-home")),
        ]
        return Letter(
            subject=_("Your access for %(enterprise)s has changed") % {"enterprise": capacity.enterprise.name},
            greeting=_("Dear %(name)s,") % {"name": person.full_name},
            blocks=tuple(blocks),
        )


def _sentences(change: Change) -> list[str]:
    said = {
        _("%(name)s has blocked your account. It gives no access until it is unblocked."): change.is_blocked,
        _("%(name)s has unblocked your account. It gives the same access as before."): change.is_unblocked,
        _("%(name)s has deleted your account. Your access here has ended, with all its applications."): (
            change.is_deleted
        ),
        _(
            "%(name)s has ended this capacity of the enterprise. Your account in it has ended too, with all its applications."
        ): change.is_ended_with_capacity,
        _("%(name)s has opened an account for you again, as the one that was deleted."): change.is_restored,
        _("%(name)s has changed the e-mail addresses of your account."): change.is_reached_elsewhere,
    }
    return [sentence for sentence, is_so in said.items() if is_so]


def _names(applications: Sequence[Application]) -> Steps:
    return Steps(tuple(application.name for application in applications))
