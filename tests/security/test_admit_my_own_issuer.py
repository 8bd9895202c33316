"""The attacker, one keeper, wants certificates of their own making to be taken from senders (BEHAVIOUR T10, M8)."""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from cryptography import x509
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from acts.errors import Refused
from audit.models import Event
from identity.actions.proposals import apply_due, confirm
from identity.models import Proposal
from senders.issuers import read_admitted
from senders.models import AdmittedIssuer
from tests import certificates as made
from tests import keeping
from tests.certificates import certificate, der, pem, signing_key
from tests.logging_in import mails_to, person_called
from tests.requesting import desk, staff

pytestmark = pytest.mark.django_db

GOOD, OWN = signing_key("rsa"), signing_key("ec")
DAY = timedelta(days=1)


def issuer(key: Any, **how: Any) -> x509.Certificate:
    return certificate(owner=made.ISSUER, organisation="", key=key, issuer_key=key, is_ca=True, **how)


def text(key: Any, **how: Any) -> str:
    return pem(issuer(key, **how)).decode()


def is_taken(key: Any) -> bool:
    """Whether a sender may register a certificate that this issuer signed."""
    try:
        read_admitted(pem(certificate(issuer_key=key)))
    except Refused as refusal:
        assert refusal.code == "not_admitted"
        return False
    return True


@pytest.fixture
def admitted() -> AdmittedIssuer:
    """One issuer is admitted, long ago."""
    return AdmittedIssuer.objects.create(name="Good CA", certificate=text(GOOD))


@pytest.fixture
def one() -> Client:
    """The attacker's browser."""
    return desk("eranova3")


def nights() -> None:
    """Let some nights go by."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _night in range(3):
            clock.shift(DAY)
            apply_due()
            assert not is_taken(OWN)


def test_M8_any_issuer_counts_until_one_is_admitted_and_that_alone_from_then_on() -> None:
    assert is_taken(OWN)
    AdmittedIssuer.objects.create(name="Good CA", certificate=text(GOOD))
    assert is_taken(GOOD)
    assert not is_taken(OWN), "the same name is not enough"
    AdmittedIssuer.objects.update(is_active=False)
    assert not is_taken(GOOD), "the last one out of use does not open the door to any"


def test_M8_a_sender_is_told_in_the_form(admitted: AdmittedIssuer) -> None:
    from senders.fields import MATERIALS

    with pytest.raises(Refused) as refusal:
        MATERIALS["certificate"].read(pem(certificate(issuer_key=OWN)))
    assert made.ISSUER in str(refusal.value.sentence)


def test_T10_one_keeper_admits_no_issuer(one: Client, admitted: AdmittedIssuer) -> None:
    mine = text(OWN)
    for _try in range(2):
        keeping.propose(one, AdmittedIssuer, name="Mine", certificate=mine, is_active="on")
        keeping.propose(one, AdmittedIssuer, name="Mine", certificate=mine.replace("\n", "\r\n"), is_active=None)
    proposal = Proposal.objects.get()
    page = one.post(f"/admin/identity/proposal/{proposal.pk}/change/", {"act": "confirm"})
    assert page.status_code in {200, 302, 403}
    assert Proposal.objects.get().confirmed_at is None
    nights()
    assert AdmittedIssuer.objects.count() == 1


@pytest.mark.parametrize("changed", ["certificate", "name"])
def test_T10_a_kept_name_keeps_its_certificate(one: Client, admitted: AdmittedIssuer, changed: str) -> None:
    before = admitted.certificate
    keeping.propose(one, AdmittedIssuer, admitted.pk, **{changed: text(OWN) if changed == "certificate" else "Other"})
    nights()
    admitted.refresh_from_db()
    assert (admitted.name, admitted.certificate) == ("Good CA", before)


def test_T10_one_that_is_out_of_use_comes_back_by_two(one: Client, admitted: AdmittedIssuer) -> None:
    AdmittedIssuer.objects.create(name="Mine", certificate=text(OWN), is_active=False)
    mine = AdmittedIssuer.objects.get(name="Mine")
    keeping.propose(one, AdmittedIssuer, mine.pk, is_active="on")
    nights()


def test_T10_taking_one_out_of_use_holds_at_once(one: Client, admitted: AdmittedIssuer) -> None:
    assert keeping.save(one, AdmittedIssuer, admitted.pk, is_active=None).status_code == 302
    assert not is_taken(GOOD)
    assert Event.objects.filter(act="admittedissuer.edit").count() == 1


def test_T10_two_keepers_admit_one_from_the_next_day(one: Client, admitted: AdmittedIssuer) -> None:
    """With its fingerprint before both, how many it touches, and a mail to every supervisor."""
    page = keeping.save(one, AdmittedIssuer, name="Second CA", certificate=text(OWN), is_active="on")
    assert made.ISSUER in page.content.decode()
    assert "SHA-256" in page.content.decode()
    assert not Proposal.objects.exists()
    keeping.propose(one, AdmittedIssuer, name="Second CA", certificate=text(OWN), is_active="on")
    proposal = Proposal.objects.get()
    assert "SHA-256" in desk("eranova4").get(f"/admin/identity/proposal/{proposal.pk}/change/").content.decode()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        confirm(actor=staff("eranova4"), proposal=proposal.public_id)
        assert not is_taken(OWN)
        clock.shift(DAY)
        apply_due()
        assert is_taken(OWN)
    assert proposal.enterprises == 1, "the brasserie alone has a sender"
    assert mails_to(person_called("eranova5").email)


WRONG = {
    "nothing": "",
    "no certificate": "Good CA",
    "two": text(OWN) + text(GOOD),
    "no issuer's": pem(certificate()).decode(),
    "gone by": text(OWN, begins=-9 * DAY, ends=-DAY),
    "not yet": text(OWN, begins=DAY),
    "weak": text(signing_key("weak")),
    "broken": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "endless": text(OWN) + "A" * 20_000,
    "binary": der(issuer(OWN)).decode("latin-1"),
}


@pytest.mark.parametrize("what", WRONG)
def test_T10_what_is_no_issuers_certificate_is_said_and_nothing_is_lost(one: Client, what: str) -> None:
    page = keeping.save(one, AdmittedIssuer, name="Wrong CA", certificate=WRONG[what], is_active="on")
    assert page.status_code in {200, 400}
    if page.status_code == 200:
        assert "errorlist" in page.content.decode()
        assert "Wrong CA" in page.content.decode()
    assert not Proposal.objects.exists()


def test_T10_an_operator_loads_the_first_ones_once(tmp_path: Path) -> None:
    file = tmp_path / "issuers.pem"
    file.write_text(f"Good\n{text(GOOD)}\n")
    written = StringIO()
    call_command("load_issuers", str(file), stdout=written)
    assert "SHA-256" in written.getvalue()
    assert is_taken(GOOD)
    assert not is_taken(OWN)
    assert Event.objects.filter(act="admittedissuer.add", role="portal").count() == 1
    file.write_text(text(OWN))
    with pytest.raises(CommandError):
        call_command("load_issuers", str(file), stdout=written)
    for content in ("", "nothing", pem(certificate()).decode()):
        AdmittedIssuer.objects.all().delete()
        file.write_text(content)
        with pytest.raises(CommandError):
            call_command("load_issuers", str(file), stdout=written)
    assert not AdmittedIssuer.objects.exists()
