"""The attacker wants: to keep an enterprise after being replaced, by means planted on a colleague who gets a role there later.

A chief gives means to a colleague who never logs in by card: a first password, changed at once, an own address, a code app.
The colleague is appointed later, by somebody else, in whatever role. The means would open it (BEHAVIOUR T30).
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from access_admins.actions.reviews import decide_reviews
from access_admins.decisions import plan_decision
from access_admins.enums import ChiefKind, ReviewOutcome
from access_admins.holdings import current_chief
from access_admins.models import ChiefRole, Review
from acts.act import about, digest
from enterprises.models import Capacity, Employment, LegalFunction, RegisterPerson
from identity import codes
from identity.models import Activation, Person, Session, VouchedMeans
from tests import adding, appointing, cast, co_chiefs, delegating
from tests.conftest import LogIn
from tests.logging_in import (
    NEW_PASSWORD,
    code_of,
    details_of,
    give_code,
    give_password,
    level_of,
    link_in,
    mails_to,
    set_up_app,
    with_first_password,
)
from tests.requesting import ask, desk_approves
from users.enums import AccountType
from users.models import Account

pytestmark = pytest.mark.django_db

NAME = adding.MEANS["user_name"]
THIEF = "thief@example.org"
FORGOTTEN = "/nl/login/forgotten"


@dataclass
class Planted:
    """What the attacker holds: a session as the victim, and the secret of an app."""

    session: Client
    app: str


def luc() -> Person:
    return Person.objects.get(insz=cast.LUC)


@pytest.fixture
def planted(log_in: LogIn) -> Planted:
    """The chief Marie adds Luc Janssens as a user and becomes him; with a code app, as an activation to herself would set."""
    adding.without_card(cast.LUC)
    adding.give(log_in(cast.MARIE), cast.LUC, **adding.MEANS, **adding.PERSON)
    thief = Client()
    give_password(thief, NAME, adding.MEANS["password"])
    thief.post("/nl/login/first-password", {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD})
    answers = {"language": "nl", "title": "", "email": THIEF, "password": NEW_PASSWORD}
    assert thief.post("/nl/me/data/change", answers).status_code == 302
    assert (level_of(thief), luc().email) == (200, THIEF)
    return Planted(thief, set_up_app(luc()))


# --- Roads by which the victim gets a role, each confirmed by somebody else; they return the address that was typed for it


def replaced(log_in: LogIn) -> Client:
    """Somebody else represents the brasserie and appoints a new chief, who is logged in."""
    LegalFunction.objects.create(number=cast.BRASSERIE, insz=cast.SOPHIE, code="10002", starts_on="2020-01-01")
    Employment.objects.create(number=cast.BRASSERIE, insz=cast.KARIM, starts_on="2020-01-01")
    check = appointing.choose_other(log_in(cast.SOPHIE), cast.BRASSERIE, cast.KARIM)
    assert appointing.confirm(log_in(cast.SOPHIE), check).status_code == 302
    return log_in(cast.KARIM)


def chief_by_standard(log_in: LogIn) -> str:
    LegalFunction.objects.create(number=cast.BRASSERIE, insz=cast.SOPHIE, code="10002", starts_on="2020-01-01")
    sophie = log_in(cast.SOPHIE)
    assert appointing.confirm(sophie, appointing.choose_other(sophie, cast.BRASSERIE, cast.LUC)).status_code == 302
    return appointing.CHIEF["chief_email"]


def chief_by_exception(_log_in: LogIn) -> str:
    LegalFunction.objects.create(number=cast.BRASSERIE, insz=cast.INGRID, code="10002", starts_on="2020-01-01")
    desk_approves(ask(applicant=cast.INGRID, chief=cast.LUC, number=cast.BRASSERIE))
    return "toegang@example.be"


def co_chief(log_in: LogIn) -> str:
    karim = replaced(log_in)
    assert adding.confirm(karim, co_chiefs.reach_check(karim, cast.LUC)).status_code == 302
    return co_chiefs.CONTACT["email"]


def administrator(log_in: LogIn, kind: str, place: Capacity | None = None) -> str:
    adding.give(replaced(log_in), cast.LUC, kind, place)
    return adding.EMAIL


ROADS: dict[str, Callable[[LogIn], str]] = {
    "HTB": chief_by_standard,
    "HTB, by a letter": chief_by_exception,
    "co-HTB": co_chief,
    "TB": lambda log_in: administrator(log_in, adding.LB),
    "co-TB": lambda log_in: administrator(log_in, adding.CO_LB),
    "co-TB, elsewhere": lambda log_in: administrator(log_in, adding.CO_LB, adding.without_tb()),
}


def held_to_nothing(planted: Planted) -> None:
    """Nothing that the attacker holds, kept or can ask for opens anything."""
    assert planted.session.get("/nl/me/data").status_code == 302
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        late = Client()
        give_password(late, NAME, NEW_PASSWORD, query="?means=totp")
        give_code(late, code_of(planted.app))
        assert level_of(late) == 0
    before = len(mails_to(THIEF))
    late.post(FORGOTTEN, {"user_name": NAME})
    assert len(mails_to(THIEF)) == before
    assert "/link/" not in " ".join(mail.text for mail in mails_to(THIEF))
    assert not Session.objects.filter(person=luc()).exists()


@pytest.mark.parametrize("road", ROADS)
def test_T30_what_was_planted_opens_no_role_that_another_gives(planted: Planted, log_in: LogIn, road: str) -> None:
    address = ROADS[road](log_in)
    held_to_nothing(planted)
    assert (luc().user_name, luc().vouched_by, luc().email) == (None, None, "")
    assert codes.means_of(luc()) == set()
    assert not VouchedMeans.objects.filter(person=luc()).exists()
    assert details_of("means.vouch.end")[-1]["ended"] == ["email", "password", "user_name"]
    # Both addresses hear of it; the way in goes to the one that was typed with the role.
    assert "is beëindigd" in mails_to(THIEF)[-1].text
    assert link_in(mails_to(address)[-1])
    assert details_of("means.activation.open")[-1] == {"sets": "all"}


@pytest.mark.parametrize("road", ["HTB", "co-HTB", "TB"])
def test_T30_also_where_the_register_knows_a_card(planted: Planted, log_in: LogIn, road: str) -> None:
    """Nobody sends an activation then, so that a link from before would go on waiting."""
    waiting = link_of(luc(), delegating.enterprise(cast.BRASSERIE).public_id)
    RegisterPerson.objects.filter(insz=cast.LUC).update(has_eid=True)
    ROADS[road](log_in)
    held_to_nothing(planted)
    assert not Activation.objects.filter(pk=waiting.pk, expires_at__gt=timezone.now()).exists()
    assert "activation" not in {mail.key.rpartition(":")[2] for mail in mails_to(adding.EMAIL)}


def link_of(person: Person, enterprise: uuid.UUID) -> Activation:
    """A link from before, that nobody followed."""
    return Activation.objects.create(
        person=person,
        purpose=Activation.Purpose.ACTIVATE,
        enterprise=enterprise,
        link_hash="0" * 64,
        code_hash="!",
        expires_at=timezone.now() + timedelta(days=7),
    )


def test_T30_who_gives_the_role_in_a_capacity_does_not_get_the_chiefs_means(planted: Planted, log_in: LogIn) -> None:
    """The other way round: a co-chief makes the chief co-TB somewhere, with an address of his own."""
    address = chief_by_standard(log_in)
    follow = Client()
    follow.post(link_in(mails_to(address)[-1]))
    chief = current_chief(cast.BRASSERIE)
    assert chief is not None and chief.kind == ChiefKind.HTB
    waiting = Activation.objects.filter(person=luc(), used_at=None, expires_at__gt=timezone.now())
    assert waiting.count() == 1
    bart = log_in(cast.BART)
    adding.give(bart, cast.LUC, adding.CO_LB)
    assert waiting.count() == 1, "nothing was sent, and nothing ended"


def co_chief_of_mine(log_in: LogIn) -> Client:
    """The chief makes the colleague co-HTB, with an activation to herself; return the session as the colleague."""
    marie = log_in(cast.MARIE)
    adding.without_card(cast.LUC)
    page = marie.get(adding.confirm(marie, co_chiefs.reach_check(marie, cast.LUC))["Location"])
    thief = Client()
    thief.post(link_in(mails_to(co_chiefs.CONTACT["email"])[-1]))
    thief.post("/nl/activate", {"code": adding.code_on(page)})
    thief.post("/nl/activate/user-name", {"user_name": NAME, "password": NEW_PASSWORD, "password_again": NEW_PASSWORD})
    thief.get(thief.post("/nl/activate/device", {"means": "totp"})["Location"])
    key = thief.session["draft.app"]["key"]
    assert thief.post("/nl/activate/app", {"code": code_of(key)})["Location"] == "/nl/login"
    give_password(thief, NAME, NEW_PASSWORD, query="?means=totp")
    give_code(thief, code_of(key, later=1))
    assert level_of(thief) == 400
    return thief


def test_T30_a_replaced_chief_does_not_stay_as_a_co_chief(log_in: LogIn) -> None:
    """Nobody gives the colleague another role: the successor would see a colleague's name, and keep it."""
    thief = co_chief_of_mine(log_in)
    assert thief.get("/nl/me/data").status_code == 200
    # In the colleague's name the chief lets in another one.
    puppet = delegating.account(cast.BRASSERIE, cast.KARIM, AccountType.CO_LB).person
    place = delegating.enterprise(cast.BRASSERIE)
    with_first_password(puppet, place.public_id, user_name="puppet", by=luc().public_id)
    LegalFunction.objects.create(number=cast.BRASSERIE, insz=cast.SOPHIE, code="10002", starts_on="2020-01-01")
    Employment.objects.create(number=cast.BRASSERIE, insz=cast.EMMA, starts_on="2020-01-01")
    sophie = log_in(cast.SOPHIE)
    check = appointing.choose_other(sophie, cast.BRASSERIE, cast.EMMA)
    assert "2 personen die hier beheren" in sophie.get(check).content.decode()
    assert appointing.confirm(sophie, check).status_code == 302
    assert not Person.objects.get(pk=puppet.pk).has_usable_password()
    assert thief.get("/nl/me/data").status_code == 302
    assert (luc().has_usable_password(), codes.means_of(luc())) == (False, set())
    assert ChiefRole.objects.filter(person=luc(), ended_at=None).exists(), "the role is there, to be reviewed"
    emma = log_in(cast.EMMA)
    role = ChiefRole.objects.get(person=luc(), ended_at=None)
    assert emma.get(co_chiefs.address("co-chief-activation", role_id=role.public_id)).status_code == 200


@pytest.mark.parametrize("way", ["ended", "resigned", "reviewed"])
def test_T30_a_former_co_chief_does_not_stay_as_an_administrator(log_in: LogIn, way: str) -> None:
    bart = log_in(cast.BART)
    adding.give_by_link(bart)
    person, enterprise = luc(), delegating.enterprise(cast.BRASSERIE)
    with_first_password(person, enterprise.public_id, user_name="puppet", by=delegating.person(cast.BART).public_id)
    role = ChiefRole.objects.get(person__insz=cast.BART, ended_at=None)
    if way == "reviewed":
        Review.objects.create(enterprise=role.enterprise, chief_role=role, opened_at=timezone.now())
        chief, chosen = delegating.actor(cast.MARIE), [about("chief_role", role)]
        plan = digest(plan_decision(chief, role.enterprise, ReviewOutcome.END, chosen).as_plan())
        decide_reviews(
            actor=chief, enterprise=role.enterprise, outcome=ReviewOutcome.END, chosen=chosen, confirmed=plan
        )
    else:
        page = co_chiefs.address("co-chief-resign")
        if way == "ended":
            page = co_chiefs.address("co-chief-end", role_id=role.public_id)
        client = log_in(cast.MARIE) if way == "ended" else bart
        assert "1 persoon die hier beheert" in client.get(page).content.decode()
        assert adding.confirm(client, page).status_code == 302
    assert (luc().has_usable_password(), luc().user_name) == (False, None)


def test_T30_the_check_page_says_that_they_end(planted: Planted, log_in: LogIn) -> None:
    karim = replaced(log_in)
    for check in (co_chiefs.reach_check(karim, cast.LUC), adding.reach_check(karim, cast.LUC, adding.CO_LB)):
        page = karim.get(check).content.decode()
        assert "Wat deze onderneming Luc Janssens eerder gaf om aan te melden" in page
        assert NAME not in page


def test_T30_the_sender_of_the_means_may_go_on_with_them(planted: Planted, log_in: LogIn) -> None:
    """Who gave them gives nothing away that was not theirs: a chief gives more roles to somebody whom they let in."""
    adding.give(log_in(cast.MARIE), cast.LUC, adding.CO_LB)
    assert level_of(planted.session) == 200
    assert luc().user_name == NAME


def test_T30_nobody_types_a_first_password_for_who_manages(log_in: LogIn) -> None:
    """A TB would have the means of a co-chief whose activation still waits."""
    adding.without_card(cast.LUC)
    marie = log_in(cast.MARIE)
    assert adding.confirm(marie, co_chiefs.reach_check(marie, cast.LUC)).status_code == 302
    thomas = log_in(cast.THOMAS)
    assert 'name="password"' not in thomas.get(adding.begin(thomas, cast.LUC)).content.decode()
    adding.give(thomas, cast.LUC)
    assert not luc().has_usable_password()


def test_T31_lost_means_are_given_anew_by_who_gives_the_role(planted: Planted, log_in: LogIn) -> None:
    """Whoever has a lost telephone in hand is out, and the person has a way in again."""
    marie = log_in(cast.MARIE)
    account = adding.give(marie, cast.LUC, adding.CO_LB)
    page = adding.address("administrator-activation", account_id=account.public_id)
    code = adding.code_on(marie.get(adding.confirm(marie, page)["Location"]))
    held_to_nothing(planted)
    person = Client()
    person.post(link_in(mails_to(account.email)[-1]))
    person.post("/nl/activate", {"code": code})
    chosen = {"user_name": NAME, "password": "nog een lange zin", "password_again": "nog een lange zin"}
    assert person.post("/nl/activate/user-name", chosen)["Location"] == "/nl/activate/device", "the name stayed his"
    person.post("/nl/activate/device", {"means": "token"})
    assert person.post("/nl/activate/codes", {"kept": "on"})["Location"] == "/nl/login"
    assert luc().user_name == NAME


def test_T31_another_enterprise_gives_means_where_the_first_has_no_use_for_them(
    planted: Planted, log_in: LogIn
) -> None:
    """Until then it cannot: they would come into its hands. What it gives ends what was there."""
    sophie, place = log_in(cast.SOPHIE), adding.capacity(cast.GROOT)
    Employment.objects.create(number=cast.GROOT, insz=cast.LUC, starts_on="2020-01-01")
    account = adding.give(sophie, cast.LUC, adding.CO_LB, place)
    page = adding.address("administrator-activation", place, account_id=account.public_id)
    assert sophie.get(page).status_code == 422
    Account.objects.filter(person=luc(), capacity=adding.capacity()).update(ended_at=timezone.now(), ended_by=luc())
    assert "/sent" in adding.confirm(sophie, page)["Location"]
    held_to_nothing(planted)
    assert details_of("means.activation.open") == [{"sets": "all"}]
