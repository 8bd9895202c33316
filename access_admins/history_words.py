"""How the history of an enterprise is shown and written into a file (BEHAVIOUR H9)."""

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access_admins.frame import EnterpriseFrame
from access_admins.history import Line
from ui.components import Column, Table
from ui.templatetags.ui import day_and_time

# Of a file; the page leaves out what few look at.
FILE_COLUMNS: Sequence[Promise] = (
    gettext_lazy("When"),
    gettext_lazy("Who"),
    gettext_lazy("Role"),
    gettext_lazy("What"),
    gettext_lazy("Capacity"),
    gettext_lazy("SSIN"),
    gettext_lazy("Login level"),
)


def file_cells(line: Line) -> list[str]:
    """Return an event's cells in a file; numbers are masked (BEHAVIOUR E4)."""
    level = str(line.level) if line.level else ""
    return [day_and_time(line.at), line.who, str(line.role), line.what, line.capacity, line.number, level]


def history_table(lines: Sequence[Line], frame: EnterpriseFrame, query: Mapping[str, str]) -> Table:
    """Return the table of events. query: by what the page is narrowed, kept when it is narrowed to a person."""
    columns = [Column(_("When")), Column(_("Who")), Column(_("What")), Column(_("Capacity"))]
    rows = [(day_and_time(line.at), _who(line, frame, query), _what(line), line.capacity or "—") for line in lines]
    return Table(_("Events, the newest first"), columns, rows)


def _who(line: Line, frame: EnterpriseFrame, query: Mapping[str, str]) -> SafeString:
    name = format_html("{}", line.who)
    if line.actor and line.actor != query.get("person"):
        address = f"{frame.address('history')}?{urlencode({**query, 'person': line.actor})}"
        name = format_html('<a class="govuk-link" href="{}">{}</a>', address, line.who)
    return format_html("{}<br>{}", name, line.role) if line.role else name


def _what(line: Line) -> SafeString:
    if not line.number:
        return format_html("{}", line.what)
    return format_html('{} <span class="number">{}</span>', line.what, line.number)
