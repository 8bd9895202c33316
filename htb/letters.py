"""The mails of an appointment; each is written in its receiver's language (docs/architecture.md, "Mails")."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from enterprises.models import Enterprise
from formats import enterprise_number
from htb.models import Request
from htb.transitions import EXPIRES_AFTER
from identity.models import Person
from outbox.letters import Facts, Letter, PageLink, Paragraph, Steps


def _address(name: str) -> str:
    return f"{settings.SITE_URL}{reverse(name)}"


def _enterprise(enterprise: Enterprise) -> Facts:
    return Facts(
        ((_("Enterprise"), enterprise.name), (_("Enterprise number"), enterprise_number.show(enterprise.number)))
    )


def appointed(chief: Person, *, enterprise: Enterprise, representative: Person) -> Letter:
    """To the new chief: what the role is, and what to do next."""
    with translation.override(chief.language):
        if chief == representative:
            opening = _("You have appointed yourself as Chief Access Manager of this enterprise.")
        else:
            opening = _("%(name)s has appointed you as Chief Access Manager of this enterprise.") % {
                "name": representative.full_name
            }
        return Letter(
            subject=_("You are Chief Access Manager of %(enterprise)s") % {"enterprise": enterprise.name},
            greeting=_("Dear %(name)s,") % {"name": chief.full_name},
            blocks=(
                Paragraph(opening),
                _enterprise(enterprise),
                Paragraph(
                    _(
                        "You are now responsible for who may use the government's online services in the name of the "
                        "enterprise. In every domain you are the Access Manager until you appoint somebody else."
                    )
                ),
                Paragraph(_("What you can do next:")),
                Steps(
                    (
                        _("Log in and choose the enterprise."),
                        _("Appoint an Access Manager for each domain that you do not manage yourself."),
                        _("Check your professional data, so that our messages reach the enterprise."),
                    )
                ),
                PageLink(_("Go to access management"), _address("management-home")),
                Paragraph(
                    _(
                        "Did you not expect this message? Then contact the contact centre, %(phone)s, Monday to Friday "
                        "from 7 a.m. to 8 p.m."
                    )
                    % {"phone": settings.CONTACT_CENTRE_PHONE}
                ),
            ),
        )


def confirmed(representative: Person, *, enterprise: Enterprise, chief: Person) -> Letter:
    """To the representative who appointed somebody else."""
    with translation.override(representative.language):
        return Letter(
            subject=_("Chief Access Manager appointed for %(enterprise)s") % {"enterprise": enterprise.name},
            greeting=_("Dear %(name)s,") % {"name": representative.full_name},
            blocks=(
                Paragraph(
                    _("You have appointed %(name)s as Chief Access Manager of this enterprise.")
                    % {"name": chief.full_name}
                ),
                _enterprise(enterprise),
                Paragraph(
                    _(
                        "You stay responsible for this choice. Report every change of Chief Access Manager or service "
                        "provider at once, by appointing another person."
                    )
                ),
                PageLink(_("Appoint a Chief Access Manager"), _address("procedures")),
            ),
        )


def ended(former: Person, *, enterprise: Enterprise, representative: Person) -> Letter:
    """To the former chief."""
    with translation.override(former.language):
        return Letter(
            subject=_("You are no longer Chief Access Manager of %(enterprise)s") % {"enterprise": enterprise.name},
            greeting=_("Dear %(name)s,") % {"name": former.full_name},
            blocks=(
                Paragraph(
                    _("%(name)s has appointed another Chief Access Manager. Your role in this enterprise has ended.")
                    % {"name": representative.full_name}
                ),
                _enterprise(enterprise),
                Paragraph(
                    _(
                        "The accounts that you held because of this role have ended too. Accounts that you have for "
                        "another reason stay as they are."
                    )
                ),
                PageLink(_("Contact"), _address("contact")),
            ),
        )


def request_registered(request: Request, *, secret: str) -> Letter:
    """To the applicant: the ticket number, what to do now, the link to the document (X6)."""
    with translation.override(request.language):
        return Letter(
            subject=_("Your request %(ticket)s is registered") % {"ticket": request.ticket},
            greeting=_("Dear %(name)s,") % {"name": request.applicant_name},
            blocks=(
                Paragraph(
                    _(
                        "We registered your request for a Chief Access Manager. It counts once we have the signed document."
                    )
                ),
                _of(request),
                Steps(
                    (
                        _("Download the document and print it."),
                        _("Have a legal representative of the enterprise sign it by hand."),
                        _("Post the original to: Contactcenter Eranova, Smals, Fonsnylaan 20, 1060 Brussel."),
                    )
                ),
                Paragraph(
                    _("Copies, scans and faxes do not count. Without the document the request ends after 90 days.")
                ),
                Paragraph(
                    _(
                        "Instead of posting paper, a legal representative can sign the PDF file itself with a qualified "
                        "electronic signature. Return the signed file where you follow the request."
                    )
                ),
                PageLink(_("To the document"), settings.SITE_URL + reverse("document-link", args=[secret])),
                PageLink(_("Follow the request"), _address("follow")),
            ),
        )


def request_expires_soon(request: Request) -> Letter:
    """To the applicant, a fortnight before the end (X8)."""
    with translation.override(request.language):
        day = date_format(timezone.localdate(request.registered_at + EXPIRES_AFTER))
        return Letter(
            subject=_("Your request %(ticket)s ends on %(day)s") % {"ticket": request.ticket, "day": day},
            greeting=_("Dear %(name)s,") % {"name": request.applicant_name},
            blocks=(
                Paragraph(
                    _(
                        "We have not received the signed document of your request. Without it the request ends on %(day)s."
                    )
                    % {"day": day}
                ),
                _of(request),
                PageLink(_("Follow the request"), _address("follow")),
            ),
        )


def request_expired(request: Request) -> Letter:
    """To the applicant: no document came (X8)."""
    with translation.override(request.language):
        return Letter(
            subject=_("Your request %(ticket)s has ended") % {"ticket": request.ticket},
            greeting=_("Dear %(name)s,") % {"name": request.applicant_name},
            blocks=(
                Paragraph(_("The signed document of your request did not come within 90 days. The request has ended.")),
                _of(request),
                PageLink(_("Make a new request"), _address("procedures")),
            ),
        )


def request_refused(request: Request) -> Letter:
    """To the applicant: why (X7)."""
    with translation.override(request.language):
        return Letter(
            subject=_("Your request %(ticket)s is refused") % {"ticket": request.ticket},
            greeting=_("Dear %(name)s,") % {"name": request.applicant_name},
            blocks=(
                Paragraph(_("The contact centre has refused your request, for this reason:")),
                Paragraph(request.reason),
                _of(request),
                PageLink(_("Contact"), _address("contact")),
            ),
        )


def _of(request: Request) -> Facts:
    return Facts(
        (
            (_("Ticket number"), request.ticket),
            (_("Enterprise"), request.enterprise_name),
            (_("Enterprise number"), enterprise_number.show(request.enterprise_number)),
        )
    )
