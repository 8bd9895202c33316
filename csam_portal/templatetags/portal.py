"""Tags that know the portal's help and its contact centre: `{% load portal %}`."""

from typing import Any

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from phonenumber_field.phonenumber import PhoneNumber

from csam_portal.help import CHAPTERS
from csam_portal.security import contact_address

register = template.Library()


@register.simple_tag
def contact_phone() -> SafeString:
    """Return the contact centre's number (settings.CONTACT_CENTRE_PHONE) as a link that a telephone can dial."""
    number = PhoneNumber.from_string(settings.CONTACT_CENTRE_PHONE, region=settings.PHONENUMBER_DEFAULT_REGION)
    return format_html(
        '<a class="govuk-link" href="tel:{}">{}</a>',
        number.as_e164,
        settings.CONTACT_CENTRE_PHONE.replace(" ", "\u00a0"),
    )


@register.simple_tag
def security_contact() -> SafeString:
    """Return whom to tell of a weakness in the security (settings.SECURITY_CONTACT) as a link."""
    return format_html('<a class="govuk-link" href="{}">{}</a>', contact_address(), settings.SECURITY_CONTACT)


@register.inclusion_tag("help/_for_this_page.html")
def help_for(*names: str) -> dict[str, Any]:
    """Show links to the help chapters that explain this screen; names of csam_portal.help.CHAPTERS."""
    return {"chapters": [CHAPTERS[name] for name in names]}
