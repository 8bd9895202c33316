"""The mails about roles in a capacity; each is written in its receiver's language."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from enterprises.models import Capacity
from identity.letters import unexpected
from identity.models import Person
from outbox.letters import Block, Facts, Letter, PageLink, Paragraph
from users.adding.plan import Removal, WayIn
from users.enums import AccountType


def _address(name: str) -> str:
    return f"{settings.SITE_URL}{reverse(name)}"


def _place(capacity: Capacity) -> Facts:
    """For which enterprise and capacity."""
    enterprise = capacity.enterprise
    return Facts(
        (
            (_("Enterprise"), enterprise.name),
            (_("Enterprise number"), enterprise.number_shown),
            (_("Domain (capacity)"), f"{capacity.kind.domain.name} ({capacity.kind.name})"),
            (str(capacity.kind.get_identified_by_display()), capacity.identification_shown),
        )
    )


def about_way_in(way: WayIn) -> list[Block]:
    """Return what is said of a link that another message holds, in the language at work."""
    sentences = {
        WayIn.OWN: _(
            "Log in with your eID, with itsme, or with what this enterprise gave you. A user name from another enterprise does "
            "not open this one, until you have logged in once with your eID or with itsme."
        ),
        WayIn.ACTIVATION: _("You cannot log in yet: another message holds a link with which you set that up."),
        WayIn.DEVICE: _("This role asks one-time codes: another message holds a link with which you set them up."),
    }
    return [Paragraph(sentences[way])] if way in sentences else []


def given(person: Person, *, capacity: Capacity, kind: AccountType, by: Person, way: WayIn) -> Letter:
    """To whoever was given a role: which, where, by whom, and how they get in. Never a user name or a password."""
    with translation.override(person.language):
        names = {"who": by.full_name, "enterprise": capacity.enterprise.name}
        subject, opening, next_step = {
            AccountType.LB: (
                _("You are Access Manager of %(enterprise)s"),
                _("%(who)s has appointed you as Access Manager (local administrator)."),
                _("You now manage who may use the applications of this domain in the name of the enterprise."),
            ),
            AccountType.CO_LB: (
                _("You are Co-Access Manager of %(enterprise)s"),
                _("%(who)s has appointed you as Co-Access Manager (co-local administrator)."),
                _("Together with the Access Manager you manage who may use the applications of this domain."),
            ),
            AccountType.USER: (
                _("You are a user of %(enterprise)s in CSAM"),
                _("%(who)s has added you as a user."),
                _("In “My access” you see which applications you may use in the name of the enterprise."),
            ),
        }[kind]
        blocks: list[Block] = [Paragraph(opening % names), _place(capacity), Paragraph(next_step)]
        if way == WayIn.FIRST_PASSWORD:
            sentence = _(
                "%(who)s gives you a user name and a first password. You choose your own password when you log in for the "
                "first time."
            )
            blocks.append(Paragraph(sentence % names))
        blocks += [*about_way_in(way), PageLink(_("Log in"), _address("login")), unexpected()]
        return Letter(
            subject=subject % names, greeting=_("Dear %(name)s,") % {"name": person.full_name}, blocks=tuple(blocks)
        )


def ended(person: Person, *, capacity: Capacity, kind: AccountType, by: Person, stays: bool) -> Letter:
    """To an administrator whose role ended. stays: they are still a user of the capacity."""
    with translation.override(person.language):
        names = {"who": by.full_name, "enterprise": capacity.enterprise.name}
        subject, sentence = {
            AccountType.LB: (
                _("You are no longer Access Manager of %(enterprise)s"),
                _("%(who)s has ended your role of Access Manager (local administrator)."),
            ),
            AccountType.CO_LB: (
                _("You are no longer Co-Access Manager of %(enterprise)s"),
                _("%(who)s has ended your role of Co-Access Manager (co-local administrator)."),
            ),
        }[kind]
        rest = (
            _("You stay a user of this capacity, with the applications that you had.")
            if stays
            else _(
                "Your account in this capacity has ended, with its applications. Your other accounts stay as they are."
            )
        )
        return Letter(
            subject=subject % names,
            greeting=_("Dear %(name)s,") % {"name": person.full_name},
            blocks=(
                Paragraph(sentence % names),
                _place(capacity),
                Paragraph(rest),
                PageLink(_("Contact"), _address("contact")),
            ),
        )


def returned(chief: Person, *, removal: Removal, by: Person) -> Letter:
    """To the chief administrator: an administrator is gone; a capacity without TB has come back to the chief."""
    account = removal.account
    capacity = account.capacity
    with translation.override(chief.language):
        names = {"name": account.person.full_name, "who": by.full_name, "enterprise": capacity.enterprise.name}
        is_tb = account.type == AccountType.LB
        if by == account.person:
            sentence = (
                _("%(name)s has resigned as Access Manager (local administrator).")
                if is_tb
                else _("%(name)s has resigned as Co-Access Manager (co-local administrator).")
            )
        else:
            sentence = (
                _("%(who)s has ended the role of %(name)s as Access Manager (local administrator).")
                if is_tb
                else _("%(who)s has ended the role of %(name)s as Co-Access Manager (co-local administrator).")
            )
        blocks: list[Block] = [Paragraph(sentence % names), _place(capacity)]
        if is_tb:
            text = _("You are the Access Manager of this capacity again, until you appoint somebody else.")
            blocks.append(Paragraph(text))
        blocks.append(PageLink(_("Go to access management"), _address("management-home")))
        return Letter(
            subject=_("An Access Manager of %(enterprise)s has gone") % names,
            greeting=_("Dear %(name)s,") % {"name": chief.full_name},
            blocks=tuple(blocks),
        )
