"""What becomes of a sender later (BEHAVIOUR M9): replace with overlap, retire, change, block, delete, notices, calendar."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation

from acts.act import Recorder, perform
from audit.models import Event
from csam_portal.invariants import broken
from enterprises.hanging import end_what_hangs
from enterprises.models import Application
from identity.actor import portal_actor
from outbox.models import Mail
from senders.models import IN_USE, Carried, Certificate, Channel, Sender, SshKey, TechnicalUser
from senders.notices import ending_soon, mark_revoked, tell_of_endings
from senders.passwords import is_password
from tests import cast, sending
from tests.certificates import certificate, pem, private_pem, revocation_list, signing_key, ssh_line
from tests.conftest import LogIn
from tests.sending import address, post, shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def tb(log_in: LogIn) -> Iterator[Client]:
    """Sophie Lambert, whose enterprise Groot Personeel gets an SFTP sender; every invariant holds afterwards."""
    with translation.override("nl"):
        client = log_in(cast.SOPHIE)
        sending.register(client, "sftp", "publiato", "dmfa")
        yield client
        assert list(broken()) == []


def sender() -> Sender:
    return Sender.objects.get(capacity=sending.capacity_of(), ended_at=None)


def channel(kind: str = "sftp") -> Channel:
    return Channel.objects.get(sender=sender(), kind=kind, ended_at=None)


def on_channel(route: str, kind: str = "sftp", **further: Any) -> str:
    return address(route, channel_id=channel(kind).public_id, **further)


def load(client: Client, made: x509.Certificate, kind: str = "sftp") -> str:
    """Load one more certificate for a channel, both pages."""
    where = on_channel("channel-load", kind, material="certificate")
    page = client.post(where, {"certificate_file": SimpleUploadedFile("c.pem", pem(made))})
    assert page.status_code == 200, shown(page)
    return post(client, where, **hidden(page))


def hidden(page: Any) -> dict[str, str]:
    """The hidden fields of a page's form."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', shown(page))
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


class TestReplace:
    def test_M9_a_new_certificate_works_beside_the_old(self, tb: Client) -> None:
        new = certificate(serial=77)
        assert load(tb, new) == address("senders")
        assert Certificate.objects.filter(IN_USE, channel=channel()).count() == 2
        text = shown(tb.get(address("senders")))
        assert "Het certificaat is geregistreerd." in text
        assert ">77<" in text

    def test_M9_the_check_page_shows_the_panel_and_does_nothing(self, tb: Client) -> None:
        where = on_channel("channel-load", material="certificate")
        page = shown(tb.post(where, {"certificate_text": pem(certificate(serial=4711)).decode()}))
        assert "4711" in page and "1267" in page
        assert Certificate.objects.filter(channel=channel()).count() == 1

    def test_M9_a_new_key_works_beside_the_old(self, tb: Client) -> None:
        where = on_channel("channel-load", material="ssh-key")
        page = tb.post(where, {"ssh_key_text": ssh_line(signing_key("rsa"))})
        post(tb, where, **hidden(page))
        assert {key.key_type for key in SshKey.objects.filter(IN_USE, channel=channel())} == {"Ed25519", "RSA"}

    def test_M9_the_same_again_is_refused(self, tb: Client) -> None:
        there = Certificate.objects.get(channel=channel())
        where = on_channel("channel-load", material="certificate")
        answer = tb.post(where, {"certificate_file": SimpleUploadedFile("c.der", bytes(there.content))})
        assert answer.status_code == 422
        assert "al geregistreerd" in shown(answer)

    def test_M9_confirming_twice_registers_once(self, tb: Client) -> None:
        where = on_channel("channel-load", material="certificate")
        fields = hidden(tb.post(where, {"certificate_text": pem(certificate()).decode()}))
        post(tb, where, **fields)
        assert tb.post(where, fields).status_code == 422
        assert Certificate.objects.filter(channel=channel()).count() == 2

    def test_M8_a_private_key_is_refused_here_too(self, tb: Client) -> None:
        secret = private_pem(signing_key()).decode()
        where = on_channel("channel-load", material="certificate")
        answer = tb.post(where, {"certificate_text": secret})
        assert answer.status_code == 422
        assert secret.splitlines()[1] not in shown(answer)

    def test_M8_what_travels_between_the_pages_is_read_again(self, tb: Client) -> None:
        where = on_channel("channel-load", material="certificate")
        old = certificate(begins=timedelta(days=-9), ends=timedelta(days=-2))
        answer = tb.post(where, {"confirmed": "yes", "certificate_text": pem(old).decode()})
        assert answer.status_code == 422
        assert Certificate.objects.filter(channel=channel()).count() == 1


class TestRetire:
    def test_M9_a_certificate_that_has_a_successor_is_retired_at_once(self, tb: Client) -> None:
        old = Certificate.objects.get(channel=channel())
        load(tb, certificate())
        where = on_channel("sender-material-retire", material_id=old.public_id)
        assert "anyway" not in shown(tb.get(where))
        post(tb, where)
        old.refresh_from_db()
        assert old.retired_at is not None and old.retired_by is not None

    @pytest.mark.parametrize("model", [Certificate, SshKey])
    def test_M9_the_only_one_that_works_is_retired_only_when_told_twice(self, tb: Client, model: Any) -> None:
        only = model.objects.get(channel=channel())
        where = on_channel("sender-material-retire", material_id=only.public_id)
        answer = tb.post(where, {})
        assert answer.status_code == 422
        assert 'href="#id_anyway"' in shown(answer)
        assert model.objects.get(pk=only.pk).retired_at is None
        post(tb, where, anyway="on")
        assert model.objects.get(pk=only.pk).retired_at is not None
        assert "kan niets worden verzonden" in shown(tb.get(address("senders")))

    def test_M9_a_successor_that_is_revoked_does_not_count(self, tb: Client) -> None:
        old = Certificate.objects.get(channel=channel())
        load(tb, certificate())
        Certificate.objects.exclude(pk=old.pk).filter(channel=channel()).update(revoked_at=timezone.now())
        assert tb.post(on_channel("sender-material-retire", material_id=old.public_id), {}).status_code == 422

    def test_M9_what_was_retired_can_be_loaded_again(self, tb: Client) -> None:
        old = Certificate.objects.get(channel=channel())
        load(tb, certificate())
        post(tb, on_channel("sender-material-retire", material_id=old.public_id))
        load(tb, x509.load_der_x509_certificate(bytes(old.content)))
        assert Certificate.objects.filter(sha256=old.sha256).count() == 2

    def test_M9_a_channel_is_retired_with_what_it_alone_carried(self, tb: Client) -> None:
        preferred = {f"preferred_{sending.application('publiato').pk}": "ftp"}
        sending.add(tb, "ftp", "publiato", "social-risks", **preferred)
        where = on_channel("channel-retire", "ftp")
        page = shown(tb.get(where))
        assert "EXPADDED34" in page and "sociale risico" in page
        post(tb, where, plan=sending.plan(tb, where))
        assert not Channel.objects.filter(sender=sender(), kind="ftp", ended_at=None).exists()
        carried = Carried.objects.filter(sender=sender(), ended_at=None)
        assert {row.application.code: row.is_preferred for row in carried} == {"publiato": True, "dmfa": True}
        assert not Certificate.objects.filter(IN_USE, channel__kind="ftp", channel__sender=sender()).exists()

    def test_M9_the_only_channel_stays(self, tb: Client) -> None:
        where = on_channel("channel-retire")
        assert 'name="plan"' not in shown(tb.get(where))
        answer = tb.post(where, {"plan": sender_digest()})
        assert answer.status_code == 422
        assert channel().ended_at is None

    def test_M9_a_retired_channel_s_kind_can_be_added_again_with_another_name(self, tb: Client) -> None:
        sending.add(tb, "ftp", "social-risks")
        where = on_channel("channel-retire", "ftp")
        post(tb, where, plan=sending.plan(tb, where))
        sending.add(tb, "ftp", "social-risks", name="AGAIN56")
        assert TechnicalUser.objects.filter(channel=channel("ftp"), name="EXPAGAIN56").exists()


class TestChange:
    def test_M9_the_contact_can_be_changed(self, tb: Client) -> None:
        where = address("sender-contact")
        assert 'value="payroll@example.be"' in shown(tb.get(where))
        post(tb, where, **{**sending.CONTACT, "last_name": "Peeters", "email_1": "other@example.be"})
        assert (sender().contact_last_name, sender().contact_email_1) == ("Peeters", "other@example.be")
        event = Event.objects.filter(act="sender.contact").latest("pk")
        assert json.loads(event.details)["before"]["last_name"] == "Claes"
        assert json.loads(event.details)["after"] == {"last_name": "Peeters", "email_1": "other@example.be"}

    def test_M9_a_contact_without_email_is_refused(self, tb: Client) -> None:
        emails = dict.fromkeys(("email_1", "email_2", "email_3"), "")
        assert tb.post(address("sender-contact"), {**sending.CONTACT, **emails}).status_code == 422

    def test_M9_the_applications_of_a_channel_can_be_changed(self, tb: Client) -> None:
        where = on_channel("channel-applications")
        assert shown(tb.get(where)).count("checked") == 2
        post(tb, where, applications=sending.ids("dmfa", "dimona"))
        carried = Carried.objects.filter(channel=channel(), ended_at=None)
        assert {row.application.code for row in carried} == {"dmfa", "dimona"}
        assert all(row.is_preferred for row in carried)

    def test_M9_an_application_that_staff_retired_stays_where_it_is_carried(self, tb: Client) -> None:
        by = sender().created_by
        Application.objects.filter(pk=sending.application("publiato").pk).update(
            retired_at=timezone.now(), retired_by=by
        )
        assert "Publiato" not in shown(tb.get(on_channel("channel-applications")))
        post(tb, on_channel("channel-applications"), applications=sending.ids("dimona"))
        carried = Carried.objects.filter(channel=channel(), ended_at=None)
        assert {row.application.code for row in carried} == {"publiato", "dimona"}

    def test_M9_a_channel_keeps_at_least_one_application(self, tb: Client) -> None:
        assert tb.post(on_channel("channel-applications"), {}).status_code == 422

    def test_M5_a_web_service_keeps_what_the_other_channels_carry(self, tb: Client) -> None:
        sending.add(tb, "wbs")
        post(tb, on_channel("channel-applications", "wbs"), applications=sending.ids("dimona"))
        carried = Carried.objects.filter(channel=channel("wbs"), ended_at=None)
        assert {row.application.code for row in carried} == {"publiato", "dmfa", "dimona"}

    def test_M6_the_preferred_channel_can_be_changed(self, tb: Client) -> None:
        sending.add(tb, "wbs")
        names = {code: f"preferred_{sending.application(code).pk}" for code in ("publiato", "dmfa")}
        post(tb, address("sender-preferred"), **{names["publiato"]: "wbs", names["dmfa"]: "sftp"})
        preferred = Carried.objects.filter(sender=sender(), is_preferred=True, ended_at=None)
        assert {row.application.code: row.channel.kind for row in preferred} == {"publiato": "wbs", "dmfa": "sftp"}

    def test_M9_the_ftp_password_can_be_changed(self, tb: Client) -> None:
        sending.add(tb, "ftp", "dimona")
        where = on_channel("channel-password", "ftp")
        assert tb.post(where, {"password": "short", "password_again": "short"}).status_code == 422
        too_long = "密码" * 90
        assert tb.post(where, {"password": too_long, "password_again": too_long}).status_code == 422
        post(tb, where, password="een-heel-nieuw-2026", password_again="een-heel-nieuw-2026")
        user = TechnicalUser.objects.get(channel=channel("ftp"))
        assert is_password("een-heel-nieuw-2026", user.password_hash)
        assert user.password_hash not in str(list(Event.objects.values()))


class TestBlockAndDelete:
    def test_M9_blocking_bites_at_once_and_tells_contact_and_tb(self, tb: Client) -> None:
        Mail.objects.all().delete()
        post(tb, address("sender-block"), plan="")
        assert sender().blocked_at is not None
        assert "geblokkeerd" in shown(tb.get(address("senders")))
        to = set(Mail.objects.values_list("to", "language"))
        assert {("payroll@example.be", "nl"), ("it@example.be", "nl")} < to
        assert len(to) == 3, "and the access administrator, who reads French"
        post(tb, address("sender-block"), plan="")
        assert sender().blocked_at is None
        assert Mail.objects.count() == 6

    def test_M9_who_blocks_second_is_told(self, tb: Client) -> None:
        from senders.actions.life import block_sender

        post(tb, address("sender-block"), plan="")
        with pytest.raises(Exception, match="blocked_already"):
            block_sender(actor=_actor(cast.SOPHIE), capacity=sending.capacity_of())

    def test_M9_deleting_keeps_the_history(self, tb: Client) -> None:
        former = sender()
        where = address("sender-delete")
        assert former.number in shown(tb.get(where))
        post(tb, where, plan=sending.plan(tb, where))
        former.refresh_from_db()
        assert former.ended_at is not None
        assert Channel.objects.filter(sender=former).count() == 1
        assert not Channel.objects.filter(sender=former, ended_at=None).exists()
        assert not Carried.objects.filter(sender=former, ended_at=None).exists()
        assert not SshKey.objects.filter(IN_USE, channel__sender=former).exists()
        assert "Er is geen actieve verzender" in shown(tb.get(address("senders")))
        sending.register(tb, "sftp", "publiato", name="SECOND12")
        assert sender().number != former.number

    def test_M9_what_changed_since_the_check_page_is_not_deleted(self, tb: Client) -> None:
        where = address("sender-delete")
        plan = sending.plan(tb, where)
        sending.add(tb, "wbs")
        assert tb.post(where, {"plan": plan}).status_code == 409
        assert sender().ended_at is None

    def test_H6_a_sender_ends_with_its_capacity(self, tb: Client) -> None:
        portal, capacity = portal_actor(), sending.capacity_of()
        with perform("capacity.retire", actor=portal, chain=f"enterprise:{capacity.enterprise.public_id}") as act:
            record = Recorder(act, "portal", capacity.enterprise)
            end_what_hangs(record, capacity, by=portal.person, now=timezone.now())
        assert not Sender.objects.filter(capacity=capacity, ended_at=None).exists()
        assert Event.objects.filter(act="sender.end", capacity=str(capacity.public_id)).exists()

    def test_U7_who_lost_the_role_manages_the_sender_no_more(self, log_in: LogIn) -> None:
        from users.models import Account

        thomas, brasserie = log_in(cast.THOMAS), sending.capacity_of(cast.BRASSERIE)
        assert thomas.get(address("sender-block", brasserie)).status_code == 200
        Account.objects.filter(person__insz=cast.THOMAS).update(blocked_at=timezone.now(), blocked_by=1)
        assert thomas.get(address("sender-block", brasserie)).status_code == 403


class TestNotices:
    @pytest.fixture(autouse=True)
    def _ends_in_a_hundred_days(self, tb: Client) -> None:
        old = Certificate.objects.get(channel=channel())
        load(tb, certificate(ends=timedelta(days=100)))
        post(tb, on_channel("sender-material-retire", material_id=old.public_id))
        Mail.objects.all().delete()

    def mails_after(self, days: float) -> int:
        """What the worker sends when it comes by after so many days."""
        before = Mail.objects.count()
        with time_machine.travel(datetime.now(UTC) + timedelta(days=days), tick=False):
            tell_of_endings()
        return Mail.objects.count() - before

    def test_M9_notices_go_out_60_30_14_and_3_days_before(self, tb: Client) -> None:
        sent = {days: self.mails_after(100 - days) for days in (61, 59, 58, 29, 13, 12, 2, 1)}
        assert sent == {61: 0, 59: 3, 58: 0, 29: 3, 13: 3, 12: 0, 2: 3, 1: 0}

    def test_M9_a_worker_that_comes_late_sends_the_latest_notice_alone(self, tb: Client) -> None:
        assert self.mails_after(100 - 10) == 3
        assert self.mails_after(100 - 9) == 0
        assert self.mails_after(100 - 2.5) == 3

    def test_M9_an_ended_or_retired_certificate_gets_none(self, tb: Client) -> None:
        assert self.mails_after(101) == 0
        post(tb, address("sender-delete"), plan=sending.plan(tb, address("sender-delete")))
        assert self.mails_after(100 - 10) == 0

    def test_M9_the_mail_says_when_what_and_what_to_do_in_the_receiver_s_language(self, tb: Client) -> None:
        self.mails_after(100 - 14)
        mail = Mail.objects.get(to="payroll@example.be")
        assert mail.language == "nl"
        assert sender().number in mail.subject
        assert "leverancier" in mail.text and "Emma Claes" in mail.text
        other = Mail.objects.exclude(to__in=["payroll@example.be", "it@example.be"]).get()
        assert other.language == "fr" and "fournisseur" in other.text

    def test_M9_it_says_so_where_a_successor_is_there(self, tb: Client) -> None:
        load(tb, certificate())
        self.mails_after(100 - 14)
        assert "later certificaat" in Mail.objects.get(to="payroll@example.be").text

    def test_M9_whoever_loads_a_certificate_that_ends_soon_is_not_told_of_it(self, tb: Client) -> None:
        load(tb, certificate(ends=timedelta(days=20)))
        assert self.mails_after(0) == 0
        assert self.mails_after(7) == 3

    def test_M9_the_page_shows_what_ends_soon(self, tb: Client) -> None:
        assert "Certificaten die uw aandacht vragen" not in shown(tb.get(address("senders")))
        load(tb, certificate(ends=timedelta(days=20)))
        page = shown(tb.get(address("senders")))
        assert "Certificaten die uw aandacht vragen" in page
        assert "vervalt over 20 dagen" in page or "vervalt over 19 dagen" in page

    def test_M9_the_enterprise_s_managers_see_what_ends_soon(self, tb: Client) -> None:
        enterprise = sending.capacity_of().enterprise
        assert ending_soon(enterprise) == []
        load(tb, certificate(ends=timedelta(days=20)))
        (ending,) = ending_soon(enterprise)
        assert (ending.sender, ending.capacity) == (sender(), sending.capacity_of())

    def test_M9_the_calendar_has_a_day_for_every_end(self, tb: Client) -> None:
        answer = tb.get(address("sender-calendar"))
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        lines = answer.content.split(b"\r\n")
        assert lines[0] == b"BEGIN:VCALENDAR" and lines[-2] == b"END:VCALENDAR"
        assert all(len(line) <= 75 for line in lines)
        (one,) = Certificate.objects.filter(IN_USE, channel=channel())
        day = timezone.localdate(one.valid_to)
        assert f"DTSTART;VALUE=DATE:{day:%Y%m%d}".encode() in lines
        assert f"UID:{one.public_id}@csam".encode() in lines
        assert sender().number in answer.content.decode().replace("\r\n ", "")


class TestRevoked:
    def test_M8_a_certificate_that_is_revoked_later_is_marked_and_shown(
        self, tb: Client, settings: Any, tmp_path: Path
    ) -> None:
        one = Certificate.objects.get(channel=channel())
        file = tmp_path / "list.crl"
        file.write_bytes(revocation_list(int(one.serial)).public_bytes(Encoding.DER))
        assert mark_revoked() == 0
        settings.SENDER_REVOCATION_FILES = [str(file)]
        assert mark_revoked() == 1
        assert mark_revoked() == 0
        assert "ingetrokken door de leverancier" in shown(tb.get(address("senders")))


def sender_digest() -> str:
    from senders.standing import standing_of

    return standing_of(sender()).digest


def _actor(insz: str) -> Any:
    from identity.actor import Actor
    from identity.models import Person

    return Actor(person=Person.objects.get(insz=insz), level=500)
