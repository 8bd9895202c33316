"""Two members of the desk at the same moment, with real threads and real commits (BEHAVIOUR X7, X8)."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from access_admins.models import ChiefRole
from htb.models import RefusalTemplate, Request
from tests import cast
from tests.requesting import SCAN, demo_request, desk
from tests.test_appointing_together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def post(client: Client, address: str, answers: dict[str, Any]) -> Any:
    return client.post(address, answers)


def test_X7_one_approves_and_one_refuses_at_once_and_the_second_is_told() -> None:
    case = demo_request()
    Request.objects.filter(pk=case.pk).update(
        state="received",
        scan=SCAN,
        scan_sha256="0" * 64,
        code_check="same",
        received_at=timezone.now(),
        received_by=Request.objects.get(pk=case.pk).steps.get().by,
    )
    one, two = desk("eranova1"), desk("eranova2")
    address = f"/admin/htb/request/{case.pk}/change/"
    post(one, address, {"act": "open"})
    seen = one.get(address).context["seen"]
    reason = RefusalTemplate.objects.get(code="no-original").pk
    responses = at_once(
        lambda: post(one, address, {"act": "approve", "seen": seen, "reason": "Brief"}),
        lambda: post(two, address, {"act": "refuse", "seen": seen, "template": reason}),
    )
    assert sorted(response.status_code for response in responses) == [302, 409]
    loser = next(response.content.decode() for response in responses if response.status_code == 409)
    assert "Meanwhile, on " in loser
    case.refresh_from_db()
    assert ChiefRole.objects.filter(enterprise__number=cast.BUURTHUIS).exists() == (case.state == "approved")
    assert case.steps.count() == 2
