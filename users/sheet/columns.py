"""What the columns of the sheet are called, and the words in its cells: written in one language, read in any of the four."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from formats.names import fold
from users.enums import AccountStatus, AccountType

Meaning = TypeVar("Meaning", bound=str)


class Column(StrEnum):
    """The columns, in the order in which they are written."""

    LAST_NAME = "last_name"
    FIRST_NAMES = "first_names"
    USER_NAME = "user_name"
    TYPE = "type"
    INSZ = "insz"
    STATUS = "status"
    EMAIL = "email"
    LOCAL_EMAIL = "local_email"
    APPLICATIONS = "applications"


HEADS: Mapping[Column, Promise] = {
    Column.LAST_NAME: _("Name"),
    Column.FIRST_NAMES: _("First name"),
    Column.USER_NAME: _("User name"),
    Column.TYPE: _("Type"),
    Column.INSZ: _("SSIN"),
    Column.STATUS: _("Status"),
    Column.EMAIL: _("E-mail address"),
    Column.LOCAL_EMAIL: _("Local e-mail address"),
    Column.APPLICATIONS: _("Secured applications"),
}
# A state that is never written, only asked for: deleting is never a slip of the pen.
DELETE = "delete"
STATES: Mapping[str, str | Promise] = {
    AccountStatus.ACTIVE: AccountStatus.ACTIVE.label,
    AccountStatus.BLOCKED: AccountStatus.BLOCKED.label,
    DELETE: _("Delete"),
}
TYPES: Mapping[str, str | Promise] = {kind.value: kind.label for kind in AccountType}
# Between the codes of applications; no code holds either sign.
JOINT = ", "


def words(meanings: Mapping[Meaning, Any]) -> dict[str, Meaning]:
    """Return what each word means, in all languages and folded as people may type it. meanings: word by meaning."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found.update({fold(str(word)): meaning for meaning, word in meanings.items()})
    return found
