"""What each kind of event says in the history of an enterprise (BEHAVIOUR H9); a test finds the events that have no sentence.

%(subject)s is the person whom it happened to; other names are details of the event, as `access_admins.history` words them. The
words of accounts stand in `users.event_words`, because their own pages say them too.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from users import event_words


def _sentences(words: Mapping[str, event_words.Words]) -> dict[str, Promise]:
    return {name: one.in_history for name, one in words.items()}


# By group, as the history can be filtered; then by event.
GROUPS: dict[str, tuple[Promise, dict[str, Promise]]] = {
    "chiefs": (
        _("Chief Access Managers"),
        {
            "chief.appoint": _("%(subject)s appointed as Chief Access Manager"),
            "chief.end": _("Role of Chief Access Manager of %(subject)s ended"),
            "chief.contact": _("Professional data of %(subject)s changed"),
            "chief.renew_activation": _("New activation sent to %(subject)s"),
            "cochief.appoint": _("%(subject)s appointed as Co-Chief Access Manager"),
            "cochief.end": _("Role of Co-Chief Access Manager of %(subject)s ended"),
            "cochief.resign": _("%(subject)s resigned as Co-Chief Access Manager"),
            "cochief.renew_activation": _("New activation sent to %(subject)s"),
            "means.activation.open": _("Activation opened for %(subject)s"),
        },
    ),
    "managers": (
        _("Access Managers"),
        {
            "tb.replace": _("%(subject)s appointed as Access Manager"),
            "tb.remove": _("%(subject)s removed as Access Manager"),
            "cotb.add": _("%(subject)s added as Co-Access Manager"),
            "cotb.remove": _("%(subject)s removed as Co-Access Manager"),
            "role.resign": _("%(subject)s resigned"),
            "review.open": _("%(subject)s put on the list of persons to review"),
            "review.decide": _("%(subject)s reviewed: %(outcome)s"),
        },
    ),
    "accounts": (
        _("Accounts"),
        _sentences(event_words.ACCOUNT),
    ),
    "applications": (
        pgettext_lazy("history", "Applications"),
        _sentences(event_words.APPLICATIONS),
    ),
    "capacities": (
        _("Enterprise and capacities"),
        {
            "enterprise.activate": _("Enterprise registered in CSAM"),
            "capacity.activate": _("Capacity activated"),
            "capacity.edit": _("Details of the capacity changed"),
            "capacity.retire": _("Capacity ended, with all its accounts (%(accounts)s) and their applications"),
        },
    ),
    "senders": (
        _("Senders"),
        {
            "sender.create": _("Sender %(number)s created"),
            "sender.contact": _("Contact person of sender %(number)s changed"),
            "sender.preferred": _("Preferred channels of sender %(number)s changed"),
            "sender.block": _("Sender %(number)s blocked"),
            "sender.unblock": _("Sender %(number)s unblocked"),
            "sender.end": _("Sender %(number)s ended"),
            "channel.open": _("Channel of sender %(number)s opened"),
            "channel.add": _("Channel added to sender %(number)s"),
            "channel.applications": _("Applications of a channel of sender %(number)s changed"),
            "channel.end": _("Channel of sender %(number)s ended"),
            "certificate.add": _("Certificate added to sender %(number)s"),
            "certificate.notice": _("Message about a certificate of sender %(number)s that ends soon"),
            "certificate.revoked": _("Certificate of sender %(number)s revoked by its issuer"),
            "certificate.retire": _("Certificate of sender %(number)s retired"),
            "ssh_key.add": _("SSH key added to sender %(number)s"),
            "ssh_key.retire": _("SSH key of sender %(number)s retired"),
            "technical_user.password": _("Password of a technical user of sender %(number)s changed"),
            "submission.accepted": _("Submission accepted"),
            "submission.refused": _("Submission refused"),
        },
    ),
    "lists": (
        _("Files in and out"),
        {
            "history.export": _("History exported"),
            "account.export": _("List of users exported"),
            "account.import": _("List of users imported"),
            "account.undo_import": _("Import of a list of users undone"),
        },
    ),
    "contact-centre": (
        _("Contact centre"),
        {
            "caller.look_up": _("Looked up by the contact centre: %(reason)s"),
            "request.approve": _("Request by the exception procedure approved"),
            "request.new_code": _("New activation code given, in the place of one that was lost"),
        },
    ),
}

SENTENCES: dict[str, Promise] = {name: text for _title, group in GROUPS.values() for name, text in group.items()}

# Events that belong to no enterprise: they stand in the chains of persons, requests, the register and staff. Of
# the requests only those acts that reach the enterprise itself have a sentence above.
ELSEWHERE = ("login", "limit.", "means.", "own.change", "session.", "staff.", "register.", "readings.", "request.",
    "domain.", "kind.", "application.", "rule.", "template.", "message_code.", "admittedissuer.", "issuers.",
    "proposal.")  # fmt: skip
