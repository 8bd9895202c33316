"""`manage.py check_invariants` finds what no constraint can forbid, and nothing in the demo world."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from access_admins.models import ChiefRole
from csam_portal.invariants import broken
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


def test_a_capacity_without_access_administrator_is_found() -> None:
    account = Account.objects.get(person__insz=cast.THOMAS, ended_at=None)
    Account.objects.filter(pk=account.pk).update(ended_at=timezone.now(), ended_by=account.person)
    assert [line for line in broken() if str(account.capacity.public_id) in line]
