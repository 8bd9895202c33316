"""The mails about a sender, to its contact and to the access administrator; each in its receiver's language."""

from typing import Protocol

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enterprises.models import Capacity
from outbox.letters import Block, Facts, Letter, PageLink, Paragraph, Steps
from senders.models import Certificate, Sender
from ui.templatetags.ui import day


class Write(Protocol):
    """A letter about a sender. name, language: of the receiver."""

    def __call__(self, sender: Sender, *, capacity: Capacity, name: str, language: str) -> Letter: ...


def blocked(sender: Sender, *, capacity: Capacity, name: str, language: str) -> Letter:
    """Nothing is taken from the sender any more (M9)."""
    with translation.override(language):
        return _letter(
            _("Sender %(number)s is blocked") % {"number": sender.number},
            name,
            Paragraph(_("An Access Manager has blocked this sender. From now on no file is accepted from it.")),
            _facts(sender, capacity),
            Paragraph(_("Do you want to know why, or to send again? Ask the Access Manager of the capacity.")),
            _link(capacity),
        )


def unblocked(sender: Sender, *, capacity: Capacity, name: str, language: str) -> Letter:
    """The sender may deliver again (M9)."""
    with translation.override(language):
        return _letter(
            _("Sender %(number)s is not blocked any more") % {"number": sender.number},
            name,
            Paragraph(_("An Access Manager has unblocked this sender. Its files are accepted again.")),
            _facts(sender, capacity),
            _link(capacity),
        )


def ended(sender: Sender, *, capacity: Capacity, name: str, language: str) -> Letter:
    """The sender is gone for good (M9)."""
    with translation.override(language):
        return _letter(
            _("Sender %(number)s is deleted") % {"number": sender.number},
            name,
            Paragraph(
                _(
                    "An Access Manager has deleted this sender with all its channels. No file is accepted from it any more, "
                    "and its number and technical users are not given to anybody again."
                )
            ),
            _facts(sender, capacity),
            _link(capacity),
        )


def certificate_ends(certificate: Certificate, *, days: int, has_successor: bool) -> Write:
    """Return the letter that a certificate ends in so many days (M9). has_successor: a later one is on the channel already."""

    def write(sender: Sender, *, capacity: Capacity, name: str, language: str) -> Letter:
        with translation.override(language):
            subject = ngettext(
                "A certificate of sender %(number)s ends in %(days)d day",
                "A certificate of sender %(number)s ends in %(days)d days",
                days,
            )
            return _letter(
                subject % {"number": sender.number, "days": days},
                name,
                Paragraph(
                    _("After %(day)s no file that is signed with this certificate is accepted any more.")
                    % {"day": day(certificate.valid_to)}
                ),
                _facts(sender, capacity),
                Facts(
                    (
                        (_("Channel"), certificate.channel.get_kind_display()),
                        (_("Owner of the certificate"), certificate.owner),
                        (_("Issuer of the certificate"), certificate.issuer),
                        (_("Expiry date of the certificate"), day(certificate.valid_to)),
                    )
                ),
                _what_to_do(has_successor=has_successor),
                _link(capacity),
            )

    return write


def _what_to_do(*, has_successor: bool) -> Block:
    if has_successor:
        return Paragraph(
            _("A later certificate is registered for this channel already. Sign your files with that one before then.")
        )
    return Steps(
        (
            _("Ask your supplier for a new certificate."),
            _("Register it for the channel: the old one goes on working beside it until it ends."),
            _("Sign your files with the new certificate."),
        )
    )


def _letter(subject: str, name: str, *blocks: Block) -> Letter:
    return Letter(subject=subject, greeting=_("Dear %(name)s,") % {"name": name}, blocks=blocks)


def _facts(sender: Sender, capacity: Capacity) -> Facts:
    return Facts(
        (
            (_("Sender number"), sender.number),
            (_("Enterprise"), capacity.enterprise.name),
            (_("Capacity"), f"{capacity.kind.name} {capacity.identification_shown}"),
        )
    )


def _link(capacity: Capacity) -> PageLink:
    place = {"enterprise_id": capacity.enterprise.public_id, "capacity_id": capacity.public_id}
    return PageLink(_("To the sender"), settings.SITE_URL + reverse("senders", kwargs=place))
