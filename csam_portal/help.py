"""The help: the guide's chapters, rewritten for this portal, each in four languages (docs/adr/0005-help-as-files.md).

A chapter's text is templates/help/<language>/<name>.html; its title and place are here.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Chapter:
    """A chapter. name: in its address and its file; numeral: as in the guide, whose order this keeps."""

    name: str
    numeral: str
    title: str | Promise

    def text(self, language: str) -> str:
        """Return the template that holds the chapter's text in a language of settings.LANGUAGES."""
        return f"help/{language}/{self.name}.html"


CHAPTERS = {
    chapter.name: chapter
    for chapter in (
        Chapter("standard-procedure", "I", _("Appoint a Chief Access Manager: standard procedure")),
        Chapter("exception-procedure", "II", _("Appoint a Chief Access Manager: exception procedure")),
        Chapter("chief-access-manager", "III", _("Role of the Chief Access Manager")),
        Chapter("access-managers", "IV", _("Appoint Access Managers")),
        Chapter("users", "V", _("Manage users")),
        Chapter("senders", "VI", _("Create a sender")),
        Chapter("mandates", "VII", _("What about mandates?")),
        Chapter("questions", "VIII", _("Still a question?")),
        # Not in the guide, which shows the means only in passing.
        Chapter("login-means", "IX", _("My digital keys")),
    )
}


def neighbours(name: str) -> tuple[Chapter | None, Chapter | None]:
    """Return the chapters before and after this one, None where there is none."""
    chapters = list(CHAPTERS.values())
    place = chapters.index(CHAPTERS[name])
    return (chapters[place - 1] if place else None, chapters[place + 1] if place + 1 < len(chapters) else None)
