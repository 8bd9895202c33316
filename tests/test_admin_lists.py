"""What the addresses of the admin's lists may ask (BEHAVIOUR E4, E7, E9)."""

import pytest
from django.contrib import admin
from django.db.models import CharField, Model, TextField
from django.test import Client
from django.urls import reverse

from tests.logging_in import person_called
from tests.requesting import desk

pytestmark = pytest.mark.django_db

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.fixture
def operator() -> Client:
    """Somebody who may see every list but the desk's."""
    person = person_called("eranova3")
    person.groups.clear()
    person.is_superuser = True
    person.save(update_fields=["is_superuser"])
    return desk("eranova3")


def browser_of(operator: Client, model: str) -> Client:
    """Return the browser of somebody who sees a model's list: the queue is the desk's alone."""
    return desk("eranova1") if model == "htb.request" else operator


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_E9_a_list_answers_no_lookup_but_those_of_its_filters(operator: Client, model: type[Model]) -> None:
    operator = browser_of(operator, model._meta.label_lower)
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    assert operator.get(address).status_code == 200
    texts = [field.name for field in model._meta.get_fields() if isinstance(field, CharField | TextField)]
    for asked in [*texts, "groups__user__password"]:
        for lookup in (f"{asked}__startswith=a", f"{asked}__regex=("):
            assert operator.get(f"{address}?{lookup}").status_code == 400, lookup


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("identity/person", "password__startswith=argon2"),
        ("identity/person", "password=x"),
        ("htb/request", "applicant_insz__startswith=59"),
        ("htb/request", "ticket__regex=("),
    ],
)
def test_E9_no_list_tells_what_a_secret_begins_with(operator: Client, address: str, asked: str) -> None:
    assert browser_of(operator, address.replace("/", ".")).get(f"/admin/{address}/?{asked}").status_code == 400


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_E9_what_a_filter_offers_is_answered(operator: Client, model: type[Model]) -> None:
    operator = browser_of(operator, model._meta.label_lower)
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    for spec in operator.get(address).context["cl"].filter_specs:
        for choice in spec.choices(operator.get(address).context["cl"]):
            assert operator.get(address + choice["query_string"]).status_code == 200, choice


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_T17_a_search_for_two_thousand_words_is_answered(operator: Client, model: type[Model]) -> None:
    """A database falls over as many conditions; more than eight words nobody looks for."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    browser = browser_of(operator, model._meta.label_lower)
    for words in ("a " * 2_000, '"' * 4_000, "a" * 4_000):
        assert browser.get(address, {"q": words}).status_code == 200
