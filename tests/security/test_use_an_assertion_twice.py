"""Somebody reads an assertion off a program's log or line, and wants a token of their own for it."""

import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from senders.api.assertions import token_address
from senders.enums import ChannelKind, TransferKind
from senders.messages.faults import LoginFault
from senders.models import Transfer, UsedAssertion
from senders.receiving import forget_old
from tests.asserting import ask_token, assertion
from tests.senders import Registered, register

pytestmark = pytest.mark.django_db


@pytest.fixture
def sender() -> Registered:
    return register(ChannelKind.WEB_SERVICE)


def refused_for(answer: Any) -> str:
    """The reason that a refusal names."""
    assert answer.status_code == 401, answer.content
    return str(answer.json()["error_description"]).partition(":")[0]


@pytest.mark.parametrize("lasts", [1, 300, 600, 659])
def test_T24_an_assertion_is_remembered_for_longer_than_it_counts(sender: Registered, lasts: int) -> None:
    begin = timezone.now().replace(microsecond=0)
    with time_machine.travel(begin, tick=False):
        stolen = assertion(sender, exp=int(time.time()) + lasts)
        assert ask_token(stolen).status_code == 200
    answers = []
    # Around its end, around the end of the leeway, and every half minute until long after.
    ends = lasts + 60
    for later in sorted({*range(0, ends + 120, 30), lasts - 1, lasts, lasts + 1, ends - 2, ends - 1, ends, ends + 1}):
        with time_machine.travel(begin + timedelta(seconds=later), tick=False):
            forget_old()  # the worker's chore runs whenever it likes
            answers.append((later, refused_for(ask_token(stolen))))
    assert {reason for later, reason in answers if later < ends} == {LoginFault.REPLAYED}
    assert {reason for later, reason in answers if later >= ends} == {LoginFault.EXPIRED}
    assert not UsedAssertion.objects.exists(), "and then it is forgotten"
    assert Transfer.objects.filter(kind=TransferKind.LOGIN).count() == 1


def test_T24_an_assertion_for_somebody_else_too_opens_nothing(sender: Registered) -> None:
    """Another service that it was also made for could pass it on."""
    elsewhere = "https://elsewhere.example/token"
    ours = token_address()
    for audience in (
        [ours, elsewhere],
        [elsewhere, ours],
        [ours, ours],
        [],
        ours + "/",
        ours.upper(),
        ours[:-1],
        {ours: 1},
        1,
    ):
        refused = ask_token(assertion(sender, aud=audience))
        assert refused_for(refused) == LoginFault.WRONG_AUDIENCE, audience
    assert ask_token(assertion(sender, aud=ours)).status_code == 200
    # RFC 7519, 4.1.3: one audience may also be written as a list of one.
    assert ask_token(assertion(sender, aud=[ours])).status_code == 200


def test_T24_the_same_id_in_another_assertion_counts_once_per_sender(sender: Registered) -> None:
    assert ask_token(assertion(sender, jti="one")).status_code == 200
    assert refused_for(ask_token(assertion(sender, jti="one", exp=int(time.time()) + 100))) == LoginFault.REPLAYED
    # Also written differently: base64url lets the last character vary.
    text = assertion(sender, jti="two")
    assert ask_token(text).status_code == 200
    for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
        assert ask_token(text[:-1] + other).status_code in (401, 429)


@pytest.mark.parametrize("ends", ["NaN", "Infinity", "1e400"])
def test_T24_an_assertion_that_never_ends_opens_nothing(sender: Registered, ends: str) -> None:
    refused = ask_token(assertion(sender, exp=float(ends)))
    assert refused.status_code == 401
