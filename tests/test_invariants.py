"""`manage.py check_invariants` finds what no constraint can forbid, and nothing in the demo world."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from access_admins.models import ChiefRole
from csam_portal.invariants import broken
from identity.models import Person
from senders.models import Carried, Channel, Sender
from tests import cast
from users.models import Account

pytestmark = pytest.mark.django_db


def test_the_demo_world_breaks_none() -> None:
    assert list(broken()) == []


def test_an_enterprise_without_chief_is_found() -> None:
    role = ChiefRole.objects.get(enterprise__number=cast.TRANSPORT, kind="HTB", ended_at=None)
    ChiefRole.objects.filter(pk=role.pk).update(ended_at=timezone.now(), ended_by=role.person)
    assert any(str(role.enterprise.public_id) in line for line in broken())
    with pytest.raises(CommandError):
        call_command("check_invariants")


def test_an_application_of_a_sender_without_preferred_channel_is_found() -> None:
    row = Carried.objects.filter(ended_at=None)[0]
    Carried.objects.filter(pk=row.pk).update(is_preferred=False)
    assert [line for line in broken() if str(row.sender.public_id) in line and "preferred" in line]


def test_what_works_on_an_ended_sender_is_found() -> None:
    sender = Sender.objects.filter(ended_at=None)[0]
    Sender.objects.filter(pk=sender.pk).update(ended_at=timezone.now(), ended_by=sender.created_by)
    channel = Channel.objects.get(sender=sender)
    Channel.objects.filter(pk=channel.pk).update(ended_at=timezone.now(), ended_by=sender.created_by)
    rules = {line.split(":")[0] for line in broken()}
    assert rules == {"a certificate in use on an ended channel", "a sshkey in use on an ended channel"}
    Channel.objects.filter(pk=channel.pk).update(ended_at=None, ended_by=None)
    assert [line for line in broken() if str(channel.public_id) in line]


def test_a_capacity_without_access_administrator_is_found() -> None:
    account = Account.objects.get(person__insz=cast.THOMAS, ended_at=None)
    Account.objects.filter(pk=account.pk).update(ended_at=timezone.now(), ended_by=account.person)
    assert [line for line in broken() if str(account.capacity.public_id) in line]


def test_U7_an_ended_account_that_still_holds_an_application_is_found() -> None:
    account = Account.objects.get(person__insz=cast.NOOR, ended_at=None)
    Account.objects.filter(pk=account.pk).update(ended_at=timezone.now(), ended_by=account.person)
    assert [line for line in broken() if str(account.public_id) in line]


def test_T2_means_set_aside_that_open_something_are_found() -> None:
    person = Person.objects.get(insz=cast.KARIM)
    Person.objects.filter(pk=person.pk).update(means_set_aside_at=timezone.now())
    assert list(broken()) == [f"means that are set aside and open something: {person.public_id}"]
    Person.objects.filter(pk=person.pk).update(password="!", email="")
    assert list(broken()) == []
