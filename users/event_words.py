"""What happened to an account, in words: on its own page (BEHAVIOUR U3) and in its enterprise's history, which says whose (H9).

%(subject)s is the person whose account it is; other names are details of the event, as `access_admins.history` words them.
"""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Words(NamedTuple):
    """The words of a kind of event."""

    here: Promise
    in_history: Promise


ACCOUNT: dict[str, Words] = {
    "account.open": Words(_("Account created"), _("Account opened for %(subject)s")),
    "account.add": Words(_("Account created"), _("%(subject)s added")),
    "account.edit": Words(_("Data changed"), _("Account of %(subject)s changed")),
    "account.change_type": Words(_("Type changed"), _("Account of %(subject)s changed from %(before)s to %(after)s")),
    "account.block": Words(_("Blocked"), _("%(subject)s blocked")),
    "account.unblock": Words(_("Unblocked"), _("%(subject)s unblocked")),
    "account.renew_activation": Words(_("New activation sent"), _("New activation sent to %(subject)s")),
    "account.renew_password": Words(_("First password renewed"), _("First password of %(subject)s renewed")),
    "account.end": Words(_("Deleted"), _("Account of %(subject)s ended")),
    "own.account": Words(_("Data changed"), _("%(subject)s changed the e-mail addresses of the own account")),
    "demo.load": Words(_("Account created"), _("Role of %(subject)s in the demo world")),
}
APPLICATIONS: dict[str, Words] = {
    "grant.give": Words(_("Applications added"), _("Application(s) given to %(subject)s: %(applications)s")),
    "grant.end": Words(_("Applications removed"), _("Application(s) taken back from %(subject)s: %(applications)s")),
}
# What only concerns those who administer (a review) stands in the enterprise's history alone.
OF_AN_ACCOUNT = {**ACCOUNT, **APPLICATIONS}
