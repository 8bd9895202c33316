"""Senders of structured messages as an access administrator makes them (BEHAVIOUR M1-M8, M10)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from audit.models import Event
from enterprises.models import Capacity
from senders.models import Carried, Certificate, Channel, Sender, SshKey, TechnicalUser
from senders.passwords import is_password
from tests import cast, sending
from tests.certificates import ISSUER, OWNER, certificate, der, pem, private_pem, signing_key, ssh_line
from tests.conftest import LogIn
from tests.sending import address, confirm, contact, post, shown, to_check
from ui.models import Run

pytestmark = pytest.mark.django_db


@pytest.fixture
def tb(log_in: LogIn) -> Client:
    """Sophie Lambert, who is HTB of Groot Personeel and so its access administrator."""
    return log_in(cast.SOPHIE)


def sender() -> Sender:
    return Sender.objects.get(capacity=sending.capacity_of(), ended_at=None)


def text_of(answer: Any) -> str:
    """What a person reads: no tags, single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", shown(answer)).replace("&#x27;", "'").split())


class TestM1:
    def test_M1_without_a_sender_the_page_says_so_and_leads_to_the_registration(self, tb: Client) -> None:
        page = tb.get(address("senders"))
        assert "Er is geen actieve verzender voor deze hoedanigheid." in text_of(page)
        assert address("sender-register") in shown(page)

    def test_M1_the_sender_is_shown_with_all_it_has(self, tb: Client) -> None:
        sending.register(tb, "sftp", "publiato")
        text = text_of(tb.get(address("senders")))
        number = sender().number
        for part in (
            number,
            "Claes",
            "payroll@example.be",
            "SFTP-kanaal",
            "EXPTEST012",
            "Publiato",
            OWNER,
            "geldig tot",
        ):
            assert part in text, part

    def test_M1_a_capacity_has_at_most_one_active_sender(self, tb: Client) -> None:
        sending.register(tb, "sftp", "publiato")
        assert tb.get(address("sender-register"))["Location"] == address("senders")
        assert tb.post(address("sender-register-begin"), sending.CONTACT)["Location"] == address("senders")

    def test_M1_who_was_first_is_named_to_who_comes_second(self, tb: Client) -> None:
        first = to_check(tb, contact(tb), "sftp", "publiato", name="FIRST12")
        second = to_check(tb, contact(tb), "ftp", "publiato", name="SECOND12")
        plan = sending.plan(tb, second)
        confirm(tb, first)
        late = tb.post(second, {"plan": plan})
        assert late.status_code == 409
        assert "Sophie Lambert" in text_of(late) and sender().number in text_of(late)
        assert Sender.objects.filter(capacity=sending.capacity_of()).count() == 1
        assert not TechnicalUser.objects.filter(name="EXPSECOND12").exists()

    def test_M1_a_capacity_without_applications_has_nothing_to_send(self, tb: Client) -> None:
        capacity = Capacity.objects.filter(enterprise__number=cast.GROOT).exclude(kind__code="employer-rsz")[0]
        page = tb.get(address("senders", capacity))
        assert "er valt niets te verzenden" in text_of(page)
        assert tb.get(address("sender-register-begin", capacity))["Location"] == address("senders", capacity)

    def test_M1_users_and_strangers_see_no_sender(self, log_in: LogIn) -> None:
        brasserie = sending.capacity_of(cast.BRASSERIE)
        assert log_in(cast.NOOR).get(address("senders", brasserie)).status_code == 403
        assert log_in(cast.EMMA).get(address("senders", brasserie)).status_code == 404
        for administrator in (cast.MARIE, cast.BART, cast.THOMAS):
            assert log_in(administrator).get(address("senders", brasserie)).status_code == 200


class TestM2:
    def test_M2_the_trail_names_the_guide_s_steps(self, tb: Client) -> None:
        text = text_of(tb.get(address("sender-register")))
        assert "Informatie Contactpersoon Gegevens van het kanaal Bevestiging" in text
        assert "Stap 1 van 4" in text

    @pytest.mark.parametrize("field", ["last_name", "first_name", "title", "function", "language", "telephone"])
    def test_M2_a_required_answer_is_asked_for(self, tb: Client, field: str) -> None:
        answer = tb.post(address("sender-register-begin"), {**sending.CONTACT, field: ""})
        assert answer.status_code == 422
        assert "Fout:" in shown(answer).split("</title>")[0]
        assert f'href="#id_{field}' in shown(answer)

    def test_M2_at_least_one_email_address(self, tb: Client) -> None:
        emails = dict.fromkeys(("email_1", "email_2", "email_3"), "")
        answer = tb.post(address("sender-register-begin"), {**sending.CONTACT, **emails})
        assert answer.status_code == 422
        assert "Vul minstens één e-mailadres in." in text_of(answer)
        assert contact(tb, **{**emails, "email_3": "only@example.be"})

    def test_M2_fax_mobile_and_two_addresses_may_stay_empty(self, tb: Client) -> None:
        assert contact(tb, fax="", mobile="", email_1="one@example.be", email_3="")

    def test_M2_going_back_loses_nothing(self, tb: Client) -> None:
        where = contact(tb)
        back = where.replace("/kind", "/contact")
        assert 'value="payroll@example.be"' in shown(tb.get(back))

    def test_L4_what_was_typed_when_the_session_had_ended_is_there_after_the_login(self, tb: Client) -> None:
        where = address("sender-register-begin")
        session = tb.session
        session["kept_form"] = {"path": where, "fields": {"last_name": "Kept"}, "owner": session[SESSION_KEY]}
        session.save()
        assert 'value="Kept"' in shown(tb.get(where))

    def test_M2_no_step_can_be_skipped(self, tb: Client) -> None:
        where = contact(tb)
        assert tb.get(where.replace("/kind", "/check"))["Location"] == where

    def test_M2_a_run_belongs_to_one_person_and_one_capacity(self, tb: Client, log_in: LogIn) -> None:
        where = contact(tb)
        assert log_in(cast.MARIE).get(where).status_code == 404
        elsewhere = where.replace(str(sending.capacity_of().public_id), str(_other_capacity_of_groot()))
        assert tb.get(elsewhere).status_code == 404

    def test_M2_the_same_run_twice_makes_one_sender(self, tb: Client) -> None:
        where = to_check(tb, contact(tb), "sftp", "publiato")
        plan = sending.plan(tb, where)
        assert post(tb, where, plan=plan) == post(tb, where, plan=plan)
        assert Sender.objects.filter(capacity=sending.capacity_of()).count() == 1


class TestM3:
    def test_M3_ftp_makes_a_technical_user_whose_password_is_only_kept_hashed(self, tb: Client) -> None:
        where = to_check(tb, contact(tb), "ftp", "publiato", "dmfa")
        text = text_of(tb.get(where))
        assert "Router" in text and "EXPTEST012" in text
        assert sending.PASSWORD not in str(list(Run.objects.values()))
        confirm(tb, where)
        user = TechnicalUser.objects.get(name="EXPTEST012")
        assert is_password(sending.PASSWORD, user.password_hash)
        # The hash stays where it is used, and nowhere else.
        assert user.password_hash not in str(list(Run.objects.values()))
        assert user.password_hash not in str(list(Event.objects.values()))

    def test_M3_the_page_says_that_plain_ftp_is_refused_and_that_files_need_a_certificate(self, tb: Client) -> None:
        text = text_of(tb.get(post(tb, contact(tb), kind="ftp")))
        assert "Gewone FTP wordt geweigerd" in text
        assert "certificaat" in text

    @pytest.mark.parametrize("own", ["ABC", "ABCDEFGHIJKLM", "TEST 12", "TEST-12", "ÉTEST12", "EXPTEST12"])
    def test_M3_an_own_part_has_4_to_12_capitals_and_digits(self, tb: Client, own: str) -> None:
        answer = tb.post(self._user_page(tb), sending.user_data("ftp", own))
        assert answer.status_code == 422
        assert 'href="#id_user_name"' in shown(answer)

    def test_M3_small_letters_become_capitals(self, tb: Client) -> None:
        confirm(tb, post(tb, self._user_page(tb), **sending.user_data("ftp", "test012")))
        assert TechnicalUser.objects.filter(name="EXPTEST012").exists()

    @pytest.mark.parametrize("field", ["user_name_again", "password_again"])
    def test_M3_what_is_typed_twice_must_be_alike(self, tb: Client, field: str) -> None:
        answer = tb.post(self._user_page(tb), {**sending.user_data("ftp", "TEST012"), field: "another-2026"})
        assert answer.status_code == 422
        assert f'href="#id_{field}"' in shown(answer)

    @pytest.mark.parametrize("password", ["short", "123456789012", "password1234"])
    def test_M3_a_weak_password_is_refused_and_does_not_come_back(self, tb: Client, password: str) -> None:
        answer = tb.post(
            self._user_page(tb),
            {**sending.user_data("ftp", "TEST012"), "password": password, "password_again": password},
        )
        assert answer.status_code == 422
        assert f'value="{password}"' not in shown(answer)

    def test_M3_a_kept_password_need_not_be_typed_again(self, tb: Client) -> None:
        where = self._user_page(tb)
        check = post(tb, where, **sending.user_data("ftp", "TEST012"))
        post(tb, where, user_name="OTHER12", user_name_again="OTHER12", password="", password_again="")
        confirm(tb, check)
        assert is_password(sending.PASSWORD, TechnicalUser.objects.get(name="EXPOTHER12").password_hash)

    def test_M3_at_least_one_application(self, tb: Client) -> None:
        where = post(tb, contact(tb), kind="ftp")
        answer = tb.post(where, sending.channel_data("ftp"))
        assert answer.status_code == 422
        assert "Kies minstens één toepassing." in text_of(answer)

    def _user_page(self, tb: Client) -> str:
        return post(tb, post(tb, contact(tb), kind="ftp"), **sending.channel_data("ftp", "publiato"))


class TestM4:
    def test_M4_sftp_keeps_the_key_in_both_forms_and_asks_no_password(self, tb: Client) -> None:
        where = post(tb, contact(tb), kind="sftp")
        where = post(tb, where, **sending.channel_data("sftp", "publiato"))
        assert 'type="password"' not in shown(tb.get(where))
        confirm(tb, post(tb, where, **sending.user_data("sftp", "TEST012")))
        key = SshKey.objects.get(channel__sender=sender())
        assert (key.key_type, key.key_bits) == ("Ed25519", 256)
        assert key.rfc4716.startswith("---- BEGIN SSH2 PUBLIC KEY ----\n")
        assert TechnicalUser.objects.get(channel__sender=sender()).password_hash == ""

    def test_M4_the_key_may_be_a_file(self, tb: Client) -> None:
        where = post(tb, contact(tb), kind="sftp")
        data = sending.channel_data("sftp", "publiato", ssh_key_text="")
        post(tb, where, **data, ssh_key_file=SimpleUploadedFile("id.pub", ssh_line().encode()))

    def test_M4_the_key_is_asked_for(self, tb: Client) -> None:
        where = post(tb, contact(tb), kind="sftp")
        answer = tb.post(where, sending.channel_data("sftp", "publiato", ssh_key_text=""))
        assert answer.status_code == 422
        assert 'href="#id_ssh_key_file"' in shown(answer)


class TestM5:
    def test_M5_a_web_service_may_be_the_first_channel_with_applications(self, tb: Client) -> None:
        sending.register(tb, "wbs", "publiato", "dmfa")
        channel = Channel.objects.get(sender=sender())
        assert channel.kind == "wbs"
        assert not hasattr(channel, "technical_user")
        assert Carried.objects.filter(channel=channel, is_preferred=True).count() == 2

    def test_M5_added_it_carries_all_the_sender_s_applications(self, tb: Client) -> None:
        sending.register(tb, "ftp", "publiato", "dmfa")
        where = sending.begin_add(tb, "wbs")
        assert 'name="applications"' not in shown(tb.get(where))
        confirm(tb, post(tb, where, **sending.channel_data("wbs")))
        assert _carried("wbs") == ["dmfa", "publiato"]
        assert _carried("ftp") == ["dmfa*", "publiato*"]

    def test_M5_it_carries_what_a_later_channel_brings(self, tb: Client) -> None:
        sending.register(tb, "wbs", "publiato")
        sending.add(tb, "ftp", "dmfa", **{f"preferred_{sending.application('dmfa').pk}": "ftp"})
        assert _carried("wbs") == ["dmfa", "publiato*"]
        assert _carried("ftp") == ["dmfa*"]


class TestM6:
    def test_M6_an_application_that_another_channel_carries_offers_a_preferred_channel(self, tb: Client) -> None:
        sending.register(tb, "ftp", "publiato")
        page = shown(tb.get(sending.begin_add(tb, "sftp")))
        assert f'name="preferred_{sending.application("publiato").pk}"' in page
        assert f'name="preferred_{sending.application("dmfa").pk}"' not in page

    @pytest.mark.parametrize("chosen", ["ftp", "sftp"])
    def test_M6_exactly_one_channel_is_preferred(self, tb: Client, chosen: str) -> None:
        sending.register(tb, "ftp", "publiato")
        sending.add(tb, "sftp", "publiato", "dmfa", **{f"preferred_{sending.application('publiato').pk}": chosen})
        preferred = Carried.objects.get(
            sender=sender(), application=sending.application("publiato"), is_preferred=True, ended_at=None
        )
        assert preferred.channel.kind == chosen
        assert Carried.objects.filter(sender=sender(), is_preferred=True).count() == 2

    def test_M6_the_choice_is_asked_for(self, tb: Client) -> None:
        sending.register(tb, "ftp", "publiato")
        name = f"preferred_{sending.application('publiato').pk}"
        answer = tb.post(sending.begin_add(tb, "sftp"), sending.channel_data("sftp", "publiato", **{name: ""}))
        assert answer.status_code == 422
        assert f'href="#id_{name}_0"' in shown(answer)

    def test_M6_the_check_page_shows_it(self, tb: Client) -> None:
        sending.register(tb, "ftp", "publiato")
        name = f"preferred_{sending.application('publiato').pk}"
        where = post(tb, sending.begin_add(tb, "sftp"), **sending.channel_data("sftp", "publiato", **{name: "ftp"}))
        text = text_of(tb.get(post(tb, where, **sending.user_data("sftp", "ADDED34"))))
        assert "Publiato voorkeurkanaal: FTP" in text


class TestM7:
    def test_M7_the_check_page_shows_everything(self, tb: Client) -> None:
        where = post(tb, contact(tb), kind="sftp")
        one = certificate(serial=0xABCDEF, organisation="")
        data = sending.channel_data("sftp", "publiato", certificate_file=SimpleUploadedFile("c.der", der(one)))
        where = post(tb, post(tb, where, **data), **sending.user_data("sftp", "TEST012"))
        text = text_of(tb.get(where))
        for part in (
            "Kanaal SFTP", "Type verbinding Internet", "Publieke SSH-sleutel Geladen", "Ed25519, 256 bits", "SHA256:",
            f"Eigenaar van het certificaat {OWNER}", "Not specified", f"Leverancier van het certificaat {ISSUER}",
            "Vervaldatum van het certificaat", "Reeksnummer (decimaal formaat) 11259375",
            "Reeksnummer (hexadecimaal formaat) ABCDEF", "Gebruikersnaam EXPTEST012", "Publiato voorkeurkanaal: SFTP",
            "Naam Claes", "Voornaam Emma", "Mevrouw", "payroll@example.be",
        ):  # fmt: skip
            assert part in text, part

    def test_M7_the_success_sentences_are_the_guide_s(self, tb: Client) -> None:
        assert "De verzender werd met succes aangemaakt." in text_of(tb.get(sending.register(tb, "sftp", "publiato")))
        assert "Het kanaal werd met succes toegevoegd." in text_of(tb.get(sending.add(tb, "wbs")))

    def test_M7_adding_a_channel_has_the_trail_without_contact_person(self, tb: Client) -> None:
        sending.register(tb, "sftp", "publiato")
        text = text_of(tb.get(address("channel-add")))
        assert "Stap 1 van 3 Informatie Gegevens van het kanaal Bevestiging" in text

    def test_M7_only_kinds_that_are_free_are_offered(self, tb: Client) -> None:
        sending.register(tb, "sftp", "publiato")
        page = shown(tb.get(address("channel-add-begin")))
        assert 'value="sftp"' not in page and 'value="ftp"' in page and 'value="wbs"' in page
        assert tb.post(address("channel-add-begin"), {"kind": "sftp"}).status_code == 422

    def test_M7_names_in_a_certificate_are_no_html(self, tb: Client) -> None:
        where = post(tb, contact(tb), kind="wbs")
        one = certificate(owner="<script>alert(1)</script>", organisation="<b>A&B</b>")
        data = sending.channel_data("wbs", "publiato", certificate_file=SimpleUploadedFile("c.pem", pem(one)))
        page = shown(tb.get(post(tb, where, **data)))
        assert "<script>" not in page and "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "&lt;b&gt;A&amp;B&lt;/b&gt;" in page

    def test_M7_what_changed_since_the_check_page_is_not_carried_out(self, tb: Client) -> None:
        sending.register(tb, "ftp", "publiato")
        where = post(tb, sending.begin_add(tb, "wbs"), **sending.channel_data("wbs"))
        plan = sending.plan(tb, where)
        sending.add(tb, "sftp", "dmfa")
        late = tb.post(where, {"plan": plan})
        assert late.status_code == 409
        assert 'id="changed"' in shown(late)
        assert not Channel.objects.filter(sender=sender(), kind="wbs").exists()
        confirm(tb, where)
        assert _carried("wbs") == ["dmfa", "publiato"]


class TestM8:
    """The pages' side; tests/test_senders_reading.py has every refusal."""

    @pytest.mark.parametrize("how", ["file", "text"])
    @pytest.mark.parametrize("field", ["certificate", "ssh_key"])
    def test_M8_a_private_key_is_refused_and_kept_nowhere(self, tb: Client, how: str, field: str, caplog: Any) -> None:
        where = post(tb, contact(tb), kind="sftp")
        secret = private_pem(signing_key()).decode()
        given = (
            {f"{field}_file": SimpleUploadedFile("k", secret.encode())} if how == "file" else {f"{field}_text": secret}
        )
        data = {**sending.channel_data("sftp", "publiato"), **given}
        if how == "text":
            data.pop(f"{field}_file", None)
        answer = tb.post(where, data)
        assert answer.status_code == 422
        assert "gecompromitteerd" in text_of(answer)
        body = secret.splitlines()[1]
        assert body not in shown(answer)
        assert body not in str(list(Run.objects.values())) + caplog.text

    def test_M8_the_error_stands_at_the_field_that_was_used(self, tb: Client) -> None:
        where = post(tb, contact(tb), kind="ftp")
        old = certificate(begins=timedelta(days=-9), ends=timedelta(days=-2))
        data = sending.channel_data("ftp", "publiato", certificate_file=SimpleUploadedFile("c.pem", pem(old)))
        answer = tb.post(where, data)
        assert answer.status_code == 422
        assert 'href="#id_certificate_file"' in shown(answer)

    def test_M8_what_was_read_well_need_not_be_chosen_again(self, tb: Client) -> None:
        where = post(tb, contact(tb), kind="ftp")
        answer = tb.post(where, sending.channel_data("ftp"))
        text = shown(answer).split('id="id_certificate_text"')[1].split("</textarea>")[0].split(">", 1)[1]
        assert "BEGIN CERTIFICATE" in text
        post(tb, where, certificate_text=text, applications=sending.ids("publiato"))

    def test_M8_uploads_are_counted(self, tb: Client, settings: Any) -> None:
        settings.LIMITS = {**settings.LIMITS, "upload.actor": (2, 3600)}
        where = post(tb, contact(tb), kind="ftp")
        assert [tb.post(where, {"certificate_text": "x"}).status_code for _time in range(4)] == [422, 422, 429, 429]

    def test_M8_nothing_at_all_is_asked_for(self, tb: Client) -> None:
        where = post(tb, contact(tb), kind="ftp")
        answer = tb.post(where, {"applications": sending.ids("publiato")})
        assert answer.status_code == 422
        assert "Kies het bestand met het certificaat, of plak de tekst ervan." in text_of(answer)


class TestM10:
    def test_M10_a_sender_has_six_digits(self, tb: Client) -> None:
        sending.register(tb, "sftp", "publiato")
        assert re.fullmatch(r"[1-9][0-9]{5}", sender().number)

    def test_M10_a_technical_user_s_name_is_never_given_again(self, tb: Client) -> None:
        sending.register(tb, "ftp", "publiato")
        post(tb, address("sender-delete"), plan=sending.plan(tb, address("sender-delete")))
        where = post(tb, post(tb, contact(tb), kind="ftp"), **sending.channel_data("ftp", "publiato"))
        for name in ("TEST012", "test012", "TESTO12"):
            answer = tb.post(where, sending.user_data("ftp", name))
            assert answer.status_code == 422, name
            assert "Deze naam is al in gebruik" in text_of(answer)

    def test_M10_a_number_is_never_given_again(self, tb: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        sending.register(tb, "sftp", "publiato")
        former = int(sender().number)
        post(tb, address("sender-delete"), plan=sending.plan(tb, address("sender-delete")))
        draws = iter([former - 100_000, former - 100_000, 23456])
        monkeypatch.setattr("secrets.randbelow", lambda _most: next(draws))
        sending.register(tb, "sftp", "publiato", name="SECOND12")
        assert sender().number == "123456"

    def test_E1_the_record_says_what_was_made(self, tb: Client) -> None:
        sending.register(tb, "sftp", "publiato")
        events = Event.objects.filter(
            act__in=["sender.create", "channel.open"], capacity=str(sending.capacity_of().public_id)
        )
        assert sorted(event.act for event in events) == ["channel.open", "sender.create"]
        opened = next(event for event in events if event.act == "channel.open")
        assert Certificate.objects.get(channel__sender=sender()).sha256 in opened.details
        assert {event.role for event in events} == {"HTB"}


def _carried(kind: str) -> list[str]:
    rows = Carried.objects.filter(sender=sender(), channel__kind=kind, ended_at=None)
    return sorted(f"{row.application.code}{'*' * row.is_preferred}" for row in rows.select_related("application"))


def _other_capacity_of_groot() -> Any:
    return Capacity.objects.filter(enterprise__number=cast.GROOT).exclude(kind__code="employer-rsz")[0].public_id
