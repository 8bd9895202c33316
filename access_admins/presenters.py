"""What the management pages say: the guide's words, the old terms beside the new."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from access_admins.access import Access
from access_admins.capacities import Retirement
from access_admins.decisions import Decision, may_decide
from access_admins.enums import ChiefKind, ReviewOutcome
from access_admins.frame import EnterpriseFrame
from access_admins.hooks import Contribution, Task, Text
from access_admins.models import ChiefRole, Departure, Review
from access_admins.overview import COUNTED_TO, Administrator, CapacityLine, Overview
from access_admins.reach import Roles
from access_admins.reviews import key_of, subject_of
from enterprises.models import Capacity, Enterprise
from identity.actor import Actor
from identity.enums import Role
from ui.components import Column, Row, Table
from ui.templatetags.ui import day
from users.adding.presenters import RENEW, what_follows
from users.enums import AccountType
from users.models import Account, Grant

CHIEF_TERMS = {
    ChiefKind.HTB: gettext_lazy("Entity Access Officer"),
    ChiefKind.CO: gettext_lazy("Co-Entity Access Officer"),
}
ACCOUNT_TERMS = {
    AccountType.LB: gettext_lazy("Local Administrator"),
    AccountType.CO_LB: gettext_lazy("Co-Local Administrator"),
    AccountType.USER: gettext_lazy("User"),
}


@dataclass(frozen=True)
class RoleLink:
    """A role as a link, as the guide writes it. old_term: in brackets behind it. address: "" where it is blocked."""

    text: str
    old_term: Text
    address: str


def enterprise_links(enterprises: Iterable[Enterprise]) -> list[tuple[Enterprise, str]]:
    """Return each enterprise with the address of its roles, found out once for all."""
    nobody = uuid.UUID(int=0)
    pattern = reverse("enterprise", args=[nobody])
    return [(one, pattern.replace(str(nobody), str(one.public_id))) for one in enterprises]


def role_links(enterprise: Enterprise, roles: Roles) -> list[RoleLink]:
    """Return one link per role: a chief's to the enterprise, an administrator's to the capacity, a user's to own access."""
    links = []
    if roles.chief is not None:
        name = _("Name: %(name)s; Enterprise number: %(number)s") % {
            "name": enterprise.name,
            "number": enterprise.number_shown,
        }
        address = reverse("enterprise-management", args=[enterprise.public_id])
        links.append(RoleLink(name, CHIEF_TERMS[ChiefKind(roles.chief.kind)], address))
    return links + [_account_link(enterprise, account) for account in roles.accounts]


def _account_link(enterprise: Enterprise, account: Account) -> RoleLink:
    if account.blocked_at is not None:
        address = ""
    elif account.type == AccountType.USER:
        address = f"{reverse('enterprise-access', args=[enterprise.public_id])}#{_anchor(account)}"
    else:
        address = reverse("capacity", args=[enterprise.public_id, account.capacity.public_id])
    words = _("Capacity: %(capacity)s") % {"capacity": account.capacity.in_words}
    return RoleLink(words, ACCOUNT_TERMS[AccountType(account.type)], address)


def _anchor(account: Account) -> str:
    return f"capacity-{account.capacity.public_id}"


def enterprise_rows(enterprise: Enterprise) -> list[Row]:
    """Return the block at the top of the enterprise's page."""
    return [
        Row(pgettext("enterprise", "Name"), enterprise.name),
        Row(_("Enterprise number"), enterprise.number_shown),
        Row(_("Creation date"), day(enterprise.activated_at)),
    ]


def capacity_rows(capacity: Capacity) -> list[Row]:
    """Return what the register says of a capacity, and since when it is here."""
    return [
        Row(_("Domain (capacity)"), capacity.name),
        Row(capacity.kind.get_identified_by_display(), capacity.identification_shown),
        Row(_("Creation date"), day(capacity.activated_at)),
    ]


def chief_role_rows(role: ChiefRole) -> list[Row]:
    """Return whose role over an enterprise it is, and since when it is held."""
    return [
        Row(_("Name"), role.person.last_name),
        Row(_("First name"), role.person.first_names),
        Row(_("SSIN"), role.person.insz_masked),
        Row(_("E-mail address"), role.email),
        Row(_("Creation date"), day(role.started_at)),
    ]


def chief_table(overview: Overview, frame: EnterpriseFrame, *, renewable: Collection[int] = ()) -> Table:
    """Return the table of the chief and the co-chiefs; the chief ends a co-chief's role from here.

    renewable: the persons (ids) to whom the chief may send a new activation (L7).
    """
    ends = frame.role == Role.HTB and bool(overview.co_chiefs)
    columns = [Column(_("Name")), Column(_("Role")), Column(_("Since")), Column(_("Appointed by"))]
    columns += [Column(_("Action"))] if ends else []
    rows = []
    for one in (overview.chief, *overview.co_chiefs):
        cells = [_marked(one), ChiefKind(one.kind).label, day(one.since), one.by]
        if ends:
            routes = [(_("End"), "co-chief-end")] if one is not overview.chief else []
            routes += [(str(RENEW), "co-chief-activation")] if one.person in renewable else []
            links = [_link(frame.address(route, role_id=one.public_id), text, one.name) for text, route in routes]
            cells.append(format_html_join(" · ", "{}", ((link,) for link in links)) or "—")
        rows.append(cells)
    return Table(_("Chief and Co-Chief Access Managers"), columns, rows)


def capacity_table(overview: Overview, frame: EnterpriseFrame, added: Sequence[Contribution]) -> Table:
    """Return the list of capacities. added: what other rooms say of each."""
    columns = [
        Column(_("Name")),
        Column(_("Identification")),
        Column(_("TB (Local Administrator)")),
        Column(_("Co-TBs")),
        Column(_("Users")),
        *(Column(one.label) for one in added),
        Column(_("Action")),
    ]
    rows = [
        (
            _capacity_link(line.capacity, frame.address("capacity", capacity_id=line.capacity.public_id)),
            f"{line.capacity.kind.get_identified_by_display()}: {line.capacity.identification_shown}",
            _marked(line.tb) if line.tb else "—",
            _co_tbs(line),
            users_counted(line.users),
            *(one.cells.get(line.capacity.pk, "—") for one in added),
            _link(
                frame.address("capacity-retire", capacity_id=line.capacity.public_id),
                _("End"),
                line.capacity.name,
                line.capacity.identification_shown,
            ),
        )
        for line in overview.capacities
    ]
    return Table(_("List of the capacities"), columns, rows)


def users_counted(users: int) -> str:
    """Return how many users there are; past COUNTED_TO they are not counted."""
    if users > COUNTED_TO:
        return _("more than %(count)s") % {"count": localize(COUNTED_TO)}
    return localize(users)


def _capacity_link(capacity: Capacity, address: str) -> SafeString:
    # Two capacities of one kind differ in their number alone, which the next column shows: a link says it by itself.
    return format_html(
        '<a class="govuk-link" href="{}">{}<span class="govuk-visually-hidden"> {}</span></a>',
        address,
        capacity.name,
        capacity.identification_shown,
    )


def _link(address: str, text: str, *what: str) -> SafeString:
    return format_html(
        '<a class="govuk-link" href="{}">{}<span class="govuk-visually-hidden"> {}</span></a>',
        address,
        text,
        " ".join(what),
    )


def _co_tbs(line: CapacityLine) -> SafeString | str:
    names = format_html_join(", ", "{}", ((_marked(one),) for one in line.co_tbs))
    if not line.more_co_tbs:
        return names or "—"
    more = ngettext("and %(count)s other", "and %(count)s others", line.more_co_tbs)
    return format_html("{} {}", names, more % {"count": localize(line.more_co_tbs)})


def _marked(one: Administrator) -> SafeString:
    """A name, with what the chief has to look at."""
    marks = []
    if one.as_htb:
        marks.append(("quiet", _("as Chief Access Manager")))
    if one.awaits_review:
        marks.append(("warning", _("to review")))
    if one.has_left:
        marks.append(("warning", _("left the enterprise")))
    tags = format_html_join("", ' <strong class="govuk-tag govuk-tag--{}">{}</strong>', marks)
    return format_html("{}{}", one.name, tags)


def own_tasks(overview: Overview, frame: EnterpriseFrame) -> list[Task]:
    """Return what this room has to do for the chief."""
    reviews = ngettext(
        "Review %(count)d person whom the former Chief Access Manager appointed",
        "Review %(count)d persons whom the former Chief Access Manager appointed",
        overview.reviews,
    )
    departures = ngettext(
        "%(count)d person with access no longer works for the enterprise by the register",
        "%(count)d persons with access no longer work for the enterprise by the register",
        overview.departures,
    )
    capacities = ngettext(
        "%(count)d new capacity of the register can be activated",
        "%(count)d new capacities of the register can be activated",
        overview.new_capacities,
    )
    return [
        Task(sentence % {"count": count}, frame.address(route) + fragment)
        for count, sentence, route, fragment in (
            (overview.reviews, reviews, "reviews", ""),
            (overview.departures, departures, "reviews", "#left"),
            (overview.new_capacities, capacities, "capacity-activate", ""),
        )
        if count
    ]


def retirement_sentences(plan: Retirement) -> list[Text]:
    """Return, sentence by sentence, what ends with a capacity; from the very plan that the act carries out."""
    sentences: list[Text] = [
        (
            _("%(name)s is no longer Access Manager of this capacity.")
            if account.type == AccountType.LB
            else _("%(name)s is no longer Co-Access Manager of this capacity.")
        )
        % {"name": account.person.full_name}
        for account in plan.administrators
    ]
    if plan.users:
        sentences.append(
            ngettext("The account of %(count)s user ends.", "The accounts of %(count)s users end.", plan.users)
            % {"count": localize(plan.users)}
        )
    if plan.grants:
        sentences.append(
            ngettext(
                "%(count)s application that was given ends.",
                "%(count)s applications that were given end.",
                plan.grants,
            )
            % {"count": localize(plan.grants)}
        )
    sentences += [sentence for other in plan.others for sentence in other.sentences]
    if plan.users:
        sentences.append(_("Everybody concerned who has an e-mail address gets one mail about it."))
    return sentences


@dataclass(frozen=True)
class AccessBlock:
    """A heading of "my access" and what stands below it. change: where the account's addresses are changed, "" for none."""

    title: str
    anchor: str
    rows: Sequence[Row]
    table: Table | None = None
    change: str = ""


def access_blocks(found: Iterable[Access]) -> list[tuple[Enterprise, list[AccessBlock]]]:
    """Return, by enterprise, a block per role."""
    return [(access.enterprise, [*_chief_block(access), *map(_account_block, access.accounts)]) for access in found]


def _chief_block(access: Access) -> list[AccessBlock]:
    role = access.chief
    if role is None:
        return []
    rows = [
        Row(_("Since"), day(role.started_at)),
        Row(_("Appointed by"), role.started_by.full_name),
        Row(_("E-mail"), role.email),
        Row(_("Telephone"), role.telephone or "—"),
    ]
    change = reverse("professional-data", args=[access.enterprise.public_id])
    term = CHIEF_TERMS[ChiefKind(role.kind)]
    return [AccessBlock(f"{ChiefKind(role.kind).label} ({term})", "chief", rows, change=change)]


def _account_block(held: tuple[Account, list[Grant]]) -> AccessBlock:
    account, grants = held
    rows = [
        Row(_("Type"), AccountType(account.type).label),
        Row(_("Status"), _("Blocked") if account.blocked_at else _("Active")),
        Row(_("Since"), day(account.created_at)),
        Row(_("Given by"), account.created_by.full_name),
        Row(_("E-mail address"), account.email or "—"),
        Row(_("Local e-mail address"), account.local_email or "—"),
    ]
    table = Table(
        _("Secured applications"),
        [Column(_("Application")), Column(_("Since")), Column(_("Given by"))],
        [(grant.application.name, day(grant.given_at), grant.given_by.full_name) for grant in grants],
    )
    return AccessBlock(
        account.capacity.in_words,
        _anchor(account),
        rows,
        table if grants else None,
        "" if account.blocked_at else reverse("account-contact", args=[account.public_id]),
    )


@dataclass(frozen=True)
class ReviewLine:
    """Somebody to review. key: in the form. may_tick: whether there is anything to decide for who looks. replace: where
    another access manager is appointed instead, "" for other roles."""

    key: str
    name: str
    role: Text
    capacity: str
    since: str
    by: str
    replace: str
    may_tick: bool
    is_ticked: bool


def review_lines(actor: Actor, reviews: Iterable[Review], *, ticked: Collection[str]) -> list[ReviewLine]:
    """Return the lines of the list of persons to review. ticked: keys that were ticked before."""
    return [_review_line(actor, review, ticked) for review in reviews]


def _review_line(actor: Actor, review: Review, ticked: Collection[str]) -> ReviewLine:
    subject, key = subject_of(review), key_of(review)
    return ReviewLine(
        key=key,
        name=subject.person.full_name,
        role=account_role(subject) if isinstance(subject, Account) else ChiefKind.CO.label,
        capacity=subject.capacity.in_words if isinstance(subject, Account) else "—",
        since=day(subject.created_at if isinstance(subject, Account) else subject.started_at),
        by=(subject.created_by if isinstance(subject, Account) else subject.started_by).full_name,
        replace=_replace_address(subject) if isinstance(subject, Account) else "",
        may_tick=any(may_decide(actor, review, outcome) for outcome in (ReviewOutcome.KEEP, ReviewOutcome.END)),
        is_ticked=key in ticked,
    )


def _replace_address(account: Account) -> str:
    if account.type != AccountType.LB:
        return ""
    address = reverse("person-add", args=[account.capacity.enterprise.public_id, account.capacity.public_id])
    return f"{address}?kind={AccountType.LB}"


def account_role(account: Account) -> Text:
    """Return the role that an account gives, the old term beside the new."""
    new = Role.TB if account.type == AccountType.LB else Role.CO_TB
    return f"{new.label} ({ACCOUNT_TERMS[AccountType(account.type)]})"


def decision_sentences(decision: Decision) -> list[str]:
    """Return, sentence by sentence, what ends; from the very plan that the act carries out."""
    sentences = [
        _("%(name)s is no longer Co-Chief Access Manager.") % {"name": review.chief_role.person.full_name}
        for review in decision.reviews
        if review.chief_role is not None
    ]
    for removal in decision.removals:
        account = removal.account
        words = {"name": account.person.full_name, "capacity": account.capacity.in_words}
        ends = {
            AccountType.LB: _("%(name)s is no longer Access Manager of %(capacity)s."),
            AccountType.CO_LB: _("%(name)s is no longer Co-Access Manager of %(capacity)s."),
        }[AccountType(account.type)]
        sentences.append(" ".join([ends % words, *what_follows(removal)]))
    return sentences


def departures_table(departures: Iterable[Departure]) -> Table:
    """Return the table of people who left the enterprise by the register."""
    columns = [Column(_("Name")), Column(_("SSIN")), Column(_("Last day"))]
    rows = [(one.person.full_name, one.person.insz_masked, day(one.left_on)) for one in departures]
    return Table(_("No longer working for the enterprise"), columns, rows)
