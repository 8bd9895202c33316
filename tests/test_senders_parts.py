"""The parts of senders that need no page: what carries what, passwords, message codes, the demo world's sender."""

import subprocess
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Event
from senders import letters
from senders.carrying import Carriage, carrying, preferring, settle
from senders.enums import ChannelKind
from senders.models import Certificate, Channel, MessageCode, Sender
from senders.passwords import hash_password, is_password
from tests import cast, sending
from tests.keeping import keep
from tests.staffing import log_in_staff

KINDS = [ChannelKind.FTP, ChannelKind.SFTP, ChannelKind.WEB_SERVICE]
APPLICATIONS = st.integers(1, 5)
CHANNELS = st.integers(1, 3)


class TestCarrying:
    """Whatever is asked of `settle`, M5 and M6 hold afterwards."""

    @given(
        wanted=st.dictionaries(APPLICATIONS, st.frozensets(CHANNELS, max_size=3)),
        preferred=st.dictionaries(APPLICATIONS, CHANNELS),
        live=st.lists(CHANNELS, unique=True, min_size=1),
    )
    def test_M5_M6_a_web_service_carries_all_and_exactly_one_is_preferred(
        self, wanted: Any, preferred: Any, live: list[int]
    ) -> None:
        channels = [Channel(pk=pk, kind=KINDS[pk - 1]) for pk in live]
        settled = settle(Carriage(wanted, preferred), channels)
        assert settled.preferred.keys() == settled.channels.keys()
        for application, carriers in settled.channels.items():
            assert carriers <= set(live)
            assert carriers & wanted[application], "nothing is carried that nobody asked for"
            assert settled.preferred[application] in carriers
            if preferred.get(application) in carriers:
                assert settled.preferred[application] == preferred[application]
            if 3 in live:
                assert 3 in carriers
        assert settle(settled, channels) == settled

    def test_M6_an_application_moves_to_what_is_left_when_its_preferred_channel_goes(self) -> None:
        ftp, sftp = Channel(pk=1, kind="ftp"), Channel(pk=2, kind="sftp")
        both = preferring(carrying(carrying(Carriage({}, {}), 1, [7]), 2, [7, 8]), {7: 1, 8: 2})
        assert settle(both, [ftp, sftp]).preferred == {7: 1, 8: 2}
        assert settle(both, [sftp]).preferred == {7: 2, 8: 2}
        assert settle(both, [ftp]).channels == {7: frozenset({1})}


class TestPasswords:
    def test_M3_the_hash_is_the_one_that_openssl_makes(self) -> None:
        hashed = hash_password("naïve-Wachtwoord-2026")
        _empty, six, rounds, salt, _rest = hashed.split("$")
        assert (six, rounds) == ("6", "rounds=100000")
        command = ["openssl", "passwd", "-6", "-salt", f"{rounds}${salt}", "naïve-Wachtwoord-2026"]
        assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == hashed

    def test_M3_only_the_password_itself_fits(self) -> None:
        hashed = hash_password("one")
        assert is_password("one", hashed)
        assert not is_password("One", hashed)
        assert not is_password("", "")
        assert hash_password("one") != hashed, "each has a salt of its own"


@pytest.mark.django_db
class TestMessageCodes:
    def test_M11_the_codes_that_are_known_are_there(self) -> None:
        assert set(MessageCode.objects.values_list("code", flat=True)) == {
            "DMFA", "DIMN", "DUCN", "TWCT", "WECH", "ZIMA", "AOAT", "DMRQ", "DMWA", "PFRQ", "VBLV",
        }  # fmt: skip

    def test_E9_keepers_keep_them_and_the_record_knows(self) -> None:
        client = log_in_staff("eranova3")
        pension = sending.application("pension-register")
        data: dict[str, Any] = {"code": "PENS", "application": str(pension.pk), "is_active": "on"}
        keep(client, MessageCode, **data)
        code = MessageCode.objects.get(code="PENS")
        assert (code.application, code.is_active) == (pension, True)
        assert Event.objects.filter(act="messagecode.add").exists()
        wrong = client.post("/admin/senders/messagecode/add/", {**data, "code": "pen"})
        assert wrong.status_code == 200 and not MessageCode.objects.filter(code="pen").exists()
        assert client.post(f"/admin/senders/messagecode/{code.pk}/delete/").status_code == 403


@pytest.mark.django_db
class TestLetters:
    @pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
    def test_M9_every_letter_is_whole_in_every_language(self, language: str) -> None:
        sender = Sender.objects.get(capacity=sending.capacity_of(cast.BRASSERIE))
        certificate = Certificate.objects.select_related("channel").get(channel__sender=sender)
        written = [
            letters.blocked,
            letters.unblocked,
            letters.ended,
            letters.certificate_ends(certificate, days=1, has_successor=False),
            letters.certificate_ends(certificate, days=14, has_successor=True),
        ]
        subjects = set()
        for write in written:
            letter = write(sender, capacity=sender.capacity, name="Emma Claes", language=language)
            subjects.add(letter.subject)
            assert sender.number in letter.subject
            assert "Emma Claes" in letter.greeting
            assert "%(" not in str(letter)
        assert len(subjects) == len(written)


@pytest.mark.django_db
class TestDemo:
    def test_the_brasserie_has_a_sender_whose_keys_are_printed(self, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("load_demo")
        sender = Sender.objects.get(capacity=sending.capacity_of(cast.BRASSERIE))
        printed = capsys.readouterr().out
        for part in (sender.number, "EXPBRASSERIE", "BEGIN OPENSSH PRIVATE KEY"):
            assert part in printed
        call_command("load_demo", verbosity=0)
        assert Sender.objects.filter(capacity=sending.capacity_of(cast.BRASSERIE)).count() == 1

    def test_lost_keys_come_back(self, settings: Any, tmp_path: Any) -> None:
        settings.DEMO_SENDER_DIR = tmp_path / "elsewhere"
        channel = Channel.objects.get(sender__capacity=sending.capacity_of(cast.BRASSERIE))
        before = channel.ssh_keys.count()
        call_command("load_demo", verbosity=0)
        assert channel.ssh_keys.count() == before + 1
