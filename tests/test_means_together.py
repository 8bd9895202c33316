"""Two at the same moment: a code, a user name, an activation serve once (BEHAVIOUR L3, L7). Real threads, real commits."""

import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.utils import timezone
from time_machine import travel

from acts.act import perform
from acts.errors import ActError, Missing
from identity import codes
from identity.actions.activation import NewMeans, activate, followed, open_activation
from identity.actions.passwords import choose_user_name
from identity.actor import Actor, portal_actor
from identity.enums import Means
from identity.models import Activation, Person
from identity.people import person_of
from tests import cast, delegating
from tests.logging_in import (
    NEW_PASSWORD,
    code_of,
    link_in,
    mails_to,
    person_called,
    set_up_app,
    with_first_password,
)

pytestmark = pytest.mark.django_db(transaction=True)


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Make the calls at the same moment, each in a thread; return what each returned, or the error of the act it raised."""
    answers: list[Any] = []
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> None:
        start.wait()
        try:
            answers.append(call())
        except ActError as refusal:
            answers.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.parametrize("means", [Means.TOTP, Means.TOKEN])
def test_L3_a_code_given_twice_at_once_is_taken_once(means: Means) -> None:
    person = person_called("kelamrani")
    listed = codes.new_codes()
    codes.put_codes(person, listed)
    key = set_up_app(person)
    with travel(timezone.now(), tick=False):
        code = code_of(key) if means is Means.TOTP else listed[0]
        answers = together(*[lambda: codes.accepts(person, means, code)] * 4)
    assert answers.count(True) == 1


def test_U8_a_user_name_chosen_by_two_at_once_is_one_persons() -> None:
    people = [
        person_of(insz=insz, last_name="X", first_names="Y", language="nl") for insz in (cast.AN, cast.LUC, cast.JONAS)
    ]

    def choose(person: Person) -> None:
        actor = Actor(person, level=500, means=Means.EID, proved_at=time.time())
        choose_user_name(actor=actor, user_name="the.same", password=NEW_PASSWORD)

    answers = together(*[lambda person=person: choose(person) for person in people])
    assert answers.count(None) == 1
    assert Person.objects.filter(user_name_key="the.same").count() == 1


def ingrid() -> Person:
    return person_of(insz=cast.INGRID, last_name="De Smet", first_names="Ingrid", language="nl")


def opened(enterprise: uuid.UUID) -> Activation:
    """Open an activation for Ingrid De Smet, and follow its link."""
    with perform("test", actor=portal_actor(), chain="portal") as act:
        act.event()
        open_activation(
            act, person=ingrid(), enterprise_public_id=enterprise, address="ingrid@example.be", language="nl"
        )
    activation = followed(link_in(mails_to("ingrid@example.be")[0]).rsplit("/", 1)[1])
    assert activation is not None
    return activation


def test_L7_an_activation_finished_twice_at_once_serves_once() -> None:
    activation = opened(uuid.uuid4())

    def finish(number: int) -> str:
        means = NewMeans(f"ingrid{number}", make_password(NEW_PASSWORD), token_codes=tuple(codes.new_codes()))
        return activate(activation=activation, means=means).user_name or ""

    answers = together(*[lambda number=number: finish(number) for number in range(3)])
    won = [answer for answer in answers if isinstance(answer, str)]
    assert len(won) == 1
    assert Person.objects.get(insz=cast.INGRID).user_name == won[0]
    assert codes.codes_left(Person.objects.get(insz=cast.INGRID)) == 24


def test_L7_a_device_set_twice_at_once_is_set_once() -> None:
    """An app in one browser, a list in two others: whoever comes later finds nothing lacking."""
    enterprise = delegating.account(cast.BRASSERIE, cast.INGRID).capacity.enterprise.public_id
    with_first_password(ingrid(), enterprise, user_name="idesmet")
    activation = opened(enterprise)
    app = NewMeans("idesmet", app_key=codes.new_key())
    lists = [NewMeans("idesmet", token_codes=tuple(codes.new_codes())) for _browser in range(2)]
    answers = together(*[lambda means=means: activate(activation=activation, means=means) for means in (app, *lists)])
    assert [isinstance(answer, Missing) for answer in answers].count(True) == 2
    assert len(codes.means_of(ingrid())) == 1
