"""The mails about means of login; each is written in its receiver's language."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from identity.models import Person, Proposal, VouchedMeans
from identity.proposals import Kind, touched_in_words
from identity.vouching import found
from outbox.letters import Block, Facts, Letter, PageLink, Paragraph


def _greeting(person: Person) -> str:
    return _("Dear %(name)s,") % {"name": person.full_name}


def _link(secret: str) -> str:
    return f"{settings.SITE_URL}{reverse('link', args=[secret])}"


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")


def unexpected() -> Paragraph:
    """The last lines of a mail that may surprise: whom to call."""
    return Paragraph(
        _(
            "Did you not expect this message? Then contact the contact centre, %(phone)s, Monday to Friday "
            "from 7 a.m. to 8 p.m."
        )
        % {"phone": settings.CONTACT_CENTRE_PHONE}
    )


def activation(person: Person, *, language: str, secret: str, until: datetime, device_alone: bool) -> Letter:
    """To somebody who cannot log in for a role yet: the link, whose code comes another way (BEHAVIOUR L7).

    device_alone: the person keeps a user name and a password.
    """
    with translation.override(language):
        what = (
            _("Your role in CSAM asks a one-time code after your password. With this link you set up where it comes from; "
              "your user name and your password stay as they are.")
            if device_alone
            else _("You were given access in CSAM. With this link you set up how you log in.")
        )  # fmt: skip
        return Letter(
            subject=_("Set up how you log in to CSAM"),
            greeting=_greeting(person),
            blocks=(
                Paragraph(what),
                PageLink(_("Set up how you log in"), _link(secret)),
                Paragraph(_("The link works once, until %(moment)s.") % {"moment": _moment(until)}),
                Paragraph(_("The page asks an activation code. Whoever gave you access gives you the code too, not by mail.")),
                unexpected(),
            ),
        )  # fmt: skip


def first_password_renewed(person: Person, *, by: Person, secret: str, until: datetime) -> Letter:
    """To the address of a user's account: the link to a password in the place of a first one (BEHAVIOUR T5)."""
    with translation.override(person.language):
        return Letter(
            subject=_("Choose your password for CSAM"),
            greeting=_greeting(person),
            blocks=(
                Paragraph(
                    _("%(who)s has renewed your first password: the one that you were given no longer works. With this link "
                      "you choose your own.")
                    % {"who": by.full_name}
                ),
                PageLink(_("Choose a password"), _link(secret)),
                Paragraph(_("The link works once, until %(moment)s.") % {"moment": _moment(until)}),
                Paragraph(_("The page asks an activation code. Whoever gave you access gives you the code too, not by mail.")),
                unexpected(),
            ),
        )  # fmt: skip


def forgotten_password(person: Person, *, secret: str, until: datetime) -> Letter:
    """To the person's own address: the link to a new password (BEHAVIOUR L7)."""
    with translation.override(person.language):
        return Letter(
            subject=_("A new password for CSAM"),
            greeting=_greeting(person),
            blocks=(
                Paragraph(_("You asked for a new password. With this link you choose one.")),
                PageLink(_("Choose a new password"), _link(secret)),
                Paragraph(_("The link works once, until %(moment)s.") % {"moment": _moment(until)}),
                Paragraph(_("If it was not you, do nothing: your password stays as it is.")),
            ),
        )  # fmt: skip


def means_found(person: Person) -> Letter:
    """To the person: what an enterprise answers for of their means, now that they logged in by themselves (BEHAVIOUR T2)."""
    with translation.override(person.language):
        there = found(person)
        return Letter(
            subject=_("What others gave you to log in to CSAM"),
            greeting=_greeting(person),
            blocks=(
                Paragraph(
                    _("You logged in with your eID or itsme. Before that, others gave you means of login, or set them with "
                        "those:")
                ),
                Facts(tuple((f"{one.label} {one.value}".strip(), one.origin) for one in there)),
                Paragraph(_("They open nothing any more, unless you keep them on the page that you see after your login.")),
                PageLink(_("Say what you keep"), settings.SITE_URL + reverse("vouched-means")),
                unexpected(),
            ),
        )  # fmt: skip


def means_decided(person: Person, *, kept: Iterable[str], ended: Iterable[str]) -> Letter:
    """To the person: what they kept of such means, and what has ended. kept, ended: of VouchedMeans.Kind."""
    kinds = VouchedMeans.Kind
    with translation.override(person.language):
        blocks: list[Block] = [Paragraph(_("You have said what becomes of the means of login that others gave you."))]
        for sentence, which in ((_("You keep:"), kept), (_("This has ended:"), ended)):
            if words := ", ".join(str(kinds(kind).label) for kind in which):
                blocks.append(Paragraph(f"{sentence} {words}."))
        blocks += [PageLink(_("See how you log in"), settings.SITE_URL + reverse("own-means")), unexpected()]
        return Letter(subject=_("How you log in to CSAM has changed"), greeting=_greeting(person), blocks=tuple(blocks))


def means_changed(person: Person, what: str | Promise) -> Letter:
    """To the person's own address: that their means of login changed. what: one sentence."""
    with translation.override(person.language):
        return Letter(
            subject=_("How you log in to CSAM has changed"),
            greeting=_greeting(person),
            blocks=(
                Paragraph(str(what)),
                PageLink(_("See how you log in"), settings.SITE_URL + reverse("own-means")),
                unexpected(),
            ),
        )


def proposal_step(person: Person, proposal: Proposal, *, kind: Kind, by: Person) -> Letter:
    """To supervisors and whoever decides about such proposals: how one stands now, and who did that (BEHAVIOUR T7)."""
    with translation.override(person.language):
        if proposal.outcome:
            state = str(Proposal.Outcome(proposal.outcome).label)
        else:
            state = _("confirmed") if proposal.confirmed_at else _("proposed, waits for a second person")
        rows = [
            (_("Proposal"), str(kind.label)),
            (_("About"), kind.headline(proposal)),
            (_("State"), state),
            (_("By"), by.full_name),
            (_("People touched"), touched_in_words(proposal.people)),
            (_("Enterprises touched"), touched_in_words(proposal.enterprises)),
        ]
        if proposal.takes_effect_on:
            rows.append((_("Takes effect on"), date_format(proposal.takes_effect_on)))
        return Letter(
            subject=_("A proposal at the contact centre: %(what)s") % {"what": kind.label},
            greeting=_greeting(person),
            blocks=(
                Paragraph(_("A proposal of your colleagues has a new state.")),
                Facts(tuple(rows)),
                PageLink(
                    _("See the proposal"),
                    settings.SITE_URL + reverse("admin:identity_proposal_change", args=[proposal.pk]),
                ),
                Paragraph(_("Did you not expect this? Tell the supervisors at once.")),
            ),
        )


def staff_activation(person: Person, *, secret: str, until: datetime) -> Letter:
    """To a member of staff: the link to their means of login, whose code comes another way (BEHAVIOUR T7)."""
    with translation.override(person.language):
        return Letter(
            subject=_("Set up how you log in at the contact centre"),
            greeting=_greeting(person),
            blocks=(
                Paragraph(
                    _(
                        "Two supervisors of the contact centre decided that you set up how you log in. Your user name is "
                        "%(user_name)s. Keep your eID and an app for one-time codes at hand."
                    )
                    % {"user_name": person.user_name}
                ),
                PageLink(_("Set up how you log in"), _link(secret)),
                Paragraph(_("The link works once, until %(moment)s.") % {"moment": _moment(until)}),
                Paragraph(_("The page asks an activation code. A supervisor gives it to you, not by mail.")),
                Paragraph(_("Did you not expect this? Tell the supervisors at once.")),
            ),
        )


def staff_told(receiver: Person, person: Person, what: str | Promise, by: Person | None = None) -> Letter:
    """To supervisors and to the member of staff: what became of an account. what: a sentence with %(name)s, and %(by)s."""
    with translation.override(receiver.language):
        names = {"name": f"{person.full_name} ({person.user_name})", "by": by.full_name if by else ""}
        return Letter(
            subject=_("An account of staff of the contact centre"),
            greeting=_greeting(receiver),
            blocks=(
                Paragraph(str(what) % names),
                Paragraph(_("Did you not expect this? Tell the supervisors at once.")),
            ),
        )
