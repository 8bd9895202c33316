"""The pages of a bulk act: choose, pick applications, check, what became of it (BEHAVIOUR U4)."""

import re
import uuid
from urllib.parse import parse_qsl

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from acts.errors import Changed, Refused
from audit import readings
from identity.actor import ActorRequest
from identity.rights import Permission
from ui.addresses import id_in
from ui.kept import keep_code, take_code
from ui.pages import page
from users.bulk import actions, runs
from users.bulk.forms import PickForm
from users.bulk.pages import TITLE, capacity_rows, check_of, runs_table, summary_of
from users.bulk.rules import GRANT_ACTS
from users.enums import BulkAct
from users.frame import Frame, framed
from users.list_references import filter_of, keep, query_string
from users.listing import PLAIN
from users.models import BulkRun

# Seconds after which the page of a run under way asks again.
RENEW = 5
_LONGEST_QUERY = 500
_PAGE = re.compile(r"[1-9][0-9]{0,4}")


@page(level="manage", methods=("GET", "POST"))
def begin(request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID) -> HttpResponse:
    """Keep what was chosen in the list and go on; what cannot be chosen leads back to the list, with the reason.

    A GET shows the actor's own bulk acts here.
    """
    frame = framed(request.actor, enterprise_id, capacity_id, Permission.ACCOUNT_SEE)
    if request.method == "GET":
        return render(
            request,
            "users/bulk_runs.html",
            {"frame": frame, "table": runs_table(request.actor, frame), "list": frame.address("users")},
        )
    query = {name: request.GET[name] for name in (*PLAIN, "f") if request.GET.get(name)}
    list_query = query_string(query)
    if len(list_query) > _LONGEST_QUERY:  # not one that the list made
        list_query = ""
    try:
        act = _act(request.POST.get("act", ""))
        if request.POST.get("all") == "filter":
            session = request.session.session_key
            wanted = filter_of(query, actor=request.actor, session=session, capacity=frame.capacity)
            run = runs.begin_filtered(
                actor=request.actor, capacity=frame.capacity, act=act, wanted=wanted, list_query=list_query
            )
        else:
            run = runs.begin_ticked(
                actor=request.actor, capacity=frame.capacity, act=act, ticked=_ids(request), list_query=list_query
            )
    except Refused as refusal:
        messages.error(request, str(refusal.sentence))
        return redirect(frame.address("users") + list_query)
    return redirect(frame.address("bulk-applications" if act in GRANT_ACTS else "bulk-check", run_id=run.public_id))


@page(level="manage", methods=("GET", "POST"))
def applications(
    request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID, run_id: uuid.UUID
) -> HttpResponse:
    """Pick the applications; to take away, only those that somebody chosen holds."""
    frame, run = _run(request, enterprise_id, capacity_id, run_id)
    if run.confirmed_at is not None or run.act not in GRANT_ACTS:
        return redirect(frame.address("bulk-check", run_id=run_id))
    if "cancel" in request.POST:
        return _cancelled(request, frame, run)
    offered = list(runs.pickable(run))
    initial = {"applications": [str(pk) for pk in run.applications]}
    form = PickForm(request.POST if request.method == "POST" else None, offered=offered, initial=initial)
    if form.is_valid():
        runs.pick(run, form.picked)
        return redirect(frame.address("bulk-check", run_id=run_id))
    context = {"frame": frame, "run": run, "form": form, "title": TITLE[run.act], "capacity_rows": capacity_rows(frame)}
    return render(request, "users/bulk_applications.html", context, status=422 if form.is_bound else 200)


@page(level="manage", methods=("GET", "POST"))
def check(request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID, run_id: uuid.UUID) -> HttpResponse:
    """Show whom it concerns, what changes and what does not; a POST confirms or cancels."""
    frame, run = _run(request, enterprise_id, capacity_id, run_id)
    result = frame.address("bulk-result", run_id=run_id)
    if run.confirmed_at is not None:
        return redirect(result)
    if run.act in GRANT_ACTS and not run.applications:
        return redirect(frame.address("bulk-applications", run_id=run_id))
    if "cancel" in request.POST:
        return _cancelled(request, frame, run)
    changed = None
    if request.method == "POST":
        try:
            code = actions.confirm(actor=request.actor, run=run, confirmed=request.POST.get("plan", ""))
            keep_code(request, run.public_id, code)
            _untick(request, frame, run)
            return redirect(result)
        except Changed as change:
            changed = change
    shown = check_of(request.actor, run, frame)
    readings.note(
        actor=str(request.actor.public_id),
        page="bulk-check",
        count=shown.shown if request.actor.shows_numbers else 0,
        enterprise=str(frame.capacity.enterprise.public_id),
        capacity=str(frame.capacity.public_id),
    )
    context = {
        "frame": frame,
        "check": shown,
        "plan": actions.plan_of(run),
        "capacity_rows": capacity_rows(frame),
        "changed": changed,
    }
    return render(request, "users/bulk_check.html", context, status=changed.status if changed else 200)


@page(level="manage")
def result(request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID, run_id: uuid.UUID) -> HttpResponse:
    """Show how far a run is, and at last what became of it: counts, and each row that was not done with its reason."""
    frame, run = _run(request, enterprise_id, capacity_id, run_id, with_rows=False)
    if run.confirmed_at is None:
        return redirect(frame.address("bulk-check", run_id=run_id))
    number = request.GET.get("page", "")
    code = take_code(request, run.public_id)
    summary = summary_of(run, int(number) if _PAGE.fullmatch(number) else 1)
    context = {
        "frame": frame,
        "summary": summary,
        "code": code if summary.is_under_way or summary.succeeded else "",
        "list": _list(frame, run),
        "cancel": frame.address("bulk-cancel", run_id=run_id),
    }
    response = render(request, "users/bulk_result.html", context)
    if summary.is_under_way:
        response["Refresh"] = str(RENEW)
    return response


@page(level="manage", methods=("POST",))
def cancel(request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID, run_id: uuid.UUID) -> HttpResponse:
    """Leave undone what is not done yet."""
    return _cancelled(request, *_run(request, enterprise_id, capacity_id, run_id, with_rows=False))


def _run(
    request: ActorRequest,
    enterprise_id: uuid.UUID,
    capacity_id: uuid.UUID,
    run_id: uuid.UUID,
    *,
    with_rows: bool = True,
) -> tuple[Frame, BulkRun]:
    frame = framed(request.actor, enterprise_id, capacity_id, Permission.ACCOUNT_SEE)
    return frame, runs.run_of(request.actor, frame.capacity, run_id, with_rows=with_rows)


def _cancelled(request: ActorRequest, frame: Frame, run: BulkRun) -> HttpResponse:
    if not runs.cancel(run):
        return redirect(frame.address("bulk-result", run_id=run.public_id))
    messages.info(request, _("Nothing was changed."))
    return redirect(_list(frame, run))


def _untick(request: ActorRequest, frame: Frame, run: BulkRun) -> None:
    """Lead back to the same search without ticks: they were for this act, and the next shall meet nobody unmeant."""
    actor, session, capacity = request.actor, request.session.session_key, frame.capacity
    try:
        wanted = filter_of(dict(parse_qsl(run.list_query[1:])), actor=actor, session=session, capacity=capacity)
        query = query_string(keep(actor=actor, session=session, capacity=capacity, wanted=wanted))
    except Refused:
        query = ""
    runs.lead_back(run, query)


def _list(frame: Frame, run: BulkRun) -> str:
    return frame.address("users") + run.list_query


def _act(text: str) -> BulkAct:
    if text not in BulkAct.values:
        raise Refused(_("Choose what to do with the users."), code="no_act")
    return BulkAct(text)


def _ids(request: ActorRequest) -> list[uuid.UUID]:
    """Return the ticked public ids; what is none counts as an account that is not here."""
    return [id_in(text) or uuid.uuid4() for text in request.POST.getlist("account")]
