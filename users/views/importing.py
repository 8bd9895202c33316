"""The pages of an import: the file, what it would change, what it changed, and back (BEHAVIOUR U9)."""

import re
import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from acts.attempts import attempt, refuse
from acts.errors import ActError, Changed, Refused, TooMany
from identity.actor import ActorRequest
from identity.limits import spend
from identity.rights import Permission
from ui.models import Run
from ui.pages import file_of, page
from users.frame import Frame, framed
from users.list_page import applications_of
from users.sheet import actions, runs
from users.sheet.columns import DELETE, STATES
from users.sheet.forms import PlanForm, SheetForm
from users.sheet.pages import check_of, done_of, in_short, problems_of
from users.sheet.reading import MOST_BYTES
from users.sheet.runs import Begun

_PAGE = re.compile(r"[1-9][0-9]{0,4}")


@page(level="manage", methods=("GET", "POST"), body=file_of(MOST_BYTES))
def upload(request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID) -> HttpResponse:
    """Ask for the file; say line by line what is wrong with it, or go on to what it would change."""
    frame = framed(request.actor, enterprise_id, capacity_id, Permission.ACCOUNT_IMPORT)
    if request.method != "POST":
        return _upload_page(request, frame, SheetForm())
    form = SheetForm(request.POST, request.FILES)
    begun, status = None, 422
    try:
        spend(("upload.actor", str(request.actor.public_id)))
        if form.is_valid():
            begun = runs.begin(actor=request.actor, capacity=frame.capacity, content=form.cleaned_data["file"])
    except (Refused, TooMany) as refusal:
        status = refuse(form, refusal, "file")
    if begun is not None and begun.run is not None:
        return redirect(frame.address("users-import-run", run_id=begun.run.public_id))
    if begun is not None and begun.problems:
        form.add_error("file", in_short(begun.problems))
    elif begun is not None:
        status = 200
    return _upload_page(request, frame, form, begun, status=status)


@page(level="manage", methods=("GET", "POST"))
def show(request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID, run_id: uuid.UUID) -> HttpResponse:
    """Show what would change, or what became of it; a POST confirms or cancels."""
    frame, run = _run(request, enterprise_id, capacity_id, run_id)
    if run.finished_at is not None:
        return _done_page(request, frame, run)
    if "cancel" in request.POST:
        if not runs.drop(run):
            return redirect(request.path)
        messages.info(request, _("Nothing was changed."))
        return redirect(frame.address("users"))
    form, status, changed = PlanForm(), 200, None
    if request.method == "POST":
        form = PlanForm(request.POST)
        tried = attempt(
            form,
            lambda: actions.import_accounts(
                actor=request.actor, capacity=frame.capacity, run=run, confirmed=form.cleaned_data["plan"]
            ),
        )
        if tried.done:
            return redirect(request.path)
        status, changed = tried.status, tried.changed
    number = request.GET.get("page", "")
    check = check_of(request.actor, frame.capacity, run, int(number) if _PAGE.fullmatch(number) else 1)
    context = {"frame": frame, "check": check, "changed": changed, "form": form}
    return render(request, "users/import_check.html", context, status=status)


@page(level="manage", methods=("POST",))
def undo(request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID, run_id: uuid.UUID) -> HttpResponse:
    """Put everything back."""
    frame, run = _run(request, enterprise_id, capacity_id, run_id)
    address = frame.address("users-import-run", run_id=run_id)
    if run.finished_at is None:
        return redirect(address)
    try:
        actions.undo_import(actor=request.actor, capacity=frame.capacity, run=run)
    except (Changed, Refused) as refusal:
        return _done_page(request, frame, run, refusal)
    return redirect(address)


def _run(
    request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID, run_id: uuid.UUID
) -> tuple[Frame, Run]:
    frame = framed(request.actor, enterprise_id, capacity_id, Permission.ACCOUNT_IMPORT)
    return frame, runs.find(request.actor, frame.capacity, run_id)


def _upload_page(
    request: ActorRequest, frame: Frame, form: SheetForm, begun: Begun | None = None, *, status: int = 200
) -> HttpResponse:
    context = {
        "frame": frame,
        "form": form,
        "begun": begun,
        "problems": problems_of(begun.problems, _("Mend this in the file")) if begun is not None else None,
        "states": [word for state, word in STATES.items() if state != DELETE],
        "delete": STATES[DELETE],
        "applications": [one for one in applications_of(frame.capacity) if one.retired_at is None],
        "recent": [
            (one.finished_at, frame.address("users-import-run", run_id=one.public_id))
            for one in runs.recent(request.actor, frame.capacity)
        ],
    }
    return render(request, "users/import.html", context, status=status)


def _done_page(request: ActorRequest, frame: Frame, run: Run, refusal: ActError | None = None) -> HttpResponse:
    context = {
        "frame": frame,
        "done": done_of(request.actor, frame.capacity, run),
        "refusal": refusal,
        "users": frame.address("users"),
        "undo": frame.address("users-import-undo", run_id=run.public_id),
    }
    return render(request, "users/import_done.html", context, status=refusal.status if refusal else 200)
