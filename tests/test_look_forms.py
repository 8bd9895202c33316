"""Forms: what was typed comes back, errors lead to their field, fields read every notation (BEHAVIOUR E3, E7, S2)."""

import re
from collections.abc import Iterator

import pytest
from django import forms
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from ui.forms import DateField, EmailField, EnterpriseNumberField, InszField, PasswordField, PortalForm, TelephoneField
from ui.gallery import MISTAKEN, Asked
from ui.templatetags import ui as filters


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


class Numbers(PortalForm):
    insz = InszField(label="National register number", required=False)
    enterprise_number = EnterpriseNumberField(label="Enterprise number", required=False)
    telephone = TelephoneField(label="Telephone", required=False)
    email = EmailField(label="E-mail", required=False)


def asked(**answers: str) -> Numbers:
    return Numbers(answers)


@pytest.mark.parametrize("typed", ["70.03.14-998.73", "70031499873", " 700314 99873 ", "70/03/14 998-73"])
def test_an_INSZ_is_read_in_any_notation(typed: str) -> None:
    form = asked(insz=typed)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["insz"] == "70031499873"


@pytest.mark.parametrize("typed", ["0999.000.129", "BE 0999 000 129", "be0999000129", "999000129", "999.000.129"])
def test_S2_an_enterprise_number_is_read_in_any_notation(typed: str) -> None:
    form = asked(enterprise_number=typed)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["enterprise_number"] == "0999000129"


@pytest.mark.parametrize(
    ("typed", "code"),
    [("0999.000.128", "invalid"), ("12", "invalid"), ("2.999.000.171", "establishment"), ("x" * 20, "invalid")],
)
def test_S2_each_wrong_enterprise_number_has_its_own_sentence(typed: str, code: str) -> None:
    form = asked(enterprise_number=typed)
    assert [error.code for error in form.errors.as_data()["enterprise_number"]] == [code]
    assert form.errors["enterprise_number"] == [EnterpriseNumberField.default_error_messages[code]]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("02 511 51 51", "+32 2 511 51 51"),
        ("0470/12.34.56", "+32 470 12 34 56"),
        ("+33 1 44 55 66 77", "+33 1 44 55 66 77"),
        ("", ""),
    ],
)
def test_a_telephone_number_is_kept_in_the_international_notation(typed: str, kept: str) -> None:
    form = asked(telephone=typed)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["telephone"] == kept


@pytest.mark.parametrize("field", ["insz", "enterprise_number", "telephone", "email"])
@pytest.mark.parametrize("typed", ["\x00", "7\x000", "9" * 1_000_000, "\ud800", "٠٩٩٩٠٠٠١٢٩", "<script>", "²³"])
def test_E7_what_no_field_can_use_is_an_error_at_the_field(field: str, typed: str) -> None:
    form = asked(**{field: typed})
    assert not form.is_valid()
    assert set(form.errors) == {field}


@given(st.text(max_size=60))
def test_E7_nothing_that_is_typed_breaks_a_field(typed: str) -> None:
    with translation.override("en"):
        asked(insz=typed, enterprise_number=typed, telephone=typed, email=typed).is_valid()


def test_E3_every_error_links_to_an_input_that_can_take_the_focus() -> None:
    form = Asked(MISTAKEN, prefix="mistaken")
    html = render_to_string("ui/error_summary.html", {"form": form}) + str(form)
    targets = re.findall(r'<li><a href="#([^"]+)"', html)
    assert len(targets) == 9
    for target in targets:
        assert re.search(rf'<(input|select|textarea)[^>]*\sid="{re.escape(target)}"', html), target


def test_E3_the_error_stands_at_its_field_and_is_read_with_it() -> None:
    html = str(asked(insz="1"))
    assert 'aria-describedby="id_insz_helptext id_insz_error"' in html
    assert 'aria-invalid="true"' in html
    assert re.search(
        r'id="id_insz_error"><span class="govuk-visually-hidden">Error:</span> This is not a possible', html
    )


def test_what_was_typed_comes_back_except_a_password() -> None:
    class Login(PortalForm):
        user_name = forms.CharField(max_length=150)
        password = PasswordField()
        code = InszField()

    html = str(Login({"user_name": "<An>", "password": "a secret", "code": "7"}))
    assert 'value="&lt;An&gt;"' in html
    assert 'value="7"' in html
    assert "a secret" not in html


def test_E3_the_title_says_that_there_are_errors() -> None:
    page = engines["django"].from_string('{% extends "base.html" %}{% block title %}Page{% endblock %}')
    request = RequestFactory().get("/en/")
    request.session = {}  # type: ignore[assignment]  # messages ask for one
    assert "<title>Page - CSAM</title>" in page.render({"form": asked()}, request)
    assert "<title>Error: Page - CSAM</title>" in page.render({"form": asked(insz="1")}, request)


def test_keyboards_and_browsers_know_what_is_asked() -> None:
    html = str(asked())
    assert html.count('inputmode="numeric"') == 2
    assert 'type="tel"' in html
    assert 'autocomplete="tel"' in html
    assert 'autocomplete="email"' in html
    assert html.count("maxlength=") == 4
    assert 'autocomplete="off"' in str(EmailField(is_own=False).widget.render("e", "", {}))


def test_a_field_that_must_be_filled_in_says_so_with_its_own_name() -> None:
    form = Asked({}, prefix="x")
    assert form.errors["name"] == ["Fill in “Name”."]
    assert '<span class="required" aria-hidden="true">&nbsp;*</span>' in form["name"].as_field_group()
    assert 'aria-required="true"' in form["name"].as_field_group()


def test_choices_stand_under_one_legend_with_inputs_as_large_as_a_thumb() -> None:
    html = Asked(prefix="x")["rights"].as_field_group()
    assert html.count("<legend") == 1
    assert html.count('class="govuk-checkboxes__input"') == 2
    assert html.count("<label") == 2


def test_a_text_field_without_a_limit_is_refused_when_the_form_is_made() -> None:
    class Endless(PortalForm):
        text = forms.CharField()

    with pytest.raises(TypeError, match=r"Endless\.text"):
        Endless()


@pytest.mark.parametrize("typed", ["2026-03-14", "14-03-2026", "14/03/2026", "14.3.2026"])
def test_a_day_can_be_chosen_or_typed(typed: str) -> None:
    assert DateField().clean(typed).isoformat() == "2026-03-14"


@pytest.mark.parametrize(
    ("typed", "kind"),
    [("2026-03-14", "date"), ("", "date"), ("14-03-2026", "text"), ("never", "text"), ("2026-3-4", "text")],
)
def test_E3_what_is_no_date_comes_back_where_it_can_be_read(typed: str, kind: str) -> None:
    class Days(PortalForm):
        day = DateField(label="Day")

    shown = str(Days({"day": typed})["day"])
    assert f'type="{kind}"' in shown
    assert f'value="{typed}"' in shown


def test_E4_numbers_are_shown_in_groups_or_masked() -> None:
    assert filters.insz("70031499873") == "70.03.14-998.73"
    assert filters.insz_masked("70031499873") == "••.••.••-998.73"
    assert filters.enterprise_number("0999000129") == "0999.000.129"
    assert filters.insz(None) == filters.insz_masked("") == filters.enterprise_number(None) == ""


@pytest.mark.parametrize(
    ("language", "shown"), [("nl", "14 maart 2026"), ("fr", "14 mars 2026"), ("de", "14. März 2026")]
)
def test_E8_a_day_is_written_in_the_persons_language(language: str, shown: str) -> None:
    with translation.override(language):
        assert filters.day(DateField().clean("2026-03-14")) == shown
