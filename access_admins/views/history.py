"""The history of an enterprise, and its export (BEHAVIOUR H9)."""

import uuid
from collections.abc import Iterator
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from access_admins.actions.history import export_history
from access_admins.forms import HistoryForm
from access_admins.frame import EnterpriseFrame, framed_enterprise
from access_admins.history import (
    Line,
    Wanted,
    capacities_ever,
    events_page,
    exported,
    lines_of,
    person_in,
)
from access_admins.history_words import FILE_COLUMNS, file_cells, history_table
from access_admins.sentences import GROUPS
from enterprises.models import Capacity
from formats import csv
from identity.actor import ActorRequest
from identity.rights import Permission
from ui.addresses import id_in
from ui.pages import page

Query = dict[str, str]


@page(level="manage", methods=("GET", "POST"))
def history(request: ActorRequest, enterprise_id: uuid.UUID) -> HttpResponse:
    """Who did what, when; narrowed to a person, a capacity, a kind of event. What is searched for comes by POST."""
    frame = framed_enterprise(request.actor, enterprise_id, Permission.ENTERPRISE_HISTORY)
    capacities = capacities_ever(frame.enterprise)
    query, wanted = _wanted(request, frame, capacities)
    form = HistoryForm(request.POST if request.method == "POST" else None, initial=query, capacities=capacities)
    if request.method == "POST" and (address := _searched(form, frame, query)):
        return HttpResponseRedirect(address)
    after, before = _number(request.GET.get("after")), _number(request.GET.get("before"))
    found = events_page(frame.enterprise, wanted, after=after, before=before)
    context = {
        "frame": frame,
        "form": form,
        "person": wanted.person,
        "without_person": "?" + urlencode({name: value for name, value in query.items() if name != "person"}),
        "table": history_table(lines_of(found.rows, capacities), frame, query),
        "query": urlencode(query),
        **found.addresses(**query),
    }
    return render(request, "access_admins/history.html", context, status=422 if form.errors else 200)


@page(level="manage", methods=("POST",))
def history_export(request: ActorRequest, enterprise_id: uuid.UUID) -> StreamingHttpResponse:
    """The same events as a CSV file, streamed; that it was taken out is itself an event."""
    frame = framed_enterprise(request.actor, enterprise_id, Permission.ENTERPRISE_HISTORY)
    capacities = capacities_ever(frame.enterprise)
    query, wanted = _wanted(request, frame, capacities)
    export_history(actor=request.actor, enterprise=frame.enterprise, filtered=sorted(query))
    language = translation.get_language() or "nl"
    columns = [str(label) for label in FILE_COLUMNS]

    def rows() -> Iterator[list[str]]:
        for piece in _in_language(language, exported(frame.enterprise, wanted, capacities)):
            yield from piece

    response = StreamingHttpResponse(csv.lines(columns, rows()), content_type=csv.CONTENT_TYPE)
    name = _("history-%(number)s-%(day)s.csv") % {"number": frame.enterprise.number, "day": timezone.localdate()}
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _in_language(language: str, pieces: Iterator[list[Line]]) -> Iterator[list[list[str]]]:
    """Word each piece in the reader's language, which is no longer set while a file streams."""
    while True:
        with translation.override(language):
            piece = next(pieces, None)
            if piece is None:
                return
            cells = [file_cells(line) for line in piece]
        yield cells


def _wanted(request: ActorRequest, frame: EnterpriseFrame, capacities: list[Capacity]) -> tuple[Query, Wanted]:
    """What the address asks for, as far as it is there: a capacity of another enterprise is none of this one's."""
    person_id, capacity_id = id_in(request.GET.get("person")), id_in(request.GET.get("capacity"))
    person = person_in(frame.enterprise, public_id=person_id) if person_id else None
    capacity = next((one for one in capacities if one.public_id == capacity_id), None)
    group = request.GET.get("group", "")
    wanted = Wanted(person, capacity, group if group in GROUPS else "")
    query = {
        "person": str(person.public_id) if person else "",
        "capacity": str(capacity.public_id) if capacity else "",
        "group": wanted.group,
    }
    return {name: value for name, value in query.items() if value}, wanted


def _searched(form: HistoryForm, frame: EnterpriseFrame, query: Query) -> str:
    """The address of what was searched for; "" where the form has an error."""
    if not form.is_valid():
        return ""
    answers = form.cleaned_data
    new = {"capacity": answers["capacity"], "group": answers["group"], "person": query.get("person", "")}
    if answers["insz"]:
        person = person_in(frame.enterprise, insz=answers["insz"])
        if person is None:
            form.add_error("insz", _("The history of this enterprise does not speak of a person with this number."))
            return ""
        new["person"] = str(person.public_id)
    return f"{frame.address('history')}?{urlencode({name: value for name, value in new.items() if value})}"


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0
