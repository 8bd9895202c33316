"""Every page of the portal, and what it answers to whom (BEHAVIOUR E2, L4). The permission table; tests/test_pages.py holds the
portal to it, and fails for a page of the URL conf that has no row here and cannot do without one.

A row is needed by a page with an argument in its address, and by one whose answer is not the ordinary one: 200 for everybody
(a public page), or 200 for everybody who is logged in at the page's level.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from access_admins.holdings import current_chief
from access_admins.models import ChiefRole
from csam_portal.help import CHAPTERS
from enterprises.models import Capacity, Enterprise
from identity import codes
from identity.models import Person
from senders.models import Certificate, Channel, Sender
from tests import adding, appointing, bulk, cast, co_chiefs, delegating, sending, sheets, traffic
from ui.pages import Page
from users.enums import AccountType
from users.models import Account

NOBODY = uuid.UUID(int=0)
LogIn = Callable[..., Client]
# Makes what a page shows, and returns its address's arguments.
Arguments = Callable[[LogIn], dict[str, Any]]


@dataclass(frozen=True)
class Answers:
    """The status that each of four people gets: not logged in, no tie to it, a tie without the right, with the right."""

    anonymous: int
    stranger: int
    without: int
    entitled: int


def all_get(status: int) -> Answers:
    """The same status for everybody."""
    return Answers(status, status, status, status)


EVERYBODY = all_get(200)
LOGGED_IN = Answers(302, 200, 200, 200)
# A run of a journey is its owner's alone: nobody else learns that it is there.
OWNER = Answers(302, 404, 404, 200)
# A page of an enterprise: not found by strangers, not allowed to those whose role is too small (E2).
BY_ROLE = Answers(302, 404, 403, 200)


@dataclass(frozen=True)
class Row:
    """What the table says of a page. entitled: who has the right, by number. query: what stands behind the question mark."""

    answers: Answers
    arguments: Arguments = lambda log_in: {}
    entitled: str = cast.MARIE
    query: str = ""


def _standard(name: str) -> Arguments:
    """Return what walks the standard procedure up to a step, as An Peeters for Atelier Noord."""

    def walk(log_in: LogIn) -> dict[str, Any]:
        client = log_in(cast.AN)
        if name in {"enterprise", "chief"}:
            address = appointing.start(client, cast.ATELIER)
        else:
            address = appointing.choose_self(client, cast.ATELIER)
        if name == "done":
            appointing.confirm(client, address)
        return {**resolve(address).kwargs, "name": name}

    return walk


def _chief_without_means(log_in: LogIn) -> dict[str, Any]:
    """Return the run of Ingrid De Smet, who appointed Piotr Nowak as chief of Buurthuis De Brug; he cannot log in yet."""
    client = log_in(cast.INGRID)
    if current_chief(cast.BUURTHUIS) is None:
        appointing.appoint_by_link(client, cast.BUURTHUIS, cast.PIOTR)
    return {"run_id": resolve(appointing.start(client, cast.BUURTHUIS)).kwargs["run_id"]}


def in_enterprise(_log_in: LogIn) -> dict[str, Any]:
    """The address's arguments of the brasserie."""
    return {"enterprise_id": Enterprise.objects.get(number=cast.BRASSERIE).public_id}


def in_capacity(log_in: LogIn) -> dict[str, Any]:
    """The address's arguments of the brasserie's Werkgever RSZ."""
    capacity = Capacity.objects.get(enterprise__number=cast.BRASSERIE, kind__code="employer-rsz")
    return {**in_enterprise(log_in), "capacity_id": capacity.public_id}


def _adding(name: str) -> Arguments:
    """Return what walks towards a new user of the brasserie up to a step, as Marie Dubois."""

    def walk(log_in: LogIn) -> dict[str, Any]:
        client = log_in(cast.MARIE)
        if name in {"name", "form"}:
            address = adding.begin(client, cast.EMMA if name == "name" else cast.LUC)
        else:
            address = adding.reach_check(client, cast.LUC, **adding.MEANS, **adding.PERSON)
        if name == "done":
            adding.confirm(client, address)
        return {**resolve(address).kwargs, "name": name}

    return walk


def _co_chief(name: str) -> Arguments:
    """Return what walks towards a new co-chief of the brasserie up to a step, as Marie Dubois."""

    def walk(log_in: LogIn) -> dict[str, Any]:
        client = log_in(cast.MARIE)
        address = co_chiefs.begin(client, cast.LUC) if name == "form" else co_chiefs.reach_check(client, cast.LUC)
        if name == "done":
            adding.confirm(client, address)
        return {**resolve(address).kwargs, "name": name}

    return walk


def _thomas(log_in: LogIn) -> dict[str, Any]:
    """The address's arguments of the TB's account in the brasserie."""
    account = Account.objects.get(person__insz=cast.THOMAS, ended_at=None)
    return {**in_capacity(log_in), "account_id": account.public_id}


def _bart(log_in: LogIn) -> dict[str, Any]:
    """The address's arguments of the co-chief's role in the brasserie."""
    role = ChiefRole.objects.get(person__insz=cast.BART, ended_at=None)
    return {**in_enterprise(log_in), "role_id": role.public_id}


def _ingrid(log_in: LogIn) -> dict[str, Any]:
    """The address's arguments of a co-TB's account in the brasserie whose activation is open."""
    account = delegating.account(cast.BRASSERIE, cast.INGRID, AccountType.CO_LB)
    delegating.activation(cast.BRASSERIE, cast.INGRID)
    return {**in_capacity(log_in), "account_id": account.public_id}


def _ingrid_over_all(log_in: LogIn) -> dict[str, Any]:
    """The address's arguments of a co-chief's role in the brasserie whose activation is open."""
    role = delegating.co_chief(cast.BRASSERIE, cast.INGRID)
    delegating.activation(cast.BRASSERIE, cast.INGRID)
    return {**in_enterprise(log_in), "role_id": role.public_id}


def _on_channel(**further: str) -> Arguments:
    """Return the address's arguments of the brasserie's SFTP channel."""

    def channel(log_in: LogIn) -> dict[str, Any]:
        found = Channel.objects.get(sender__capacity__enterprise__number=cast.BRASSERIE, ended_at=None)
        return {**in_capacity(log_in), "channel_id": found.public_id, **further}

    return channel


def _on_certificate(log_in: LogIn) -> dict[str, Any]:
    arguments = _on_channel()(log_in)
    certificate = Certificate.objects.get(channel__public_id=arguments["channel_id"])
    return {**arguments, "material_id": certificate.public_id}


def _sender_step(name: str) -> Arguments:
    """Return what walks the trail of a first sender up to a step, as Sophie Lambert for Groot Personeel."""

    def walk(log_in: LogIn) -> dict[str, Any]:
        client = log_in(cast.SOPHIE)
        sending.without_sender(client)
        where = sending.contact(client)
        if name != "kind":
            check = sending.to_check(client, where, "sftp", "publiato", name=sending.new_name())
            where = sending.confirm(client, check) if name == "done" else check
        return {**resolve(where).kwargs, "name": name}

    return walk


def _channel_step(name: str) -> Arguments:
    """Return what walks the trail of a further channel up to a step, as Sophie Lambert for Groot Personeel."""

    def walk(log_in: LogIn) -> dict[str, Any]:
        client = log_in(cast.SOPHIE)
        sending.without_sender(client)
        sending.register(client, "sftp", "publiato", name=sending.new_name())
        where = sending.begin_add(client, "wbs")
        if name == "done":
            where = sending.confirm(client, sending.post(client, where, **sending.channel_data("wbs")))
        elif name == "check":
            sending.post(client, where, **sending.channel_data("wbs"))
        return {**resolve(where).kwargs, "name": name}

    return walk


def _in_groot(log_in: LogIn) -> dict[str, Any]:
    """The address's arguments of Groot Personeel's Werkgever RSZ, without a sender."""
    sending.without_sender(log_in(cast.SOPHIE))
    return dict(resolve(sending.address("senders")).kwargs)


def _importing(log_in: LogIn) -> dict[str, Any]:
    """A file of Marie Dubois that changes a user, uploaded and not confirmed."""
    client = log_in(cast.MARIE)
    lines = sheets.changed(sheets.lines_of(sheets.export(client)), cast.NOOR, status="Geblokkeerd")
    return resolve(sheets.begin(client, sheets.file_of(lines))).kwargs


def in_account(log_in: LogIn) -> dict[str, Any]:
    """The address's arguments of a user of the brasserie."""
    return {**in_capacity(log_in), "account_id": bulk.account_of(cast.NOOR).public_id}


def _bulk_run(act: str, *, is_confirmed: bool = False) -> Arguments:
    """Return what begins a bulk act of Marie Dubois, and carries it out."""

    def begin(log_in: LogIn) -> dict[str, Any]:
        client = log_in(cast.MARIE)
        address = bulk.start(client, act, bulk.account_of(cast.NOOR))["Location"]
        if is_confirmed:
            bulk.confirm(client, address)
        return resolve(address).kwargs

    return begin


def _named(name: str) -> Arguments:
    return lambda _log_in: {"name": name}


def _with_devices(log_in: LogIn) -> dict[str, Any]:
    """Give Marie Dubois an app and token codes."""
    person = Person.objects.get(insz=cast.MARIE)
    codes.put_app(person, codes.new_key())
    codes.put_codes(person, codes.new_codes())
    return {}


def _chief_elsewhere(log_in: LogIn) -> dict[str, Any]:
    """Make Marie Dubois co-HTB of the transport enterprise too: the home page has something to choose from."""
    delegating.co_chief(cast.TRANSPORT, cast.MARIE)
    return {}


def _account_of(insz: str) -> Arguments:
    return lambda _log_in: {"account_id": Account.objects.filter(person__insz=insz, ended_at=None)[:1].get().public_id}


def _with_traffic(log_in: LogIn) -> dict[str, Any]:
    """The brasserie's sender with a month of submissions."""
    sender = Sender.objects.get(capacity__enterprise__number=cast.BRASSERIE, ended_at=None)
    if not sender.deliveries.exists():
        traffic.make(sender, days=30, each=2)
    return in_capacity(log_in)


STRANGER = cast.EMMA  # no role and no account anywhere
WITHOUT = cast.NOOR  # a user of the brasserie

AFTER_ANOTHER_PAGE = (
    "login-code",
    "first-password",
    "new-password",
    "activate",
    "activate-user-name",
    "activate-password",
    "activate-device",
    "activate-app",
    "activate-codes",
    "staff-activate",
    "staff-eid",
    "staff-password",
    "staff-app",
)

# By the name of the route; several rows where a page has several states.
TABLE: dict[str, list[Row]] = {
    "appoint-step": [
        Row(OWNER, _standard(name), entitled=cast.AN) for name in ("enterprise", "chief", "check", "done")
    ],
    "chief-activation": [Row(OWNER, _chief_without_means, entitled=cast.INGRID)],
    "chief-activation-sent": [Row(Answers(302, 404, 404, 302), _chief_without_means, entitled=cast.INGRID)],
    # Who is logged in at the level asked for needs no login page.
    "login": [Row(Answers(200, 302, 302, 302))],
    "logout": [Row(all_get(302))],
    # Without the provider's answer, or a client's request, there is nothing to do.
    "oidc-callback": [Row(all_get(302))],
    "mock-idp-authorise": [Row(all_get(400))],
    "mock-idp-token": [Row(all_get(401))],
    "mock-idp-userinfo": [Row(all_get(401))],
    # Pages in the middle of a login or of an activation: without what came before, back to the beginning.
    **{name: [Row(all_get(302))] for name in AFTER_ANOTHER_PAGE},
    "link": [Row(EVERYBODY, lambda _log_in: {"secret": "some-secret"})],
    "link-gone": [Row(all_get(404))],
    # Whose user name is chosen already chooses no other.
    "own-user-name": [Row(Answers(302, 422, 422, 422)), Row(Answers(302, 422, 422, 200), entitled=cast.AN)],
    **{name: [Row(all_get(302))] for name in ("own-app-confirm", "own-codes-confirm", "vouched-means")},
    **{name: [Row(Answers(302, 404, 404, 200), _with_devices)] for name in ("own-app-remove", "own-codes-remove")},
    # A run of the exception procedure belongs to the session that began it; tests/test_exception_procedure.py walks it.
    "exception-step": [Row(all_get(404), lambda _log_in: {"run_id": NOBODY, "name": "chief"})],
    "exception-document": [Row(all_get(404), lambda _log_in: {"run_id": NOBODY})],
    # Without a request that was followed, back to following one; tests/test_signed_file.py returns documents.
    "return-signed": [Row(all_get(302))],
    "document-link": [Row(EVERYBODY, lambda _log_in: {"secret": "some-secret"})],
    "users": [Row(BY_ROLE, in_capacity)],
    "users-export": [Row(BY_ROLE, in_capacity)],
    "users-import": [Row(BY_ROLE, in_capacity)],
    "users-import-run": [Row(BY_ROLE, _importing)],
    # Nothing was carried out yet that could be undone.
    "users-import-undo": [Row(Answers(302, 404, 403, 302), _importing)],
    "users-ticks": [Row(Answers(302, 404, 403, 302), in_capacity)],
    # One enterprise alone: straight to it.
    "management-home": [Row(Answers(302, 200, 302, 302)), Row(Answers(302, 200, 302, 200), _chief_elsewhere)],
    **{name: [Row(Answers(302, 404, 200, 200), in_enterprise)] for name in ("enterprise", "enterprise-access")},
    **{
        name: [Row(BY_ROLE, in_enterprise)]
        for name in ("enterprise-management", "professional-data", "capacity-activate", "reviews", "history")
    },
    "history-export": [Row(BY_ROLE, in_enterprise)],
    "capacity-retire": [Row(BY_ROLE, in_capacity)],
    "account-contact": [Row(Answers(302, 404, 200, 200), _account_of(cast.NOOR), entitled=cast.NOOR)],
    **{name: [Row(BY_ROLE, in_capacity)] for name in ("capacity", "capacity-details")},
    "person-add": [Row(BY_ROLE, in_capacity)],
    "person-add-step": [Row(BY_ROLE, _adding(name)) for name in ("name", "form", "check", "done")],
    "administrator-remove": [Row(BY_ROLE, _thomas)],
    "administrator-activation": [Row(BY_ROLE, _ingrid)],
    "co-chief-activation": [Row(BY_ROLE, _ingrid_over_all)],
    # Without a code to show, back to where it was sent from.
    "administrator-activation-sent": [Row(Answers(302, 404, 403, 302), _thomas)],
    "co-chief-activation-sent": [Row(Answers(302, 404, 403, 302), _bart)],
    "role-resign": [Row(BY_ROLE, in_capacity, entitled=cast.THOMAS)],
    "co-chief-add": [Row(BY_ROLE, in_enterprise)],
    "co-chief-add-step": [Row(BY_ROLE, _co_chief(name)) for name in ("form", "check", "done")],
    "co-chief-end": [Row(BY_ROLE, _bart)],
    "co-chief-resign": [Row(BY_ROLE, in_enterprise, entitled=cast.BART)],
    **{name: [Row(BY_ROLE, _with_traffic)] for name in ("sender-traffic", "sender-test")},
    # The web service asks for a token, whoever is logged in.
    "api-token": [Row(all_get(400))],
    "api-submit": [Row(all_get(401))],
    "api-receipt": [Row(all_get(401), lambda _log_in: {"name": "GO.DMFA.654321.20240131.00001.R.1"})],
    "senders": [Row(OWNER, _in_groot, entitled=cast.SOPHIE), Row(BY_ROLE, in_capacity)],
    **{
        name: [Row(BY_ROLE, in_capacity)]
        for name in (
            "sender-calendar",
            "channel-add",
            "channel-add-begin",
            "sender-contact",
            "sender-block",
            "sender-delete",
        )
    },
    # The brasserie has a sender already, Groot Personeel none.
    **{
        name: [Row(Answers(302, 404, 403, 302), in_capacity), Row(OWNER, _in_groot, entitled=cast.SOPHIE)]
        for name in ("sender-register", "sender-register-begin")
    },
    # One channel alone: nothing to prefer.
    "sender-preferred": [Row(Answers(302, 404, 403, 302), in_capacity)],
    "sender-register-step": [
        Row(OWNER, _sender_step(name), entitled=cast.SOPHIE)
        for name in ("contact", "kind", "channel", "user", "check", "done")
    ],
    "channel-add-step": [
        Row(OWNER, _channel_step(name), entitled=cast.SOPHIE) for name in ("kind", "channel", "check", "done")
    ],
    **{name: [Row(BY_ROLE, _on_channel())] for name in ("channel-applications", "channel-retire")},
    "channel-load": [
        Row(BY_ROLE, _on_channel(material="certificate")),
        Row(BY_ROLE, _on_channel(material="ssh-key")),
        Row(Answers(302, 404, 403, 404), _on_channel(material="password")),
    ],
    # Only FTP has a password; tests/test_senders_later.py has one.
    "channel-password": [Row(Answers(302, 404, 403, 404), _on_channel())],
    "sender-material-retire": [Row(BY_ROLE, _on_certificate)],
    "users-bulk": [Row(BY_ROLE, in_capacity)],
    "bulk-applications": [Row(BY_ROLE, _bulk_run("add-applications"))],
    "bulk-check": [Row(BY_ROLE, _bulk_run("block"))],
    "bulk-result": [Row(BY_ROLE, _bulk_run("block", is_confirmed=True))],
    "bulk-cancel": [Row(Answers(302, 404, 403, 302), _bulk_run("block"))],
    **{name: [Row(BY_ROLE, in_account)] for name in ("account", "account-edit")},
    "help-chapter": [Row(EVERYBODY, _named(name)) for name in CHAPTERS],
}

# Files and answers for programs: no HTML page to look at.
NOT_PAGES = {
    "healthz", "readyz", "mock-idp-discovery", "mock-idp-jwks", "sender-calendar", "api-receipt", "api-description",
    "security-txt",
}  # fmt: skip


def routes() -> Iterator[tuple[str, URLPattern]]:
    """Every route of the portal's own URL conf by its full name; Django's admin guards itself."""

    def below(resolver: URLResolver, namespace: str) -> Iterator[tuple[str, URLPattern]]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                if entry.app_name != "admin":
                    yield from below(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
            else:
                yield f"{namespace}{entry.name}", entry

    return below(get_resolver(), "")


def declaration(route: URLPattern) -> Page:
    """Return what the page declares at its head."""
    page: Page = route.callback.page  # type: ignore[attr-defined]  # set by ui.pages
    return page


def shown_pages() -> Iterator[tuple[str, URLPattern, Row]]:
    """The rows that show a page to look at: public ones to who is not logged in, the others to who has the right."""
    for name, route, row in rows():
        answer = row.answers.anonymous if declaration(route).level is None else row.answers.entitled
        if name not in NOT_PAGES and "GET" in declaration(route).methods and answer == 200:
            yield name, route, row


def rows() -> Iterator[tuple[str, URLPattern, Row]]:
    """Every page with each of its rows, made where the table has none."""
    for name, route in routes():
        ordinary = EVERYBODY if declaration(route).level is None else LOGGED_IN
        for row in TABLE.get(name, [Row(ordinary)]):
            yield name, route, row
