"""What the pages say about giving a role and about ending one; from the very plans that the acts carry out."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from enterprises.models import Application
from formats import insz
from identity.actor import Actor
from identity.enums import Language, Title
from identity.people import shown_user_name
from ui.components import Row
from ui.templatetags.ui import day
from users.adding.plan import Asked, Giving, Removal, WayIn
from users.enums import AccountType
from users.finding import Found
from users.models import Account

TITLES: dict[AccountType, Promise] = {
    AccountType.USER: gettext_lazy("Create a user"),
    AccountType.LB: gettext_lazy("Create a local administrator"),
    AccountType.CO_LB: gettext_lazy("Create a co-local administrator"),
}
SAVED: dict[AccountType, Promise] = {
    AccountType.USER: gettext_lazy("The data of the user were saved"),
    AccountType.LB: gettext_lazy("The data of the Local Administrator were saved"),
    AccountType.CO_LB: gettext_lazy("The data of the Co-Local Administrator were saved"),
}
# The chapters of the help that explain a role (csam_portal.help).
HELP: dict[AccountType, str] = {
    AccountType.USER: "users",
    AccountType.LB: "access-managers",
    AccountType.CO_LB: "access-managers",
}
ROLES: dict[AccountType, Promise] = {
    AccountType.USER: gettext_lazy("user"),
    AccountType.LB: gettext_lazy("Access Manager (local administrator)"),
    AccountType.CO_LB: gettext_lazy("Co-Access Manager (co-local administrator)"),
}

RENEW: Promise = gettext_lazy("Send a new activation")


def trail() -> list[str]:
    """Return the names of the steps that a person sees, in order."""
    return [_("Person"), _("Data of the person"), _("Confirmation")]


def identity_rows(found: Found, asked: Asked | None = None, *, keeps_name: bool = True) -> list[Row]:
    """Return who somebody is, in the guide's order: what may be shown of them here, the number masked (E4).

    asked: what an administrator said of somebody who is new to the portal, once they did. keeps_name: False where the user name
    ends with what this enterprise gave before (T30).
    """
    person, known = found.person, found.known
    user_name, title, language = asked.user_name if asked else "", "", ""
    if known is None and asked is not None:
        title, language = str(Title(asked.title).label), str(Language(asked.language).label)
    elif known is not None and found.is_tied:
        if keeps_name:
            user_name = user_name or shown_user_name(known.user_name, known.user_name_given_by, found.enterprise)
        title, language = known.get_title_display(), known.get_language_display()
    rows = [
        Row(_("User name"), user_name),
        Row(_("Name"), person.last_name),
        Row(_("First name"), person.first_names),
        Row(_("Title"), title),
        number_row(found.insz),
        Row(_("Choice of language"), language),
    ]
    return [row for row in rows if row.value]


def number_row(number: str) -> Row:
    """Return the line of a national number that was typed before."""
    return Row(_("SSIN"), insz.mask(number))


def account_rows(asked: Asked, found: Found, giving: Giving, by: Actor) -> list[Row]:
    """Return the account as it will be, in the guide's order."""
    today = day(timezone.now())
    own = giving.own
    return [
        *identity_rows(found, asked, keeps_name=giving.kind == AccountType.USER or not found.begins_anew(by)),
        Row(_("Creation date"), day(own.created_at) if own else today),
        Row(_("Date of change"), today if own else "—"),
        Row(_("Status"), _("Active")),
        Row(_("E-mail address"), asked.email),
        Row(_("Local e-mail address"), asked.local_email or "—"),
        Row(_("Secured applications"), named([*giving.kept_applications, *giving.applications]) or "—"),
    ]


def named(applications: Sequence[Application]) -> str:
    """Return applications on one line, each once."""
    return ", ".join(dict.fromkeys(application.name for application in applications))


def consequences(asked: Asked, found: Found, giving: Giving, way: WayIn, by: Actor) -> list[str]:
    """Return, sentence by sentence, what confirming will change (H3, H4, U3)."""
    names = {"name": found.name, "role": str(ROLES[giving.kind])}
    sentences = [_("%(name)s becomes %(role)s of this capacity and gets a message about it.") % names]
    if giving.own is not None:
        changed = {**names, "before": str(ROLES[AccountType(giving.own.type)])}
        sentences.append(
            _("The account that %(name)s has here as %(before)s changes; its applications stay.") % changed
        )
        if giving.own.blocked_at is not None:
            sentences.append(_("The account was blocked; it is unblocked."))
    if giving.former is not None:
        sentences += _about_former(giving)
    ends = giving.kind != AccountType.USER and found.begins_anew(by)
    return [*sentences, *about_way_in(way, names, ends=ends)]


def about_way_in(way: WayIn, names: dict[str, str], *, ends: bool = False) -> list[str]:
    """Return what confirming does so that the person gets in. names: at least name. ends: what this enterprise gave before."""
    sentences = {
        WayIn.OWN: _(
            "%(name)s gets in with eID, itsme, or means of login from this enterprise. User names from other enterprises do "
            "not open this one: whoever has such a user name alone logs in once with eID or itsme."
        ),
        WayIn.FIRST_PASSWORD: _(
            "You give %(name)s the user name and the first password yourself: no mail holds them. They open this "
            "enterprise alone."
        ),
        WayIn.ACTIVATION: _(
            "%(name)s cannot log in yet, and gets a link by mail. The next page shows you the code that belongs to it, once."
        ),
        WayIn.DEVICE: _(
            "%(name)s keeps the user name and the password, and gets a link by mail to set up the one-time codes that the "
            "role asks. The next page shows you the code that belongs to the link, once."
        ),
    }
    ended = _("What this enterprise gave %(name)s before to log in (user name, password, codes) ends.")
    return [sentence % names for sentence in ([ended] if ends else []) + [sentences[way]]]


def _about_former(giving: Giving) -> list[str]:
    former = giving.former
    if former is None:
        return []
    names = {"former": former.person.full_name}
    if former.as_htb:
        first = _(
            "%(former)s holds this capacity as Chief Access Manager; that ends. The role over the enterprise stays."
        )
    else:
        first = _("%(former)s is no longer Access Manager of this capacity and gets a message about it.")
    if giving.former_stays:
        second = _("%(former)s stays as a user, with the same applications.")
    else:
        second = _("The account of %(former)s in this capacity ends.")
    return [first % names, second % names, *_ended_applications(giving.ended_applications)]


def _ended_applications(count: int) -> list[str]:
    if not count:
        return []
    sentence = ngettext(
        "%(count)d application ends with that account.", "%(count)d applications end with that account.", count
    )
    return [sentence % {"count": count}]


def removal_consequences(removal: Removal, *, is_own: bool) -> list[str]:
    """Return, sentence by sentence, what confirming the end of an administrator's role will change (H3, H4, H10)."""
    names = {
        "name": removal.account.person.full_name,
        "role": str(ROLES[AccountType(removal.account.type)]),
        "chief": removal.chief.person.full_name,
    }
    first = (
        _("You are no longer %(role)s of this capacity. Your account here ends.")
        if is_own
        else _("%(name)s is no longer %(role)s of this capacity and gets a message about it. The account here ends.")
    )
    sentences = [first % names, *what_follows(removal)]
    if is_own:
        sentences.append(_("%(chief)s, the Chief Access Manager, gets a message about it.") % names)
    return sentences


def what_follows(removal: Removal) -> list[str]:
    """Return what changes beside the role itself: applications that end, and what returns to the chief (H3)."""
    names = {"chief": removal.chief.person.full_name}
    sentences, handover = _ended_applications(removal.ended_applications), removal.handover
    if handover is not None:
        sentences.append(
            _("The capacity returns to the Chief Access Manager: %(chief)s becomes its Access Manager again.") % names
        )
        if handover.own is not None and handover.own.blocked_at is not None:
            sentences.append(_("The account of %(chief)s here was blocked; it is unblocked.") % names)
    return sentences


def role_rows(account: Account) -> list[Row]:
    """Return whose role it is that ends or asks an activation, and since when it is held."""
    return [
        Row(_("Name"), account.person.last_name),
        Row(_("First name"), account.person.first_names),
        Row(_("SSIN"), account.person.insz_masked),
        Row(_("Type"), account.get_type_display()),
        Row(_("Creation date"), day(account.created_at)),
    ]
