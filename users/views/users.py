"""The users of a capacity: the list, its search, the ticks that are kept from page to page (BEHAVIOUR U1)."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from acts.errors import Refused
from audit import readings
from identity.actor import ActorRequest
from identity.rights import Permission
from ui.addresses import id_in
from ui.pages import page
from users.adding.forms import person_form
from users.filter_form import FilterForm
from users.frame import Frame, framed
from users.list_page import Asked, UsersList, applications_of, read_list
from users.list_references import filter_of, keep, query_string, reference_of
from users.listing import Filter

# The session's place for the last search in each capacity: the list comes back as it was left.
_SEARCHES = "searches"
_MOST_SEARCHES = 20


@page(level="manage", methods=("GET", "POST"))
def users(request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID) -> HttpResponse:
    """Show the list; a POST searches. Without a query: as the last search here left it."""
    frame = framed(request.actor, enterprise_id, capacity_id, Permission.ACCOUNT_SEE)
    if request.method == "POST":
        return _search(request, frame)
    if not request.GET and (left := request.session.get(_SEARCHES, {}).get(str(capacity_id))):
        return redirect(frame.address("users") + left)
    try:
        reference = reference_of(
            request.GET.dict(), actor=request.actor, session=request.session.session_key, capacity=frame.capacity
        )
    except Refused as forgotten:
        messages.warning(request, str(forgotten.sentence))
        _leave(request, frame, "")
        return redirect(frame.address("users"))
    shown = read_list(request.actor, frame, Asked.of(request.GET.dict(), reference))
    form = FilterForm(initial=vars(shown.asked.wanted), applications=applications_of(frame.capacity))
    readings.note(
        actor=str(request.actor.public_id),
        page="users",
        count=len(shown.page.rows) if request.actor.shows_numbers else 0,
        enterprise=str(frame.capacity.enterprise.public_id),
        capacity=str(frame.capacity.public_id),
    )
    return _page(request, frame, form, shown)


@page(level="manage", methods=("POST",))
def keep_ticks(request: ActorRequest, enterprise_id: uuid.UUID, capacity_id: uuid.UUID) -> HttpResponse:
    """Keep what is ticked and go on to the page of the list that the address asks for; `clear` takes all ticks away."""
    frame = framed(request.actor, enterprise_id, capacity_id, Permission.ACCOUNT_SEE)
    query = request.GET.dict()
    session = request.session.session_key
    wanted = filter_of(query, actor=request.actor, session=session, capacity=frame.capacity)
    ticked = [] if "clear" in request.POST else _ids(request.POST)
    kept = keep(actor=request.actor, session=session, capacity=frame.capacity, wanted=wanted, ticked=ticked)
    place = {name: query[name] for name in ("sort", "after", "before", "page") if query.get(name)}
    return redirect(frame.address("users") + query_string({**kept, **place}))


def _search(request: ActorRequest, frame: Frame) -> HttpResponse:
    form = FilterForm(request.POST, applications=applications_of(frame.capacity))
    if "clear" not in request.POST and not form.is_valid():
        return _page(request, frame, form, None, status=422)
    kept = keep(
        actor=request.actor,
        session=request.session.session_key,
        capacity=frame.capacity,
        wanted=Filter() if "clear" in request.POST else form.wanted,
    )
    _leave(request, frame, query_string(kept))
    sort = {"sort": request.GET["sort"]} if request.GET.get("sort") else {}
    return redirect(frame.address("users") + query_string({**kept, **sort}))


def _leave(request: HttpRequest, frame: Frame, query: str) -> None:
    """Remember how the list of this capacity was left."""
    searches = dict(request.session.get(_SEARCHES, {}))
    searches.pop(str(frame.capacity.public_id), None)
    if query:
        searches[str(frame.capacity.public_id)] = query
    request.session[_SEARCHES] = dict(list(searches.items())[-_MOST_SEARCHES:])


def _ids(posted: QueryDict) -> list[str]:
    """Return the ticked rows' public ids; what is none is left out."""
    return [str(one) for text in posted.getlist("account") if (one := id_in(text)) is not None]


def _page(
    request: ActorRequest, frame: Frame, form: FilterForm, shown: UsersList | None, status: int = 200
) -> HttpResponse:
    context = {
        "frame": frame,
        "form": form,
        "users": shown,
        "person_form": person_form(request.actor, frame.capacity),
    }
    return render(request, "users/users.html", context, status=status)
