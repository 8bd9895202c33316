"""Tags and filters that every template has without loading them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.utils import formats, timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from formats import enterprise_number as enterprise_numbers
from formats import insz as insz_numbers

register = template.Library()


@register.filter
def insz(number: str | None) -> str:
    """Return an INSZ in groups: 70.03.14-998.73. Only where BEHAVIOUR E4 lets the whole number be shown."""
    return insz_numbers.show(number) if number else ""


@register.filter
def insz_masked(number: str | None) -> str:
    """Return an INSZ of which only the last five digits can be read (BEHAVIOUR E4)."""
    return insz_numbers.mask(number) if number else ""


@register.filter
def enterprise_number(number: str | None) -> str:
    """Return an enterprise number in groups: 0999.000.129."""
    return enterprise_numbers.show(number) if number else ""


@register.filter
def day(moment: date | datetime | None) -> str:
    """Return a date in the person's language: 14 maart 2026 (BEHAVIOUR E8)."""
    return formats.date_format(_local(moment), "DATE_FORMAT") if moment else ""


@register.filter
def day_and_time(moment: datetime | None) -> str:
    """Return a moment in the person's language, Brussels time: 14 maart 2026 09:05 (BEHAVIOUR E8)."""
    return formats.date_format(_local(moment), "DATETIME_FORMAT") if moment else ""


@register.filter
def attributes(values: Mapping[str, Any]) -> SafeString:
    """Return the attributes of a widget as they stand in its tag: Django's own widgets include a template for them, and one
    for every choice, which took longer than all else that a field shows."""
    shown = (
        f" {name}" if value is True else f' {name}="{conditional_escape(value)}"'
        for name, value in values.items()
        if value is not False
    )
    return SafeString("".join(shown))


def _local(moment: date | datetime) -> date | datetime:
    return timezone.localtime(moment) if isinstance(moment, datetime) and timezone.is_aware(moment) else moment


@register.simple_block_tag
def help_column(content: str) -> SafeString:
    """Put the help of a page in its column; a page without help has no column (and no empty landmark)."""
    if not content.strip():
        return SafeString("")
    return format_html('<aside class="help" aria-label="{}">{}</aside>', _("Help with this page"), content)
