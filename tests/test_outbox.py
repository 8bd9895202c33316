"""E5: mails leave through an outbox, once in the normal case, and are tried again otherwise."""

import re
import threading
from datetime import timedelta
from html.parser import HTMLParser

import pytest
import time_machine
from django.core import mail as sent_mails
from django.core.mail import EmailMultiAlternatives
from django.db import OperationalError, connections
from django.utils import timezone, translation

from outbox import chores, sending
from outbox.letters import Facts, Letter, PageLink, Paragraph, Steps
from outbox.mails import queue
from outbox.models import Chore, Mail
from outbox.worker import Worker

LETTER = Letter(
    subject="You are Chief Access Manager of\n L'Œuf & Fils",
    greeting="Dear Zoë <b>O'Brien</b>,",
    blocks=(
        Paragraph("You have been appointed & that's it."),
        Facts((("Enterprise", "L'Œuf & Fils <SRL>"), ("Enterprise number", "0999.000.228"))),
        Steps(("Log in.", "Appoint an Access Manager.")),
        PageLink("Go to access management", "https://csam.example/en/home"),
    ),
)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty_outbox(db: None) -> None:
    """The demo world's own mails are no part of these tests."""
    Mail.objects.all().delete()


@pytest.fixture(autouse=True)
def _only_these_chores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chores, "_jobs", {})


def put(key: str = "act:person", language: str = "en") -> Mail:
    return queue(key=key, to="zoe@example.be", language=language, letter=LETTER)


class Words(HTMLParser):
    """The words of an HTML mail as a person reads them, with the addresses of its links."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.links: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in {"style", "title"}
        self.links += [value or "" for name, value in attrs if name == "href"]
        assert not {name for name, _ in attrs} & {"src", "onclick", "background"}, "nothing is fetched, nothing runs"

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in {"style", "title"}

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.texts.append(data)


def words(text: str) -> list[str]:
    return re.findall(r"[\w'&<>/.:@-]*\w[\w'&<>/@-]*", text)


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_E5_plain_text_and_html_say_the_same(language: str) -> None:
    mail = put(language=language)
    html = Words()
    html.feed(mail.html)
    assert f'<html lang="{language}">' in mail.html
    shown = set(words(" ".join([*html.texts, *html.links])))
    plain = words(re.sub(r"^\d+\. ", "", mail.text, flags=re.MULTILINE))  # a list numbers its items by itself
    assert {word.rstrip(".:") for word in plain} == {word.rstrip(".:") for word in shown}
    assert "Zoë <b>O'Brien</b>" in mail.text
    assert "<b>" not in mail.html
    assert "\n\n\n" not in mail.text


def test_E5_a_letter_ends_with_whom_to_ask_and_not_to_answer(settings) -> None:  # type: ignore[no-untyped-def]
    with translation.override("nl"):
        mail = put(language="en")
    for body in (mail.text, mail.html):
        assert settings.CONTACT_CENTRE_PHONE in body
        assert "do not reply" in body


def test_E5_the_same_key_is_the_same_mail() -> None:
    assert put() == put()
    assert Mail.objects.count() == 1


def test_E5_the_worker_sends_what_is_due_and_only_once() -> None:
    put("one")
    put("two")
    Mail.objects.create(key="later", to="x@example.be", next_at=timezone.now() + timedelta(minutes=5), language="nl")
    assert Worker().drain() == 2
    assert Worker().drain() == 0
    message = sent_mails.outbox[0]
    assert message.to == ["zoe@example.be"]
    assert message.subject == "You are Chief Access Manager of L'Œuf & Fils"
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    assert isinstance(message, EmailMultiAlternatives)
    assert [mimetype for _body, mimetype in message.alternatives] == ["text/html"]
    assert Mail.objects.filter(sent_at=None).count() == 1


def test_E5_the_message_id_is_the_same_at_every_try_and_names_nobody() -> None:
    mail = put("act:zoe@example.be")
    assert sending.message_id(mail) == sending.message_id(Mail.objects.get())
    assert "zoe" not in sending.message_id(mail)
    assert sending.message_id(mail) != sending.message_id(put("another"))
    assert sending.message_of(mail).message()["Message-ID"] == sending.message_id(mail)


def test_E5_a_mail_in_hand_is_not_taken_again_before_its_lease_ends() -> None:
    put()
    assert sending.claim() is not None
    assert sending.claim() is None
    with time_machine.travel(timezone.now() + timedelta(seconds=121)):
        again = sending.claim()
    assert again is not None
    assert again.attempts == 2


@pytest.fixture
def no_server(settings) -> None:  # type: ignore[no-untyped-def]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9


def test_E5_tries_again_after_1_5_30_minutes_2_8_24_hours_then_gives_up(
    no_server: None, capsys: pytest.CaptureFixture[str]
) -> None:
    put()
    waits = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        while (mail := Mail.objects.get()).given_up_at is None:
            clock.move_to(mail.next_at)
            Worker().drain()
            waits.append(Mail.objects.get().next_at - mail.next_at)
    assert [wait.total_seconds() / 60 for wait in waits] == [1, 5, 30, 120, 480, 1440, 0]
    assert Worker().drain() == 0
    assert "zoe@example.be" not in "".join(capsys.readouterr())


def test_E5_one_mail_that_cannot_be_sent_does_not_hold_up_the_others(settings) -> None:  # type: ignore[no-untyped-def]
    broken = put("broken")
    Mail.objects.filter(pk=broken.pk).update(to="two\nlines@example.be")
    put("good")
    Worker().drain()
    assert len(sent_mails.outbox) == 1
    assert Mail.objects.get(key="broken").attempts == 1


def test_E5_a_late_failure_does_not_unsend_what_another_worker_sent() -> None:
    put()
    slow = sending.claim()
    assert slow is not None
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        quick = sending.claim()
        assert quick is not None
        sending.mark(quick, sent=True)
        sending.mark(slow, sent=False)
    assert Mail.objects.get().sent_at is not None


def test_E5_a_locked_database_is_a_wait_and_never_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    put()
    real, locked = sending.claim, iter([True, True])

    def claim() -> Mail | None:
        if next(locked, False):
            raise OperationalError("database is locked")
        return real()

    monkeypatch.setattr(sending, "claim", claim)
    monkeypatch.setattr("outbox.worker.PAUSE_SECONDS", 0)
    monkeypatch.setattr("outbox.worker.connection.close", lambda: None)
    assert Worker().drain() == 1


def test_E5_a_worker_that_is_told_to_stop_finishes_the_mail_in_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    put("one")
    put("two")
    worker, real = Worker(), sending.send

    def stop_while_sending(mail: Mail) -> bool:
        worker.stop()
        return real(mail)

    monkeypatch.setattr(sending, "send", stop_while_sending)
    assert worker.drain() == 1
    assert Mail.objects.filter(sent_at=None).count() == 1
    assert Mail.objects.filter(leased_until=None).count() == 2


def test_E5_bodies_are_blanked_after_thirty_days() -> None:
    put("old")
    put("young")
    put("waiting")
    now = timezone.now()
    Mail.objects.filter(key="old").update(sent_at=now - timedelta(days=31))
    Mail.objects.filter(key="young").update(sent_at=now - timedelta(days=29))
    Mail.objects.filter(key="waiting").update(queued_at=now - timedelta(days=31))
    assert sending.blank_old_bodies() == 1
    assert sending.blank_old_bodies() == 0
    assert list(Mail.objects.filter(text="", html="").values_list("key", flat=True)) == ["old"]


@pytest.mark.django_db(transaction=True)
def test_E5_several_workers_send_each_mail_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        put(str(number))
    sent: list[str] = []

    def send(mail: Mail) -> bool:
        sent.append(mail.key)
        return True

    monkeypatch.setattr(sending, "send", send)

    def work() -> None:
        try:
            Worker().drain()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(sent, key=int) == [str(number) for number in range(20)]


def test_a_chore_runs_when_due_and_once() -> None:
    runs: list[int] = []

    def run() -> int:
        runs.append(1)
        return 1

    chores.register("sweep", every=timedelta(hours=1), run=run)
    assert (chores.run_due(), chores.run_due()) == (1, 0)
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert chores.run_due() == 1
    assert len(runs) == 2


def test_a_chore_that_fails_is_tried_again_in_ten_minutes_and_holds_up_no_other() -> None:
    def fail() -> int:
        raise ValueError("70031499873 is no reason to stop")

    chores.register("fails", every=timedelta(days=1), run=fail)
    chores.register("works", every=timedelta(days=1), run=lambda: 1)
    assert chores.run_due() == 2
    waits = dict(Chore.objects.filter(name__in=["fails", "works"]).values_list("name", "next_at"))
    assert waits["fails"] - timezone.now() < timedelta(minutes=11)
    assert waits["works"] - timezone.now() > timedelta(hours=23)
