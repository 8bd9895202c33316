"""Queries that are made into SQL once (acts.prepared): what they return, and what they may not mix up."""

import uuid
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import acts.prepared
from acts.prepared import prepared
from enterprises.models import Capacity, Enterprise
from tests import cast

pytestmark = pytest.mark.django_db


@prepared
def _capacities(enterprise: Any, retired_at: Any) -> QuerySet[Capacity]:
    capacities = Capacity.objects.filter(enterprise__public_id=enterprise, activated_at__lt=timezone.now())
    return capacities.filter(retired_at=retired_at).select_related("kind").order_by("pk")


@prepared
def _names(**conditions: Any) -> QuerySet[Enterprise, tuple[Any, ...]]:
    return Enterprise.objects.filter(**conditions).order_by("number").values_list("number", "public_id")


def test_rows_are_those_of_the_query_with_what_it_joins() -> None:
    brasserie = Enterprise.objects.get(number=cast.BRASSERIE)
    expected = list(brasserie.capacities.filter(retired_at=None).order_by("pk"))
    assert expected
    for _again in range(2):
        found = _capacities(enterprise=brasserie.public_id, retired_at=None)
        assert found == expected
        with CaptureQueriesContext(connection) as queries:
            assert all(capacity.kind.code for capacity in found)
        assert len(queries) == 0


def test_none_is_another_statement_than_a_value() -> None:
    brasserie = Enterprise.objects.get(number=cast.BRASSERIE)
    capacity = brasserie.capacities.filter(retired_at=None).order_by("pk")[0]
    moment = timezone.now() + timedelta(seconds=1)
    Capacity.objects.filter(pk=capacity.pk).update(retired_at=moment, retired_by=F("activated_by"))
    assert capacity not in _capacities(enterprise=brasserie.public_id, retired_at=None)
    assert _capacities(enterprise=brasserie.public_id, retired_at=moment) == [capacity]


def test_ids_times_and_texts_come_back_as_python_has_them() -> None:
    brasserie = Enterprise.objects.get(number=cast.BRASSERIE)
    assert _names(public_id=brasserie.public_id) == [(cast.BRASSERIE, brasserie.public_id)]
    assert _names(public_id=uuid.uuid4()) == []
    assert _names(number=cast.BRASSERIE, public_id=brasserie.public_id) == [(cast.BRASSERIE, brasserie.public_id)]
    assert _names.first(number="' OR 1=1 --") is None
    assert _names.first(name__contains="100%_") is None


def test_the_name_of_a_condition_is_part_of_the_statement() -> None:
    assert _names(number__gt=cast.BRASSERIE) != _names(number__lt=cast.BRASSERIE)


def test_a_list_of_ids_is_one_value() -> None:
    every = list(Enterprise.objects.order_by("number").values_list("pk", "number"))
    for wanted in (every[:3], every[2:], every[:1], []):
        found = _names(pk__among=[pk for pk, _number in wanted])
        assert [number for number, _public_id in found] == [number for _pk, number in wanted]
    assert len([known for known in _names._known if ("pk__among", False) in known[1]]) == 1


def test_no_more_statements_are_kept_than_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts.prepared, "MOST", 2)
    anew = prepared(lambda **conditions: Enterprise.objects.filter(**conditions).order_by("number"))
    for name in ("number", "number__gt", "number__lt", "number__gte"):
        assert anew(**{name: "1"}) == list(Enterprise.objects.filter(**{name: "1"}).order_by("number"))
        assert len(anew._known) <= 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("most", [acts.prepared.MOST, 1])
def test_threads_ask_over_their_own_connections(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """Also while others make statements be forgotten."""
    monkeypatch.setattr(acts.prepared, "MOST", most)
    wanted = dict(Enterprise.objects.values_list("number", "public_id")[:8])
    wrong: list[Any] = []

    def ask(number: str, public_id: uuid.UUID) -> None:
        try:
            for name in ("number", "number__startswith", "number__endswith") * 20:
                wrong.extend(found for found in [_names(**{name: number})] if found != [(number, public_id)])
        finally:
            connection.close()

    threads = [Thread(target=ask, args=one) for one in wanted.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(wanted) > 1
    assert wrong == []
