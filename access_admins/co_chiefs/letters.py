"""The mails about co-chief administrators; each is written in its receiver's language."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from enterprises.models import Enterprise
from identity.letters import unexpected
from identity.models import Person
from outbox.letters import Block, Facts, Letter, PageLink, Paragraph
from users.adding.letters import about_way_in
from users.adding.plan import WayIn


def _place(enterprise: Enterprise) -> Facts:
    return Facts(((_("Enterprise"), enterprise.name), (_("Enterprise number"), enterprise.number_shown)))


def _letter(to: Person, subject: str, *blocks: Block) -> Letter:
    return Letter(subject=subject, greeting=_("Dear %(name)s,") % {"name": to.full_name}, blocks=blocks)


def _management() -> PageLink:
    return PageLink(_("Go to access management"), f"{settings.SITE_URL}{reverse('management-home')}")


def appointed(person: Person, *, enterprise: Enterprise, by: Person, way: WayIn) -> Letter:
    """To the new co-chief: what the role is."""
    with translation.override(person.language):
        opening = _("%(who)s has appointed you as Co-Chief Access Manager of this enterprise.") % {"who": by.full_name}
        role = _(
            "Together with the Chief Access Manager you are responsible for who may use the government's online services in "
            "the name of the enterprise. You can do all that the Chief Access Manager can, but appoint Co-Chief Access "
            "Managers."
        )
        return _letter(
            person,
            _("You are Co-Chief Access Manager of %(enterprise)s") % {"enterprise": enterprise.name},
            Paragraph(opening),
            _place(enterprise),
            Paragraph(role),
            *about_way_in(way),
            _management(),
            unexpected(),
        )


def ended(person: Person, *, enterprise: Enterprise, by: Person) -> Letter:
    """To a co-chief whose role the HTB has ended."""
    with translation.override(person.language):
        return _letter(
            person,
            _("You are no longer Co-Chief Access Manager of %(enterprise)s") % {"enterprise": enterprise.name},
            Paragraph(_("%(who)s has ended your role of Co-Chief Access Manager.") % {"who": by.full_name}),
            _place(enterprise),
            Paragraph(_("Accounts that you have in the enterprise stay as they are.")),
            PageLink(_("Contact"), f"{settings.SITE_URL}{reverse('contact')}"),
        )


def resigned(chief: Person, *, enterprise: Enterprise, co_chief: Person) -> Letter:
    """To the HTB: a co-chief has resigned."""
    with translation.override(chief.language):
        sentence = _("%(name)s has resigned as Co-Chief Access Manager.") % {"name": co_chief.full_name}
        return _letter(
            chief,
            _("A Co-Chief Access Manager of %(enterprise)s has resigned") % {"enterprise": enterprise.name},
            Paragraph(sentence),
            _place(enterprise),
            _management(),
        )
