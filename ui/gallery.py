"""Every component in every state on one page, to look at while making pages; not there in production."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ui.components import Column, Row, Table
from ui.forms import (
    DateField,
    EmailField,
    EnterpriseNumberField,
    InszField,
    PasswordField,
    PortalForm,
    TelephoneField,
)
from ui.pages import public_page


class Asked(PortalForm):
    """Every kind of field."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    insz = InszField(label=gettext_lazy("National register number"))
    enterprise_number = EnterpriseNumberField(label=gettext_lazy("Enterprise number"))
    email = EmailField(label=gettext_lazy("E-mail"))
    telephone = TelephoneField(label=gettext_lazy("Telephone"), required=False)
    birth = DateField(label=gettext_lazy("Date"))
    password = PasswordField(label=gettext_lazy("Password"))
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=[("nl", "Nederlands"), ("fr", "Français")])
    remark = forms.CharField(label=gettext_lazy("Remark"), max_length=1000, widget=forms.Textarea, required=False)
    rights = forms.MultipleChoiceField(
        label=gettext_lazy("Secured applications"),
        choices=[("dmfa", "DmfA"), ("dimona", "DIMONA")],
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("At least one."),
    )
    file = forms.FileField(label=gettext_lazy("Certificate"), max_length=200, required=False)
    agreed = forms.BooleanField(label=gettext_lazy("Yes, I confirm"))


class Branching(PortalForm):
    """A choice whose last option asks more."""

    who = forms.ChoiceField(
        label=gettext_lazy("Chief Access Manager"),
        choices=[("self", "An Peeters"), ("other", gettext_lazy("Other person"))],
        widget=forms.RadioSelect,
    )
    other_insz = InszField(label=gettext_lazy("National register number"))


MISTAKEN = {
    "mistaken-name": "", "mistaken-insz": "70.03.14-998.74", "mistaken-enterprise_number": "2.999.000.104",
    "mistaken-email": "an.peeters", "mistaken-telephone": "12", "mistaken-language": "fr", "mistaken-rights": [],
}  # fmt: skip


@public_page()
def gallery(request: HttpRequest) -> HttpResponse:
    """The components with made-up people."""
    return render(request, "ui/gallery.html", {
        "asked": Asked(prefix="asked"),
        "mistaken": Asked(MISTAKEN, prefix="mistaken"),
        "branching": Branching(prefix="branching"),
        "rows": [
            Row(_("Enterprise number"), "0999.000.129"),
            Row(_("Name"), "Atelier Noord BV", change="#summary"),
            Row(_("E-mail"), "een.heel.lang.adres.zonder.einde@atelier-noord-antwerpen.example", change="#summary-list"),
        ],
        "table": _table(),
        "changed": {"sentence": _("Nothing was done."), "who": "", "when": None},
        "steps": [_("Enterprise"), _("Chief Access Manager"), _("Check"), _("Done")],
        "menu": [(_("States"), [("gallery", "#states", _("States")), ("other", "#data", _("Data"))])],
        "items": [("forms", _("Forms")), ("states", _("States")), ("data", _("Data"))],
    })  # fmt: skip


def _table() -> Table:
    def tag(text: Any, kind: str) -> str:
        return render_to_string("ui/tag.html", {"text": text, "kind": kind})

    def number(text: str) -> str:
        return format_html('<span class="number">{}</span>', text)

    return Table(
        caption=_("Users"),
        columns=[
            Column(_("Name"), "#data", "ascending"),
            Column(_("First name"), "#table"),
            Column("INSZ"),
            Column(_("Status")),
        ],
        rows=[
            ["El Amrani", "Karim", number("90.01.30-997.97"), tag(_("active"), "success")],
            ["Müller", "Jonas", number("88.12.12-997.90"), tag(_("blocked"), "error")],
            ["Wałęsa-Van den Broeck", "Øyvind", number("95.07.07-998.60"), tag(_("first login to come"), "quiet")],
        ],
    )
