"""M1, M10: two at the same moment, with real threads and real commits: one sender per capacity, one owner of a name."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from csam_portal.invariants import broken
from senders.models import Carried, Channel, Sender, TechnicalUser
from tests import cast, sending
from tests.conftest import LogIn
from tests.test_appointing_together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def confirmation(client: Client, check: str) -> Callable[[], Any]:
    """What confirms a check page as it stands now."""
    plan = sending.plan(client, check)
    return lambda: client.post(check, {"plan": plan})


def to_check(client: Client, kind: str = "sftp", name: str = "TEST012") -> str:
    return sending.to_check(client, sending.contact(client), kind, "publiato", name=name)


def test_M1_two_senders_at_once_in_one_capacity_make_one(log_in: LogIn) -> None:
    tabs = [log_in(cast.SOPHIE), log_in(cast.SOPHIE)]
    answers = at_once(
        confirmation(tabs[0], to_check(tabs[0], name="FIRST12")),
        confirmation(tabs[1], to_check(tabs[1], name="SECOND12")),
    )
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    sender = Sender.objects.get(capacity=sending.capacity_of())
    assert Channel.objects.get(sender=sender)
    assert TechnicalUser.objects.filter(name__in=["EXPFIRST12", "EXPSECOND12"]).count() == 1
    loser = next(answer for answer in answers if answer.status_code == 409).content.decode()
    assert sender.number in loser and "Sophie Lambert" in loser
    assert list(broken()) == []


def test_M2_a_double_click_makes_one_sender(log_in: LogIn) -> None:
    client = log_in(cast.SOPHIE)
    click = confirmation(client, to_check(client))
    answers = at_once(click, click)
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Sender.objects.filter(capacity=sending.capacity_of()).count() == 1


def test_M10_the_same_technical_user_name_at_once_goes_to_one(log_in: LogIn) -> None:
    """In two enterprises, so that no lock keeps them apart: the unique index does."""
    sophie, karim = log_in(cast.SOPHIE), log_in(cast.KARIM)
    elsewhere = sending.capacity_of(cast.TRANSPORT)
    other = sending.post(karim, sending.address("sender-register-begin", elsewhere), **sending.CONTACT)
    answers = at_once(
        confirmation(sophie, to_check(sophie, name="SAME1234")),
        confirmation(karim, sending.to_check(karim, other, "sftp", "publiato", name="SAME1234")),
    )
    assert sorted(answer.status_code for answer in answers) in ([302, 409], [302, 422])
    assert TechnicalUser.objects.filter(name="EXPSAME1234").count() == 1
    assert Sender.objects.filter(capacity__in=[sending.capacity_of(), elsewhere]).count() == 1
    assert list(broken()) == []


def test_M6_two_channels_at_once_leave_one_preferred(log_in: LogIn) -> None:
    tabs = [log_in(cast.SOPHIE), log_in(cast.SOPHIE)]
    sending.register(tabs[0], "sftp", "publiato")
    ftp = sending.post(tabs[0], sending.begin_add(tabs[0], "ftp"), **_preferring("ftp"))
    ftp = sending.post(tabs[0], ftp, **sending.user_data("ftp", "ADDED34"))
    wbs = sending.post(tabs[1], sending.begin_add(tabs[1], "wbs"), **sending.channel_data("wbs"))
    answers = at_once(confirmation(tabs[0], ftp), confirmation(tabs[1], wbs))
    assert sorted(answer.status_code for answer in answers) == [302, 409], (
        "the second saw another sender than there is now"
    )
    rows = Carried.objects.filter(sender__capacity=sending.capacity_of(), ended_at=None)
    assert rows.filter(is_preferred=True).count() == rows.values("application").distinct().count()
    assert list(broken()) == []


def _preferring(kind: str) -> dict[str, Any]:
    return sending.channel_data(kind, "publiato", **{f"preferred_{sending.application('publiato').pk}": kind})
