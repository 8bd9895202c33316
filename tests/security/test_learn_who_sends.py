"""Somebody without any key wants to know which sender numbers exist, who is blocked, and whose certificates have run out."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from joserfc import jwt

from identity.models import Person
from senders.enums import ChannelKind
from senders.messages.faults import LoginFault
from senders.models import Certificate, Channel, Sender, Transfer
from tests import cast
from tests.asserting import ask_token, assertion
from tests.messages import Signer, new_signer
from tests.senders import Registered, add_certificate, register

pytestmark = pytest.mark.django_db
STRANGER = {"RS256": new_signer(), "ES256": new_signer(kind="ec")}
UNKNOWN = "999999"


@pytest.fixture
def sender() -> Registered:
    return register(ChannelKind.WEB_SERVICE)


def block(sender: Registered) -> None:
    Sender.objects.filter(pk=sender.sender.pk).update(blocked_at=timezone.now(), blocked_by=Person.objects.portal())


def end(sender: Registered) -> None:
    Sender.objects.filter(pk=sender.sender.pk).update(ended_at=timezone.now(), ended_by=Person.objects.portal())


def end_channel(sender: Registered) -> None:
    Channel.objects.filter(sender=sender.sender).update(ended_at=timezone.now(), ended_by=Person.objects.portal())


def retire(sender: Registered) -> None:
    Certificate.objects.update(retired_at=timezone.now(), retired_by=Person.objects.portal())


def revoke(sender: Registered) -> None:
    Certificate.objects.update(revoked_at=timezone.now())


def expire(sender: Registered) -> None:
    Certificate.objects.update(valid_to=timezone.now() - timedelta(days=1))


def without_certificate(sender: Registered) -> None:
    Certificate.objects.all().delete()


def with_more_certificates(sender: Registered) -> None:
    for kind in ("rsa", "ec", "rsa", "ec", "rsa", "ec"):
        add_certificate(sender.channels[ChannelKind.WEB_SERVICE], new_signer(kind=kind))


def as_it_is(sender: Registered) -> None:
    """Change nothing."""


STATES = [
    as_it_is,
    block,
    end,
    end_channel,
    retire,
    revoke,
    expire,
    without_certificate,
    with_more_certificates,
]


class Seen:
    """What whoever asks can see of an answer: the answer, and how much work it was."""

    def __init__(self, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        checked = []

        def decode(*arguments: Any, **options: Any) -> Any:
            checked.append(options["algorithms"])
            return real(*arguments, **options)

        real = jwt.decode
        with (
            monkeypatch.context() as patch,
            CaptureQueriesContext(
                connection,
            ) as queries,
        ):
            patch.setattr(jwt, "decode", decode)
            answer = ask_token(text)
        self.answer = (answer.status_code, answer.content, sorted(answer.headers))
        self.work = (len(checked), [re.sub(r"'[^']*'|\d+", "…", query["sql"]) for query in queries])


def no_key(sender: Registered, algorithm: str, **claims: Any) -> str:
    return assertion(sender, STRANGER[algorithm], algorithm=algorithm, **claims)


@pytest.mark.parametrize("algorithm", STRANGER)
@pytest.mark.parametrize("change", STATES)
def test_T25_without_a_key_every_number_gets_one_answer_after_the_same_work(
    sender: Registered, change: Callable[[Registered], None], algorithm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(sender)
    known = Seen(no_key(sender, algorithm), monkeypatch)
    unknown = Seen(no_key(sender, algorithm, iss=UNKNOWN, sub=UNKNOWN), monkeypatch)
    assert known.answer == unknown.answer
    assert known.answer[0] == 401 and LoginFault.WRONG_SIGNATURE.encode() in known.answer[1]
    assert known.work == unknown.work


@pytest.mark.parametrize(
    "claims", [{"aud": "x"}, {"exp": 1}, {"exp": None}, {"jti": None}, {"sub": "1"}, {"exp": 10**12}]
)
def test_T25_whatever_else_is_wrong_is_told_to_nobody_without_a_key(sender: Registered, claims: dict[str, Any]) -> None:
    answers = {
        ask_token(no_key(sender, "RS256", **{"iss": number, **claims})).content for number in (sender.number, UNKNOWN)
    }
    assert len(answers) == 1 and LoginFault.WRONG_SIGNATURE.encode() in answers.pop()


def test_T25_other_numbers_and_other_channels_are_answered_alike(sender: Registered) -> None:
    by_file = register(ChannelKind.SFTP, enterprise=cast.GROOT, number="654322", signer=new_signer())
    user = by_file.user(ChannelKind.SFTP)
    names = [sender.number, by_file.number, UNKNOWN, user, "1", "x" * 200, "٦٥٤٣٢١"]
    answers = {ask_token(assertion(sender, STRANGER["RS256"], iss=name, sub=name)).content for name in names[:-1]}
    assert len(answers) == 1
    # Its own key opens another kind of channel alone.
    assert ask_token(assertion(by_file)).content in answers
    assert not Transfer.objects.filter(name=user).exists(), "and nobody's page shows what a stranger made up"


def test_T25_the_limit_on_tries_counts_alike(sender: Registered, settings: Any) -> None:
    settings.LIMITS = settings.LIMITS | {"assertion.address": (2, 3600)}
    texts = [no_key(sender, "RS256"), no_key(sender, "RS256", iss=UNKNOWN), no_key(sender, "RS256")]
    assert [ask_token(text).status_code for text in texts] == [401, 401, 429]
    assert ask_token(no_key(sender, "RS256", iss=UNKNOWN)).status_code == 429


@pytest.mark.parametrize(
    ("change", "fault"),
    [(block, LoginFault.BLOCKED), (expire, LoginFault.NO_CERTIFICATE), (revoke, LoginFault.WRONG_SIGNATURE)],
)
def test_T25_who_holds_a_key_is_told_what_is_wrong(
    sender: Registered, change: Callable[[Registered], None], fault: LoginFault
) -> None:
    change(sender)
    told = ask_token(assertion(sender))
    assert told.status_code == 401 and told.json()["error_description"].startswith(fault)


def test_T25_an_assertion_that_was_picked_up_tells_nothing_of_a_block(sender: Registered) -> None:
    used = assertion(sender)
    assert ask_token(used).status_code == 200
    old, elsewhere = assertion(sender, exp=int(time.time()) - 3600), assertion(sender, aud="https://elsewhere.example/")
    before = [ask_token(text).content for text in (used, old, elsewhere)]
    block(sender)
    assert [ask_token(text).content for text in (used, old, elsewhere)] == before


def test_T25_a_key_that_ran_out_is_not_told_that_another_works(
    sender: Registered, monkeypatch: pytest.MonkeyPatch
) -> None:
    expire(sender)
    successor: Signer = new_signer()
    add_certificate(sender.channels[ChannelKind.WEB_SERVICE], successor)
    assert LoginFault.WRONG_SIGNATURE in ask_token(assertion(sender)).json()["error_description"]
    assert ask_token(assertion(sender, successor)).status_code == 200
