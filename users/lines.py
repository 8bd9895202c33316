"""The rows of the users list as its page shows them: one line per account, no queries."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from identity.actor import Actor
from identity.people import shown_user_name
from users.enums import AccountStatus, AccountType
from users.paging import Sort

# What a row of the list reads, in the order of `Line`'s making; one statement brings it, with nothing else.
COLUMNS = (
    "public_id", "person__last_name", "person__first_names", "person__user_name", "person__user_name_given_by", "type",
    "as_htb", "insz", "is_blocked",
)  # fmt: skip
_MARKS = (
    "number", "id", "checked", "last_name", "first_names", "user_name", "type", "insz", "kind", "status", "view", "edit",
)  # fmt: skip

HEADS: Sequence[tuple[str, Promise]] = (
    ("name", gettext_lazy("Name")),
    ("first-name", gettext_lazy("First name")),
    ("user-name", gettext_lazy("User name")),
    ("type", gettext_lazy("Type")),
    ("insz", gettext_lazy("SSIN")),
    ("status", gettext_lazy("Status")),
)


@dataclass(frozen=True)
class Head:
    """The head of a column. address: of the list sorted by it, the other way round where it is sorted by it already."""

    label: Promise
    address: str
    order: str


def lines_of(
    rows: Iterable[Sequence[Any]], *, actor: Actor, enterprise: uuid.UUID, ticked: frozenset[str], view: str, edit: str
) -> SafeString:
    """Return the rows as they are shown. rows: COLUMNS of accounts; view, edit: patterns of addresses.

    actor, enterprise (public_id): for whom, and where.

    Their template is rendered once, with marks for what differs, and filled in for each with escaped
    texts: 25 renderings take longer than everything else that the page does with its rows (docs/adr/0013-users-list.md).
    """
    marks = {name: SafeString(f"{{{name}}}") for name in _MARKS}
    row = render_to_string("users/_row.html", {"line": marks})
    types = {kind.value: str(kind.label) for kind in AccountType}
    active, blocked = escape(AccountStatus.ACTIVE.label), escape(AccountStatus.BLOCKED.label)
    filled = [
        row.format(
            number=number,
            id=(key := str(public_id)),
            checked=" checked" if key in ticked else "",
            last_name=escape(last_name),
            first_names=escape(first_names),
            user_name=escape(shown_user_name(user_name, given_by, enterprise)),
            type=escape(type_words(types[kind], as_htb=as_htb)),
            insz=escape(actor.number_shown(insz)),
            kind="error" if is_blocked else "success",
            status=blocked if is_blocked else active,
            view=view.format(key),
            edit=edit.format(key),
        )
        for number, (
            public_id,
            last_name,
            first_names,
            user_name,
            given_by,
            kind,
            as_htb,
            insz,
            is_blocked,
            *_rest,
        ) in enumerate(rows)
    ]
    return SafeString("".join(filled))


def type_words(label: str, *, as_htb: bool) -> str:
    """Return an account's type as people read it. label: of its AccountType."""
    return _("%(type)s (as Chief Access Manager)") % {"type": label} if as_htb else label


def heads_of(sort: Sort, address: Any) -> list[Head]:
    """Return the heads of the sortable columns. address: takes an order's text and returns the list's address in it."""
    orders = {False: "ascending", True: "descending"}
    return [
        Head(
            label,
            address(Sort(column, column == sort.column and not sort.is_descending).text),
            orders[sort.is_descending] if column == sort.column else "",
        )
        for column, label in HEADS
    ]
