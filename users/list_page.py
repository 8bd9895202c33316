"""What the users list shows at an address: rows, how many there are, the ways on from here (BEHAVIOUR U1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import number_format
from django.utils.safestring import SafeString

from acts.prepared import prepared
from enterprises.models import Application, Capacity
from identity.actor import Actor
from ui.addresses import id_in
from users.enums import BulkAct
from users.frame import Frame
from users.lines import COLUMNS, Head, heads_of, lines_of
from users.list_references import filter_with, query_string
from users.listing import Filter, accounts_under, conditions_of
from users.models import Account, ListReference
from users.paging import Page, Place, Sort, page_at

# Counted exactly up to here; all of a filter are counted exactly where something is done to them.
MOST_COUNTED = 1000
# A page's number is for the reader alone.
_HIGHEST_PAGE = 1_000_000


@dataclass(frozen=True)
class Asked:
    """What an address asks of the list. ticked: public ids; number: which page it is by the reader's own way."""

    wanted: Filter
    reference: str
    ticked: frozenset[str]
    sort: Sort
    place: Place
    number: int

    @classmethod
    def of(cls, query: Mapping[str, str], reference: ListReference | None) -> "Asked":
        """Return what a query asks; what makes no sense in it is left out. reference: the one it names."""
        after, before = id_in(query.get("after")), id_in(query.get("before"))
        number = query.get("page", "")
        return cls(
            wanted=filter_with(query, reference),
            reference=str(reference.public_id) if reference is not None else "",
            ticked=frozenset(reference.ticked) if reference is not None else frozenset(),
            sort=Sort.of(query.get("sort", "")),
            place=Place(after or before, is_before=after is None),
            number=min(int(number), _HIGHEST_PAGE) if number.isascii() and number.isdigit() and len(number) < 8 else 1,
        )

    @property
    def base(self) -> dict[str, str]:
        """The query of this filter, without order and place."""
        return {**self.wanted.plain, **({"f": self.reference} if self.reference else {})}


@dataclass(frozen=True)
class UsersList:
    """The list as its page shows it to the actor. found: how many, at most one more than MOST_COUNTED."""

    actor: Actor
    frame: Frame
    asked: Asked
    page: Page
    found: int

    @property
    def lines(self) -> SafeString:
        """The rows of this page."""
        return lines_of(
            self.page.rows,
            actor=self.actor,
            enterprise=self.frame.capacity.enterprise.public_id,
            ticked=self.asked.ticked,
            view=self.frame.address("account", account_id="{}"),
            edit=self.frame.address("account-edit", account_id="{}"),
        )

    @property
    def heads(self) -> list[Head]:
        """The columns that the list is sorted by, each with its address."""
        return heads_of(self.asked.sort, lambda sort: self._address(sort=sort))

    @property
    def elsewhere(self) -> list[str]:
        """Public ids that are ticked and stand on other pages."""
        return sorted(self.asked.ticked - {str(row[0]) for row in self.page.rows})

    @property
    def is_more(self) -> bool:
        """Whether more were found than are counted."""
        return self.found > MOST_COUNTED

    @property
    def most_counted(self) -> str:
        """How many are counted exactly."""
        return number_format(MOST_COUNTED, force_grouping=True)

    @property
    def is_filtered(self) -> bool:
        """Whether anything is filtered."""
        return self.asked.wanted != Filter()

    @property
    def first(self) -> str:
        """The address of the beginning of this list."""
        return self._address()

    @property
    def query(self) -> str:
        """The filter's own query, for what is done to all of it."""
        return query_string(self.asked.base)

    @property
    def next(self) -> str:
        """The query of the next page, "" where there is none."""
        return self._query(after=str(self.page.rows[-1][0]), page=str(self.number + 1)) if self.page.has_next else ""

    @property
    def previous(self) -> str:
        """The query of the page before, "" where there is none."""
        if not self.page.has_previous:
            return ""
        return self._query(before=str(self.page.rows[0][0]), page=str(max(self.number - 1, 1)))

    @property
    def here(self) -> str:
        """The query of this very page."""
        place = self.asked.place
        at = {"before" if place.is_before else "after": str(place.row)} if place.row is not None else {}
        return self._query(**at, page=str(self.number))

    @property
    def number(self) -> int:
        """Which page this is; the first is known for sure."""
        return self.asked.number if self.page.has_previous else 1

    @property
    def search(self) -> str:
        """Where the filter's form goes; the order stays."""
        return self.frame.address("users") + query_string({"sort": self.asked.sort.text})

    @property
    def ticks(self) -> str:
        """Where ticks are kept."""
        return self.frame.address("users-ticks")

    @property
    def bulk(self) -> str:
        """Where something is done to the ticked rows."""
        return self.frame.address("users-bulk")

    @property
    def export(self) -> str:
        """Where this list is exported."""
        return self.frame.address("users-export") + self.query

    @property
    def importing(self) -> str:
        """Where a changed export comes in again."""
        return self.frame.address("users-import")

    @property
    def acts(self) -> list[tuple[str, str]]:
        """What can be done to the rows, as value and words."""
        return [(act.value, str(act.label)) for act in BulkAct]

    def _query(self, **more: str) -> str:
        return query_string({**self.asked.base, "sort": self.asked.sort.text, **more})

    def _address(self, **more: str) -> str:
        return self.frame.address("users") + self._query(**more)


def read_list(actor: Actor, frame: Frame, asked: Asked) -> UsersList:
    """Read a page of the list for somebody: one statement; with a filter or a place, another for each.

    Of a filter that few fit all rows are found at once, in any order, which costs the same wherever they stand in the list;
    one that many fit soon fills a page by walking the list in order.
    """
    capacity, at = frame.capacity, (asked.sort, asked.place, COLUMNS)
    conditions = conditions_of(capacity, asked.wanted)
    if not conditions:
        page = page_at(capacity, {}, *at, most_counted=MOST_COUNTED + 1)
        count = page.rows[0][-1] if page.rows else len(_found(capacity=capacity.pk))
        return UsersList(actor, frame, asked, page, found=count)
    found = _found(capacity=capacity.pk, **conditions)
    if len(found) <= MOST_COUNTED:
        conditions = {"pk__among": found}
    return UsersList(actor, frame, asked, page_at(capacity, conditions, *at), found=len(found))


@prepared
def _found(capacity: Any, **conditions: Any) -> QuerySet[Account, int]:
    return accounts_under(capacity, **conditions).values_list("pk", flat=True)[: MOST_COUNTED + 1]


def applications_of(capacity: Capacity) -> Sequence[Application]:
    """Return the applications by which the list is filtered, retired ones too: somebody may still hold them."""
    return _applications(kind=capacity.kind_id)


@prepared
def _applications(kind: Any) -> QuerySet[Application]:
    return Application.objects.filter(kind=kind)
